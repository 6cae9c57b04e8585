// The page of the tablets: opens with the worker's PIN, counts people, takes cards and photographs, and shows what waits.
"use strict";

import { begin, isWrong } from "./clock.js";
import { give, take } from "./handover.js";
import { clearTablet } from "./leaving.js";
import { redrawn } from "./picture.js";
import * as queue from "./queue.js";
import { all, deviceId, fact, remove, setFact } from "./store.js";
import * as sync from "./sync.js";
import * as vault from "./vault.js";
import { choose, language, moment, number, said, show, word } from "./words.js";

export { queue, sync, vault };

const LOCK_AFTER = 15 * 60000;
const MOST_LISTED = 50;
const LONGEST_TEXT = 5000;
const LONGEST_QUESTION = 300;
const PARTS = ["count", "card", "photo", "queue"];
const id = (name) => document.getElementById(name);

let bundle = null;
let who = null; // what the server said of the session, when it could be asked
let editing = null; // the number of the card that is being changed
let idle;

function tell(name, values) { id("said").textContent = ""; id("said").textContent = word(name, values); }

function fail(name, values) {
  id("fault").hidden = !name;
  id("fault").textContent = name ? word(name, values) : "";
}

function fault(field, name, values) {
  const place = id(`${field.id}_error`);
  field.setAttribute("aria-invalid", String(Boolean(name)));
  place.hidden = !name;
  place.textContent = name ? word(name, values) : "";
  if (name) field.focus();
  return Boolean(name);
}

function options(select, choices, kept = select.value) {
  select.replaceChildren(...choices.map(([value, label]) => new Option(label, value)));
  if (choices.some(([value]) => String(value) === kept)) select.value = kept;
}

// -- Before the day, and opening -------------------------------------------------------------------------------------

async function showStart() {
  id("work").hidden = true;
  id("start").hidden = false;
  const keys = await all("keys");
  id("unlock").hidden = keys.length === 0;
  options(id("who"), keys.map((one) => [one.owner, one.name]));
  await showWhoWaits();
  await askWho();
}

async function showWhoWaits() {
  const owner = Number(id("who").value);
  const items = await all("items");
  const own = items.filter((one) => one.owner === owner).length;
  const others = items.length - own;
  id("who_waits").textContent = [
    word("waits_here", { number: number(own) }), others ? word("waits_of_others", { number: number(others) }) : "",
  ].join(" ");
}

async function askWho() {
  try {
    who = await sync.session();
  } catch {
    who = null;
  }
  showNet();
  if (vault.worker()) return;
  id("signed_out").hidden = !who || who.worker !== null;
  id("not_staff").hidden = !who?.worker || who.may;
  id("prepare").hidden = !who?.worker || !who.may;
  id("prepare_name").textContent = who?.worker?.name ?? "";
}

id("who").addEventListener("change", showWhoWaits);

id("unlock").addEventListener("submit", async (event) => {
  event.preventDefault();
  fail();
  const pin = id("pin").value;
  id("pin").value = "";
  tell("opening");
  const answer = await vault.unlock(Number(id("who").value), pin);
  id("said").textContent = "";
  if (answer.state === "open") return showWork();
  fail(answer.state === "wrong" ? "pin_wrong" : "pin_gone", { number: answer.left });
  if (answer.state === "gone") return showStart();
  return id("pin").focus();
});

id("prepare").addEventListener("submit", async (event) => {
  event.preventDefault();
  fail();
  const pin = id("new_pin").value;
  if (pin.length < vault.LEAST_PIN) return fail("pin_short");
  if (pin !== id("again_pin").value) return fail("pin_differs");
  if (/^(.)\1*$/.test(pin) || "01234567890 9876543210".includes(pin)) return fail("pin_easy");
  id("new_pin").value = id("again_pin").value = "";
  tell("preparing");
  try {
    await navigator.storage?.persist?.();
    await fillCache();
    const { status, body } = await sync.ask("/api/field/key/");
    if (status !== 200) throw new Error(`key ${status}`);
    const owner = body.worker.id;
    await sync.refresh(owner);
    await vault.wrap(owner, body.worker.name, body.keys, pin);
    await vault.openWith(owner, body.worker.name, body.keys);
  } catch {
    id("said").textContent = "";
    return fail("prepare_failed");
  }
  await showWork();
  return tell("prepared");
});

