/* On every page of the officer: opens this device for the account that is signed in, keeps drafts
   of half-filled forms, and sends what waits, one after the other, as soon as there is a network. */
"use strict";

(() => {
  const kept = self.haihe;
  const told = document.currentScript.dataset;
  const FORM = /^\/officer\/(new\/[^/]+\/[^/]+(\/then\/[^/]+)?|matter\/[^/]+\/act\/[^/]+)\/$/;
  const OUTBOX = "/officer/offline/";
  const OVER = ["recorded", "dropped"];
  const LOOK = "_preview"; // the button that shows the papers of a step and does nothing else
  const DRAFT_MILLISECONDS = 600;
  const WAITS = [5000, 10000, 20000, 40000, 60000];
  const STEP_MILLISECONDS = 60000;
  const FILE_MILLISECONDS = 600000; // ten megabytes on a line of 130 kbit/s
  const REFRESH_MILLISECONDS = 60000;
  const GAP_MAX = 200;
  const LABEL_MAX = 120;

  let holder = null;
  let timer = 0;
  let tries = 0;

  const said = (name, detail) => document.dispatchEvent(new CustomEvent(name, { detail }));

  function token() {
    const found = /(?:^|; )csrftoken=([^;]+)/.exec(document.cookie);
    return found ? found[1] : "";
  }

  /* An answer that never comes is like none: the server takes an entry in once, however often. */
  const post = (address, body, headers = {}) =>
    fetch(address, {
      method: "POST",
      body,
      headers: { "X-CSRFToken": token(), ...headers },
      signal: AbortSignal.timeout(body instanceof FormData ? FILE_MILLISECONDS : STEP_MILLISECONDS),
    });

  const postJson = (address, value) =>
    post(address, JSON.stringify(value), { "Content-Type": "application/json" });

  /* ---- whose device it is now ---- */

  async function unlocked() {
    const known = await kept.current();
    if (!told.account) return known;
    if (known?.account === told.account && known.post === told.post) return known;
    if (known && known.account !== told.account) await kept.lock();
    const { device } = await kept.deviceOf(told.account);
    let answer;
    try {
      answer = await postJson("/officer/offline/device/", { device });
    } catch {
      return known?.account === told.account ? known : null;
    }
    if (!answer.ok) return null;
    const ticket = await answer.json();
    return ticket.account === told.account
      ? kept.open(ticket.account, ticket.half, ticket.post)
      : null;
  }

  /* ---- sending ---- */

  async function send() {
    clearTimeout(timer);
    if (!holder || !navigator.onLine) return;
    let left = false;
    await navigator.locks.request("haihe-outbox", async () => {
      for (const one of await kept.entries(holder)) {
        if (OVER.includes(one.state) || one.state === "refused") continue;
        try {
          if (await sendOne(one)) continue;
        } catch {
          /* the network went away, or the server did: the entry stays as it is */
        }
        left = true;
        break;
      }
    });
    await show();
    if (left) timer = setTimeout(send, WAITS[Math.min(tries++, WAITS.length - 1)]);
    else tries = 0;
  }

  /* Whether the next entry may be sent. */
  async function sendOne(one) {
    const { body } = one;
    if (one.state !== "dropping" && !(await sendFiles(one))) return false;
    const answer = await postJson("/officer/offline/entry/", {
      device: holder.device,
      number: one.number,
      address: body.address,
      post: body.post,
      made_at: body.made_at,
      sent_at: new Date().toISOString(),
      dropped: one.state === "dropping",
      fields: body.fields,
      files: digests(body.files),
    });
    if (answer.status === 409) return fillGap(one, (await answer.json()).expected);
    if (answer.status === 401) said("haihe:sign-in");
    if (answer.status === 403) said("haihe:withdrawn");
    if (!answer.ok && answer.status !== 400) return false;
    await settle(one, await answer.json());
    return true;
  }

  async function sendFiles({ number, state, body }) {
    for (const one of Object.values(body.files ?? {}).flat()) {
      if (one.digest) continue;
      const file = await kept.fileOf(holder, one);
      if (!file) continue;
      const form = new FormData();
      form.append("file", file);
      const answer = await post("/officer/offline/file/", form);
      if (answer.status === 401) said("haihe:sign-in");
      if (!answer.ok) return false;
      one.digest = (await answer.json()).digest;
      await kept.changeEntry(holder, number, state, body);
    }
    return true;
  }

  function digests(files) {
    const found = {};
    for (const [name, several] of Object.entries(files ?? {})) {
      found[name] = several.map((one) => one.digest).filter(Boolean);
    }
    return found;
  }

  /* The server misses numbers this device no longer has (an older backup was restored). */
  async function fillGap(one, expected) {
    const known = new Set((await kept.entries(holder)).map((each) => each.number));
    for (let number = expected; number < one.number; number += 1) {
      if (known.has(number) || number - expected > GAP_MAX) return false;
      const answer = await postJson("/officer/offline/entry/", {
        device: holder.device,
        number,
        address: one.body.address,
        post: one.body.post,
        made_at: one.body.made_at,
        sent_at: new Date().toISOString(),
        dropped: true,
        fields: {},
        files: {},
      });
      if (!answer.ok) return false;
    }
    return expected < one.number ? sendOne(one) : false;
  }

  async function settle({ number, body }, answer) {
    const { address, label, made_at, files } = body;
    const { state, href, received_at, refusal, waits_for } = answer;
    const settled_at = new Date().toISOString();
    if (!OVER.includes(state)) {
      await kept.changeEntry(holder, number, state, { ...body, refusal, waits_for, received_at });
      return;
    }
    const receipt = { address, label, made_at, received_at, settled_at, href };
    await kept.changeEntry(holder, number, state, receipt);
    for (const one of Object.values(files ?? {}).flat()) await kept.dropFile(holder, one);
  }

  /* ---- what waits, in the head of each page ---- */

  async function show() {
    const account = holder?.account ?? told.account;
    const { own } = account ? await kept.counted(account) : { own: 0 };
    for (const place of document.querySelectorAll("[data-waiting]")) {
      place.className = own ? "tag is-near" : "";
      place.textContent = own || "";
    }
    said("haihe:outbox", { holder });
  }

  /* ---- drafts ---- */

  const drafted = new Map(); // by address: what was kept of the files chosen there

  function fileKey(file) {
    return [file.name, file.size, file.lastModified].join("|");
  }

  async function written(form) {
    const fields = {};
    const files = {};
    const known = drafted.get(form) ?? new Map();
    drafted.set(form, known);
    for (const [name, value] of new FormData(form).entries()) {
      if (typeof value === "string") {
        if (!name.startsWith("_") && name !== "csrfmiddlewaretoken" && value) {
          (fields[name] ??= []).push(value);
        }
      } else if (value.size) {
        const key = fileKey(value);
        if (!known.has(key)) known.set(key, await kept.keepFile(holder, value));
        (files[name] ??= []).push(known.get(key));
      }
    }
    return { fields, files };
  }

  /* A form's address; of a step of what is only on this device, with the number it follows. */
  const placeOf = (form) => {
    const { pathname, searchParams } = new URL(form.action);
    const on = searchParams.get("on");
    return on ? `${pathname}?on=${on}` : pathname;
  };

  const isForm = (form) => FORM.test(new URL(form.action).pathname);

  /* The forms of what follows an opening on this device say which one. */
  function follow() {
    const page = document.querySelector("[data-then]");
    if (!page) return;
    const on = new URLSearchParams(location.search).get("on") ?? "";
    const known = /^[1-9]\d{0,8}$/.test(on);
    document.querySelector("[data-then-lost]").hidden = known;
    for (const form of page.querySelectorAll("form.fill[method=post]")) {
      if (known) form.action = `${new URL(form.action).pathname}?on=${on}`;
      else form.querySelector("button[type=submit]").disabled = true;
    }
    const about = page.querySelector("[data-about]");
    if (known && about) {
      about.dataset.about = `${page.dataset.then} ${on}`;
      about.textContent = about.dataset.about;
    }
  }

  async function saveDraft(form) {
    const value = await written(form);
    if (Object.keys(value.fields).length + Object.keys(value.files).length === 0) return;
    await kept.keepByAddress("draft", holder, placeOf(form), value);
  }

  async function restore(form, { fields, files }) {
    for (const [name, values] of Object.entries(fields)) {
      for (const control of form.querySelectorAll(`[name="${CSS.escape(name)}"]`)) {
        if (control.type === "hidden") continue;
        if (control.type === "radio" || control.type === "checkbox") {
          control.checked = values.includes(control.value);
        } else if (control.type !== "file") {
          control.value = values[0];
        }
      }
    }
    for (const [name, several] of Object.entries(files)) {
      const control = form.querySelector(`input[type=file][name="${CSS.escape(name)}"]`);
      if (!control) continue;
      const chosen = new DataTransfer();
      for (const one of several) {
        const file = await kept.fileOf(holder, one);
        if (file) chosen.items.add(file);
      }
      control.files = chosen.files;
    }
  }

  function notice(form, id) {
    const words = document.getElementById(id);
    if (!words) return null;
    form.prepend(words.content.cloneNode(true));
    form.closest("details")?.setAttribute("open", "");
    return form.firstElementChild;
  }

  async function watch(form) {
    const place = placeOf(form);
    const came_back = form.querySelector(".refusal, .wrongs") !== null;
    const arrived = /[?&](done|kept)=/.test(location.search);
    const draft = await kept.byAddress("draft", holder, place);
    if (draft && (arrived ? draft.value.sent : came_back)) {
      await kept.dropByAddress("draft", holder, place);
    } else if (draft && !came_back) {
      await restore(form, draft.value);
      const line = notice(form, "draft-words");
      line?.querySelector("button")?.addEventListener("click", async () => {
        await kept.dropByAddress("draft", holder, place);
        form.reset();
        line.remove();
      });
    }
    let waiting = 0;
    const later = () => {
      clearTimeout(waiting);
      waiting = setTimeout(() => saveDraft(form), DRAFT_MILLISECONDS);
    };
    form.addEventListener("input", later);
    form.addEventListener("change", later);
    form.addEventListener("submit", (event) => {
      clearTimeout(waiting);
      if (event.submitter?.name === LOOK) return; // only its papers are looked at
      add(form, "_label", label(form));
      add(form, "_made_at", new Date().toISOString());
      markSent(place);
    });
  }

  async function markSent(place) {
    const draft = await kept.byAddress("draft", holder, place);
    if (draft) {
      await kept.keepByAddress("draft", holder, place, { ...draft.value, sent: true });
    }
  }

  function add(form, name, value) {
    const known = form.querySelector(`input[type=hidden][name="${name}"]`);
    const control = known ?? document.createElement("input");
    control.type = "hidden";
    control.name = name;
    control.value = value;
    if (!known) form.append(control);
  }

  function label(form) {
    const step = form.closest("details")?.querySelector("summary")?.textContent ?? "";
    const page = document.querySelector("h1")?.textContent ?? "";
    const about = document.querySelector("[data-about]")?.dataset.about ?? "";
    return [step.trim() || page.trim(), about].filter(Boolean).join(" · ").slice(0, LABEL_MAX);
  }

  /* ---- mending an entry that was refused ---- */

  async function mend(form, number) {
    const found = await kept.entry(holder, number);
    if (!found || OVER.includes(found.state)) return;
    const { body } = found;
    const { pathname, searchParams } = new URL(body.address, location.href);
    const on = searchParams.get("on");
    if ((on ? `${pathname}?on=${on}` : pathname) !== placeOf(form)) return;
    await restore(form, body);
    notice(form, "mend-words");
    form.addEventListener("submit", async (event) => {
      if (event.submitter?.name === LOOK) return;
      event.preventDefault();
      const { fields, files } = await kept.filled(holder, new FormData(form));
      for (const one of Object.values(body.files ?? {}).flat()) await kept.dropFile(holder, one);
      const mended = { ...body, fields, files, refusal: null, waits_for: null };
      await kept.changeEntry(holder, number, "ready", mended);
      location.assign(`${OUTBOX}?kept=${number}`);
    });
  }

  async function forgetSent() {
    if (!/[?&](done|kept)=/.test(location.search)) return;
    for (const place of await kept.places("draft", holder)) {
      const draft = await kept.byAddress("draft", holder, place);
      if (draft?.value.sent) await kept.dropByAddress("draft", holder, place);
    }
  }

  /* The first page of a list is asked again while it is looked at and nobody has anything open. */
  function refresh() {
    const list = document.querySelector("#desk-list[data-refresh=yes]");
    const busy = list?.querySelector("details[open]") || list?.contains(document.activeElement);
    if (!list || busy || document.visibilityState !== "visible" || !navigator.onLine) return;
    self.htmx?.ajax("GET", location.pathname + location.search, {
      target: "#desk-list",
      swap: "outerHTML",
    });
  }

  async function begin() {
    setInterval(refresh, REFRESH_MILLISECONDS);
    if (!isSecureContext || !("serviceWorker" in navigator) || !("locks" in navigator)) return;
    follow();
    navigator.serviceWorker.register("/officer/worker.js", { scope: "/officer/" });
    holder = await unlocked();
    if (holder) {
      await forgetSent();
      await kept.forgetOld(holder);
      const number = Number(new URLSearchParams(location.search).get("mend"));
      for (const form of document.querySelectorAll("form.fill[method=post]")) {
        if (!isForm(form)) continue;
        await (number ? mend(form, number) : watch(form));
      }
    }
    document.documentElement.dataset.device = holder ? "open" : "locked";
    self.haiheDesk = { send, post, postJson, holder: () => holder };
    await show();
    await send();
    addEventListener("online", () => {
      tries = 0;
      send();
    });
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "visible") send();
    });
  }

  begin();
})();
