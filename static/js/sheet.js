// Typing in sheets of paper: Enter goes on to the next field and, in the last one, sends. Works without this file too.
"use strict";

const sheet = document.querySelector("[data-sheet]");
const fields = [...sheet.querySelectorAll("input[type=text], textarea, select")];
sheet.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  const at = fields.indexOf(event.target);
  const isDay = event.target.name === "sheet_on";
  if (at < 0 && !isDay) return;
  event.preventDefault();
  const next = fields[at + 1];
  if (next) { next.focus(); next.select?.(); } else sheet.requestSubmit();
});
(sheet.querySelector("[aria-invalid=true]") ?? fields[0])?.focus();
