// The few things the shell does in the browser: in-page navigation, keyboard of the search box, light and dark, noticing silence.
(function () {
  "use strict";
  var SILENT_AFTER_MS = 45000;
  var SLOW_AFTER_MS = 400;
  var prefix = document.documentElement.dataset.prefix || "/";
  var lastHeard = Date.now();
  var lastPath = null;
  var drawn = null; // the address whose page stands there, as it was when it was drawn
  var kept = null; // the same with the filters chosen since
  var none = function () { return window.dash_clientside.no_update; };

  // What is said here is written by the server, in the language of the page: see app/components/scripts.py.
  window.synclineSays = function (name, slots) {
    var text = document.getElementById("shell-says").dataset[name];
    return text.replace(/\{(\w+)\}/g, function (slot, key) { return (slots || {})[key] ?? slot; });
  };

  // ── links: pages of ours are exchanged without loading everything again ──
  function isOurs(link) {
    var url = new URL(link.href, location.href);
    var local = url.origin === location.origin && url.pathname.startsWith(prefix);
    return local && !link.target && !link.hasAttribute("download") && !/^(api|assets|login|logout)(\/|$)/.test(url.pathname.slice(prefix.length));
  }

  function here() { return location.pathname + location.search; }

  // Filters change the address without drawing the page. A link back to the address that was drawn looks like no change then: it is said aloud.
  function go(href) {
    if (window.synclineAsking.isNewer()) { location.assign(href); return; } // what stands here is of an older Syncline
    var filtered = here() !== drawn;
    history.pushState({}, "", href);
    window.dispatchEvent(new CustomEvent("_dashprivate_pushstate"));
    if (filtered && here() === drawn) window.dash_clientside.set_props("shell-url", { search: location.search });
    if (location.hash) showAnchor(); else window.scrollTo(0, 0);
  }

  // The browser scrolls to an anchor only when it loads a page itself.
  function showAnchor() {
    var anchor = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (anchor) window.requestAnimationFrame(function () { anchor.scrollIntoView(); });
  }

  document.addEventListener("click", function (event) {
    var link = event.target.closest && event.target.closest("a[href]");
    if (!link || event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    if (link.getAttribute("href").startsWith("#") || !isOurs(link)) return;
    event.preventDefault();
    closeHits(true);
    if (link.closest(".nav")) window.dash_clientside.set_props("shell-burger", { opened: false });
    go(link.hasAttribute("data-now") ? link.href : atSameMoment(link.href));
  });

  // Who looks at a past moment stays in it from page to page; filters are each page's own.
  function atSameMoment(href) {
    var target = new URL(href, location.href);
    new URLSearchParams(location.search).forEach(function (value, name) {
      if ((name === "as_of" || name === "known_at") && !target.searchParams.has(name)) target.searchParams.append(name, value);
    });
    return target.href;
  }

  // “Back to now” is this page without its past moment, with the filters it has.
  function pointToNow() {
    var query = new URLSearchParams(location.search);
    query.delete("as_of");
    query.delete("known_at");
    var text = query.toString();
    document.querySelectorAll("a[data-now]").forEach(function (link) { link.href = location.pathname + (text ? "?" + text : ""); });
  }

  // Also what is opened in a tab of its own stays in the moment.
  function lendMoment(event) {
    var link = event.target.closest && event.target.closest("a[href]");
    if (!link || event.button > 1 || link.getAttribute("href").startsWith("#") || link.hasAttribute("data-now") || !isOurs(link)) return;
    if (event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey) return;
    var plain = link.getAttribute("href");
    link.href = atSameMoment(link.href);
    setTimeout(function () { link.setAttribute("href", plain); });
  }
  document.addEventListener("click", lendMoment, true);
  document.addEventListener("auxclick", lendMoment, true);

  // The user's menu closes when one clicks elsewhere, chooses something in it, or presses Escape.
  function closeMenu(event) {
    var menu = document.querySelector(".menu[open]");
    if (!menu) return;
    if (event.type === "click" && menu.contains(event.target) && !event.target.closest(".menu-item")) return;
    if (event.type === "keydown" && event.key !== "Escape") return;
    menu.open = false;
    if (event.type === "keydown") menu.querySelector("summary").focus();
  }
  document.addEventListener("click", closeMenu);
  document.addEventListener("keydown", closeMenu);

  function markCurrent() {
    document.querySelectorAll(".nav-item").forEach(function (link) {
      var here = new URL(link.href).pathname.replace(/\/$/, "") === location.pathname.replace(/\/$/, "");
      if (here) link.setAttribute("aria-current", "page"); else link.removeAttribute("aria-current");
    });
  }

  // “Help with this page” leads to what the docs say about it.
  function pointToHelp() {
    document.querySelectorAll("a[data-help]").forEach(function (link) {
      var told = JSON.parse(link.dataset.help), path = location.pathname.replace(/\/$/, "");
      var known = Object.keys(told).filter(function (each) { var own = each.replace(/\/$/, ""); return path === own || path.startsWith(own + "/"); });
      var closest = known.sort(function (one, other) { return other.length - one.length; })[0];
      link.href = told[closest] || prefix + "docs";
    });
  }

  // ── search: / focuses, arrows walk through what was found, Enter goes to the best, Escape closes ──
  var waiting = null; // the text whose answer Enter is waiting for

  function field() { return document.getElementById("shell-search"); }
  function hits() { return document.getElementById("shell-hits"); }
  function options() { return hits() ? Array.from(hits().querySelectorAll("a.hit")) : []; }
  function active() { return options().find(function (option) { return option.getAttribute("aria-selected") === "true"; }); }

  function choose(option) {
    options().forEach(function (each, index) {
      each.id = each.id || "shell-hit-" + index;
      each.setAttribute("aria-selected", String(each === option));
    });
    if (option) { field().setAttribute("aria-activedescendant", option.id); option.scrollIntoView({ block: "nearest" }); }
    else field().removeAttribute("aria-activedescendant");
  }

  function walk(step) {
    var all = options();
    if (!all.length) return;
    hits().hidden = false;
    choose(all[(all.indexOf(active()) + step + all.length) % all.length] || all[0]);
  }

  function closeHits(leave) {
    waiting = null;
    if (!hits()) return;
    hits().hidden = true;
    field().setAttribute("aria-expanded", "false");
    if (leave) field().blur();
  }

  function enter() {
    var text = field().value.trim();
    var best = active() || hits().querySelector("a.hit");
    if (hits().dataset.query !== text) waiting = text;
    else if (best) best.click();
  }

  function answered() {
    field().setAttribute("aria-expanded", String(!hits().hidden));
    if (waiting === null || hits().dataset.query !== waiting) return;
    var best = hits().querySelector("a.hit");
    waiting = null;
    if (best) best.click();
  }

  document.addEventListener("keydown", function (event) {
    var typing = /^(INPUT|TEXTAREA|SELECT)$/.test(document.activeElement.tagName) || document.activeElement.isContentEditable;
    if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && field()) { event.preventDefault(); field().focus(); field().select(); }
    if (document.activeElement !== field() || !field()) return;
    if (event.key === "ArrowDown") { event.preventDefault(); walk(1); }
    if (event.key === "ArrowUp") { event.preventDefault(); walk(-1); }
    if (event.key === "Enter") { event.preventDefault(); enter(); }
    if (event.key === "Escape") closeHits(false);
  });
  document.addEventListener("focusin", function (event) {
    if (event.target === field() && options().length) { hits().hidden = false; field().setAttribute("aria-expanded", "true"); }
  });
  document.addEventListener("focusout", function (event) {
    var search = event.target.closest(".search");
    if (search && event.relatedTarget && !search.contains(event.relatedTarget)) closeHits(false);
  });
  document.addEventListener("mousedown", function (event) { if (!event.target.closest(".search")) closeHits(false); });

  function prepareSearch() {
    if (!field() || field().getAttribute("role") === "combobox") return;
    field().setAttribute("role", "combobox");
    field().setAttribute("aria-controls", "shell-options");
    field().setAttribute("aria-autocomplete", "list");
    field().setAttribute("aria-expanded", "false");
    field().setAttribute("autocomplete", "off");
    new MutationObserver(answered).observe(hits(), { childList: true, attributes: true, attributeFilter: ["data-query"] });
  }

  // ── live parts: what brings itself up to date is drawn anew, and the focus goes back to what takes the same place ──
  var focused = null;

  function keyOf(element) { return element.id || element.getAttribute("data-key") || element.getAttribute("href"); }

  document.addEventListener("focusin", function (event) {
    var live = event.target.closest("[data-live]");
    focused = live ? { live: live, key: keyOf(event.target) } : null;
  });

  function giveFocusBack(live) {
    if (!focused || focused.live !== live || document.activeElement !== document.body) return;
    var same = Array.from(live.querySelectorAll("a, button, [tabindex]")).find(function (each) { return keyOf(each) === focused.key; });
    if (same) same.focus({ preventScroll: true });
  }

  function watchLive() {
    document.querySelectorAll("[data-live]:not([data-watched])").forEach(function (live) {
      live.setAttribute("data-watched", "yes");
      new MutationObserver(function () { giveFocusBack(live); }).observe(live, { childList: true, subtree: true });
    });
  }

  // ── silence: the moment shown is watched, because a page that no longer moves looks like a plant where nothing happens ──
  setInterval(function () {
    var shown = document.getElementById("shell-moment");
    if (!shown) return;
    var silent = Date.now() - lastHeard > SILENT_AFTER_MS;
    shown.classList.toggle("is-stale", silent);
    document.body.classList.toggle("is-silent", silent);
    shown.title = window.synclineSays(silent ? "silent" : "asof");
  }, 3000);

  window.dash_clientside = Object.assign({}, window.dash_clientside, {
    syncline: Object.assign({}, (window.dash_clientside || {}).syncline, {
      arrive: function (title, opened) {
        document.title = title ? title + " · Syncline" : "Syncline";
        prepareSearch();
        watchLive();
        markCurrent();
        // Who goes to another page begins at its head; so does who chose something on this one that is no longer there.
        var isLost = lastPath !== location.pathname || document.activeElement === document.body;
        if (lastPath !== null && isLost) document.getElementById("main").focus({ preventScroll: true });
        lastPath = location.pathname;
        drawn = kept = here();
        window.synclineAsking.giveBack();
        pointToNow();
        pointToHelp();
        showAnchor();
        return opened ? false : none();
      },
      // What is kept of a view is what stands in the address now: filters get there without the page being drawn again.
      // What was typed is read from the field: Enter is told before the last letter is.
      viewHere: function () {
        var name = document.getElementById("views-name").value;
        return { address: here(), title: document.title.replace(" · Syncline", ""), name: name, at: Date.now() };
      },
      tellHere: function () {
        return { address: here(), name: document.getElementById("tell-name").value, at: Date.now() };
      },
      travelAsked: function () { return { text: document.getElementById("travel-when").value, at: Date.now() }; },
      // The page one is at, as of another moment, with the filters it has.
      travel: function (moment) {
        var query = new URLSearchParams(location.search);
        Object.entries(moment || {}).forEach(function (entry) {
          query.delete(entry[0]);
          if (entry[1]) query.set(entry[0], entry[1]);
        });
        document.querySelectorAll(".menu[open]").forEach(function (menu) { menu.open = false; });
        go(location.pathname + "?" + query.toString());
        return none();
      },
      heard: function () { lastHeard = Date.now(); return none(); },
      switchScheme: function () {
        window.synclineScheme.choose(window.synclineScheme.current() === "dark" ? "light" : "dark");
        return none();
      },
      followSystem: function () { window.synclineScheme.choose("auto"); return none(); },
      // Everything that stands there is in the language it was drawn in.
      speak: function () { location.reload(); return none(); },
      signOut: function () {
        var form = document.createElement("form");
        var token = document.createElement("input");
        form.method = "post";
        form.action = prefix + "logout";
        token.name = "csrf_token";
        token.value = (document.cookie.match(/(?:^|; )_csrf_token=([^;]*)/) || [])[1] || "";
        form.appendChild(token);
        document.body.appendChild(form);
        form.submit();
        return none();
      },
      close: function () { return false; },
      // What was pressed before somebody was asked who they are; a name of several parts is written as Dash writes it, in their order.
      pressAgain: function (given) {
        var name = given && given.pressed;
        if (name && typeof name !== "string") name = JSON.stringify(name, Object.keys(name).sort());
        var button = name && document.getElementById(name);
        if (button) { button.focus(); button.click(); }
        return none();
      },
      // A page's filters into the address, without drawing the page again: reload, back and a shared link find them there.
      remember: function (filters) {
        if (here() !== kept) return none(); // the next page is already in the address, and not drawn yet
        var query = new URLSearchParams(location.search);
        Object.entries(filters || {}).forEach(function (entry) {
          query.delete(entry[0]);
          [].concat(entry[1] === null ? [] : entry[1]).forEach(function (value) { if (value !== "") query.append(entry[0], value); });
        });
        var text = query.toString();
        var address = location.pathname + (text ? "?" + text : "") + location.hash;
        if (address !== location.pathname + location.search + location.hash) history.replaceState(history.state, "", address);
        kept = here();
        pointToNow();
        return none();
      },
    }),
  });
})();
