// Keeps the page that checks certificates: the newest while there is a network, the kept one without.
"use strict";

/* global page, files */
const kept = "certificates-2";

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(kept).then((box) => box.addAll([page, ...files])));
});

self.addEventListener("fetch", (event) => {
  const path = new URL(event.request.url).pathname;
  if (event.request.method !== "GET" || (path !== page && !files.includes(path))) return;
  event.respondWith(
    fetch(event.request)
      .then(async (answer) => {
        if (answer.ok) await (await caches.open(kept)).put(path, answer.clone());
        return answer;
      })
      .catch(async () => (await (await caches.open(kept)).match(path)) || Response.error()),
  );
});
