// An answer saved as one types, kept in the browser until the portal has it; who else is here; templates; calling
// colleagues in notes. Everything works without this file.
"use strict";

const SAVE_MS = 800;
const BEAT_MS = 20000;
const RETRY_MS = [2000, 5000, 15000];
const page = crypto.randomUUID();  // tells this window from another one of the same person

const make = (tag, text, ...parts) => {
  const element = document.createElement(tag);
  if (text) element.textContent = text;
  element.append(...parts);
  return element;
};
const store = {
  get(key) { try { return JSON.parse(localStorage.getItem(key)); } catch { return null; } },
  set(key, value) { try { localStorage.setItem(key, JSON.stringify(value)); } catch { /* no room, or no store */ } },
  drop(key) { try { localStorage.removeItem(key); } catch { /* no store */ } },
};
// One form alone has a token of its own kind: every other post of the page takes the token there.
const token = () => document.querySelector("[name=csrfmiddlewaretoken]").value;
function renew(value) { for (const one of document.querySelectorAll("[name=csrfmiddlewaretoken]")) one.value = value; }

function ready(form) {
  const key = `remark:${form.dataset.keep}`;
  const says = form.querySelector("[data-saving]");
  const conflict = form.querySelector("[data-conflict]");
  const words = form.dataset;
  const field = (name) => form.elements.namedItem(name);
  const state = { timer: 0, busy: false, dirty: false, stopped: false, renewed: false, failures: 0, save: 0, replaces: false };
  field("window").value = page;

  const typed = () => ({
    outcome: field("outcome").value ?? "", justification: field("justification").value, why: field("why")?.value ?? "",
  });
  const same = (one, other) => ["outcome", "justification", "why"].every((name) => plain(one[name]) === plain(other[name]));
  const plain = (text) => (text ?? "").replaceAll("\r\n", "\n").trim();
  const say = (text, bad = false) => { says.textContent = text; says.classList.toggle("urgent", bad); };
  const later = (ms) => { clearTimeout(state.timer); state.timer = setTimeout(send, ms); };
  const keep = () => store.set(key, { ...typed(), base: Number(field("draft_revision").value) || 0 });
  const retry = () => later(RETRY_MS[Math.min(state.failures++, RETRY_MS.length - 1)]);

  function put(values) {
    for (const radio of form.querySelectorAll("[name=outcome]")) radio.checked = radio.value === values.outcome;
    field("justification").value = values.justification ?? "";
    if (field("why")) field("why").value = values.why ?? "";
    field("justification").dispatchEvent(new Event("input", { bubbles: true }));
  }

  async function send({ leaving = false } = {}) {
    clearTimeout(state.timer);
    if (state.stopped) return;
    if (state.busy) { state.dirty = true; return; }
    state.busy = true;
    state.dirty = false;
    const sent = typed();
    const data = new FormData();
    for (const [name, value] of Object.entries(sent)) data.set(name, value);
    data.set("draft_revision", field("draft_revision").value || "0");
    data.set("window", page);
    data.set("save", `${++state.save}`);
    if (state.replaces) data.set("replaces", "1");
    let answer = null;
    try {
      answer = await fetch(words.saveUrl, {
        method: "POST", body: data, headers: { "X-CSRFToken": token() },
        // A browser lets at most 64 kB outlive their page.
        keepalive: leaving && Object.values(sent).join("").length < 20000,
      });
      const said = await answer.json();
      if (answer.ok) {
        state.failures = 0;
        state.renewed = state.replaces = false;
        field("draft_revision").value = said.revision;
        form.querySelector(".whose")?.remove();
        if (!state.dirty) { say(said.words); if (same(sent, typed())) store.drop(key); }
      } else if (said.token && !state.renewed) {
        renew(said.token);
        state.renewed = state.dirty = true;
      } else if (said.token) {
        // The browser does not keep the token's cookie: asking for ever helps nobody.
        say(words.wordReload, true);
        state.stopped = true;
      } else if (said.theirs) {
        state.stopped = true;
        say(said.words, true);
        compare(said.theirs);
      } else {
        say(said.words, true);
        if (said.signed_out) retry(); else state.stopped = true;
      }
    } catch {
      // An answer that is none of ours came from a portal, or a proxy, in trouble: the connection is there.
      say(answer ? words.wordTrouble : words.wordLost, true);
      retry();
    } finally {
      state.busy = false;
      if (state.dirty && !state.stopped) later(50);
    }
  }

  // Both texts, and the person chooses; whichever is put aside stays readable.
  function compare(theirs) {
    const use = make("button", words.wordUse);
    const mine = make("button", words.wordKeepMine);
    for (const button of [use, mine]) { button.type = "button"; button.className = "btn quiet"; }
    const go = (values) => {
      state.stopped = false;
      state.replaces = true;
      field("draft_revision").value = theirs.revision;
      conflict.hidden = true;
      if (values) {
        const before = typed();
        put(values);
        conflict.replaceChildren(make("details", "", make("summary", words.wordDiffers), asTyped(before.justification)));
        conflict.hidden = false;
      }
      field("justification").focus();
      keep();
      send();
    };
    use.addEventListener("click", () => go(theirs));
    mine.addEventListener("click", () => go(null));
    const buttons = make("p", "", use, mine);
    buttons.className = "go";
    conflict.className = "notice bad stack stack-tight";
    conflict.setAttribute("role", "alert");
    conflict.replaceChildren(make("p", theirs.head), make("p", theirs.outcome_words), asTyped(theirs.justification), asTyped(theirs.why), buttons);
    conflict.hidden = false;
  }

  form.addEventListener("input", (event) => {
    if (!["outcome", "justification", "why"].includes(event.target.name)) return;
    keep();
    if (state.stopped) return;
    state.dirty = true;
    say(words.wordUnsaved);
    later(SAVE_MS);
  });
  const leave = () => { if (state.dirty || state.failures) send({ leaving: true }); };
  document.addEventListener("visibilitychange", () => { if (document.visibilityState === "hidden") leave(); });
  window.addEventListener("pagehide", leave);
  window.addEventListener("online", () => { if (state.failures) send(); });
  window.addEventListener("offline", () => say(words.wordLost, true));
  form.addEventListener("keydown", (event) => {
    if (event.key.toLowerCase() === "s" && (event.ctrlKey || event.metaKey)) { event.preventDefault(); send(); }
  });
  // The answer is on its way: what was typed until now travels with it, and stays here until the portal has it.
  form.addEventListener("submit", () => { clearTimeout(state.timer); state.dirty = false; keep(); });

  // A template goes in where the cursor was.
  const select = form.querySelector("[data-templates]");
  const insert = (event) => {
    const option = select.selectedOptions[0];
    event.preventDefault();
    if (!option?.value) { select.focus(); return; }
    const text = field("justification");
    const { selectionStart: from, selectionEnd: to, value } = text;
    const before = value.slice(0, from);
    const gap = before && !/\s$/.test(before) ? "\n\n" : "";
    text.focus();
    text.setRangeText(gap + option.dataset.text, from, to, "end");
    if (option.dataset.outcome && !field("outcome").value) {
      for (const radio of form.querySelectorAll("[name=outcome]")) radio.checked = radio.value === option.dataset.outcome;
    }
    text.dispatchEvent(new Event("input", { bubbles: true }));
    select.value = "";
  };
  form.querySelector("[data-insert]")?.addEventListener("click", insert);
  select?.addEventListener("keydown", (event) => { if (event.key === "Enter" && !event.ctrlKey && select.value) insert(event); });

  restore();
  function restore() {
    const kept = store.get(key);
    const shown = typed();
    if (!kept) return;
    if (same(kept, shown)) { store.drop(key); return; }
    const isOurs = (kept.base ?? 0) === (Number(field("draft_revision").value) || 0);
    if (form.closest("details")) form.closest("details").open = true;
    conflict.className = "notice here stack stack-tight";
    conflict.setAttribute("role", "status");
    conflict.hidden = false;
    if (isOurs) {
      conflict.replaceChildren(make("p", words.wordRestored));
      if (plain(shown.justification)) {
        conflict.append(make("details", "", make("summary", words.wordSavedThere), asTyped(shown.justification)));
      }
      put(kept);
      send();
      return;
    }
    const use = make("button", words.wordUse);
    const forget = make("button", words.wordForget);
    for (const button of [use, forget]) { button.type = "button"; button.className = "btn quiet"; }
    use.addEventListener("click", () => {
      state.replaces = true;
      put(kept);
      conflict.replaceChildren(make("details", "", make("summary", words.wordSavedThere), asTyped(shown.justification)));
      field("justification").focus();
    });
    forget.addEventListener("click", () => { store.drop(key); conflict.hidden = true; field("justification").focus(); });
    const buttons = make("p", "", use, forget);
    buttons.className = "go";
    conflict.replaceChildren(make("p", words.wordDiffers), asTyped(kept.justification), asTyped(kept.why), buttons);
  }
}

