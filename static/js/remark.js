// The form of a remark: what fits the chosen kind shows (by CSS), and only that is sent; what one changes in a passage
// is shown as one types. Everything works without this file.
"use strict";

// A field that does not show is not sent either: nobody sends what they do not see.
function fit(form) {
  for (const part of form.querySelectorAll("[data-for]")) {
    const shows = getComputedStyle(part).display !== "none";
    for (const field of part.querySelectorAll("textarea")) field.disabled = !shows;
  }
}

const words = (text) => text.match(/[\p{L}\p{N}_]+|\s+|[^\p{L}\p{N}_\s]/gu) ?? [];
const MOST = 1000000;  // cells of the table of common words: more would make typing slow

// What stayed, went and came, word by word: the longest common row of words between what begins and ends alike.
function compare(before, after) {
  const old = words(before), now = words(after);
  let head = 0, tail = 0;
  while (head < old.length && head < now.length && old[head] === now[head]) head++;
  while (tail < old.length - head && tail < now.length - head && old.at(-1 - tail) === now.at(-1 - tail)) tail++;
  const a = old.slice(head, old.length - tail), b = now.slice(head, now.length - tail);
  const runs = [];
  const add = (kind, text) => {
    if (runs.at(-1)?.kind === kind) runs.at(-1).text += text; else if (text) runs.push({ kind, text });
  };
  add("equal", old.slice(0, head).join(""));
  if (a.length * b.length > MOST) {
    add("del", a.join(""));
    add("ins", b.join(""));
  } else {
    const wide = b.length + 1;
    const common = new Uint16Array((a.length + 1) * wide);
    for (let i = a.length - 1; i >= 0; i--) {
      for (let j = b.length - 1; j >= 0; j--) {
        common[i * wide + j] = a[i] === b[j] ? common[(i + 1) * wide + j + 1] + 1 : Math.max(common[(i + 1) * wide + j], common[i * wide + j + 1]);
      }
    }
    let i = 0, j = 0;
    while (i < a.length || j < b.length) {
      if (i < a.length && j < b.length && a[i] === b[j]) { add("equal", a[i]); i++; j++; }
      else if (j >= b.length || (i < a.length && common[(i + 1) * wide + j] >= common[i * wide + j + 1])) add("del", a[i++]);
      else add("ins", b[j++]);
    }
  }
  add("equal", old.slice(old.length - tail).join(""));
  return runs;
}

function showDifference(box) {
  const field = document.getElementById(box.dataset.difference);
  const target = box.querySelector(".quote");
  if (!field || !target) return;
  let waiting = 0;
  const show = () => {
    const typed = field.value.trim();
    const same = words(typed).join(" ") === words(field.dataset.original.trim()).join(" ");
    box.hidden = same || !typed;
    if (box.hidden) return;
    target.replaceChildren(...compare(field.dataset.original.trim(), typed).map(({ kind, text }) => {
      if (kind === "equal") return document.createTextNode(text);
      const element = document.createElement(kind);
      element.textContent = text;
      return element;
    }));
  };
  field.addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(show, 150); });
  show();
}

function begin(form) {
  if (form.dataset.fitted) return;
  form.dataset.fitted = "1";
  form.addEventListener("change", () => fit(form));
  fit(form);
  for (const box of form.querySelectorAll("[data-difference]")) showDifference(box);
}

for (const form of document.querySelectorAll(".remark-form")) begin(form);
document.addEventListener("htmx:load", (event) => {
  const part = event.target;
  if (part.matches?.(".remark-form")) begin(part);
  for (const form of part.querySelectorAll?.(".remark-form") ?? []) begin(form);
});
