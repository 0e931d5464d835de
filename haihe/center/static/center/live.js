/* Keeps the numbers of this page up to date without a reload: asks every second whether they are
   still the same (304), and puts the new ones in their place. Without it the page is as of when it
   was opened, and says so. */
"use strict";
(() => {
  const EVERY = 1000;
  const AWAY = 5000; /* while nobody looks */
  const LOST_AFTER = 3; /* questions without an answer */
  const part = document.getElementById("live");
  const clock = document.getElementById("now");
  if (!part || !part.dataset.version) return;
  let version = part.dataset.version;
  let lost = 0;

  const counts = (root) =>
    new Map([...root.querySelectorAll("[data-count]")].map((one) => [one.getAttribute("href"), one.dataset.count]));

  const replaceBy = (text) => {
    const fresh = new DOMParser().parseFromString(text, "text/html").getElementById("live");
    const old = document.getElementById("live");
    if (!fresh || !old) return;
    const focused = old.contains(document.activeElement) ? document.activeElement : null;
    const href = focused && focused.getAttribute("href");
    const same = (root) => [...root.querySelectorAll("a")].filter((one) => one.getAttribute("href") === href);
    const at = focused ? same(old).indexOf(focused) : -1; /* several links may lead to one list */
    const before = counts(old);
    for (const one of fresh.querySelectorAll("[data-count]")) {
      const known = before.get(one.getAttribute("href"));
      if (known !== undefined && known !== one.dataset.count) one.classList.add("is-changed");
    }
    old.replaceWith(document.adoptNode(fresh));
    if (clock) clock.textContent = fresh.dataset.now;
    const again = at >= 0 && same(fresh)[at];
    if (again) again.focus({ preventScroll: true });
  };

  const ask = async () => {
    try {
      const address = `${location.pathname}?part=live`;
      const headers = { "If-None-Match": version };
      if (!document.documentElement.classList.contains("is-wall")) headers["X-Asked-By"] = "page";
      const answer = await fetch(address, { headers, cache: "no-store", credentials: "same-origin" });
      if (answer.redirected) {
        location.reload();
        return;
      }
      if (answer.status === 200) {
        replaceBy(await answer.text());
        version = answer.headers.get("ETag") || version;
      } else if (answer.status !== 304) {
        throw new Error(String(answer.status));
      }
      if (lost >= LOST_AFTER && clock) clock.textContent = document.getElementById("live").dataset.now;
      lost = 0;
    } catch {
      lost += 1;
      const last = document.getElementById("live");
      if (lost === LOST_AFTER && clock && last) clock.textContent = `${clock.dataset.lost} ${last.dataset.now}`;
    }
    setTimeout(ask, document.hidden ? AWAY : EVERY);
  };
  setTimeout(ask, EVERY);
})();
