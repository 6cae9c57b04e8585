// Improvements of forms. Everything works without this file.
"use strict";

// How many characters are left, told to the eye at once and to screen readers when it gets near.
for (const field of document.querySelectorAll("[data-limit]")) countCharacters(field);
document.addEventListener("htmx:load", (event) => {
  for (const field of event.target.querySelectorAll?.("[data-limit]") ?? []) countCharacters(field);
});

function countCharacters(field) {
  const output = document.getElementById(`${field.id}_left`);
  if (!output || output.dataset.ready) return;
  output.dataset.ready = "1";
  const limit = Number(field.dataset.limit);
  const show = () => {
    const left = limit - [...field.value].length;
    output.textContent = `${left}`;
    output.parentElement.hidden = left > limit / 2;
    output.parentElement.classList.toggle("urgent", left < 0);
  };
  field.addEventListener("input", show);
  show();
}

// A form that is being sent is not sent again by a second click; the server would not count it twice anyway.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.dataset.sending) { event.preventDefault(); return; }
  form.dataset.sending = "1";
  setTimeout(() => { delete form.dataset.sending; }, 4000);
});
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sending]")) delete form.dataset.sending;
});

// The server has accepted a text that basket.js had kept: it is not needed here any more.
function forgetAccepted(part) {
  for (const word of part.querySelectorAll?.("[data-tags]") ?? []) {
    for (const tag of word.dataset.tags.split(" ")) {
      if (tag.startsWith("accepted:")) try { localStorage.removeItem(`remark:${tag.slice(9)}`); } catch { /* no store */ }
    }
  }
}
forgetAccepted(document);
document.addEventListener("htmx:load", (event) => forgetAccepted(event.target.parentElement ?? event.target));
