// What a link for a password carries behind its # goes to our own server only, and does not stay in the address.
(function () {
  "use strict";
  var secret = location.hash.slice(1);
  if (!secret) return;
  history.replaceState(null, "", location.pathname);
  document.getElementById("password-secret").value = secret;
  document.getElementById("password-begin").submit();
})();