// Not before the page itself lies on the tablet is it ready for a day without network.
async function fillCache() {
  const registration = await navigator.serviceWorker.register("/teren/sw.js", { scope: "/teren/" });
  await navigator.serviceWorker.ready;
  await new Promise((resolve, reject) => {
    const wire = new MessageChannel();
    wire.port1.onmessage = (event) => (event.data === "filled" ? resolve() : reject(new Error("not filled")));
    registration.active.postMessage("fill", [wire.port2]);
  });
}

async function lockUp() {
  await keepDraft();
  vault.lock();
  bundle = null;
  for (const form of [id("part_card"), id("part_photo"), id("take")]) form.reset();
  for (const place of [id("items"), id("give_code").querySelector("b")]) place.replaceChildren();
  id("give_code").hidden = id("give_file").hidden = true;
  dropFile();
  stopEdit();
  await showStart();
}

id("lock").addEventListener("click", lockUp);

id("leave").addEventListener("click", async () => {
  fail();
  await keepDraft();
  const owner = vault.worker().id;
  const mine = who?.worker?.id === owner;
  try {
    if (mine) {
      const { csrf } = await sync.session();
      await fetch("/konto/logout/", {
        method: "POST", body: new URLSearchParams({ csrfmiddlewaretoken: csrf }), credentials: "same-origin",
      });
    }
    await clearTablet();
  } catch {
    await remove("keys", owner);
  }
  await lockUp();
  tell("left");
});

function beActive() {
  clearTimeout(idle);
  if (vault.worker()) idle = setTimeout(lockUp, LOCK_AFTER);
}
for (const name of ["pointerdown", "keydown"]) document.addEventListener(name, beActive);

// -- At work ---------------------------------------------------------------------------------------------------------

async function showWork() {
  id("start").hidden = true;
  id("work").hidden = false;
  id("worker_name").textContent = vault.worker().name;
  id("device_name").textContent = (await deviceId()).slice(0, 4).toUpperCase();
  await showBundle();
  await bringDraft();
  await showPart(PARTS[0]);
  id("wrong_clock").hidden = !isWrong();
  beActive();
  sync.send();
}

async function showBundle() {
  bundle = (await fact(`bundle ${vault.worker().id}`)) ?? null;
  const events = bundle?.events ?? [];
  const before = id("event").value;
  options(id("event"), events.map((one) => [one.id, `${eventDay(one)} – ${said(one.title)}`]), before || `${nearest(events)}`);
  id("no_events").hidden = events.length > 0;
  options(id("district"), [["", word("of_the_event")], ...(bundle?.districts ?? []).map((one) => [one.slug, one.name])]);
  options(id("age_band"), [["", word("not_said")], ...(bundle?.age_bands ?? []).map((one) => [one.value, said(one.label)])]);
  options(id("language"), (bundle?.languages ?? []).map((one) => [one.value, said(one.label)]));
  const kept = new FormData(id("part_card")).get("wording") ?? "transcript";
  id("wordings").querySelector(".choices").replaceChildren(...(bundle?.wordings ?? []).map((one) => {
    const label = document.createElement("label");
    const radio = Object.assign(document.createElement("input"), {
      type: "radio", name: "wording", value: one.value, checked: one.value === kept,
    });
    label.append(radio, said(one.label));
    return label;
  }));
  await showEvent();
}

