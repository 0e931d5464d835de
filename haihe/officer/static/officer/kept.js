/* What this device keeps without a network: drafts, filled-in forms, photos and copies of forms,
   each sealed with AES-GCM. Shared by the pages and by the service worker; both see one database.
   The key is made of a half kept here and a half the server gives to the signed-in account only. */
"use strict";

self.haihe = (() => {
  const DATABASE = "haihe";
  const VERSION = 1;
  const HALF_BYTES = 32;
  const NONCE_BYTES = 12;
  const OPEN_HOURS = 12; // as long as a session lasts at most; then the key is thrown away
  const SET_BACK_HOURS = 1; // a clock that was set back by more opens nothing any longer
  const LOOSE_HOURS = 1; // a file that no entry and no draft names is forgotten after that
  const COPY_HOURS = 24;
  const RECEIPT_DAYS = 7;
  const ENTRIES_MAX = 200; // that wait at once
  const BYTES_MAX = 20 * 1024 * 1024; // of one file, as on the server
  const HOUR = 3600 * 1000;
  const STORES = { keep: "id", entry: "id", file: "id", copy: "id", draft: "id" };

  let opening = null;

  function database() {
    opening ??= new Promise((resolve, reject) => {
      const asked = indexedDB.open(DATABASE, VERSION);
      asked.onupgradeneeded = () => {
        for (const [name, keyPath] of Object.entries(STORES)) {
          asked.result.createObjectStore(name, { keyPath });
        }
      };
      asked.onsuccess = () => {
        asked.result.onversionchange = () => asked.result.close();
        resolve(asked.result);
      };
      asked.onerror = () => reject(asked.error);
    });
    return opening;
  }

  function answered(request) {
    return new Promise((resolve, reject) => {
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
  }

  /* One transaction, durable when this resolves; `work` must not wait for anything but its stores. */
  async function within(names, mode, work) {
    const transaction = (await database()).transaction(names, mode, { durability: "strict" });
    const ended = new Promise((resolve, reject) => {
      transaction.oncomplete = resolve;
      transaction.onerror = transaction.onabort = () => reject(transaction.error);
    });
    const result = await work((name) => transaction.objectStore(name));
    await ended;
    return result;
  }

  const get = (name, id) => within([name], "readonly", (store) => answered(store(name).get(id)));
  const put = (name, row) => within([name], "readwrite", (store) => answered(store(name).put(row)));
  const drop = (name, id) =>
    within([name], "readwrite", (store) => answered(store(name).delete(id)));

  const of = (account) => IDBKeyRange.bound(`${account}/`, `${account}0`, false, true); // 0 follows /

  /* All rows of an account, in the order of their ids; or the ids alone. */
  const rows = (name, account) =>
    within([name], "readonly", (store) => answered(store(name).getAll(of(account))));
  const ids = (name, account) =>
    within([name], "readonly", (store) => answered(store(name).getAllKeys(of(account))));

  const hex = (bytes) => [...bytes].map((one) => one.toString(16).padStart(2, "0")).join("");
  const random = (count) => crypto.getRandomValues(new Uint8Array(count));
  const fresh = () => hex(random(16));
  const bytesOf = (letters) => Uint8Array.from(atob(letters), (one) => one.charCodeAt(0));

  /* ---- who has this device open ---- */

  /* {account, key, device, post, until} of whoever has it open, or null: nobody, or too long ago. */
  async function current() {
    const found = await get("keep", "current");
    if (!found) return null;
    const left = found.until - Date.now();
    if (left > 0 && left <= (OPEN_HOURS + SET_BACK_HOURS) * HOUR) return found;
    await lock();
    return null;
  }

  const lock = () => drop("keep", "current");

  /* The device's own half for an account, made at its first use. */
  async function deviceOf(account) {
    const id = `device/${account}`;
    const known = await get("keep", id);
    if (known) return known;
    const made = { id, device: fresh(), half: random(HALF_BYTES) };
    await put("keep", made);
    return made;
  }

  /* Open the device for an account: `half` is the server's. Whoever had it open has no longer. */
  async function open(account, half, post) {
    const { device, half: own } = await deviceOf(account);
    const both = new Uint8Array([...own, ...bytesOf(half)]);
    const whole = await crypto.subtle.importKey("raw", both, "HKDF", false, ["deriveKey"]);
    const how = {
      name: "HKDF",
      hash: "SHA-256",
      salt: new Uint8Array(HALF_BYTES),
      info: new TextEncoder().encode(`haihe device ${account}`),
    };
    const cipher = { name: "AES-GCM", length: 256 };
    const key = await crypto.subtle.deriveKey(how, whole, cipher, false, ["encrypt", "decrypt"]);
    const until = Date.now() + OPEN_HOURS * HOUR;
    const opened = { id: "current", account, key, device, post, until };
    await put("keep", opened);
    return opened;
  }

  /* ---- sealing: a row can be opened in its place only ---- */

  async function sealBytes(holder, place, bytes) {
    const iv = random(NONCE_BYTES);
    const additionalData = new TextEncoder().encode(`${holder.account}/${place}`);
    const how = { name: "AES-GCM", iv, additionalData };
    return { iv, sealed: await crypto.subtle.encrypt(how, holder.key, bytes) };
  }

  function openBytes(holder, place, row) {
    const additionalData = new TextEncoder().encode(`${holder.account}/${place}`);
    return crypto.subtle.decrypt(
      { name: "AES-GCM", iv: row.iv, additionalData },
      holder.key,
      row.sealed,
    );
  }

  const seal = (holder, place, value) =>
    sealBytes(holder, place, new TextEncoder().encode(JSON.stringify(value)));

  async function unseal(holder, place, row) {
    return JSON.parse(new TextDecoder().decode(await openBytes(holder, place, row)));
  }

  /* ---- files: sealed one by one, named by chance ---- */

  async function keepFile(holder, file) {
    if (file.size > BYTES_MAX) throw new RangeError("too large");
    const name = fresh();
    const place = `file/${name}`;
    const sealed = await sealBytes(holder, place, await file.arrayBuffer());
    await put("file", { id: `${holder.account}/${name}`, at: Date.now(), ...sealed });
    return { name, called: file.name, type: file.type, size: file.size };
  }

  async function fileOf(holder, told) {
    const row = await get("file", `${holder.account}/${told.name}`);
    if (!row) return null;
    const bytes = await openBytes(holder, `file/${told.name}`, row);
    return new File([bytes], told.called, { type: told.type });
  }

  const dropFile = (holder, told) => drop("file", `${holder.account}/${told.name}`);

  /* What a form says: its texts by name, its files kept. */
  async function filled(holder, form) {
    const fields = {};
    const files = {};
    for (const [name, value] of form.entries()) {
      if (name === "csrfmiddlewaretoken") continue;
      if (typeof value === "string") (fields[name] ??= []).push(value);
      else if (value.size) (files[name] ??= []).push(await keepFile(holder, value));
    }
    return { fields, files };
  }

  /* ---- entries: numbered in the order in which they were made ---- */

  const idOf = (holder, number) => `${holder.account}/${String(number).padStart(9, "0")}`;

  /* Number and keep an entry in one transaction: no number is ever without its entry. */
  async function addEntry(holder, body) {
    const name = fresh();
    const sealed = await seal(holder, `entry/${name}`, body);
    return within(["keep", "entry"], "readwrite", async (store) => {
      const id = `count/${holder.account}`;
      const counted = await answered(store("keep").get(id));
      const waiting = counted?.waiting ?? 0;
      if (waiting >= ENTRIES_MAX) throw new RangeError("too many");
      const number = (counted?.number ?? 0) + 1;
      const row = { id: idOf(holder, number), number, name, state: "ready", ...sealed };
      await answered(store("entry").put(row));
      await answered(store("keep").put({ id, number, waiting: waiting + 1 }));
      return number;
    });
  }

  /* The same entry with another state or another content. */
  async function changeEntry(holder, number, state, body) {
    const id = idOf(holder, number);
    const known = await get("entry", id);
    if (!known) return;
    const sealed = await seal(holder, `entry/${known.name}`, body);
    const over = (one) => one === "recorded" || one === "dropped";
    await within(["keep", "entry"], "readwrite", async (store) => {
      await answered(store("entry").put({ ...known, ...sealed, state }));
      const count = await answered(store("keep").get(`count/${holder.account}`));
      const fewer = over(state) && !over(known.state) ? 1 : 0;
      await answered(store("keep").put({ ...count, waiting: count.waiting - fewer }));
    });
  }

  /* Every entry of the account, opened: {number, state, body}. */
  async function entries(holder) {
    const found = [];
    for (const row of await rows("entry", holder.account)) {
      const body = await unseal(holder, `entry/${row.name}`, row);
      found.push({ number: row.number, state: row.state, body });
    }
    return found;
  }

  const entry = async (holder, number) =>
    (await entries(holder)).find((one) => one.number === number) ?? null;

  /* How many wait, and how many of other accounts: their number only, for they are sealed. */
  async function counted(account) {
    const all = await within(["entry"], "readonly", (store) => answered(store("entry").getAll()));
    const waiting = all.filter((one) => one.state !== "recorded" && one.state !== "dropped");
    const own = waiting.filter((one) => one.id.startsWith(`${account}/`)).length;
    return { own, others: waiting.length - own };
  }

  /* Photos that were replaced, or whose draft is gone, are named by nothing: they are forgotten. */
  async function forgetLoose(holder) {
    const named = new Set();
    const name = ({ files }) => {
      for (const one of Object.values(files ?? {}).flat()) {
        named.add(`${holder.account}/${one.name}`);
      }
    };
    for (const { body } of await entries(holder)) name(body);
    for (const row of await rows("draft", holder.account)) {
      name(await unseal(holder, `draft/${row.address}`, row));
    }
    for (const id of await ids("file", holder.account)) {
      if (named.has(id)) continue;
      const row = await get("file", id);
      if (row && Date.now() - (row.at ?? 0) > LOOSE_HOURS * HOUR) await drop("file", id);
    }
  }

  /* Receipts that are old, copies that are, and loose files are forgotten. */
  async function forgetOld(holder) {
    for (const one of await entries(holder)) {
      const over = one.state === "recorded" || one.state === "dropped";
      if (over && Date.now() - Date.parse(one.body.settled_at) > RECEIPT_DAYS * 24 * HOUR) {
        await drop("entry", idOf(holder, one.number));
      }
    }
    for (const row of await rows("copy", holder.account)) {
      if (Date.now() - row.at > COPY_HOURS * HOUR) await drop("copy", row.id);
    }
    await forgetLoose(holder);
  }

  /* ---- copies of forms, and drafts, by address ---- */

  async function keepByAddress(name, holder, address, value) {
    const sealed = await seal(holder, `${name}/${address}`, value);
    await put(name, { id: `${holder.account}/${address}`, address, at: Date.now(), ...sealed });
  }

  async function byAddress(name, holder, address) {
    const row = await get(name, `${holder.account}/${address}`);
    return row ? { at: row.at, value: await unseal(holder, `${name}/${address}`, row) } : null;
  }

  const dropByAddress = (name, holder, address) => drop(name, `${holder.account}/${address}`);

  /* The addresses of kept copies with their titles. */
  async function copies(holder) {
    const found = [];
    for (const row of await rows("copy", holder.account)) {
      const told = await unseal(holder, `copy/${row.address}`, row);
      found.push({ address: row.address, at: row.at, title: told.title });
    }
    return found;
  }

  const places = async (name, holder) =>
    (await rows(name, holder.account)).map((one) => one.address);

  return {
    addEntry, byAddress, changeEntry, copies, counted, current, deviceOf, dropByAddress, dropFile,
    entries, entry, fileOf, filled, forgetOld, fresh, get, keepByAddress, keepFile, lock, open,
    places, put, drop,
  };
})();
