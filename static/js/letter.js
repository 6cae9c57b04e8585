// Typing in letters by keyboard, saved as one types. Everything works without this file.
"use strict";

const SAVE_MS = 800;
const PLACE_MS = 150;
const RETRY_MS = [2000, 5000, 15000];
const page = crypto.randomUUID();  // tells this window from another one of the same person
let save = 0;

function ready(form) {
  if (!form || form.dataset.ready) return;
  form.dataset.ready = "1";
  const word = form.querySelector("[data-saving]");
  const state = { timer: 0, busy: false, dirty: false, stopped: false, failures: 0, renewed: false };

  const field = (name) => form.elements.namedItem(name);
  const say = (text, bad = false) => { word.textContent = text; word.classList.toggle("urgent", bad); };
  const later = (ms) => { clearTimeout(state.timer); state.timer = setTimeout(send, ms); };

  async function send({ leaving = false } = {}) {
    clearTimeout(state.timer);
    if (state.stopped || !form.isConnected) return;
    if (state.busy) { state.dirty = true; return; }
    state.busy = true;
    state.dirty = false;
    const data = new FormData(form);
    for (const name of ["scan", "csrfmiddlewaretoken"]) data.delete(name);
    data.set("window", page);
    data.set("save", `${++save}`);
    let answer = null;
    try {
      answer = await fetch(form.dataset.saveUrl, {
        method: "POST", body: data, keepalive: leaving && !tooLongToOutlive(data),
        headers: { "X-CSRFToken": field("csrfmiddlewaretoken").value },
      });
      const said = await answer.json();
      if (answer.ok) {
        state.failures = 0;
        state.renewed = false;
        field("revision").value = said.revision;
        if (!state.dirty && said.words) say(said.words);
      } else if (said.token && !state.renewed) {
        field("csrfmiddlewaretoken").value = said.token;
        state.renewed = true;
        state.dirty = true;
      } else if (said.token) {
        // The browser does not keep the token's cookie: asking for ever helps nobody.
        say(form.dataset.wordReload, true);
        state.dirty = false;
        state.stopped = true;
      } else {
        say(said.words, true);
        // Signed out: the person signs in elsewhere, then it goes on. Anything else needs the person here.
        if (said.signed_out) retry(); else state.stopped = true;
      }
    } catch {
      // An answer that is none of ours came from a portal, or a proxy, in trouble: the connection is there.
      if (form.isConnected) { say(answer ? form.dataset.wordTrouble : form.dataset.wordLost, true); retry(); }
    } finally {
      state.busy = false;
      if (state.dirty) later(50);
    }
  }

  function retry() { later(RETRY_MS[Math.min(state.failures++, RETRY_MS.length - 1)]); }

  form.addEventListener("input", (event) => {
    if (event.target.type === "file" || state.stopped) return;
    state.dirty = true;
    say(form.dataset.wordUnsaved);
    later(SAVE_MS);
  });
  form.addEventListener("change", (event) => { if (event.target.matches("select, [type=checkbox]") && !state.stopped) later(SAVE_MS); });
  const leave = () => { if (document.visibilityState === "hidden" && state.dirty && form.isConnected) send({ leaving: true }); };
  document.addEventListener("visibilitychange", leave);
  window.addEventListener("pagehide", () => { if (state.dirty && form.isConnected) send({ leaving: true }); });
  window.addEventListener("online", () => { if (state.failures && form.isConnected) send(); });

  form.querySelector("[data-keep]").addEventListener("click", (event) => { event.preventDefault(); event.stopPropagation(); send(); });
  form.querySelector("[data-add]").addEventListener("click", (event) => { event.preventDefault(); event.stopPropagation(); next(null); });
  // The letter is on its way: what was typed until now travels with it.
  form.addEventListener("submit", () => clearTimeout(state.timer));

  // To the remark after this one; where there is none, a new one.
  function next(remark) {
    const all = [...form.querySelectorAll("[data-remark]")];
    const following = remark ? all[all.indexOf(remark) + 1] : null;
    const target = following ?? blank() ?? add();
    target.querySelector("input").focus();
    target.scrollIntoView({ block: "nearest" });
  }
  // The last remark, if nothing is typed into it yet: a second empty one helps nobody.
  function blank() {
    const last = [...form.querySelectorAll("[data-remark]")].at(-1);
    return [...last.querySelectorAll("input, textarea")].some((one) => one.value.trim()) ? null : last;
  }
  function add() {
    const count = form.querySelector("[data-count]");
    const number = Number(count.value);
    const piece = document.createElement("div");
    piece.innerHTML = form.querySelector("template[data-blank]").innerHTML
      .replaceAll("__number__", `${number}`).replaceAll("__n__", `${number + 1}`);
    const remark = piece.firstElementChild;
    form.querySelector("[data-remarks]").append(remark);
    count.value = `${number + 1}`;
    return remark;
  }

  form.addEventListener("keydown", (event) => {
    const target = event.target;
    if (event.key.toLowerCase() === "s" && (event.ctrlKey || event.metaKey)) { event.preventDefault(); send(); return; }
    if (event.key !== "Enter" || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey || event.isComposing) return;
    if (target.matches("textarea[name$='-reason']")) { event.preventDefault(); next(target.closest("[data-remark]")); }
    // In a line of text Enter would enter the letter half-typed: it leads to the next field instead.
    else if (target.matches("input:not([type=checkbox], [type=file], [type=hidden]), select")) {
      event.preventDefault();
      const fields = [...form.querySelectorAll("input:not([type=hidden]), select, textarea, button")];
      fields[fields.indexOf(target) + 1]?.focus();
    }
  });

  let looking = 0;
  form.addEventListener("input", (event) => {
    if (!event.target.matches("input[name$='-place']")) return;
    clearTimeout(looking);
    looking = setTimeout(() => look(event.target), PLACE_MS);
  });
  async function look(input) {
    const says = input.closest("[data-remark]").querySelector("[data-says]");
    const query = new URLSearchParams({ numer: input.value });
    if (field("version")) query.set("wersja", field("version").value);
    try {
      const answer = await fetch(`${form.dataset.placeUrl}?${query}`, { redirect: "error" });
      const text = answer.ok ? await answer.text() : "";
      if (query.get("numer") === input.value) says.innerHTML = text;
    } catch { says.replaceChildren(); }
  }

  const focus = form.querySelector("[autofocus], [data-focus] input");
  focus?.focus();
}

