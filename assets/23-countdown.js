// Deadlines of a page that is about now go on by themselves: "expected in 12 min", "missing, 3 min overdue". Nothing is drawn again, nothing is
// announced. Time is counted from when the page came, so that a wrong clock of this machine changes nothing.
(function () {
  "use strict";
  var page = null; // the one that is counted, and when it came
  var came = 0;

  function two(number) { return String(number).padStart(2, "0"); }

  // As app/figures/words.py says it.
  function duration(seconds) {
    var says = window.synclineSays;
    var whole = Math.round(Math.abs(seconds));
    if (whole < 120) return says("seconds", { seconds: whole });
    var minutes = Math.round(whole / 60);
    if (minutes < 60) return says("minutes", { minutes: minutes });
    var hours = Math.floor(minutes / 60), left = minutes % 60;
    if (whole < 2 * 86400 - 1800) return left ? says("hoursminutes", { hours: hours, minutes: two(left) }) : says("hours", { hours: hours });
    hours = Math.round(whole / 3600);
    var days = Math.floor(hours / 24);
    return hours % 24 ? says("dayshours", { days: days, hours: hours % 24 }) : says("days", { days: days });
  }

  function words(note, left) {
    var name = note.hasAttribute("data-missing") ? "missing" : left > 0 ? "expected" : "due";
    return window.synclineSays(name, { duration: duration(left) });
  }

  // What is read of a button stays true without being read out by itself.
  function tell(note, text) {
    var button = note.closest("[aria-label]");
    if (button && button !== document.activeElement && button.matches("button"))
      button.setAttribute("aria-label", button.getAttribute("aria-label").replace(note.textContent, text));
    note.textContent = text;
  }

  function count() {
    var here = document.querySelector("[data-counts-from]");
    if (here !== page) { page = here; came = performance.now(); }
    if (!page || document.hidden) return;
    var now = Number(page.dataset.countsFrom) + (performance.now() - came);
    page.querySelectorAll("[data-due]").forEach(function (note) {
      var text = words(note, (Number(note.dataset.due) - now) / 1000);
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
