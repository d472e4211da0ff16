// The search box of the docs: Enter goes to the first section that was found, arrows walk through them, Escape clears the box.
(function () {
  "use strict";
  function field() { return document.getElementById("docs-search"); }
  function hits() { return Array.from(document.querySelectorAll("#docs-body a.docs-hit")); }

  var waiting = null; // the text whose answer Enter is waiting for
  function shown() { var head = document.querySelector("#docs-body > h1"); return head ? head.textContent : ""; }
  function isAnswered(text) { return shown() === "“" + text + "” in the docs"; }

  document.addEventListener("keydown", function (event) {
    var all = hits(), place = all.indexOf(document.activeElement), inField = document.activeElement === field();
    if (!field() || (!inField && place < 0)) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      var next = place + (event.key === "ArrowDown" ? 1 : -1);
      if (event.key === "ArrowUp" && inField) return;
      event.preventDefault();
      (all[next] || (next < 0 ? field() : all[all.length - 1]) || field()).focus();
    }
    if (event.key === "Enter" && inField) {
      waiting = field().value.trim();
      follow();
    }
  });

  document.addEventListener("input", function (event) { if (event.target === field()) waiting = null; });

  // What was typed last may still be on its way.
  function follow() {
    if (waiting === null || !isAnswered(waiting)) return;
    var best = hits()[0];
    waiting = null;
    if (best) best.click();
  }
  new MutationObserver(follow).observe(document.documentElement, { childList: true, subtree: true });
})();
