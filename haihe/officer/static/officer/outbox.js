/* The page of what waits on this device: each entry with its state, its reason and what can be
   done; the copies of forms that open without a network; taking more of them along. */
"use strict";

(() => {
  const kept = self.haihe;
  const list = document.getElementById("outbox");
  const copies = document.getElementById("copies");
  const OVER = ["recorded", "dropped"];
  const FORM = /^\/officer\/(new\/[^/]+\/[^/]+(\/then\/[^/]+)?|matter\/[^/]+\/act\/[^/]+)\/$/;
  const STEP_AFTER = /^(.*\/then\/)[^/]+\/$/; // its form stands among the others of that page
  const OPENING = /^\/officer\/new\/[^/]+\/[^/]+\/$/;
  const words = list.dataset;
  let known = new Set(); // addresses that open without a network

  const show = (id, is) => {
    document.getElementById(id).hidden = !is;
  };

  function when(text) {
    const at = new Date(text);
    return at.toLocaleString(document.documentElement.lang, {
      dateStyle: "long",
      timeStyle: "short",
    });
  }

  function filled(template, values) {
    const made = document.getElementById(template).content.cloneNode(true);
    for (const [name, text] of Object.entries(values)) {
      const place = made.querySelector(`[data-of="${name}"]`);
      if (!place) continue;
      if (text) place.textContent = text;
      else (place.closest("[data-line]") ?? place).remove();
    }
    return made;
  }

  /* Where a refused entry is mended: its form, filled in again. */
  function mendAddress({ number, body }) {
    const address = new URL(body.address, location.href);
    address.pathname = address.pathname.replace(STEP_AFTER, "$1");
    address.searchParams.set("mend", number);
    return address.pathname + address.search;
  }

  function said({ body }) {
    const { says, instead, articles, wrong } = body.refusal ?? {};
    return {
      says: [says, ...Object.values(wrong ?? {})].filter(Boolean).join(" "),
      instead: instead ?? "",
      articles: (articles ?? []).join("、"),
    };
  }

  function line(one, holder) {
    const { number, state, body } = one;
    const row = filled("entry-words", {
      label: body.label || words.nameless,
      number: `${words.number} ${number}`,
      state: words[state] ?? state,
      made: when(body.made_at),
      received: body.received_at ? when(body.received_at) : "",
      waits: body.waits_for ? `${words.waits} ${body.waits_for}` : "",
      ...said(one),
    });
    const item = row.firstElementChild;
    item.dataset.state = state;
    item.dataset.number = number;
    item.querySelector("[data-of=state]").classList.add(
      { recorded: "is-good", refused: "is-late", held: "is-near" }[state] ?? "is-state",
    );
    const way = item.querySelector("[data-of=way]");
    const then = `${new URL(body.address, location.href).pathname}then/`;
    const next = item.querySelector("[data-of=then]");
    const { href: file, seek } = body.refusal ?? {};
    for (const [name, address] of Object.entries({ file, seek })) {
      const link = item.querySelector(`[data-of=${name}]`);
      if (address) link.href = address;
      else link.remove();
    }
    const follows = OPENING.test(new URL(body.address, location.href).pathname);
    if (follows && !OVER.includes(state) && known.has(then)) next.href = `${then}?on=${number}`;
    else next.remove();
    if (OVER.includes(state)) {
      if (body.href) way.href = body.href;
      else way.remove();
      item.querySelector("details").remove();
      return item;
    }
    if (state === "refused") {
      way.href = mendAddress(one);
      way.textContent = words.mend;
    } else {
      way.remove();
    }
    item.querySelector("[data-of=drop]").addEventListener("click", async () => {
      await kept.changeEntry(holder, number, "dropping", body);
      await self.haiheDesk.send();
    });
    return item;
  }

  async function render(holder) {
    show("device-locked", !holder);
    const { own, others } = await kept.counted(holder?.account ?? "nobody");
    show("device-others", others > 0);
    show("device-offline", !navigator.onLine);
    const entries = holder ? await kept.entries(holder) : [];
    const openable = holder ? await kept.copies(holder) : [];
    known = new Set(openable.map((one) => one.address));
    list.replaceChildren(...entries.reverse().map((one) => line(one, holder)));
    show("outbox-empty", entries.length === 0 && holder);
    show("outbox-waits", own > 0);
    const listed = openable.filter((one) => !one.address.endsWith("/then/"));
    copies.replaceChildren(
      ...listed.map((one) => {
        const item = filled("copy-words", { title: one.title, at: when(one.at) });
        item.querySelector("a").href = one.address;
        return item.firstElementChild;
      }),
    );
    copies.hidden = listed.length === 0;
    show("copies-empty", listed.length === 0);
  }

  document.addEventListener("haihe:outbox", ({ detail }) => render(detail.holder));
  document.addEventListener("haihe:sign-in", () => show("device-sign-in", true));
  document.addEventListener("haihe:withdrawn", () => show("device-withdrawn", true));
  addEventListener("offline", () => show("device-offline", true));
  addEventListener("online", () => show("device-offline", false));

  /* A form was sent that could not be kept: say so, its page is one step back. */
  show("device-unkept", FORM.test(location.pathname));

  document.getElementById("send-now").addEventListener("click", () => self.haiheDesk.send());

  /* Take forms along: the page of each is opened once, and kept as it is. */
  const take = document.getElementById("take");
  take?.addEventListener("submit", async (event) => {
    event.preventDefault();
    const holder = self.haiheDesk.holder();
    if (!holder) return;
    await navigator.storage?.persist?.();
    const bar = document.getElementById("take-bar");
    const wanted = [...take.querySelectorAll("input[name=page]:checked")].map((one) => one.value);
    const fixed = [...take.querySelectorAll("input[name=form]")].map((one) => one.value);
    const all = [...fixed, ...wanted];
    bar.hidden = false;
    bar.max = all.length;
    let failed = 0;
    for (const [place, address] of all.entries()) {
      failed += (await copied(holder, address)) ? 0 : 1;
      bar.value = place + 1;
    }
    bar.hidden = true;
    show("take-done", failed === 0);
    show("take-failed", failed > 0);
    await render(holder);
  });

  async function copied(holder, address) {
    try {
      const answer = await fetch(address, { headers: { Accept: "text/html" } });
      const title = answer.headers.get("Haihe-Copy");
      if (!answer.ok || !title) return false;
      const html = await answer.text();
      const policy = answer.headers.get("Content-Security-Policy");
      const value = { html, title: decodeURIComponent(title), policy };
      await kept.keepByAddress("copy", holder, new URL(answer.url).pathname, value);
      return true;
    } catch {
      return false;
    }
  }
})();