function tooLongToOutlive(data) {
  let size = 0;
  for (const value of data.values()) size += String(value).length * 2;
  return size > 60000;  // a browser lets at most 64 kB outlive their page
}

ready(document.querySelector("form[data-letter]"));
document.addEventListener("htmx:load", (event) => {
  const part = event.target;
  ready(part.matches?.("form[data-letter]") ? part : part.querySelector?.("form[data-letter]"));
});
// A refusal comes with the form and all that was typed: it belongs into the page like any other answer.
document.addEventListener("htmx:beforeSwap", (event) => {
  const { xhr } = event.detail;
  if ([403, 409, 422].includes(xhr.status) && xhr.responseText.includes("data-letter")) event.detail.shouldSwap = true;
  // Signed out meanwhile: the page of signing in does not belong here. Saving the draft finds that out and says so.
  if (xhr.status === 200 && !xhr.responseText.includes("data-letter")) {
    event.detail.shouldSwap = false;
    notSent(event.target, "wordNotTaken");
    event.target.closest?.("form[data-letter]")?.dispatchEvent(new Event("input"));
  }
});
for (const [name, word] of [["htmx:sendError", "wordNotSent"], ["htmx:timeout", "wordNotSent"], ["htmx:responseError", "wordNotTaken"]]) {
  document.addEventListener(name, (event) => notSent(event.target, word));
}
function notSent(target, said) {
  const form = target.closest?.("form[data-letter]");
  if (!form) return;
  delete form.dataset.sending;
  const word = form.querySelector("[data-saving]");
  word.textContent = form.dataset[said];
  word.classList.add("urgent");
}