function asTyped(text) {
  const shown = make("p", text);
  shown.className = "as-typed";
  return shown;
}

const answer = document.querySelector("form[data-answer]");
// After an answer was handed over, its words are no more the browser's: portal.js forgets them by the message's tag.
if (answer) ready(answer);
else orphaned();

// Words of a remark that waits for no answer any more: they are shown, not thrown away.
function orphaned() {
  const place = document.querySelector("[data-kept]");
  const key = place && `remark:${place.dataset.kept}`;
  const done = [...document.querySelectorAll("[data-tags]")].some((one) => `remark:${one.dataset.tags.slice(9)}` === key);
  const kept = key && !done && store.get(key);
  if (!kept || !kept.justification) return;
  const forget = make("button", place.dataset.wordForget);
  forget.type = "button";
  forget.className = "btn quiet";
  forget.addEventListener("click", () => { store.drop(key); place.hidden = true; });
  place.className = "notice here stack stack-tight";
  place.append(make("p", place.dataset.wordLeft), asTyped(kept.justification), make("p", "", forget));
  place.hidden = false;
}

// Who else is here: asked at once and every 20 seconds while the page is looked at.
const desk = document.querySelector("[data-presence]");
if (desk) {
  const others = document.querySelector("[data-others]");
  const post = (values, keepalive = false) => {
    const data = new FormData();
    for (const [name, value] of Object.entries(values)) data.set(name, value);
    return fetch(desk.dataset.presence, { method: "POST", body: data, keepalive, headers: { "X-CSRFToken": token() } });
  };
  const beat = async () => {
    if (document.visibilityState === "hidden") return;
    try {
      const response = await post({});
      const said = await response.json();
      if (said.token) { renew(said.token); return; }
      if (!response.ok) return;
      const now = said.others.join("\n");
      if (now !== [...others.children].map((one) => one.textContent).join("\n")) {
        others.replaceChildren(...said.others.map((words) => make("p", words)));
      }
      others.hidden = !said.others.length;
    } catch { /* the next report will tell */ }
  };
  beat();
  setInterval(beat, BEAT_MS);
  document.addEventListener("visibilitychange", beat);
  window.addEventListener("pagehide", () => { post({ leaves: "1" }, true).catch(() => {}); });
  window.addEventListener("pageshow", (event) => { if (event.persisted) beat(); });
}

