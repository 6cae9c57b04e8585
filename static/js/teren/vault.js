// The worker's keys, in memory only while the page is unlocked; on the disk they lie wrapped by the worker's PIN.
"use strict";

import { get, put, update } from "./store.js";

export const ROUNDS = 600000;
export const MOST_TRIES = 10;
export const LEAST_PIN = 6;
const text = new TextEncoder();

let open = null; // { owner, name, current, keys: Map of number to CryptoKey }

export const worker = () => open && { id: open.owner, name: open.name };

export function lock() { open = null; }

export function toBase64(bytes) {
  let binary = "";
  for (let at = 0; at < bytes.length; at += 32768) binary += String.fromCharCode(...bytes.subarray(at, at + 32768));
  return btoa(binary);
}

export const fromBase64 = (coded) => Uint8Array.from(atob(coded), (letter) => letter.charCodeAt(0));

export async function stretched(secret, salt, rounds = ROUNDS) {
  const base = await crypto.subtle.importKey("raw", text.encode(secret), "PBKDF2", false, ["deriveKey"]);
  return crypto.subtle.deriveKey(
    { name: "PBKDF2", hash: "SHA-256", salt, iterations: rounds }, base, { name: "AES-GCM", length: 256 }, false,
    ["encrypt", "decrypt"],
  );
}

export async function encrypt(key, bytes, about = "") {
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const data = await crypto.subtle.encrypt({ name: "AES-GCM", iv, additionalData: text.encode(about) }, key, bytes);
  return { iv, data: new Uint8Array(data) };
}

export async function decrypt(key, { iv, data }, about = "") {
  const plain = await crypto.subtle.decrypt({ name: "AES-GCM", iv, additionalData: text.encode(about) }, key, data);
  return new Uint8Array(plain);
}

// What /api/field/key/ answers: the keys come in, cannot be taken out again, and nothing of them is kept but here.
export async function openWith(owner, name, given) {
  const keys = new Map();
  for (const { id, key } of given) {
    const bytes = fromBase64(key);
    keys.set(id, await crypto.subtle.importKey("raw", bytes, "AES-GCM", false, ["encrypt", "decrypt"]));
    bytes.fill(0);
  }
  open = { owner, name, current: given[0].id, keys };
}

export async function wrap(owner, name, given, pin) {
  const salt = crypto.getRandomValues(new Uint8Array(16));
  const wrapped = await encrypt(await stretched(pin, salt), text.encode(JSON.stringify(given)), `${owner}`);
  await put("keys", { owner, name, salt, rounds: ROUNDS, wrapped, tries: 0 });
}

// "open", "wrong" (with how many tries are left), "gone" (the tenth wrong try, or never prepared).
export async function unlock(owner, pin) {
  const before = await get("keys", owner);
  if (!before) return { state: "gone" };
  // Counted before it is tried, in one step: neither a closed tab nor a second one gives a try more.
  const record = await update("keys", owner, (known) => {
    if (!known) return undefined;
    return known.tries >= MOST_TRIES ? null : { ...known, tries: known.tries + 1 };
  });
  if (!record) return { state: "gone" };
  let plain;
  try {
    plain = await decrypt(await stretched(pin, record.salt, record.rounds), record.wrapped, `${owner}`);
  } catch {
    const left = MOST_TRIES - record.tries;
    if (left > 0) return { state: "wrong", left };
    await update("keys", owner, (known) => (known && known.tries >= MOST_TRIES ? null : undefined));
    return { state: "gone" };
  }
  await openWith(owner, record.name, JSON.parse(new TextDecoder().decode(plain)));
  plain.fill(0);
  await update("keys", owner, (known) => (known ? { ...known, tries: 0 } : undefined));
  return { state: "open" };
}

// A sealed thing is bound to its owner and its own number: it opens nowhere else.
export async function seal(id, bytes) {
  return { key: open.current, ...(await encrypt(open.keys.get(open.current), bytes, `${open.owner} ${id}`)) };
}

export async function unseal(id, sealed) {
  const key = open.keys.get(sealed.key);
  if (!key) throw new Error("no such key");
  return decrypt(key, sealed, `${open.owner} ${id}`);
}

export const sealJson = (id, value) => seal(id, text.encode(JSON.stringify(value)));

export async function unsealJson(id, sealed) {
  return JSON.parse(new TextDecoder().decode(await unseal(id, sealed)));
}
