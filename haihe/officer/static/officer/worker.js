/* Stands between the officer's pages and the network. Without a network a form that was kept opens
   from its sealed copy, and a form that is sent is kept and sent later (outbox in kept.js). */
"use strict";

importScripts("/static/officer/kept.js");

const kept = self.haihe;
const SHELL = "/officer/offline/shell/";
const OUTBOX = "/officer/offline/";
const CACHE = "haihe-shell";
const PARTS = [
  SHELL,
  "/static/look/look.css",
  "/static/look/dark.css",
  "/static/look/mark.svg",
  "/static/officer/kept.js",
  "/static/officer/desk.js",
  "/static/officer/outbox.js",
];
const COPIED = "Haihe-Copy"; // the header of pages that may be kept on the device
const FORM = /^\/officer\/(new\/[^/]+\/[^/]+(\/then\/[^/]+)?|matter\/[^/]+\/act\/[^/]+)\/$/;
/* A step of a matter that only this device has: never sent by itself, always after its opening. */
const THEN = /^\/officer\/new\/[^/]+\/[^/]+\/then\/[^/]+\/$/;
const LOOK = "_preview"; // the button that shows the papers of a step: nothing to keep
const SIGN_OUT = "/officer/logout/";
const SLOW_MILLISECONDS = 8000; // after that a kept copy is better than a page that does not come

self.addEventListener("install", (event) => {
  event.waitUntil(
    caches
      .open(CACHE)
      .then((cache) => cache.addAll(PARTS.map((one) => new Request(one, { cache: "reload" }))))
      .then(() => self.skipWaiting()),
  );
});

self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const address = new URL(request.url);
  if (address.origin !== self.location.origin) return;
  if (request.mode === "navigate") {
    if (request.method === "POST") event.respondWith(sent(request, address));
    else if (request.method === "GET") event.respondWith(opened(event, request, address));
  } else if (request.method === "GET" && PARTS.includes(address.pathname)) {
    event.respondWith(part(request));
  }
});

/* A part of the shell: from the network, and kept for when there is none. */
async function part(request) {
  const cache = await caches.open(CACHE);
  try {
    const answer = await fetch(request);
    if (answer.ok) await cache.put(new URL(request.url).pathname, answer.clone());
    return answer;
  } catch (failure) {
    const known = await cache.match(new URL(request.url).pathname);
    if (known) return known;
    throw failure;
  }
}

async function opened(event, request, address) {
  const holder = await kept.current();
  const copy = holder && (await kept.byAddress("copy", holder, address.pathname));
  try {
    await signOutFirst();
    const answer = await (copy ? inTime(fetch(request)) : fetch(request));
    if (holder && answer.ok && answer.headers.get(COPIED)) {
      event.waitUntil(keepCopy(holder, address.pathname, answer.clone()));
    }
    return answer;
  } catch {
    return copy ? asKept(copy) : shell();
  }
}

function inTime(promise) {
  const late = new Promise((_, reject) => setTimeout(reject, SLOW_MILLISECONDS));
  return Promise.race([promise, late]);
}

async function shell() {
  return (await (await caches.open(CACHE)).match(SHELL)) ?? Response.error();
}

async function keepCopy(holder, path, answer) {
  const html = await answer.text();
  const title = decodeURIComponent(answer.headers.get(COPIED));
  const policy = answer.headers.get("Content-Security-Policy");
  await kept.keepByAddress("copy", holder, path, { html, title, policy });
}

/* A kept copy: with a key of its own, so that each form filled in from it counts once. */
function asKept({ value }) {
  const html = value.html
    .replaceAll(/name="_key" value="[0-9a-f]{32}"/g, () => `name="_key" value="${kept.fresh()}"`)
    .replace("data-copy hidden", "data-copy");
  const headers = {
    "Content-Type": "text/html; charset=utf-8",
    "Content-Security-Policy": value.policy,
  };
  return new Response(html, { headers });
}

async function sent(request, address) {
  if (address.pathname === SIGN_OUT) return signedOut(request);
  if (!FORM.test(address.pathname)) return fetch(request);
  if (THEN.test(address.pathname)) return keep(request, address);
  const again = request.clone();
  try {
    return await fetch(request);
  } catch {
    return keep(again, address);
  }
}

/* A form that did not get through: kept, numbered, sealed. If its answer only got lost, the same
   key makes the server find what was recorded. */
async function keep(request, address) {
  const holder = await kept.current();
  if (!holder) return shell();
  const made_at = new Date().toISOString();
  try {
    const form = await request.formData();
    if (form.has(LOOK)) return shell();
    const { fields, files } = await kept.filled(holder, form);
    const number = await kept.addEntry(holder, {
      address: address.pathname + address.search,
      post: holder.post,
      made_at: fields._made_at?.[0] || made_at,
      label: fields._label?.[0] ?? "",
      fields,
      files,
    });
    return Response.redirect(`${OUTBOX}?kept=${number}`, 303);
  } catch {
    return shell();
  }
}

/* Signing out closes the device at once; without a network the server is told when it is there. */
async function signedOut(request) {
  const again = request.clone();
  await kept.lock();
  try {
    return await fetch(request);
  } catch {
    const body = await again.text();
    await kept.put("keep", { id: "sign-out", body });
    return shell();
  }
}

async function signOutFirst() {
  const waiting = await kept.get("keep", "sign-out");
  if (!waiting) return;
  await fetch(SIGN_OUT, {
    method: "POST",
    body: waiting.body,
    headers: { "Content-Type": "application/x-www-form-urlencoded" },
    redirect: "manual",
  });
  await kept.drop("keep", "sign-out");
}
