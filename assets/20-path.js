// The path in the browser: a chosen step is marked and named in the address; the one that matters is scrolled into view.
(function () {
  "use strict";
  var none = function () { return window.dash_clientside.no_update; };

  function mark(key) {
    document.querySelectorAll("[data-key]").forEach(function (button) { button.setAttribute("aria-pressed", String(button.dataset.key === key)); });
  }

  function bringIntoView(lanes, key) {
    var box = Array.from(lanes.querySelectorAll("[data-key]")).find(function (each) { return each.dataset.key === key; });
    if (!box) return;
    var right = box.offsetLeft + box.offsetWidth + 60;
    if (right > lanes.scrollLeft + lanes.clientWidth) lanes.scrollLeft = right - lanes.clientWidth;
  }

  // A long path: the strip shows which part of it is in sight, and leads to any other.
  function lanesOf(part) { return part.closest(".path-steps").querySelector(".swim-scroll"); }

  function tellWindow(lanes) {
    var strip = lanes.closest(".path-steps").querySelector(".over-strip");
    if (!strip) return;
    var names = 112 * zoomOf(lanes), whole = lanes.scrollWidth - names;
    var seen = strip.querySelector(".over-window");
    seen.style.left = (100 * lanes.scrollLeft) / whole + "%";
    seen.style.width = Math.min(100, (100 * (lanes.clientWidth - names)) / whole) + "%";
  }

  function zoomOf(lanes) { return Number(getComputedStyle(lanes.querySelector(".swim")).zoom) || 1; }

  // Boxes by where they stand on the screen: it holds at any size.
  function goTo(lanes, goes) {
    if (goes === "start") { lanes.scrollLeft = 0; return; }
    var part = goes === "now" ? lanes.querySelector(".swim-now") : Array.from(lanes.querySelectorAll("[data-key]")).find(function (each) { return each.dataset.key === goes; });
    if (!part) return;
    var box = part.getBoundingClientRect(), frame = lanes.getBoundingClientRect();
    lanes.scrollLeft += box.left + box.width / 2 - (frame.left + frame.width / 2);
    if (goes !== "now") part.focus({ preventScroll: true });
  }

  function scrollAlong(event) {
    var strip = event.target.closest && event.target.closest(".over-strip");
    if (!strip || (event.type === "pointermove" && !(event.buttons & 1))) return;
    var lanes = lanesOf(strip), frame = strip.getBoundingClientRect();
    lanes.scrollLeft = ((event.clientX - frame.left) / frame.width) * (lanes.scrollWidth - 112 * zoomOf(lanes)) - lanes.clientWidth / 2;
  }
  document.addEventListener("pointerdown", scrollAlong);
  document.addEventListener("pointermove", scrollAlong);
  document.addEventListener("scroll", function (event) { if (event.target.matches && event.target.matches(".swim-scroll")) tellWindow(event.target); }, true);
  window.addEventListener("resize", function () { document.querySelectorAll(".swim-scroll").forEach(tellWindow); });
  document.addEventListener("click", function (event) {
    var button = event.target.closest && event.target.closest("[data-goes], [data-zoom]");
    if (!button) return;
    var lanes = lanesOf(button);
    if (button.dataset.goes) { goTo(lanes, button.dataset.goes); return; }
    var isFar = button.getAttribute("aria-pressed") !== "true";
    button.setAttribute("aria-pressed", String(isFar));
    var share = lanes.scrollLeft / lanes.scrollWidth;
    lanes.classList.toggle("is-far", isFar);
    lanes.scrollLeft = share * lanes.scrollWidth;
    tellWindow(lanes);
  });

  window.dash_clientside = Object.assign({}, window.dash_clientside, {
    syncline: Object.assign({}, (window.dash_clientside || {}).syncline, {
      chooseStep: function () {
        var context = window.dash_clientside.callback_context;
        var chosen = context.triggered_id;
        if (!chosen || !context.triggered.some(function (each) { return each.value; })) return [none(), none()];
        mark(chosen.key);
        return [chosen.key, { selected: chosen.key }];
      },
      // Called once the page stands; the next frame has its sizes.
      showStep: function (about, key) {
        window.requestAnimationFrame(function () {
          var lanes = document.querySelector(".swim-scroll");
          if (lanes && key) bringIntoView(lanes, key);
          if (lanes) tellWindow(lanes);
        });
        return none();
      },
    }),
  });
})();
