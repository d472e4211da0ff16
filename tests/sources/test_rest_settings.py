"""What is wrong in the settings of a web API is told at once, and no secret with it."""

from __future__ import annotations

from typing import Any

import pytest

from collectors.event import Refused
from collectors.rest.watermark import Mark, Watermark
from collectors.sources import check_source
from tests.sources.plant_floor import NOON_NS

BASE = {
    "name": "erp",
    "kind": "rest",
    "url": "https://erp.example.com/orders",
    "key": "id",
    "map": {"event_type": {"path": "t"}, "event_time": {"path": "z"}},
}


@pytest.mark.parametrize(
    ("settings", "place", "sentence"),
    [
        ({"url": "erp/orders"}, "url", "must be a URL as in https://host/path"),
        ({"url": "ftp://erp/orders"}, "url", "must be a URL as in https://host/path"),
        ({"url": "https://me:geheim@erp/orders"}, "url", "holds a name or a password; write them under `auth`"),
        ({"items": "a..b"}, "items", "'a..b' is no path behind 'a'"),
        ({"key": []}, "key", "must be a path or a list of them (found [])"),
        ({"auth": {"kind": "digest"}}, "auth.kind", "no kind of auth is called 'digest'. Known: none, basic, bearer, oauth2"),
        ({"auth": {"kind": "basic", "username": "me"}}, "auth.password", "is missing"),
        ({"auth": {"kind": "bearer", "token": "geheim\n"}}, "auth.token", "holds a line end or another sign that cannot be sent"),
        ({"auth": "geheim"}, "auth", "must be a mapping, as in `{kind: basic, username: syncline, password: ${SAP_PASSWORD}}`"),
        ({"pages": {"kind": "odate"}}, "pages.kind", "no kind of pages is called 'odate'. Did you mean 'odata'?"),
        ({"pages": {"kind": "offset", "parameter": "skip"}}, "pages.size", "is missing"),
        ({"pages": {"kind": "odata", "size": 5}}, "pages.size", "no key is called 'size'"),
        ({"pages": {"kind": "cursor", "path": "next"}}, "pages.parameter", "is missing: say how the cursor is sent"),
        ({"pages": {"kind": "since", "size": 9}}, "pages", "the kind since needs a {since} in `parameters`, `body` or `url`"),
        ({"parameters": {"from": "{since}"}}, "watermark", "is missing: {since} is made from it"),
        ({"order": "newest_first"}, "watermark", "is missing: with the newest first, it says when all that is new was read"),
        ({"order": "newest"}, "order", "no order is called 'newest'. Did you mean 'newest_first'?"),
        ({"body": {"a": 1}}, "body", "is sent with `method: POST` only"),
        ({"method": "POST", "pages": {"kind": "odata"}}, "pages", "the kind odata follows links, which are asked with GET"),
        ({"headers": {"Authorization": "geheim"}}, "headers.Authorization", "is no header that can be set here; who we are stands under"),
        ({"headers": {"X-Key": "geheim\r\nX: y"}}, "headers.X-Key", "holds a line end or another sign that cannot be sent"),
        ({"since_format": "date"}, "since_format", 'must be letters of strftime, as in "%Y-%m-%dT%H:%M:%SZ", or one of unix_s'),
        ({"look_back": "5 m"}, "look_back", "must be a duration, as in 5m, for a watermark that is a time"),
        ({"start": "2026-03-01"}, "start", "must be a time with an offset, as in 2026-03-01T00:00:00Z, or a whole number"),
        ({"timeout": "1h"}, "timeout", "must be a whole number above 0 and one of s m, at most 10m, as in 30s"),
        ({"proxy": "geheim"}, "proxy", "must be the URL of a proxy, as in http://proxy.example.com:3128"),
        ({"holds": "inventory", "map": {"itme": {"path": "A"}}}, "map.itme", "no field is called 'itme'. Did you mean 'site'?"),
        ({"holds": "inventory", "map": {"item": {"path": "A"}}, "options": {"each": "a"}}, "options", "is only for events"),
    ],
)
def test_what_cannot_be_is_told_without_secrets(settings: dict[str, Any], place: str, sentence: str) -> None:
    ((found, text),) = check_source({**BASE, **settings})
    assert (found, text[: len(sentence)]) == (place, sentence)
    assert "geheim" not in text


@pytest.mark.parametrize(
    ("value", "settings", "mark", "since"),
    [
        ("2026-03-23T12:00:00Z", {}, Mark(NOON_NS, True), "2026-03-23T11:55:00Z"),
        ("/Date(1774267200000)/", {}, Mark(NOON_NS, True), "2026-03-23T11:55:00Z"),
        ("/Date(1774267200000+0000)/", {"zone": "Europe/Berlin"}, Mark(NOON_NS, True), "2026-03-23T12:55:00Z"),
        ("/Date(1774270800000)/", {"zone": "Europe/Berlin", "since": "%Y-%m-%dT%H:%M:%S"}, Mark(NOON_NS, True), "2026-03-23T12:55:00"),
        (1774267200000, {"read": "unix_ms", "since": "unix_ms"}, Mark(NOON_NS, True), "1774266900000"),
        (5000, {"start": 0}, Mark(5000, False), "4000"),
        ("5000", {"start": 4500}, Mark(5000, False), "4500"),
        ("2026-03-23T12:00:00Z", {"start": "2026-03-23T11:58:00Z"}, Mark(NOON_NS, True), "2026-03-23T11:58:00Z"),
    ],
)
def test_a_watermark_is_read_and_asked_for_in_the_words_of_the_api(value: Any, settings: dict[str, Any], mark: Mark, since: str) -> None:
    watermark = Watermark(settings.get("read"), settings.get("since"), settings.get("zone"), 300, 1000, settings.get("start"))
    assert watermark.of(value) == mark
    assert watermark.text(watermark.beginning(mark)) == since


@pytest.mark.parametrize("value", ["", "today", 1.5, True, {"a": 1}, "9" * 30, "2026-03-23T12:00:00"])
def test_what_is_no_watermark_is_refused(value: Any) -> None:
    with pytest.raises(Refused):
        Watermark(None, None, None, 300, 1000, None).of(value)
