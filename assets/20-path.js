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
        });
        return none();
      },
    }),
  });
})();
