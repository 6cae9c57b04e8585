// The tablet's own store: what waits to be sent, headcounts, wrapped keys, the prepared lists.
// Texts and photographs lie in it encrypted only (vault.js).
"use strict";

const NAME = "teren";
const VERSION = 1;
let opening;

function open() {
  opening ??= new Promise((resolve, reject) => {
    const request = indexedDB.open(NAME, VERSION);
    request.onupgradeneeded = () => {
      const items = request.result.createObjectStore("items", { keyPath: ["owner", "id"] });
      items.createIndex("owner", "owner");
      request.result.createObjectStore("counts", { keyPath: ["owner", "event"] });
      request.result.createObjectStore("keys", { keyPath: "owner" });
      request.result.createObjectStore("facts", { keyPath: "name" });
    };
    request.onsuccess = () => {
      // A newer page in another tab, or signing out, must not wait for this one.
      request.result.onversionchange = () => { request.result.close(); opening = undefined; };
      request.result.onclose = () => { opening = undefined; };
      resolve(request.result);
    };
    request.onerror = () => { opening = undefined; reject(request.error); };
  });
  return opening;
}

// One transaction; what `work` answers is given back once everything of it is on the disk.
export async function transact(stores, mode, work) {
  const database = await open();
  return new Promise((resolve, reject) => {
    const transaction = database.transaction(stores, mode, { durability: "strict" });
    let answer;
    const give = (value) => { answer = value; };
    transaction.oncomplete = () => resolve(answer);
    transaction.onabort = () => reject(transaction.error ?? new Error("aborted"));
    work((name) => transaction.objectStore(name), give, transaction);
  });
}

export const get = (store, key) => transact([store], "readonly", (of, give) => {
  of(store).get(key).onsuccess = (event) => give(event.target.result);
});

export const all = (store) => transact([store], "readonly", (of, give) => {
  of(store).getAll().onsuccess = (event) => give(event.target.result);
});

export const allOf = (owner) => transact(["items"], "readonly", (of, give) => {
  of("items").index("owner").getAll(owner).onsuccess = (event) => give(event.target.result);
});

export const put = (store, value) => transact([store], "readwrite", (of) => { of(store).put(value); });

export const remove = (store, key) => transact([store], "readwrite", (of) => { of(store).delete(key); });

// Read and write in one transaction, so that two tabs never count on the same number. `make` answers the new record,
// null to delete it, undefined to leave it as it is; given back is what stands there afterwards.
export const update = (store, key, make) => transact([store], "readwrite", (of, give) => {
  of(store).get(key).onsuccess = (event) => {
    const made = make(event.target.result);
    if (made === null) of(store).delete(key);
    else if (made !== undefined) of(store).put(made);
    give(made === undefined ? event.target.result : made);
  };
});

export async function fact(name) { return (await get("facts", name))?.value; }
export const setFact = (name, value) => put("facts", { name, value });

// A random number by which the server tells this device from others.
export async function deviceId() {
  const kept = await update("facts", "device", (known) => known ?? { name: "device", value: crypto.randomUUID() });
  return kept.value;
}
