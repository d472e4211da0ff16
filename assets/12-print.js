// What paper needs and a screen has not: whatever is folded is opened, a foot on each sheet says which page of which moment it is,
// and the list of transactions, of which a screen draws only the rows in sight, stands there as a table.
(function () {
  "use strict";
  var opened = [];
  var language = document.documentElement.lang;

  function text(tag, words) {
    var made = document.createElement(tag);
    made.textContent = words;
    return made;
  }

  // Wherever the address has no moment of its own, the page is of the moment that the header shows.
  function tellFoot() {
    var foot = document.getElementById("shell-foot");
    var shown = document.getElementById("shell-asof");
    if (!foot || !shown) return;
    var query = new URLSearchParams(location.search);
    var moment = query.get("as_of") || shown.textContent + ", " + new Date().toLocaleDateString(language === "en" ? undefined : language, { dateStyle: "long" });
    foot.replaceChildren(text("span", location.href), text("span", window.synclineSays("foot", { time: moment })));
  }

  function unfold() {
    opened = opened.concat(Array.from(document.querySelectorAll("#main details:not([open])")));
    opened.forEach(function (each) { each.open = true; });
  }

  function foldAgain() {
    opened.forEach(function (each) { each.open = false; });
    opened = [];
  }

  function tellGrid() {
    var card = document.getElementById("transactions-card");
    if (!card || !window.dash_ag_grid) return;
    var rows = [];
    var api = window.dash_ag_grid.getApi("transactions-grid");
    var columns = api.getAllGridColumns().filter(function (each) { return each.getColDef().headerName; });
    api.forEachNode(function (node) { if (node.data) rows.push(node.data); });
    var table = document.createElement("table");
    table.className = "table print-grid";
    var line = table.createTHead().insertRow();
    columns.forEach(function (each) { line.appendChild(text("th", each.getColDef().headerName)); });
    var body = table.createTBody();
    rows.forEach(function (row) {
      var made = body.insertRow();
      columns.forEach(function (each) { made.insertCell().textContent = String(row[each.getColId()] ?? ""); });
    });
    var total = api.getDisplayedRowCount();
    card.appendChild(table);
    var counted = { shown: rows.length.toLocaleString(language), all: total.toLocaleString(language) };
    if (rows.length < total) table.createCaption().textContent = window.synclineSays("cut", counted);
  }

  function toPaper(isPaper) {
    document.querySelectorAll(".print-grid").forEach(function (each) { each.remove(); });
    if (!isPaper) { foldAgain(); return; } // both events come where both are known: the second finds everything done
    tellFoot();
    tellGrid();
    unfold();
  }

  window.addEventListener("beforeprint", function () { toPaper(true); });
  window.addEventListener("afterprint", function () { toPaper(false); });
  window.matchMedia("print").addEventListener("change", function (event) { toPaper(event.matches); });
})();
