// What time it is, by the server, even if somebody sets the tablet's clock.
"use strict";

import { fact, setFact } from "./store.js";

const SLACK = 60000;
let anchor = null; // { server, steady }: what the server's clock said when the steady one said so
let offset = null; // the server's clock minus the tablet's, in milliseconds

export async function begin() { offset = (await fact("offset")) ?? null; }

// The server said `now` in answer to what was asked at `asked` of the steady clock.
export async function met(now, asked) {
  const steady = performance.now();
  anchor = { server: now + (steady - asked) / 2, steady };
  offset = Math.round(anchor.server - Date.now());
  await setFact("offset", offset);
}

// The tablet's claim, and how far it is off as well as we know.
export function stamp() {
  const at = Date.now();
  if (anchor) {
    const steady = anchor.server + performance.now() - anchor.steady;
    // The steady clock stands still while a tablet sleeps, so it can only prove that the other was set back.
    if (at + offset < steady - SLACK) return { at, offset: Math.round(steady - at) };
  }
  return { at, offset };
}

export const isWrong = () => offset !== null && Math.abs(offset) > 12 * 3600000;
