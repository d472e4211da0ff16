"""What every answer says to the browser about what it may do with it."""

from __future__ import annotations

from collections.abc import Callable

from flask import Flask, Response, request

# style-src: Mantine and AG Grid write style elements of their own. AG Grid's icons are a data: font, our sparklines data: images.
POLICY = (
    "default-src 'none'; script-src 'self' {scripts}; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
    "font-src 'self' data:; connect-src 'self'; manifest-src 'self'; "
    "object-src 'none'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
FIXED = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",  # not no-referrer: over HTTPS the CSRF check reads it
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
_KEPT = ("_dash_assets.static", "_dash-component-suites")


def install(server: Flask, script_hashes: Callable[[], list[str]]) -> None:
    """`script_hashes` gives the CSP hashes of Dash's inline scripts, asked once at the first answer: then all are known."""
    policy: list[str] = []

    @server.after_request
    def _say(response: Response) -> Response:
        if not policy:
            policy.append(POLICY.format(scripts=" ".join(script_hashes())))
        response.headers.setdefault("Content-Security-Policy", policy[0])
        for name, value in FIXED.items():
            response.headers.setdefault(name, value)
        if request.is_secure or server.config["SESSION_COOKIE_SECURE"]:  # over plain HTTP browsers leave it alone
            response.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
        if not any(part in (request.endpoint or "") for part in _KEPT):
            response.headers["Cache-Control"] = "no-store"
        return response
