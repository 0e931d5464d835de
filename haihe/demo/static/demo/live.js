// While a story is being told its page follows: every two seconds the parts that grew are taken
// from the page as it is then. Without this script it is loaded again by hand.
(() => {
  "use strict";
  const EVERY = 2000;
  const SCRIPT = "script[src$='demo/live.js']"; // the page has it while the story is told

  async function follow() {
    const answer = await fetch(location.href, { credentials: "same-origin" });
    if (!answer.ok) return;
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    for (const part of document.querySelectorAll("[data-grows]")) {
      const now = fresh.getElementById(part.id);
      if (!now || now.dataset.grows === part.dataset.grows) continue;
      part.replaceWith(document.adoptNode(now));
      if (now.lastElementChild) now.lastElementChild.scrollIntoView({ block: "nearest" });
    }
    if (fresh.querySelector(SCRIPT)) setTimeout(follow, EVERY);
  }

  setTimeout(follow, EVERY);
})();
