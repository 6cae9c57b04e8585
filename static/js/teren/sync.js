// Sending: in batches, by one tab at a time, again and again until the server has confirmed each thing.
"use strict";

import { met, stamp } from "./clock.js";
import { countSent, countsToSend, opened, picture, settle, takeToSend, tell, waiting } from "./queue.js";
import { all, deviceId, setFact } from "./store.js";
import { worker } from "./vault.js";
import { language } from "./words.js";

const BATCH = 50;
const PATIENCE = 30000;
const LONG_PATIENCE = 180000; // a photograph over a weak network
const FIRST_WAIT = 1000;
const LONGEST_WAIT = 300000;

let state = "idle";
let failures = 0;
let timer;
const listeners = new Set();

export const current = () => state;
export function onState(listener) { listeners.add(listener); }

function become(name) {
  state = name;
  for (const listener of listeners) listener(state);
  return state;
}

export async function ask(path, options = {}) {
  const asked = performance.now();
  const answer = await fetch(path, {
    credentials: "same-origin", cache: "no-store", redirect: "error", signal: AbortSignal.timeout(PATIENCE), ...options,
  });
  const isJson = answer.headers.get("Content-Type")?.startsWith("application/json");
  const body = isJson ? await answer.json() : null;
  if (typeof body?.now === "number") await met(body.now, asked);
  return { status: answer.status, body };
}

// Who is signed in here, with a fresh token for what is sent. Throws without network.
export async function session() {
  const { status, body } = await ask("/api/field/session/");
  if (status !== 200 || !body) throw new Error(`session ${status}`);
  return body;
}

// "idle" (nothing left), "signin", "other", "forbidden", "offline" (tried again by itself), "busy" (another tab).
export async function send() {
  clearTimeout(timer);
  if (!worker()) return state;
  const attempt = async (lock) => {
    if (!lock) {
      // Whoever sends may have looked at what waits before the newest came.
      timer = setTimeout(send, FIRST_WAIT);
      return "busy";
    }
    try {
      return become(await sendAll());
    } catch {
      return retryLater();
    }
  };
  if (!navigator.locks) return attempt(true);
  return navigator.locks.request("teren-sync", { ifAvailable: true }, attempt);
}

function retryLater() {
  const wait = Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** failures++) * (0.75 + Math.random() / 2);
  clearTimeout(timer);
  timer = setTimeout(send, wait);
  return become("offline");
}

async function sendAll() {
  const owner = worker().id;
  become("sending");
  const who = await session();
  const refusal = () => {
    if (!who.worker) return "signin";
    if (who.worker.id !== owner) return "other";
    return who.may ? null : "forbidden";
  };
  if (refusal()) return refusal();
  const given = new Set(); // what this turn was refused once is not asked again in it
  for (let first = true; ; first = false) {
    const left = (await ownWaiting(owner, "card")).filter((one) => !given.has(one.id));
    const counts = first ? countsToSend(await all("counts"), owner) : [];
    if (!left.length && !counts.length) break;
    // The oldest first.
    const batch = await takeToSend(left.slice(-BATCH));
    const outcome = await sendBatch(owner, who.csrf, batch, counts);
    if (outcome) return outcome;
    for (const one of batch) given.add(one.id);
  }
  for (const one of await ownWaiting(owner, "photo")) {
    for (const taken of await takeToSend([one])) {
      const outcome = await sendPhoto(owner, who.csrf, taken);
      if (outcome) return outcome;
    }
  }
  failures = 0;
  return "idle";
}

// While it is being sent the page may be locked and opened by somebody else: then this turn is over.
function stillOpenTo(owner) {
  if (worker()?.id !== owner) throw new Error("locked");
}

async function ownWaiting(owner, kind) {
  stillOpenTo(owner);
  return (await waiting()).filter((one) => one.owner === owner && one.kind === kind);
}

// Nothing when the server has answered for each thing; else why it has to stop.
function stopFor(status, body) {
  if (status === 200) return null;
  if (status === 401) return "signin";
  if (status === 409) return "other";
  if (status === 403 && body) return "forbidden";
  throw new Error(`answer ${status}`);
}

async function sendBatch(owner, csrf, batch, counts) {
  const cards = [];
  const unreadable = [];
  for (const record of batch) {
    try {
      cards.push(await opened(record));
    } catch {
      unreadable.push({ id: record.id, result: "refused", code: "unreadable", sentence: "" });
    }
  }
  stillOpenTo(owner);
  const { status, body } = await ask("/api/field/sync/", {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-CSRFToken": csrf },
    body: JSON.stringify({
      device: await deviceId(), worker: owner, device_now: Date.now(), language: language(), cards,
      counts: counts.map(({ event, title, plus, minus }) => ({ event, event_title: title, plus, minus })),
    }),
  });
  const stop = stopFor(status, body);
  if (stop) return stop;
  await settle(owner, [...body.items, ...unreadable]);
  for (const one of body.counts) await countSent(owner, one);
  tell();
  return null;
}

async function sendPhoto(owner, csrf, record) {
  const facts = await opened(record);
  const form = new FormData();
  const values = {
    id: record.id, worker: owner, device: await deviceId(), device_now: Date.now(), language: language(),
    event: facts.event, event_title: facts.event_title, alt: facts.alt,
  };
  for (const [name, value] of Object.entries(values)) form.append(name, value);
  form.append("image", new Blob([await picture(record)], { type: "image/jpeg" }), "photo.jpg");
  stillOpenTo(owner);
  const { status, body } = await ask("/api/field/photos/", {
    method: "POST", headers: { "X-CSRFToken": csrf }, body: form, signal: AbortSignal.timeout(LONG_PATIENCE),
  });
  const stop = stopFor(status, body);
  if (stop) return stop;
  await settle(owner, body.items);
  tell();
  return null;
}

// What the page was prepared with, fetched anew.
export async function refresh(owner) {
  const { status, body } = await ask("/api/field/bundle/");
  if (status !== 200) return stopFor(status, body);
  await setFact(`bundle ${owner}`, { ...body, stamp: stamp() });
  return null;
}

window.addEventListener("online", () => { failures = 0; send(); });
document.addEventListener("visibilitychange", () => { if (document.visibilityState === "visible") send(); });
