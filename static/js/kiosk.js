// A kiosk forgets who has left: after 90 seconds without a touch or a key everything begins anew.
"use strict";

const IDLE_MS = 90_000;
const WARN_MS = 75_000;
const form = document.querySelector("[data-idle-form]") ?? document.querySelector("[data-left]");
const warning = document.querySelector("[data-idle-warning]");
let timers = [];

function reset() {
  const hidden = Object.assign(document.createElement("input"), { type: "hidden", name: "od_nowa", value: "1" });
  form.append(hidden);
  form.submit();
}

function wait() {
  for (const timer of timers) clearTimeout(timer);
  if (warning) warning.hidden = true;
  if (!form) return;
  timers = [setTimeout(() => { if (warning) warning.hidden = false; }, WARN_MS), setTimeout(reset, IDLE_MS)];
}

for (const kind of ["pointerdown", "keydown", "input", "touchstart"]) {
  document.addEventListener(kind, wait, { passive: true });
}
// A page that the browser has kept shows what the person before had typed: it is fetched anew.
window.addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
wait();
