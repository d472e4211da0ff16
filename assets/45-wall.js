// The keys of the wall: Space stops at a site, arrows go to the next and the one before, Escape leaves.
(function () {
  "use strict";
  var turns = 0; // how many sites have had their turn, as the server counts them
  var paused = false;

  function tell(props) { window.dash_clientside.set_props("wall-turn", props); }

  function press(event) {
    if (!document.getElementById("wall") || event.metaKey || event.ctrlKey || event.altKey) return;
    if (event.target.closest && event.target.closest("input, textarea, select, [contenteditable]")) return;
    if (event.key === " " && event.target.closest && event.target.closest("button")) return;
    var leave = document.getElementById("wall-leave");
    var word = document.getElementById("wall-pause-word");
    if (event.key === "Escape" && leave) leave.click();
    else if (!word) return; // one site has no turns
    else if (event.key === " ") {
      paused = !paused;
      tell({ disabled: paused });
      word.textContent = window.synclineSays(paused ? "resume" : "pause");
    } else if (event.key === "ArrowRight" || event.key === "ArrowLeft") {
      turns = Math.max(0, turns + (event.key === "ArrowRight" ? 1 : -1));
      tell({ n_intervals: turns });
    } else return;
    event.preventDefault();
  }
  document.addEventListener("keydown", press);

  window.dash_clientside = Object.assign({}, window.dash_clientside, {
    syncline: Object.assign({}, (window.dash_clientside || {}).syncline, {
      wallOpened: function () { turns = 0; paused = false; return window.dash_clientside.no_update; },
      wallTurned: function (count) { turns = count || 0; return window.dash_clientside.no_update; },
    }),
  });
})();
