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
  if (lettersAreOff() || event.ctrlKey || event.metaKey || event.altKey || target.closest?.("input, textarea, select, [contenteditable]")) return;
  const link = document.querySelector(`a[data-key="${CSS.escape(event.key.toLowerCase())}"]`);
  if (link) { event.preventDefault(); link.click(); }
});

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
