// Shortcuts of the desk. Everything works without this file.
"use strict";

// J: the next in the queue, K: the previous, Ctrl+Enter: send the form one is writing in, else the page's main form.
document.addEventListener("keydown", (event) => {
  const target = event.target;
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    const form = target.closest?.("form[method=post]") ?? document.querySelector("form[data-main]");
    if (form && !form.closest("header")) { event.preventDefault(); form.requestSubmit(); }
    return;
  }
  const types = target.closest?.("input:not([type=radio], [type=checkbox]), textarea, select, [contenteditable]");
  if (types && event.key === "Escape" && !event.defaultPrevented) { target.blur(); return; }
  if (types || lettersAreOff() || event.ctrlKey || event.metaKey || event.altKey || target.closest?.("dialog[open]")) return;
  const key = event.key.toLowerCase();
  const link = document.querySelector(`a[data-key="${CSS.escape(key)}"]`);
  if (link) { event.preventDefault(); link.click(); return; }
  if (event.key === "?") { openHelp(event); return; }
  const form = document.querySelector("form[data-answer]");
  if (/^[1-9]$/.test(key)) {
    const outcome = form?.querySelectorAll("[name=outcome]")[Number(key) - 1];
    if (outcome) { event.preventDefault(); open(outcome); outcome.click(); outcome.focus(); }
    return;
  }
  const field = {
    a: () => form?.querySelector("[name=justification]"),
    t: () => form?.querySelector("[data-templates]"),
    n: () => document.querySelector("[data-note] textarea"),
  }[key]?.();
  if (field) { event.preventDefault(); open(field); field.focus(); }
});

// A field in a folded part is of no use to the keyboard.
function open(field) {
  for (let fold = field.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
}

function openHelp(event) {
  const help = document.querySelector("dialog[data-help]");
  if (help) { event.preventDefault(); help.showModal(); }
}
for (const button of document.querySelectorAll("[data-help-open]")) {
  button.hidden = !document.querySelector("dialog[data-help]");
  button.addEventListener("click", openHelp);
}

// Letters alone can be pressed by mistake, by voice input above all: they can be switched off (WCAG 2.1.4).
function lettersAreOff() { return localStorage.getItem("desk-letters") === "off"; }
for (const button of document.querySelectorAll("[data-letters]")) {
  const show = () => {
    button.textContent = lettersAreOff() ? button.dataset.on : button.dataset.off;
    document.documentElement.classList.toggle("no-letters", lettersAreOff());
  };
  button.addEventListener("click", () => { localStorage.setItem("desk-letters", lettersAreOff() ? "on" : "off"); show(); });
  button.hidden = false;
  show();
}

// One box at the head of a list checks all of its boxes.
for (const cell of document.querySelectorAll("[data-check-all]")) {
  const boxes = cell.closest("table").querySelectorAll("tbody input[type=checkbox]");
  const all = document.createElement("input");
  all.type = "checkbox";
  all.setAttribute("aria-label", cell.dataset.checkAll);
  all.addEventListener("change", () => { for (const box of boxes) box.checked = all.checked; });
  cell.append(all);
}

// The open item stands in view in its queue.
document.querySelector(".desk > .queue [aria-current]")?.scrollIntoView({ block: "nearest" });
document.querySelector(".desk-bar nav:not(.lang) [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
