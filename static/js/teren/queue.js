// What waits to be sent: written down at once and encrypted; it leaves only when the server has confirmed it.
"use strict";

import { stamp } from "./clock.js";
import { allOf, get, transact, update } from "./store.js";
import { seal, sealJson, unseal, unsealJson, worker } from "./vault.js";

const channel = "BroadcastChannel" in window ? new BroadcastChannel("teren") : null;
const listeners = new Set();

export function onChange(listener) { listeners.add(listener); }

export function tell() {
  for (const listener of listeners) listener();
  channel?.postMessage("changed");
}

if (channel) channel.onmessage = () => { for (const listener of listeners) listener(); };

function mine() {
  const open = worker();
  if (!open) throw new Error("locked");
  return open.id;
}

const add = (record) => transact(["items"], "readwrite", (of) => { of("items").add(record); });

export async function addCard(values) {
  const owner = mine();
  const id = values.id ?? crypto.randomUUID();
  const card = { ...stamp(), noted_by: owner, ...values, id };
  await add({ owner, id, kind: "card", made: Date.now(), sealed: await sealJson(id, card) });
  tell();
  return id;
}

export async function addPhoto(blob, values) {
  const owner = mine();
  const id = crypto.randomUUID();
  const facts = { ...stamp(), ...values, id };
  const sealed = await sealJson(id, facts);
  const picture = await seal(`${id} picture`, new Uint8Array(await blob.arrayBuffer()));
  await add({ owner, id, kind: "photo", made: Date.now(), sealed, picture });
  tell();
  return id;
}

export const picture = async (record) => unseal(`${record.id} picture`, record.picture);

export const opened = async (record) => ({ ...(await unsealJson(record.id, record.sealed)), id: record.id });

// All of the unlocked worker's things that wait, the newest first; still sealed.
export async function waiting() {
  const records = await allOf(mine());
  return records.sort((one, other) => other.made - one.made);
}

// Once it was tried to send a card the server may have it: what is changed here then would be lost there.
export async function changeCard(id, values) {
  const owner = mine();
  const record = await get("items", [owner, id]);
  if (!record || record.tried) return false;
  const card = { ...(await opened(record)), ...values, id };
  const sealed = await sealJson(id, card);
  let changed = false;
  await update("items", [owner, id], (known) => {
    if (!known || known.tried) return undefined;
    changed = true;
    return { ...known, sealed };
  });
  tell();
  return changed;
}

export async function removeItem(id) {
  let removed = false;
  await update("items", [mine(), id], (known) => {
    if (!known || known.tried) return undefined;
    removed = true;
    return null;
  });
  tell();
  return removed;
}

// Mark those as tried that are still there, and answer them: from here on nobody changes them.
export const takeToSend = (records) => transact(["items"], "readwrite", (of, give) => {
  const taken = [];
  give(taken);
  for (const { owner, id } of records) {
    of("items").get([owner, id]).onsuccess = (event) => {
      const known = event.target.result;
      if (!known) return;
      const tried = { ...known, tried: true };
      of("items").put(tried);
      taken.push(tried);
    };
  }
});

// The server's answers: what it has leaves, and is counted; what it refuses stays with the reason.
export const settle = (owner, answers) => transact(["items", "facts"], "readwrite", (of) => {
  const name = `sent ${owner}`;
  of("facts").get(name).onsuccess = (event) => {
    const sent = event.target.result?.value ?? { number: 0, aside: 0 };
    let left = answers.length;
    const done = () => { if (--left === 0) of("facts").put({ name, value: { ...sent, last: Date.now() } }); };
    for (const { id, result, code, sentence } of answers) {
      of("items").get([owner, id]).onsuccess = (found) => {
        const known = found.target.result;
        if (known && result === "refused") {
          of("items").put({ ...known, tried: false, refused: { code, sentence } });
        } else if (known) {
          of("items").delete([owner, id]);
          sent.number += 1;
          if (result === "quarantined") sent.aside += 1;
        }
        done();
      };
    }
  };
});

export const markHanded = (ids) => transact(["items"], "readwrite", (of) => {
  for (const id of ids) {
    of("items").get([mine(), id]).onsuccess = (event) => {
      if (event.target.result) of("items").put({ ...event.target.result, handed: true });
    };
  }
});

// -- Headcounts: two numbers that only grow, so that nothing is counted twice ----------------------------------------

export async function counted(event) {
  return (await get("counts", [mine(), event])) ?? { plus: 0, minus: 0 };
}

export async function count(event, title, step) {
  const owner = mine();
  const made = await update("counts", [owner, event], (known) => {
    const now = known ?? { owner, event, title, plus: 0, minus: 0, sent: "" };
    if (step > 0) return { ...now, title, plus: now.plus + 1 };
    return now.plus > now.minus ? { ...now, title, minus: now.minus + 1 } : undefined;
  });
  tell();
  return made ?? { plus: 0, minus: 0 };
}

const spoken = (count) => `${count.plus} ${count.minus}`;

export const countsToSend = (all, owner) => all.filter((one) => one.owner === owner && one.sent !== spoken(one));

export const countSent = (owner, { event, plus, minus, total }) => update("counts", [owner, event], (known) => (
  known ? { ...known, sent: spoken({ plus, minus }), total } : undefined
));
