// The reader of a draft. Everything works without this file: links lead to pages, the contents can be opened.
"use strict";

const reader = document.currentScript;

// Beside the text there is room for the contents; browsers that know ::details-content open them by the style sheet.
if (!CSS.supports("selector(::details-content)") && matchMedia("(min-width: 64rem)").matches) {
  for (const folded of document.querySelectorAll("details.folds")) folded.open = true;
}

// A link to a passage that stands on another part of this chapter: the server knows on which.
function findPassage() {
  const code = decodeURIComponent(location.hash.slice(1));
  const parts = Number(document.querySelector("[data-parts]")?.dataset.parts ?? 1);
  if (parts < 2 || !/^f\d+$/.test(code) || document.getElementById(code)) return;
  const address = new URL(location.href);
  if (address.searchParams.get("fragment") === code) return;
  address.searchParams.delete("czesc");
  address.searchParams.set("fragment", code);
  location.replace(address);
}
addEventListener("hashchange", findPassage);
findPassage();

// The form at a passage comes by htmx, a file that most readers never need: it is fetched with the first form.
if (reader.dataset.htmx) {
  let asked = null;
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("a[hx-get]");
    if (!link || window.htmx || event.defaultPrevented || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    event.preventDefault();
    asked ??= new Promise((done, failed) => {
      const script = document.createElement("script");
      script.src = reader.dataset.htmx;
      script.onload = done;
      script.onerror = failed;
      document.head.append(script);
    });
    asked.then(whenLoaded).then(() => link.click(), () => location.assign(link.href));
  });
}

// htmx takes the page up when it is complete; a click before that must wait for it.
function whenLoaded() {
  return document.readyState === "complete" ? null : new Promise((done) => { addEventListener("load", done, { once: true }); });
}
