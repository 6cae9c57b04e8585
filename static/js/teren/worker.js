// The service worker of /teren/ and of nothing else: it gives the page without network. What it is put together from
// (RELEASE and FILES) stands before these lines, written by the server; another release is another cache.
"use strict";

const CACHE = `teren-${RELEASE}`;
const PAGE = "/teren/";

async function fill() {
  const cache = await caches.open(CACHE);
  await cache.addAll(FILES.map((path) => new Request(path, { cache: "reload", credentials: "same-origin" })));
}

self.addEventListener("install", (event) => {
  event.waitUntil(fill().then(() => self.skipWaiting()));
});

// The page asks before it tells its worker that the tablet is ready: signing out has emptied the cache.
self.addEventListener("message", (event) => {
  if (event.data !== "fill") return;
  event.waitUntil(fill().then(() => event.ports[0].postMessage("filled"), () => event.ports[0].postMessage("failed")));
});

self.addEventListener("activate", (event) => {
  event.waitUntil((async () => {
    for (const name of await caches.keys()) {
      if (name.startsWith("teren-") && name !== CACHE) await caches.delete(name);
    }
    await self.clients.claim();
  })());
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const address = new URL(request.url);
  if (request.method !== "GET" || address.origin !== self.location.origin) return;
  if (request.mode === "navigate") {
    // Of pages only our own, under whatever query it is opened; the rest of the portal is never answered from here.
    if (address.pathname === PAGE) event.respondWith(page(request));
    return;
  }
  if (FILES.includes(address.pathname)) event.respondWith(kept(address.pathname, request));
});

async function page(request) {
  const found = await (await caches.open(CACHE)).match(PAGE);
  return found ?? fetch(request);
}

async function kept(path, request) {
  const found = await (await caches.open(CACHE)).match(path);
  return found ?? fetch(request);
}
