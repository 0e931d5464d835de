/* Sends chosen files in pieces and goes on where the line was cut. Without this script the form
   sends them as it always did. Written for old browsers: no modules, no fetch, no promises.
   Its words and address come from data-… of #upload-words. */
(function () {
  "use strict";
  var words = document.getElementById("upload-words");
  if (!words || !window.FormData || !window.File || !File.prototype.slice) return;

  var WAIT_FIRST = 1000, WAIT_MOST = 15000, PIECE_SECONDS_MOST = 120;
  var sending = 0, waitingForm = null, waitingButton = null;

  function told(name) { return words.getAttribute("data-" + name) || ""; }

  function csrf(form) {
    var field = form.querySelector("input[name=csrfmiddlewaretoken]");
    return field ? field.value : "";
  }

  function ask(method, address, form, body, done) {
    var request = new XMLHttpRequest();
    request.open(method, address, true);
    request.timeout = PIECE_SECONDS_MOST * 1000;
    request.setRequestHeader("X-CSRFToken", csrf(form));
    if (typeof body === "string") {
      request.setRequestHeader("Content-Type", "application/x-www-form-urlencoded");
    } else if (body) {
      request.setRequestHeader("Content-Type", "application/octet-stream");
    }
    request.onload = function () {
      var answer = {};
      try { answer = JSON.parse(request.responseText); } catch (error) { answer = {}; }
      done(request.status, answer);
    };
    request.onerror = request.ontimeout = function () { done(0, {}); };
    request.send(body || null);
  }

  function remembered(key, value) {
    try {
      if (value === undefined) return sessionStorage.getItem(key);
      if (value === null) sessionStorage.removeItem(key);
      else sessionStorage.setItem(key, value);
    } catch (error) { /* private windows keep nothing: the file is sent from its beginning */ }
    return null;
  }

  function row(list, file) {
    var item = document.createElement("li");
    var name = document.createElement("p");
    var bar = document.createElement("progress");
    var says = document.createElement("p");
    name.textContent = file.name;
    says.className = "quiet small";
    says.setAttribute("role", "status");
    bar.max = file.size;
    bar.value = 0;
    bar.setAttribute("aria-label", file.name);
    item.appendChild(name);
    item.appendChild(bar);
    item.appendChild(says);
    list.appendChild(item);
    return { item: item, bar: bar, says: says, name: file.name };
  }

  function settled() {
    sending -= 1;
    if (sending === 0 && waitingForm) {
      var form = waitingForm;
      waitingForm = null;
      if (waitingButton) waitingButton.click();
      else form.submit();
    }
  }

  /* What was sent is not sent again; what failed is not left out unsaid: its reporter decides. */
  function stopped(form) {
    var notice = form.querySelector("[data-upload-notice]");
    sending -= 1;
    if (!waitingForm) return;
    waitingForm = null;
    if (notice) notice.textContent = told("stopped");
  }

  function removable(shown) {
    var button = document.createElement("button");
    button.type = "button";
    button.className = "button is-second";
    button.textContent = told("remove");
    button.setAttribute("aria-label", told("remove") + " " + shown.name);
    button.addEventListener("click", function () {
      shown.item.parentNode.removeChild(shown.item);
    });
    shown.item.appendChild(button);
  }

  function send(input, list, file) {
    var form = input.form;
    var shown = row(list, file);
    var key = "upload " + [file.name, file.size, file.lastModified].join(" ");
    var id = remembered(key), wait = WAIT_FIRST, piece = 131072, timer = null;
    sending += 1;

    function later() {
      shown.says.textContent = told("waiting");
      timer = setTimeout(again, wait);
      wait = Math.min(wait * 2, WAIT_MOST);
    }
    function again() {
      if (timer) clearTimeout(timer);
      timer = null;
      window.removeEventListener("online", again);
      if (id) ask("GET", told("address") + id + "/", form, null, standing);
      else ask("POST", told("address"), form, "size=" + file.size, begun);
    }
    function cut() {
      window.addEventListener("online", again);
      later();
    }
    function begun(status, answer) {
      if (status === 0 || status >= 500) { cut(); return; }
      if (status !== 201) { failed(answer.says); return; }
      id = answer.id;
      piece = answer.piece;
      remembered(key, id);
      next(answer.at);
    }
    function standing(status, answer) {
      if (status === 404) { id = null; remembered(key, null); again(); return; }
      if (status === 409) { next(answer.at); return; }
      if (status === 0 || status >= 500) { cut(); return; }
      if (status !== 200) { failed(answer.says); return; }
      wait = WAIT_FIRST;
      if (answer.digest) { finished(answer.digest); return; }
      next(answer.at);
    }
    function next(at) {
      shown.bar.value = at;
      shown.says.textContent = told("sending");
      var part = file.slice(at, Math.min(at + piece, file.size));
      ask("POST", told("address") + id + "/?at=" + at, form, part, standing);
    }
    function finished(digest) {
      remembered(key, null);
      var kept = document.createElement("input");
      kept.type = "hidden";
      kept.name = "_kept_" + input.name;
      kept.value = digest;
      shown.item.appendChild(kept);
      shown.bar.value = file.size;
      shown.says.textContent = told(/^(image|video)\//.test(file.type) ? "sent" : "sent-whole");
      removable(shown);
      settled();
    }
    function failed(says) {
      remembered(key, null);
      shown.bar.parentNode.removeChild(shown.bar);
      shown.says.className = "wrong";
      shown.says.textContent = says || told("failed");
      removable(shown);
      stopped(form);
    }
    again();
  }

  function enhance(input) {
    var list = document.createElement("ul");
    list.className = "plain stack";
    list.setAttribute("data-uploads", input.name);
    input.parentNode.insertBefore(list, input.nextSibling);
    input.addEventListener("change", function () {
      var chosen = Array.prototype.slice.call(input.files);
      for (var at = 0; at < chosen.length; at += 1) send(input, list, chosen[at]);
      input.value = "";
    });
    input.form.addEventListener("submit", function (event) {
      if (sending === 0) return;
      event.preventDefault();
      waitingForm = input.form;
      waitingButton = event.submitter || null;
      var notice = input.form.querySelector("[data-upload-notice]");
      if (!notice) {
        notice = document.createElement("p");
        notice.setAttribute("data-upload-notice", "");
        notice.setAttribute("role", "status");
        notice.className = "notice";
        input.form.appendChild(notice);
      }
      notice.textContent = told("submitting");
    });
  }

  var inputs = document.querySelectorAll("form.fill input[type=file]");
  for (var place = 0; place < inputs.length; place += 1) enhance(inputs[place]);
})();
