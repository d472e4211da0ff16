"""Whoever we ask over TLS shows a certificate that is looked at, in TLS 1.2 at least."""

from __future__ import annotations

import ast
import ssl
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from urllib3.util.ssl_ import create_urllib3_context

from app.examination.network import look_at_network
from app.remote import Server
from app.settings import load_settings
from collectors.brokers.address import Tls
from collectors.secured import tls_context
from tests.repository import ROOT

WORDS = ("create_default_context(", "CERT_NONE", "CERT_OPTIONAL", "verify_mode", "_create_unverified_context")
PARTS = ("app", "collectors", "metrics", "sql")


def test_no_context_of_ours_speaks_less_than_tls_1_2_or_takes_any_certificate(tmp_path: Path) -> None:
    brokers, others = Tls().context(tmp_path), tls_context()  # of webhooks and mail
    for context in (brokers, others):
        assert context.minimum_version >= ssl.TLSVersion.TLSv1_2
        assert (context.verify_mode, context.check_hostname) == (ssl.CERT_REQUIRED, True)
    assert create_urllib3_context().minimum_version >= ssl.TLSVersion.TLSv1_2  # of web APIs, recoveries and single sign-on


@pytest.mark.parametrize(
    ("web", "said"),
    [
        ({"host": "0.0.0.0"}, ["The web app is reached from other machines without TLS."]),
        ({"host": "0.0.0.0", "secure_cookies": True}, []),
        ({"host": "127.0.0.1"}, []),
    ],
)
def test_a_web_that_others_reach_without_tls_is_told(tmp_path: Path, web: dict[str, Any], said: list[str]) -> None:
    (tmp_path / "syncline.yaml").write_text("version: 1\n")
    settings = load_settings(tmp_path / "syncline.yaml", {})
    settings = replace(settings, web=replace(settings.web, **web))
    assert [each.text for each in look_at_network(settings, Server(1, "http://127.0.0.1:1/", "")) if each.grade == "warn"] == said


def test_nowhere_is_a_certificate_left_unlooked_at() -> None:
    wrong = []
    for path in (each for part in PARTS for each in sorted((ROOT / part).rglob("*.py"))):
        text = path.read_text(encoding="utf-8")
        wrong += [f"{path.name}: {word}" for word in WORDS if word in text and path.name != "secured.py"]
        if "verify=" in text:
            calls = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.keyword) and node.arg == "verify"]
            wrong += [f"{path.name}: verify={ast.unparse(each.value)}" for each in calls if ast.unparse(each.value) == "False"]
    assert wrong == []
