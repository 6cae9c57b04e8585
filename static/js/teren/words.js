// The page's words in its three languages, given with the page itself so that they are there without network.
"use strict";

const shell = JSON.parse(document.getElementById("shell").textContent);
const STORED = "teren-language";

export const language = () => {
  const chosen = localStorage.getItem(STORED);
  return chosen in shell.words ? chosen : "pl";
};

export function choose(code) {
  localStorage.setItem(STORED, code);
  show();
}

export const word = (name, values = {}) => (
  Object.entries(values).reduce((text, [key, value]) => text.replace(`{${key}}`, value), shell.words[language()][name] ?? name)
);

export const number = (value) => new Intl.NumberFormat(language()).format(value);

export const moment = (milliseconds) => (
  new Intl.DateTimeFormat(language(), { dateStyle: "medium", timeStyle: "short" }).format(milliseconds)
);

// A text that staff have written: in the page's language, else in Polish.
export const said = (texts) => texts[language()] || texts.pl;

export function show(root = document) {
  document.documentElement.lang = language();
  for (const element of root.querySelectorAll("[data-w]")) element.textContent = word(element.dataset.w);
  for (const element of root.querySelectorAll("[data-w-label]")) element.setAttribute("aria-label", word(element.dataset.wLabel));
  for (const button of root.querySelectorAll("[data-language]")) {
    button.setAttribute("aria-pressed", String(button.dataset.language === language()));
  }
}
