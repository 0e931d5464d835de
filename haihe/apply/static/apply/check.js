// Checks a certificate in this browser: Ed25519 by WebCrypto, SM2 by sm2.js; keys and list are the page's.
"use strict";

/* global sm2 */
(function () {
  const page = document.getElementById("check");
  const words = page.dataset;
  const result = document.getElementById("result");
  const form = document.getElementById("check-form");
  const box = document.getElementById("text");

  function raw(letters) {
    const text = atob(letters.replace(/-/g, "+").replace(/_/g, "/"));
    return Uint8Array.from(text, (one) => one.charCodeAt(0));
  }

  function told(letters) {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(raw(letters)));
  }

  function published(id) {
    return JSON.parse(document.getElementById(id).textContent);
  }

  // The claims of a statement, or an error whose message is one of the words of the page.
  async function claims(text, sort) {
    const parts = text.trim().split("#").pop().split(".");
    let header;
    let signature;
    try {
      if (parts.length !== 3) throw new Error();
      header = told(parts[0]);
      signature = raw(parts[2]);
    } catch (_) {
      throw new Error(words.none);
    }
    if (header.typ !== sort) throw new Error(words.none);
    const key = published("keys").keys.find((one) => one.kid === header.kid);
    if (!key) throw new Error(words.key);
    const said = new TextEncoder().encode(parts[0] + "." + parts[1]);
    const good = key.alg === header.alg && (await isGood(key, signature, said));
    if (!good) throw new Error(words.changed);
    return told(parts[1]);
  }

  // The algorithm is that of the key, never the statement's own.
  async function isGood(key, signature, said) {
    if (key.kty === "EC") return sm2.isGood(raw(key.x), raw(key.y), signature, said);
    const jwk = { kty: "OKP", crv: "Ed25519", x: key.x };
    const known = await crypto.subtle.importKey("jwk", jwk, { name: "Ed25519" }, false, ["verify"]);
    return crypto.subtle.verify({ name: "Ed25519" }, known, signature, said);
  }

  function line(list, name, value) {
    if (!value) return;
    const term = document.createElement("dt");
    const meaning = document.createElement("dd");
    term.textContent = name;
    meaning.textContent = value;
    list.append(term, meaning);
  }

  function show(tone, says, why, one, listed) {
    const head = document.createElement("p");
    const list = document.createElement("dl");
    head.className = "type-large notice " + (tone === "good" ? "is-good" : "is-near");
    head.textContent = says;
    list.className = "facts";
    result.replaceChildren(head);
    if (why) {
      const reason = document.createElement("p");
      reason.textContent = why;
      result.append(reason);
    }
    if (one) {
      const day = (seconds) => (seconds ? new Date(seconds * 1000).toLocaleString("zh-CN", { timeZone: words.zone, year: "numeric", month: "long", day: "numeric", hour: "2-digit", minute: "2-digit" }) : "");
      for (const name of ["item", "no", "name", "what", "iss"]) line(list, words[name], one[name]);
      line(list, words.iat, day(one.iat));
      line(list, words.exp, day(one.exp && one.exp - 60)); // the last minute in force
      line(list, words.listed, day(listed));
      result.append(list);
    }
    result.hidden = false;
  }

  async function check(text) {
    let one;
    let list;
    try {
      one = await claims(text, "haihe-certificate");
      list = await claims(published("revoked"), "haihe-revoked");
    } catch (wrong) {
      if (wrong.name === "NotSupportedError") {
        show("warn", words.bad, words.old, null, 0);
        return false;
      }
      show("bad", words.bad, wrong.message, null, 0);
      return true;
    }
    if (list.revoked.includes(one.id)) show("bad", words.revoked, "", one, list.at);
    else if (one.exp && one.exp * 1000 <= Date.now()) show("warn", words.expired, "", one, list.at);
    else show("good", words.good, "", one, list.at);
    return true;
  }

  if (!window.crypto || !crypto.subtle) return; // the form asks our side
  const files = document.getElementById("file");
  document.getElementById("file-field").hidden = false;
  files.addEventListener("change", async () => {
    if (files.files.length) {
      box.value = (await files.files[0].text()).trim().slice(0, 5000);
      check(box.value);
    }
  });
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (!(await check(box.value))) form.submit();
  });
  const fromCode = () => {
    if (location.hash.length > 1) check(location.hash.slice(1));
  };
  addEventListener("hashchange", fromCode);
  fromCode();
  if ("serviceWorker" in navigator) navigator.serviceWorker.register(words.worker).catch(() => {});
})();