const eventDay = (one) => (
  new Intl.DateTimeFormat(language(), { day: "numeric", month: "short", timeZone: "Europe/Warsaw" }).format(new Date(one.starts_at))
);

function nearest(events) {
  const away = (one) => Math.abs(new Date(one.starts_at) - Date.now());
  return [...events].sort((one, other) => away(one) - away(other))[0]?.id ?? "";
}

const chosenEvent = () => bundle?.events.find((one) => String(one.id) === id("event").value);

async function showEvent() {
  const event = chosenEvent();
  const themes = (bundle?.themes ?? []).filter((one) => one.process === event?.process);
  options(id("theme"), [["", word("not_said")], ...themes.map((one) => [one.slug, said(one.name)])]);
  const questions = (bundle?.questions ?? []).filter((one) => one.process === event?.process);
  id("questions").replaceChildren(...questions.map((one) => new Option("", said(one.text))));
  if (!id("question").value && questions.length) id("question").value = said(questions[0].text);
  for (const button of [id("plus"), id("minus"), id("keep")]) button.disabled = !event;
  await showCount();
}

id("event").addEventListener("change", showEvent);

async function showPart(part) {
  for (const name of PARTS) id(`part_${name}`).hidden = name !== part;
  for (const button of document.querySelectorAll("[data-part]")) {
    if (button.dataset.part === part) button.setAttribute("aria-current", "page");
    else button.removeAttribute("aria-current");
  }
  await showQueue();
}

for (const button of document.querySelectorAll("[data-part]")) {
  button.addEventListener("click", () => { fail(); id("said").textContent = ""; showPart(button.dataset.part); });
}

// Counting: every press is on the disk before it is said.
async function showCount() {
  const event = chosenEvent();
  if (!event || !vault.worker()) return;
  const { plus, minus, total } = await queue.counted(event.id);
  id("people").textContent = number(plus - minus);
  id("people_all").textContent = total === undefined ? "" : ` · ${word("on_all_devices", { number: number(total) })}`;
}

async function press(step) {
  const event = chosenEvent();
  const { plus, minus } = await queue.count(event.id, event.title.pl, step);
  id("people").textContent = number(plus - minus);
  tell("counted", { number: number(plus - minus) });
}

id("plus").addEventListener("click", () => press(1));
id("minus").addEventListener("click", () => press(-1));

// Cards
function cardValues() {
  const event = chosenEvent();
  const form = new FormData(id("part_card"));
  return {
    event: event.id, event_title: event.title.pl, question: form.get("question").trim(), text: form.get("text").trim(),
    theme: form.get("theme"), district: form.get("district"), age_band: form.get("age_band"),
    language: form.get("language"), wording: form.get("wording"),
  };
}

let keeping = false;
id("part_card").addEventListener("submit", async (event) => {
  event.preventDefault();
  if (keeping || !chosenEvent()) return;
  const values = cardValues();
  const over = [...values.text].length - LONGEST_TEXT;
  if (fault(id("text"), !values.text ? "text_missing" : over > 0 ? "text_long" : "", { number: number(over) })) return;
  if (values.question.length > LONGEST_QUESTION) values.question = values.question.slice(0, LONGEST_QUESTION);
  keeping = true;
  try {
    if (editing) {
      const changed = await queue.changeCard(editing, values);
      if (changed) tell("card_changed"); else fail("card_sent_already");
      if (!changed) return;
    } else {
      await queue.addCard(values);
      tell("card_kept");
    }
    id("text").value = "";
    stopEdit();
    await dropDraft();
    id("text").focus();
  } catch {
    fail("not_kept");
  } finally {
    keeping = false;
  }
  sync.send();
});

function stopEdit() {
  editing = null;
  id("leave_edit").hidden = true;
  id("keep").dataset.w = "keep_card";
  id("keep").textContent = word("keep_card");
}

id("leave_edit").addEventListener("click", () => { id("text").value = ""; stopEdit(); });

