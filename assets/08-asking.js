// What Dash asks the server goes through here: answers that come too late, an ended session, a server that is away or was renewed.
(function () {
  "use strict";
  var SLOW_AFTER_MS = 400;
  var AWAY = [502, 503, 504]; // said by a proxy while the server behind it is started anew
  var AGAIN_AFTER_MS = [500, 1000, 2000, 4000];
  var KEPT = "syncline.typed"; // what was typed before one signs in again
  var prefix = document.documentElement.dataset.prefix || "/";
  var build = document.documentElement.dataset.build || "";
  var ask = window.fetch;
  var draws = 0; // pages drawn so far
  var asked = 0; // pages asked for so far: only the last one is wanted
  var slow = null; // the timer of the page that is waited for
  var isNewer = false;
  var isLeaving = false;
  var ALONE_AFTER_MS = 60000;
  var touched = Date.now(); // when somebody last did something

  window.addEventListener("pagehide", function () { isLeaving = true; });
  window.addEventListener("pageshow", function () { isLeaving = false; });

  ["pointerdown", "pointermove", "keydown", "wheel"].forEach(function (each) {
    window.addEventListener(each, function () { touched = Date.now(); }, { capture: true, passive: true });
  });

  // What an open page asks by itself keeps nobody signed in who has gone home.
  function saying(options) {
    if (Date.now() - touched < ALONE_AFTER_MS) return options;
    return Object.assign({}, options, { headers: Object.assign({}, options.headers, { "X-Syncline-By-Itself": "1" }) });
  }

  function outputOf(resource, options) {
    var isQuestion = String(resource.url || resource).includes("_dash-update-component") && options && typeof options.body === "string";
    return isQuestion ? String(JSON.parse(options.body).output) : null;
  }

  // What Dash understands as: nothing changes.
  function nothing() { return new Response(null, { status: 204 }); }

  function pause(tries) {
    return new Promise(function (done) { setTimeout(done, AGAIN_AFTER_MS[Math.min(tries, AGAIN_AFTER_MS.length - 1)]); });
  }

  // A page that comes at once shows no sign of waiting: that would only flicker.
  function busy(isBusy) {
    clearTimeout(slow);
    var main = document.getElementById("main");
    if (!main) return;
    main.removeAttribute("aria-busy");
    if (isBusy) slow = setTimeout(function () { main.setAttribute("aria-busy", "true"); }, SLOW_AFTER_MS);
  }

  function show(name, isShown) {
    var note = document.getElementById(name);
    if (note) note.hidden = !isShown;
    return note;
  }

  // The page asked for stays in the address, so that signing in leads to it.
  function tellEnded(isEnded) {
    var note = show("shell-ended", isEnded);
    if (note && isEnded) note.querySelector("a").href = prefix + "login?next=" + encodeURIComponent(location.pathname + location.search);
  }

  // The wall has nobody before it who could reload it.
  function tellNewer(answer) {
    var served = answer.headers.get("X-Syncline-Build");
    if (isNewer || !served || !build || served === build) return;
    isNewer = true;
    show("shell-newer", true);
    if (document.getElementById("wall")) location.reload();
  }

  // A page is asked for until it comes; all else is asked again by itself, or by who pressed the button.
  function answerTo(args, isPage, place, tries) {
    return ask.apply(window, args).then(function (answer) {
      if (AWAY.includes(answer.status)) throw new TypeError("nobody answers behind the proxy");
      show("shell-away", false);
      tellNewer(answer);
      return answer;
    }).catch(function (fault) {
      if (isLeaving) throw fault;
      show("shell-away", true);
      if (!isPage || place !== asked) return nothing();
      return pause(tries).then(function () { return place === asked ? answerTo(args, isPage, place, tries + 1) : nothing(); });
    });
  }

  window.fetch = function (resource, options) {
    var output = outputOf(resource, options);
    if (output === null) return ask.apply(window, arguments);
    var isPage = output.includes("shell-page.children");
    var draw = draws;
    if (isPage) { asked += 1; busy(true); }
    var place = asked;
    return answerTo([resource, saying(options)], isPage, place, 0).then(function (answer) {
      var isEnded = answer.status === 401;
      if (isPage && place === asked) { busy(false); draws += isEnded ? 0 : 1; }
      if (answer.status !== 204) tellEnded(isEnded);
      // Filters of a page that was left meanwhile are nobody's: they must not get into the address of the next one.
      var isLate = draw !== draws && output.includes("shell-address.data");
      return isEnded || isLate ? nothing() : answer;
    }, function (fault) {
      if (isPage) busy(false);
      throw fault;
    });
  };

  // ── what was typed is not lost where one has to sign in again: it is kept in this tab, and given back to the same page of the same person ──
  function typed() {
    var fields = {};
    document.querySelectorAll("#shell-page :is(input[type=text], input:not([type]), textarea)[id]").forEach(function (field) {
      if (field.value && !field.readOnly && !field.hasAttribute("aria-haspopup")) fields[field.id] = field.value; // a menu shows its label
    });
    return fields;
  }

  function who() {
    var menu = document.querySelector("[data-user]");
    return menu && menu.dataset.user;
  }

  document.addEventListener("click", function (event) {
    var link = event.target.closest && event.target.closest("#shell-ended a");
    if (link) sessionStorage.setItem(KEPT, JSON.stringify({ at: location.pathname + location.search, who: who(), fields: typed() }));
  }, true);

  function giveBack() {
    var kept = JSON.parse(sessionStorage.getItem(KEPT) || "null");
    if (!kept || kept.at !== location.pathname + location.search) return;
    sessionStorage.removeItem(KEPT);
    if (kept.who !== who()) return; // somebody else signed in here
    Object.entries(kept.fields).forEach(function (entry) {
      var name = entry[0].startsWith("{") ? JSON.parse(entry[0]) : entry[0];
      if (document.getElementById(entry[0])) window.dash_clientside.set_props(name, { value: entry[1] });
    });
  }

  window.synclineAsking = { isNewer: function () { return isNewer; }, giveBack: giveBack };
})();
