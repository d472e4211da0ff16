"""The settings of librdkafka that say how Kafka is logged in to; those that would load code or start programs are not among them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from collectors.suggest import unknown

FILES = ("ssl.ca.location", "ssl.certificate.location", "ssl.key.location", "ssl.keystore.location", "ssl.crl.location")
ALLOWED = (
    "security.protocol",
    "sasl.mechanism",
    "sasl.username",
    "sasl.password",
    "sasl.oauthbearer.method",
    "sasl.oauthbearer.client.id",
    "sasl.oauthbearer.client.secret",
    "sasl.oauthbearer.token.endpoint.url",
    "sasl.oauthbearer.scope",
    "sasl.oauthbearer.extensions",
    "https.ca.location",
    *FILES,
    "ssl.ca.pem",
    "ssl.certificate.pem",
    "ssl.key.pem",
    "ssl.key.password",
    "ssl.keystore.password",
    "ssl.cipher.suites",
    "ssl.endpoint.identification.algorithm",
    "enable.ssl.certificate.verification",
)
CHOICES = {
    "security.protocol": ("PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"),
    "sasl.mechanism": ("PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512", "OAUTHBEARER"),
    "sasl.oauthbearer.method": ("default", "oidc"),
    "ssl.endpoint.identification.algorithm": ("https", "none"),
}
EXAMPLE = '`{security.protocol: SASL_SSL, sasl.mechanism: SCRAM-SHA-512, sasl.username: syncline, sasl.password: "${KAFKA_PASSWORD}"}`'


def check_security(value: Any) -> list[tuple[str, str]]:
    """Every problem of the section `security`; what is found there is never repeated, because it may be a secret."""
    if not isinstance(value, dict):
        return [("", f"must be a mapping, as in {EXAMPLE}")]
    problems = []
    for key, found in value.items():
        if key not in ALLOWED:
            problems.append((str(key), unknown("setting", key, ALLOWED)))
        elif not isinstance(found, str | int | bool) or found == "":
            problems.append((key, "must be a text that is not empty"))
        elif key in CHOICES and found not in CHOICES[key]:
            problems.append((key, unknown("value", found, CHOICES[key])))
    protocol = value.get("security.protocol", "PLAINTEXT")
    wants_sasl = isinstance(protocol, str) and protocol.startswith("SASL")
    if wants_sasl and "sasl.mechanism" not in value:
        problems.append(("sasl.mechanism", f"is missing; known: {', '.join(CHOICES['sasl.mechanism'])}"))
    if not wants_sasl and any(key.startswith("sasl.") for key in value if isinstance(key, str)):
        problems.append(("security.protocol", "must be SASL_SSL (or SASL_PLAINTEXT) for a login to be used"))
    return problems


def librdkafka_security(value: Mapping[str, Any], folder: Path) -> dict[str, str]:
    """The same for librdkafka, with files relative to `folder`."""
    written = {key: str(found).lower() if isinstance(found, bool) else str(found) for key, found in value.items()}
    return {key: str(folder / found) if key in FILES or key == "https.ca.location" else found for key, found in written.items()}