async function edit(record) {
  const card = await queue.opened(record);
  editing = record.id;
  if (bundle.events.some((one) => one.id === card.event)) id("event").value = card.event;
  await showEvent();
  for (const name of ["question", "text", "theme", "district", "age_band", "language"]) id(name).value = card[name];
  for (const radio of id("part_card").querySelectorAll("[name=wording]")) radio.checked = radio.value === card.wording;
  id("keep").dataset.w = "keep_change";
  id("keep").textContent = word("keep_change");
  id("leave_edit").hidden = false;
  await showPart("card");
  id("text").focus();
}

// What is half written survives a closed tab and a locked page, encrypted like the cards.
const draftName = () => `draft ${vault.worker().id}`;
let drafting;
id("part_card").addEventListener("input", () => { clearTimeout(drafting); drafting = setTimeout(keepDraft, 700); });

async function keepDraft() {
  clearTimeout(drafting);
  const text = id("text").value;
  if (!vault.worker() || editing) return;
  if (text.trim()) await setFact(draftName(), await vault.sealJson("draft", { text, question: id("question").value }));
  else await dropDraft();
}

async function dropDraft() {
  clearTimeout(drafting);
  await remove("facts", draftName());
}

async function bringDraft() {
  const sealed = await fact(draftName());
  if (!sealed) return;
  try {
    const draft = await vault.unsealJson("draft", sealed);
    id("text").value = draft.text;
    id("question").value = draft.question;
  } catch { /* of a key that is gone */ }
}

// Photographs
id("part_photo").addEventListener("submit", async (event) => {
  event.preventDefault();
  const file = id("file").files[0];
  const alt = id("alt").value.trim();
  const chosen = chosenEvent();
  if (!chosen || fault(id("file"), file ? "" : "photo_missing")) return;
  if (fault(id("alt"), !alt ? "alt_missing" : alt.length > 300 ? "alt_long" : "")) return;
  try {
    await queue.addPhoto(await redrawn(file), { event: chosen.id, event_title: chosen.title.pl, alt });
  } catch {
    fault(id("file"), "photo_unreadable");
    return;
  }
  event.target.reset();
  tell("photo_kept");
  sync.send();
});

// -- What waits ------------------------------------------------------------------------------------------------------

let drawing = 0;
async function showQueue() {
  if (!vault.worker()) return;
  const turn = ++drawing;
  const owner = vault.worker().id;
  const records = await queue.waiting();
  const sent = (await fact(`sent ${owner}`)) ?? { number: 0, aside: 0 };
  id("queue_badge").textContent = number(records.length);
  id("waiting_number").textContent = number(records.length);
  id("sent_number").textContent = number(sent.number);
  id("aside_number").textContent = number(sent.aside);
  id("last_sent").textContent = sent.last ? word("last_sent", { when: moment(sent.last) }) : "";
  if (id("part_queue").hidden) return;
  const lines = [];
  for (const record of records.slice(0, MOST_LISTED)) {
    try {
      lines.push(line(record, await queue.opened(record)));
    } catch {
      lines.push(line(record, null));
    }
  }
  if (turn !== drawing) return;
  id("items").replaceChildren(...lines);
  id("more_items").hidden = records.length <= MOST_LISTED;
}

