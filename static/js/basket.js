// Keeps the text of a remark in this browser until the server has it. Everything works without this file.
// Only what is typed into forms marked with data-keep is kept: never a name, an address or a secret.
"use strict";

const KEPT = "remark:";
const KEEP_MS = 30 * 24 * 3600 * 1000;  // as long as the server keeps a basket

const texts = (form) => [...form.querySelectorAll("textarea")];

const kindOf = (form) => form.querySelector("input[name=kind]:checked");

// Choose a kind as a person would, so that the fields that fit it show.
function chooseKind(form, value) {
  const choice = form.querySelector(`input[name=kind][value="${CSS.escape(value ?? "")}"]`);
  if (!choice || choice.checked) return;
  choice.checked = true;
  choice.dispatchEvent(new Event("change", { bubbles: true }));
}

function read(form) {
  try { return JSON.parse(localStorage.getItem(KEPT + form.dataset.keep)); } catch { return null; }
}

function keep(form) {
  // A passage's own text that the form begins with is nobody's typing: only what differs from it is kept.
  const values = Object.fromEntries(texts(form).map((field) => [field.name, field.value === field.dataset.original ? "" : field.value]));
  try {
    if (Object.values(values).some((value) => value.trim())) {
      localStorage.setItem(KEPT + form.dataset.keep, JSON.stringify({ at: Date.now(), values, kind: kindOf(form)?.value }));
    } else {
      localStorage.removeItem(KEPT + form.dataset.keep);
    }
  } catch { /* the store is full or forbidden: the form works all the same */ }
}

function forgetOld() {
  try {
    for (const name of Object.keys(localStorage)) {
      if (!name.startsWith(KEPT)) continue;
      const at = JSON.parse(localStorage.getItem(name))?.at ?? 0;
      if (Date.now() - at > KEEP_MS) localStorage.removeItem(name);
    }
  } catch { /* as above */ }
}

function ready(form) {
  if (form.dataset.ready) return;
  form.dataset.ready = "1";
  const fields = texts(form);
  const note = form.querySelector("[data-restored]");
  const before = new Map(fields.map((field) => [field, field.defaultValue]));
  const kindBefore = kindOf(form)?.value;
  const kept = read(form);
  // What the server has put into the form after an error is newer than what is kept here.
  const fromServer = form.querySelector("[aria-invalid=true], [role=alert]:not([hidden])");
  if (kept && !fromServer) {
    let restored = false;
    for (const field of fields) {
      const text = kept.values[field.name];
      if (typeof text === "string" && text && text !== field.value) {
        field.value = text;
        field.dispatchEvent(new Event("input"));
        restored = true;
      }
    }
    if (restored) chooseKind(form, kept.kind);
    note.hidden = !restored;
  }
  form.querySelector("[data-forget]").addEventListener("click", () => {
    for (const [field, text] of before) {
      field.value = text;
      field.dispatchEvent(new Event("input"));
    }
    chooseKind(form, kindBefore);
    localStorage.removeItem(KEPT + form.dataset.keep);
    note.hidden = true;
    (kindOf(form) ?? fields[0]).focus();
  });
  form.addEventListener("input", () => keep(form));
  form.addEventListener("change", () => keep(form));
  form.addEventListener("submit", (event) => {
    keep(form);
    // The browser would leave the page for one of its own that says only “no connection”.
    if (!navigator.onLine) {
      event.preventDefault();
      event.stopImmediatePropagation();
      offline(form);
    }
  });
  form.querySelector("[data-cancel]")?.addEventListener("click", (event) => {
    const slot = form.closest(".slot");
    if (!slot) return;
    event.preventDefault();
    const opener = slot.parentElement.querySelector("[hx-get]");
    slot.replaceChildren();
    opener?.focus();
  });
}

function offline(form) {
  const word = form.querySelector("[data-offline]");
  word.hidden = false;
  word.scrollIntoView({ block: "center" });
  delete form.dataset.sending;
}

forgetOld();
for (const form of document.querySelectorAll("form[data-keep]")) ready(form);

document.addEventListener("htmx:load", (event) => {
  const part = event.target;
  for (const form of part.querySelectorAll?.("form[data-keep]") ?? []) ready(form);
  if (part.matches?.("form[data-keep]")) {
    ready(part);
    if (!part.querySelector("[autofocus]")) (kindOf(part) ?? part.querySelector("textarea"))?.focus();
  }
});
// A refusal comes with the form and what was typed: it belongs into the page like any other answer.
document.addEventListener("htmx:beforeSwap", (event) => {
  const { xhr } = event.detail;
  if ([403, 409, 422].includes(xhr.status) && xhr.responseText.includes("data-keep")) event.detail.shouldSwap = true;
});
for (const name of ["htmx:sendError", "htmx:timeout"]) {
  document.addEventListener(name, (event) => { if (event.target.matches?.("form[data-keep]")) offline(event.target); });
}