// Calling colleagues: @ and the beginning of a name offers those who begin so.
const note = document.querySelector("[data-note]");
if (note) {
  const text = note.querySelector("textarea");
  const list = note.querySelector("#note-calls");
  const options = [...list.children];
  const key = `note:${document.querySelector("[data-kept]").dataset.kept}`;  // of this remark and this person
  let chosen = null;

  text.setAttribute("aria-controls", list.id);
  text.setAttribute("aria-autocomplete", "list");
  const kept = store.get(key);
  const handed = document.querySelector("[data-tags^='accepted:note-']");
  if (handed) store.drop(key);
  else if (kept && !text.value) text.value = kept;

  const call = () => /(?:^|\s)@([^@\n]{0,60})$/.exec(text.value.slice(0, text.selectionStart));
  const choose = (option) => {
    for (const one of options) one.setAttribute("aria-selected", `${one === option}`);
    chosen = option;
    if (option) { text.setAttribute("aria-activedescendant", option.id); option.scrollIntoView({ block: "nearest" }); }
    else text.removeAttribute("aria-activedescendant");
  };
  const close = () => { list.hidden = true; choose(null); };
  const fits = (option, begun) => option.textContent.toLowerCase().split(" ").some((_word, at, all) => all.slice(at).join(" ").startsWith(begun));
  const offer = () => {
    const found = call();
    const begun = found?.[1].toLowerCase() ?? "";
    const shown = found ? options.filter((one) => fits(one, begun) && one.textContent.toLowerCase() !== begun) : [];
    for (const one of options) one.hidden = !shown.includes(one);
    list.hidden = !shown.length;
    choose(shown[0] ?? null);
  };
  const take = (option) => {
    const at = text.selectionStart - call()[1].length;
    text.setRangeText(`${option.textContent} `, at, text.selectionStart, "end");
    text.focus();
    close();
    store.set(key, text.value);
  };
  text.addEventListener("input", () => { store.set(key, text.value); offer(); });
  text.addEventListener("keydown", (event) => {
    if (list.hidden || event.ctrlKey || event.metaKey) return;
    const shown = options.filter((one) => !one.hidden);
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) { event.preventDefault(); choose(shown[(shown.indexOf(chosen) + step + shown.length) % shown.length]); }
    else if (event.key === "Enter" || event.key === "Tab") { if (chosen) { event.preventDefault(); take(chosen); } }
    else if (event.key === "Escape") { event.preventDefault(); close(); }
  });
  list.addEventListener("mousedown", (event) => { const option = event.target.closest("[role=option]"); if (option) { event.preventDefault(); take(option); } });
  text.addEventListener("blur", close);
}
