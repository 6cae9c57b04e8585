// Signing out anywhere in the portal clears what a tablet keeps for its worker: the page and the keys. The cards that
// wait stay, encrypted; they open again after signing in.
"use strict";

const LONGEST = 2000;

export async function clearTablet() {
  if ("caches" in window) {
    for (const name of await caches.keys()) if (name.startsWith("teren-")) await caches.delete(name);
  }
  const known = await indexedDB.databases?.();
  if (!known?.some((one) => one.name === "teren")) return;
  await new Promise((resolve, reject) => {
    const opening = indexedDB.open("teren");
    opening.onerror = () => reject(opening.error);
    opening.onsuccess = () => {
      const transaction = opening.result.transaction(["keys", "facts"], "readwrite");
      transaction.objectStore("keys").clear();
      transaction.objectStore("facts").openCursor().onsuccess = (event) => {
        const cursor = event.target.result;
        if (!cursor) return;
        if (cursor.key.startsWith("bundle ")) cursor.delete();
        cursor.continue();
      };
      transaction.oncomplete = () => { opening.result.close(); resolve(); };
      transaction.onabort = () => { opening.result.close(); reject(transaction.error); };
    };
  });
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || !form.matches("form[data-signs-out]")) return;
  event.preventDefault();
  const late = new Promise((resolve) => { setTimeout(resolve, LONGEST); });
  Promise.race([clearTablet(), late]).catch(() => {}).finally(() => form.submit());
});
