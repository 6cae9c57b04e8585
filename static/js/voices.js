// Voices row after row: each row is kept as one goes on. Without this file the form brings its rows when it is sent.
"use strict";

const RETRY_MS = [2000, 5000, 15000];

function newId() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));  // without a secure context there is no randomUUID
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

function start(form) {
  const rows = form.querySelector("[data-rows]");
  const state = form.querySelector("[data-state]");
  const waiting = new Set();  // rows that were sent off and are not kept yet
  let busy = false, timer = 0, failures = 0, renewed = false, stopped = false;

  const all = () => [...rows.querySelectorAll("[data-row]")];
  const part = (row, name) => row.querySelector(`[name$="-${name}"]`);
  const text = (row) => part(row, "text").value.trim();
  const isKept = (row) => "kept" in row.dataset;
  const tell = (row, words, bad = false) => {
    const says = row.querySelector("[data-says]");
    says.textContent = words;
    says.classList.toggle("urgent", bad);
  };
  function count() {
    const left = all().filter((row) => !isKept(row) && text(row));
    if (left.length) state.textContent = `${form.dataset.wordSome} ${left.length}`;
    else state.textContent = all().some(isKept) ? form.dataset.wordAll : "";
  }

  function add() {
    const piece = form.querySelector("template[data-blank]").content.cloneNode(true);
    const row = piece.querySelector("[data-row]");
    const number = rows.children.length;
    row.innerHTML = row.innerHTML.replaceAll("__number__", `${number}`).replaceAll("__n__", `${number + 1}`);
    part(row, "capture").value = newId();
    rows.append(row);
    return row;
  }

  // The next row begins as this one ended: whose words they are seldom changes within one heap.
  function next(row) {
    const following = all()[all().indexOf(row) + 1] ?? add();
    if (!text(following) && !isKept(following)) part(following, "wording").value = part(row, "wording").value;
    part(following, "text").focus();
    following.scrollIntoView({ block: "nearest" });
  }

  function keep(row) {
    if (isKept(row) || !text(row)) return;
    waiting.add(row);
    tell(row, form.dataset.wordSaving);
    send();
  }

  function dataOf(row) {
    const data = new FormData();
    for (const field of form.querySelectorAll("[data-origin] [name]")) data.set(field.name, field.value);
    for (const name of ["capture", "text", "theme", "district", "age_band", "wording"]) data.set(`r-${name}`, part(row, name).value);
    return data;
  }

  async function send() {
    clearTimeout(timer);
    timer = 0;
    if (busy || stopped) return;
    const [row] = waiting;
    if (!row) { count(); return; }
    busy = true;
    let answer = null;
    try {
      answer = await fetch(form.dataset.rowUrl, {
        method: "POST", body: dataOf(row), headers: { "X-CSRFToken": form.elements.namedItem("csrfmiddlewaretoken").value },
      });
      const said = await answer.json();
      if (answer.ok) {
        failures = 0;
        renewed = false;
        waiting.delete(row);
        kept(row, said);
      } else if (said.token && !renewed) {
        form.elements.namedItem("csrfmiddlewaretoken").value = said.token;
        renewed = true;
      } else if (said.token) {
        // The browser does not keep the token's cookie: asking for ever helps nobody.
        stopped = true;
        tell(row, form.dataset.wordReload, true);
      } else if (said.signed_out) {
        tell(row, said.words, true);
        later();
      } else {
        // What is wrong is this row's alone: it waits for the person, the others go on.
        waiting.delete(row);
        tell(row, said.words, true);
      }
    } catch {
      // An answer that is none of ours came from a portal, or a proxy, in trouble: the connection is there.
      for (const one of waiting) tell(one, answer ? form.dataset.wordTrouble : form.dataset.wordLost, true);
      later();
    } finally {
      busy = false;
      count();
      if (!timer && waiting.size) send();
    }
  }
  function later() {
    timer = setTimeout(send, RETRY_MS[Math.min(failures++, RETRY_MS.length - 1)]);
  }

  function kept(row, said) {
    row.dataset.kept = "";
    part(row, "text").value = said.text;  // what is kept: an answer may have been lost, and the row edited since
    for (const field of row.querySelectorAll("textarea")) field.readOnly = true;
    for (const field of row.querySelectorAll("select")) field.disabled = true;
    tell(row, said.words, said.has_found);
    const link = document.createElement("a");
    link.href = form.dataset.voiceUrl.replace("/0/", `/${said.voice}/`);
    link.textContent = `${said.voice}`;
    row.querySelector("[data-says]").append(" ", link);
  }

  rows.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey || event.isComposing) return;
    const row = event.target.closest("[data-row]");
    if (!event.target.matches("textarea, select")) return;
    event.preventDefault();
    keep(row);
    if (text(row)) next(row);
  });
  rows.addEventListener("focusout", (event) => {
    const row = event.target.closest("[data-row]");
    if (!row.contains(event.relatedTarget)) keep(row);
  });
  // With Tab out of the last row's last field a new row is there to be written into.
  rows.addEventListener("input", (event) => {
    const row = event.target.closest("[data-row]");
    if (row === all().at(-1) && text(row)) add();
    count();
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    for (const row of all()) keep(row);
    if (!waiting.size) count();
  });
  window.addEventListener("online", () => { if (waiting.size) send(); });
  window.addEventListener("beforeunload", (event) => {
    if (all().some((row) => !isKept(row) && text(row))) event.preventDefault();
  });
}

for (const form of document.querySelectorAll("form[data-grid]")) start(form);
