"""Whether people can sign in at their provider."""

from __future__ import annotations

from collections.abc import Iterator

from app.examination.finding import Finding, fail, ok, warn
from app.settings import Settings

TO_REACH = "Until it answers nobody signs in with it. Look at `issuer`, `ca` and `proxy` of access.oidc, and at the provider."


def look_at_single_sign_on(settings: Settings) -> Iterator[Finding]:
    """What the provider says of itself, and its keys."""
    asked = settings.single_sign_on
    if asked is None:
        return
    from app.single_sign_on.asking import document
    from app.single_sign_on.id_tokens import keys_in
    from app.single_sign_on.provider import discovered
    from app.single_sign_on.refused import Away

    try:
        metadata = discovered(asked)
        keys = keys_in(document(asked, metadata["jwks_uri"])).keys
    except Away as away:
        yield fail(f"Single sign-on with {asked.name}: {away}", TO_REACH)
        return
    if not keys:
        yield fail(f"Single sign-on with {asked.name}: {asked.issuer} names no key that may sign.", TO_REACH)
    else:
        yield ok(f"Single sign-on with {asked.name}: {asked.issuer} answers and names {len(keys)} key{'s' * (len(keys) > 1)}.")
    if "S256" not in metadata.get("code_challenge_methods_supported", ["S256"]):
        yield warn(f"{asked.issuer} does not say that it knows PKCE with S256.", "Without it a code that was read along could be used.")
    if not settings.web.secure_cookies and asked.url is not None and asked.url.startswith("https:"):
        yield warn("Sessions of single sign-on travel without TLS.", "Set web.secure_cookies: true.")
