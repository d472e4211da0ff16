// Cells of grids that are more than text. Built from elements, never from markup: ids come from outside.
(function () {
  "use strict";
  var element = function () { return window.React.createElement.apply(null, arguments); };
  var cells = (window.dashAgGridComponentFunctions = window.dashAgGridComponentFunctions || {});
  var functions = (window.dashAgGridFunctions = window.dashAgGridFunctions || {});

  var narrow = window.matchMedia("(max-width: 640px)");

  cells.TransactionLink = function (props) {
    if (!props.data) return element("span", { className: "grid-loading" }, "…");
    var link = element("a", { href: props.data.href, className: "path-link", dir: "auto", tabIndex: -1 }, props.value);
    return narrow.matches ? block(link, props) : link;
  };

  // On a phone a row is one cell: what it is, how it stands, and the rest as label and value, in the order of the columns.
  function block(link, props) {
    var values = props.api.getAllGridColumns().filter(function (column) {
      return ["problem", "workflow", "site", "due", "last"].includes(column.getColId()) && props.data[column.getColId()];
    }).map(function (column) {
      var words = [element("span", { key: "label" }, column.getColDef().headerName), element("span", { key: "value" }, props.data[column.getColId()])];
      return element("div", { key: column.getColId() }, words);
    });
    var top = element("div", { key: "top", className: "grid-block-top" }, link, cells.StatusBadge({ data: props.data, value: props.data.status }));
    return element("div", { className: "grid-block" }, [top].concat(values));
  }

  // Called when the list has its first rows, and whenever it gets another size.
  functions.fitGrid = function (params) {
    var api = params.api;
    var isNarrow = narrow.matches;
    if ((api.getGridOption("headerHeight") === 0) === isNarrow) return;
    api.setGridOption("headerHeight", isNarrow ? 0 : 40);
    api.setGridOption("rowHeight", isNarrow ? 138 : 44);
    api.setColumnsVisible(api.getAllGridColumns().filter(function (column) {
      return column.getColDef().headerName && column.getColId() !== "transaction";
    }), !isNarrow);
    var width = isNarrow ? document.querySelector(".transactions-grid").clientWidth : 156;
    api.applyColumnState({ state: [{ colId: "transaction", pinned: isNarrow ? null : "left", width: width }] });
    api.redrawRows();
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
