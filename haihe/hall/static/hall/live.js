// Follows a hall: asks every two seconds whether its version is new, then takes the part of the page
// that changes. Without this script every page still works; it is loaded again by hand.
(() => {
  "use strict";
  const EVERY = 2000;
  const SLOW = 15000; // after a failure
  const part = document.querySelector("[data-watch]");
  if (!part) return;
  let version = part.dataset.version;
  let rung = ring();
  let sound = null;
  let title = document.title;

  function ring() {
    const one = part.querySelector("[data-ring]");
    return one ? one.dataset.ring : "";
  }

  // Two tones of a bell, made here: no file is loaded.
  function chime() {
    if (!sound || sound.state !== "running") return;
    [[0, 880], [0.32, 659.25]].forEach(([later, tone]) => {
      const at = sound.currentTime + later;
      const voice = sound.createOscillator();
      const strength = sound.createGain();
      voice.type = "sine";
      voice.frequency.value = tone;
      strength.gain.setValueAtTime(0.0001, at);
      strength.gain.exponentialRampToValueAtTime(0.5, at + 0.02);
      strength.gain.exponentialRampToValueAtTime(0.0001, at + 0.9);
      voice.connect(strength).connect(sound.destination);
      voice.start(at);
      voice.stop(at + 1);
    });
  }

  function say(words) {
    if (!words || !sound || !window.speechSynthesis) return;
    const told = new SpeechSynthesisUtterance(words);
    told.lang = "zh-CN";
    told.rate = 0.9;
    window.speechSynthesis.speak(told);
  }

  document.querySelectorAll("[data-sound]").forEach((button) => {
    button.hidden = false;
    button.addEventListener("click", () => {
      const Sound = window.AudioContext || window.webkitAudioContext;
      if (!Sound) return;
      sound = sound || new Sound();
      sound.resume().then(() => {
        chime();
        button.textContent = button.dataset.on;
        button.setAttribute("aria-pressed", "true");
      });
    });
  });

  // Whoever types or has something open in the part is not disturbed; the part waits.
  function busy() {
    const one = document.activeElement;
    const typing = one && part.contains(one) && /^(INPUT|TEXTAREA|SELECT)$/.test(one.tagName);
    return typing || part.querySelector("details[open] form") !== null;
  }

  function notice() {
    const now = ring();
    if (now === rung || !now) {
      rung = now;
      return;
    }
    rung = now;
    chime();
    const one = part.querySelector("[data-ring]");
    say(one.dataset.say);
    if (one.dataset.shake !== undefined && navigator.vibrate) navigator.vibrate([400, 200, 400]);
    if (one.dataset.title) document.title = one.dataset.title;
    else document.title = title;
  }

  function lost(so) {
    document.querySelectorAll("[data-lost]").forEach((one) => {
      one.hidden = !so;
    });
  }

  async function renew() {
    const answer = await fetch(part.dataset.part, {
      cache: "no-store",
      headers: { "X-Asked-By": "page" }, // nobody did anything: this keeps no session alive
    });
    if (!answer.ok) throw new Error(String(answer.status));
    const open = [...part.querySelectorAll("details[open][id]")].map((one) => one.id);
    part.innerHTML = await answer.text();
    open.forEach((id) => {
      const one = part.querySelector(`#${CSS.escape(id)}`);
      if (one) one.open = true;
    });
    notice();
  }

  async function look() {
    let wait = EVERY;
    try {
      if (document.visibilityState === "visible" || sound) {
        const answer = await fetch(part.dataset.watch, {
          cache: "no-store",
          headers: { "If-None-Match": `"${version}"` },
        });
        if (answer.status === 200) {
          const now = await answer.text();
          if (!busy()) {
            await renew();
            version = now;
          }
        } else if (answer.status !== 304) {
          wait = SLOW;
        }
      }
      lost(false);
    } catch {
      wait = SLOW;
      lost(true);
    }
    setTimeout(look, wait);
  }

  setTimeout(look, EVERY);
})();
