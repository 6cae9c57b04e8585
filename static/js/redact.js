// Words selected in the original go into the list of words to take out. The page works without this file.
"use strict";

for (const button of document.querySelectorAll("[data-take-selection]")) {
  const list = button.closest("form").elements.phrases;
  button.hidden = false;
  // Pressing the button must not lose the selection.
  button.addEventListener("pointerdown", (event) => event.preventDefault());
  button.addEventListener("click", () => {
    const selection = document.getSelection();
    const words = selection.toString().replace(/\s+/g, " ").trim();
    if (!words || !selection.anchorNode?.parentElement.closest("[data-original]")) { list.focus(); return; }
    if (!list.value.split("\n").includes(words)) list.value = list.value ? `${list.value.trimEnd()}\n${words}` : words;
    list.dispatchEvent(new Event("input", { bubbles: true }));
  });
}
