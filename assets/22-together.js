// What belongs together: arrow keys walk along the lines, the list says what is known of the object one is at, and a line tells what it is from.
(function () {
  "use strict";
  var none = function () { return window.dash_clientside.no_update; };
  var came = null; // the object one came from: going back along its line leads there again
  var opened = null; // the object that was opened: what is drawn anew is entered there

  function things(root) { return Array.from(root.querySelectorAll(".together-thing")); }
  function at(root, place) { return root.querySelector('[data-place="' + place + '"]'); }
  function places(text) { return text ? text.split(" ") : []; }

  // The lines of an object, or one line alone, stand out.
  function mark(root, isNear) {
    root.querySelectorAll("[data-line], [data-handle]").forEach(function (each) {
      each.classList.toggle("is-near", isNear(places(each.dataset.line || each.dataset.handle)));
    });
  }

  function show(root, place) {
    root.querySelectorAll("[data-item]").forEach(function (item) { item.classList.toggle("is-shown", item.dataset.item === place); });
    root.querySelectorAll("[data-said]").forEach(function (said) { said.classList.remove("is-chosen"); });
    mark(root, function (ends) { return ends.includes(place); });
  }

  function choose(root, thing) {
    things(root).forEach(function (each) { each.tabIndex = each === thing ? 0 : -1; });
    show(root, thing.dataset.place);
  }

  // Of those at the other end of a line the one that one came from, else the nearest.
  function along(root, thing, names) {
    var found = places(names).map(function (place) { return at(root, place); }).filter(Boolean);
    var back = found.find(function (each) { return each.dataset.place === came; });
    var far = function (each) { return Math.abs(each.offsetLeft - thing.offsetLeft) * 100 + Math.abs(each.offsetTop - thing.offsetTop); };
    return back || found.sort(function (one, other) { return far(one) - far(other); })[0];
  }

  function beside(root, thing, step) {
    var column = things(root).filter(function (each) { return each.dataset.column === thing.dataset.column; });
    return column[column.indexOf(thing) + step];
  }

  function next(root, thing, key) {
    if (key === "ArrowRight") return along(root, thing, thing.dataset.after);
    if (key === "ArrowLeft") return along(root, thing, thing.dataset.before);
    if (key === "ArrowDown") return beside(root, thing, 1);
    if (key === "ArrowUp") return beside(root, thing, -1);
    return key === "Home" ? root.querySelector(".together-own") : undefined;
  }

  document.addEventListener("keydown", function (event) {
    var thing = event.target.closest && event.target.closest(".together-thing");
    if (!thing || event.ctrlKey || event.metaKey || event.altKey) return;
    if (!/^(Arrow(Right|Left|Up|Down)|Home)$/.test(event.key)) return;
    event.preventDefault();
    var root = thing.closest(".together");
    var other = next(root, thing, event.key);
    if (!other) return;
    came = thing.dataset.place;
    other.focus();
  });

  document.addEventListener("focusin", function (event) {
    if (event.target.matches && event.target.matches(".together-thing")) choose(event.target.closest(".together"), event.target);
  });

  document.addEventListener("click", function (event) {
    var handle = event.target.closest && event.target.closest(".together-handle");
    if (!handle) return;
    var root = handle.closest(".together");
    var ends = handle.dataset.handle;
    show(root, places(ends)[0]);
    root.querySelectorAll('.is-shown [data-said="' + ends + '"]').forEach(function (said) { said.classList.add("is-chosen"); said.firstElementChild.open = true; });
    mark(root, function (these) { return these.join(" ") === ends; });
  });

  window.dash_clientside = Object.assign({}, window.dash_clientside, {
    syncline: Object.assign({}, (window.dash_clientside || {}).syncline, {
      togetherAsked: function () {
        var asked = window.dash_clientside.callback_context;
        if (!asked.triggered_id || !asked.triggered.some(function (each) { return each.value; })) return none();
        opened = asked.triggered_id.key;
        return opened;
      },
      // Where one opened something, one stays: the button is gone.
      togetherDrawn: function () {
        window.requestAnimationFrame(function () {
          var root = document.querySelector(".together");
          var thing = root && things(root).find(function (each) { return each.dataset.thing === opened; });
          var wide = thing && thing.offsetParent;
          opened = null;
          if (wide) { thing.focus({ preventScroll: true }); thing.scrollIntoView({ block: "nearest", inline: "nearest" }); }
        });
        return none();
      },
    }),
  });
})();
