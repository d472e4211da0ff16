// Light or dark before the first paint: the stored choice, else the system's. The key is Mantine's, so that both agree.
(function () {
  "use strict";
  var KEY = "mantine-color-scheme-value";
  var system = window.matchMedia("(prefers-color-scheme: dark)");

  function chosen() {
    try { return localStorage.getItem(KEY) || "auto"; } catch (error) { return "auto"; } // storage may be forbidden
  }

  function show() {
    var choice = chosen();
    var scheme = choice === "auto" ? (system.matches ? "dark" : "light") : choice;
    document.documentElement.setAttribute("data-mantine-color-scheme", scheme);
    document.documentElement.setAttribute("data-ag-theme-mode", scheme);
    window.dispatchEvent(new CustomEvent("syncline:scheme", { detail: { choice: choice, scheme: scheme } }));
  }

  window.synclineScheme = {
    choice: chosen,
    current: function () { return document.documentElement.getAttribute("data-mantine-color-scheme"); },
    choose: function (choice) {
      try { localStorage.setItem(KEY, choice); } catch (error) { /* forbidden: holds until the page is left */ }
      window.dispatchEvent(new StorageEvent("storage", { key: KEY, newValue: choice, storageArea: localStorage }));
      show();
    },
  };
  system.addEventListener("change", show);
  window.addEventListener("storage", function (event) { if (event.key === KEY) show(); });
  show();
})();
