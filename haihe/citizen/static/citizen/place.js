/* Offers the phone's position where the browser has one; without it the list of places serves.
   The position is sent once, fills the form, and is not kept. Words come from data-… of the button. */
(function () {
  "use strict";
  var button = document.getElementById("place-here");
  var says = document.getElementById("place-says");
  if (!button || !says || !navigator.geolocation) return;
  var form = document.getElementById(button.getAttribute("data-form"));
  if (!form) return;
  button.hidden = false;

  function tell(text) { says.textContent = text; }

  /* A form lists some bodies only: the one that was found is put among them. */
  function offered(field, value, words) {
    var option, label;
    if (field.tagName === "SELECT") {
      option = document.createElement("option");
      option.value = value;
      option.textContent = words;
      field.appendChild(option);
      field.value = value;
    } else {
      label = field.parentNode.cloneNode(true);
      label.lastChild.textContent = words;
      field.parentNode.parentNode.appendChild(label);
      label.querySelector("input").value = value;
      label.querySelector("input").checked = true;
    }
  }

  function fill(name, value, words) {
    var fields = form.querySelectorAll("[name='" + name + "']");
    var last = fields[fields.length - 1], has = false;
    for (var at = 0; at < fields.length; at += 1) {
      var field = fields[at];
      if (field.type === "radio") {
        field.checked = field.value === value;
        has = has || field.checked;
      } else if (field.type === "hidden") {
        field.value = value;
        if (words) field.parentNode.querySelector("strong").textContent = words;
        has = true;
      } else {
        if (field.tagName === "SELECT" || !field.value) field.value = value;
        has = has || field.value !== "";
      }
    }
    if (last && !has && words) offered(last, value, words);
  }

  function refused() { tell(button.getAttribute("data-refused")); }

  function found(position) {
    var request = new XMLHttpRequest();
    request.open("POST", button.getAttribute("data-address"), true);
    request.setRequestHeader("X-CSRFToken", form.querySelector("[name=csrfmiddlewaretoken]").value);
    request.setRequestHeader("Content-Type", "application/x-www-form-urlencoded");
    request.onerror = refused;
    request.onload = function () {
      var answer;
      try { answer = JSON.parse(request.responseText); } catch (error) { refused(); return; }
      if (request.status !== 200) { tell(answer.says || button.getAttribute("data-refused")); return; }
      for (var name in answer.given) {
        if (Object.prototype.hasOwnProperty.call(answer.given, name)) {
          fill(name, answer.given[name], answer.names[name]);
        }
      }
      tell(button.getAttribute("data-found") + answer.whole);
    };
    request.send(
      "longitude=" + position.coords.longitude.toFixed(6) +
      "&latitude=" + position.coords.latitude.toFixed(6)
    );
  }

  button.addEventListener("click", function () {
    tell(button.getAttribute("data-asking"));
    navigator.geolocation.getCurrentPosition(found, refused, {
      enableHighAccuracy: true, timeout: 20000, maximumAge: 60000
    });
  });
})();
