// Deadlines of a page that is about now go on by themselves: "expected in 12 min", "missing, 3 min overdue". Nothing is drawn again, nothing is
// announced. Time is counted from when the page came, so that a wrong clock of this machine changes nothing.
(function () {
  "use strict";
  var page = null; // the one that is counted, and when it came
  var came = 0;

  function two(number) { return String(number).padStart(2, "0"); }

  // As app/figures/words.py says it.
  function duration(seconds) {
    var whole = Math.round(Math.abs(seconds));
    if (whole < 120) return whole + " s";
    var minutes = Math.round(whole / 60);
    if (minutes < 60) return minutes + " min";
    if (whole < 2 * 86400 - 1800) return Math.floor(minutes / 60) + " h" + (minutes % 60 ? " " + two(minutes % 60) + " min" : "");
    var hours = Math.round(whole / 3600);
    return Math.floor(hours / 24) + " d" + (hours % 24 ? " " + (hours % 24) + " h" : "");
  }

  function words(text, left) {
    if (text.startsWith("missing")) return "missing, " + duration(left) + " overdue";
    return left > 0 ? "expected in " + duration(left) : "due " + duration(left) + " ago";
  }

  // What is read of a button stays true without being read out by itself.
  function tell(note, text) {
    var button = note.closest("[aria-label]");
    if (button && button !== document.activeElement && button.matches("button"))
      button.setAttribute("aria-label", button.getAttribute("aria-label").replace(note.textContent, text));
    note.textContent = text;
  }

  function count() {
    var here = document.querySelector("[data-live][data-zone]"); // a list that brings itself up to date counts nothing
    if (here !== page) { page = here; came = performance.now(); }
    if (!page || document.hidden) return;
    var now = Number(page.dataset.live) + (performance.now() - came);
    page.querySelectorAll("[data-due]").forEach(function (note) {
      var text = words(note.textContent, (Number(note.dataset.due) - now) / 1000);
      if (note.textContent !== text) tell(note, text);
    });
    var clock = new Intl.DateTimeFormat("en-GB", { timeZone: page.dataset.zone, hour: "2-digit", minute: "2-digit" }).format(now);
    page.querySelectorAll(".swim-now").forEach(function (label) {
      var text = label.textContent.replace(/\d\d:\d\d$/, clock);
      if (label.textContent !== text) label.textContent = text;
    });
  }

  setInterval(count, 1000);
})();
