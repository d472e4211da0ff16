// Cells of grids that are more than text. Built from elements, never from markup: ids come from outside.
(function () {
  "use strict";
  var element = function () { return window.React.createElement.apply(null, arguments); };
  var cells = (window.dashAgGridComponentFunctions = window.dashAgGridComponentFunctions || {});
  var functions = (window.dashAgGridFunctions = window.dashAgGridFunctions || {});

  cells.TransactionLink = function (props) {
    if (!props.data) return element("span", { className: "grid-loading" }, "…");
    return element("a", { href: props.data.href, className: "path-link", dir: "auto", tabIndex: -1 }, props.value);
  };

  cells.StatusBadge = function (props) {
    if (!props.data) return null;
    var icon = element("span", { className: "icon icon-" + props.data.icon, "aria-hidden": "true" });
    return element("span", { className: "badge kind-" + props.data.kind, title: props.data.meaning }, icon, props.value);
  };

  // A row is opened through its own link, so that it behaves like any other link of the page.
  function open(rowElement) {
    var index = rowElement && rowElement.getAttribute("row-id");
    var rows = rowElement ? rowElement.closest(".ag-root").querySelectorAll("[row-id]") : [];
    Array.from(rows).some(function (row) {
      var link = row.getAttribute("row-id") === index && row.querySelector("a.path-link");
      if (link) link.click();
      return link;
    });
  }

  functions.openRow = function (params) {
    var target = params.event && params.event.target;
    if (!target || target.closest("a") || String(window.getSelection())) return;
    open(target.closest(".ag-row"));
  };

  functions.openOnEnter = function (params) {
    if (params.event && params.event.key === "Enter") open(params.event.target.closest(".ag-row"));
  };
})();
