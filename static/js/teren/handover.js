// Giving the waiting cards to another device: a file that opens with a code shown once. Each card keeps its number,
// so it does not matter which of the two devices sends it, or that both do.
"use strict";

import { markHanded, opened, tell, waiting } from "./queue.js";
import { transact } from "./store.js";
import { decrypt, encrypt, fromBase64, ROUNDS, sealJson, stretched, toBase64, worker } from "./vault.js";

const FORMAT = "teren-1";
const LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"; // without those that look alike
const CODE_LENGTH = 20;

function newCode() {
  const code = [];
  while (code.length < CODE_LENGTH) {
    const byte = crypto.getRandomValues(new Uint8Array(1))[0];
    if (byte < 256 - 256 % LETTERS.length) code.push(LETTERS[byte % LETTERS.length]);
  }
  return code.join("").replace(/(.{4})(?!$)/g, "$1-");
}

const bare = (code) => code.toUpperCase().replace(/[^A-Z0-9]/g, "");

// The file's text and its code; null when no card waits.
export async function give() {
  const records = (await waiting()).filter((one) => one.kind === "card");
  if (!records.length) return null;
  const cards = await Promise.all(records.map(opened));
  const code = newCode();
  const salt = crypto.getRandomValues(new Uint8Array(16));
  const plain = new TextEncoder().encode(JSON.stringify({ cards }));
  const { iv, data } = await encrypt(await stretched(bare(code), salt), plain, FORMAT);
  const file = { format: FORMAT, rounds: ROUNDS, salt: toBase64(salt), iv: toBase64(iv), data: toBase64(data) };
  await markHanded(records.map((one) => one.id));
  tell();
  return { file: JSON.stringify(file), code, number: cards.length };
}

// How many cards came in; those that are here already are left as they are. Throws for a wrong code or another file.
export async function take(content, code) {
  const { format, rounds, salt, iv, data } = JSON.parse(content);
  if (format !== FORMAT || rounds > 10 * ROUNDS) throw new Error("another file");
  const key = await stretched(bare(code), fromBase64(salt), rounds);
  const plain = await decrypt(key, { iv: fromBase64(iv), data: fromBase64(data) }, FORMAT);
  const { cards } = JSON.parse(new TextDecoder().decode(plain));
  const owner = worker().id;
  const records = [];
  for (const card of cards) {
    records.push({ owner, id: card.id, kind: "card", made: card.at, sealed: await sealJson(card.id, card) });
  }
  const number = await transact(["items"], "readwrite", (of, answer) => {
    const came = { number: 0 };
    answer(came);
    for (const record of records) {
      of("items").get([owner, record.id]).onsuccess = (event) => {
        if (event.target.result) return;
        of("items").add(record);
        came.number += 1;
      };
    }
  });
  tell();
  return number.number;
}