function line(record, card) {
  const item = document.createElement("li");
  const add = (tag, text, name = "") => item.appendChild(Object.assign(document.createElement(tag), { textContent: text, className: name }));
  const facts = [word(record.kind === "photo" ? "photo" : "card"), moment(record.made)];
  if (record.handed) facts.push(word("handed_over"));
  add("p", facts.join(" · "), "small soft");
  add("p", card ? (card.text ?? card.alt) : word("unreadable"), "quote");
  if (record.refused) add("p", record.refused.sentence || word("unreadable"), "urgent");
  if (record.tried) {
    add("p", word("being_sent"), "small");
    return item;
  }
  const row = item.appendChild(Object.assign(document.createElement("div"), { className: "row" }));
  const about = (card?.text ?? card?.alt ?? "").slice(0, 40);
  const button = (name, work) => {
    const made = Object.assign(document.createElement("button"), { type: "button", className: "btn quiet", textContent: word(name) });
    made.append(Object.assign(document.createElement("span"), { className: "hidden-text", textContent: `: ${about}` }));
    made.addEventListener("click", work);
    row.append(made);
  };
  if (card && record.kind === "card") button("change", () => edit(record));
  button("delete", async () => {
    if (!window.confirm(word("really_delete"))) return;
    if (await queue.removeItem(record.id)) tell("deleted"); else fail("card_sent_already");
    id("h_queue").tabIndex = -1;
    id("h_queue").focus();
  });
  return item;
}

id("send").addEventListener("click", async () => {
  fail();
  tell("sending");
  const name = await sync.send();
  if (name === "idle") tell("all_sent");
  else if (name === "offline") tell("no_network");
  else id("said").textContent = "";
});

queue.onChange(() => { showQueue(); showCount(); });

function showNet() {
  const name = sync.current();
  const off = !navigator.onLine || name === "offline" || (who === null && name === "idle" && !vault.worker());
  id("net").classList.toggle("off", off);
  id("net").dataset.w = off ? "offline" : name === "sending" ? "sending" : "online";
  id("net").textContent = word(id("net").dataset.w);
}

sync.onState((name) => {
  showNet();
  id("sign_in_to_send").hidden = name !== "signin";
  id("other_worker").hidden = name !== "other";
  if (name === "forbidden") fail("not_permitted");
  id("wrong_clock").hidden = !isWrong();
});
window.addEventListener("online", async () => { showNet(); if (!vault.worker()) await askWho(); });
window.addEventListener("offline", showNet);

// -- Handing over to another device ----------------------------------------------------------------------------------

let fileAddress = "";
function dropFile() {
  URL.revokeObjectURL(fileAddress);
  fileAddress = "";
}

id("give").addEventListener("click", async () => {
  fail();
  const given = await give();
  if (!given) return tell("nothing_waits");
  dropFile();
  fileAddress = URL.createObjectURL(new Blob([given.file], { type: "application/octet-stream" }));
  id("give_file").href = fileAddress;
  id("give_file").hidden = id("give_code").hidden = false;
  id("give_code").querySelector("b").textContent = given.code;
  return tell("given", { number: number(given.number) });
});

id("take").addEventListener("submit", async (event) => {
  event.preventDefault();
  const file = id("take_file").files[0];
  if (fault(id("take_code"), file && id("take_code").value ? "" : "take_missing")) return;
  tell("opening");
  try {
    const came = await take(await file.text(), id("take_code").value);
    event.target.reset();
    tell("taken", { number: number(came) });
    sync.send();
  } catch {
    id("said").textContent = "";
    fault(id("take_code"), "take_failed");
  }
});

id("refresh").addEventListener("click", async () => {
  fail();
  try {
    const stop = await sync.refresh(vault.worker().id);
    if (stop) return sync.send();
    await showBundle();
    tell("refreshed");
  } catch {
    fail("no_network");
  }
  return undefined;
});

// -- Beginning -------------------------------------------------------------------------------------------------------

for (const button of document.querySelectorAll("[data-language]")) {
  button.addEventListener("click", async () => {
    choose(button.dataset.language);
    fail();
    id("said").textContent = "";
    if (vault.worker()) {
      await showBundle();
      await showQueue();
    } else {
      await showWhoWaits();
    }
    showNet();
  });
}

show();
if (!("indexedDB" in window) || !crypto.subtle || !("serviceWorker" in navigator)) {
  fail("no_support");
} else {
  navigator.serviceWorker.register("/teren/sw.js", { scope: "/teren/" }).catch(() => {});
  await begin();
  await showStart();
}
