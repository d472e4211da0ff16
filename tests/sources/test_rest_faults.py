"""What a web API does wrong, or refuses, is told in a sentence that shows no secret; nothing is lost, and nobody else learns who we are."""

from __future__ import annotations

import gzip
import re
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest

from collectors.rest import peer
from collectors.sources import check_source
from tests.servers.certificates import Certificate
from tests.servers.web_api import CLIENT, SECRET, Reply, WebApi, running_web_api
from tests.sources.plant_floor import rows_of
from tests.sources.test_rest import ODATA, Intake, entry

OAUTH2 = {"kind": "oauth2", "client_id": CLIENT, "client_secret": SECRET, "scope": "read"}


def oauth2(api: WebApi, **more: Any) -> dict[str, Any]:
    api.needs_token = True
    return {**OAUTH2, "token_url": f"{api.url}/token", **more}


@pytest.mark.parametrize(
    ("reply", "sentence"),
    [
        (Reply(404, b"<html><b>Nothing</b> here"), "answers with HTTP 404. It says: Nothing here"),
        (Reply(401, b'{"error":"wrong geheim"}'), 'does not accept who we are (HTTP 401): see `auth`. It says: {"error":"wrong …"}'),
        (Reply(403), "does not allow us to read this (HTTP 403): its owner has to grant it."),
        (
            Reply(429, headers=(("Retry-After", "90"),)),
            "is asked too often (HTTP 429) and asks for a pause of 90 s; reading goes on later.",
        ),
        (Reply(503), "is not available now (HTTP 503); reading goes on later."),
        (
            Reply(200, b"<html>Sign in</html>"),
            "answers with a page of HTML, or with half an answer: unexpected character",
        ),
        (Reply(200, b'{"value": [{"id": "o1"}, {"id"'), "answers with no JSON, or with half an answer: unexpected end of data: "),
        (Reply(200, b'{"results": []}'), "answers with no list at 'value', which `items` names."),
        (Reply(200, b'{"value": []}', cut=5), "broke off in the middle of its answer. Nothing of it was read; it is asked again."),
        (
            Reply(200, b"no gzip", headers=(("Content-Encoding", "gzip"),)),
            "answers with data that cannot be unpacked. Nothing of it was read.",
        ),
        (
            Reply(302, headers=(("Location", "file:///etc/passwd"),)),
            "leads to file:///etc/passwd, which is not encrypted. It was not followed.",
        ),
    ],
)
def test_no_good_answer_is_told_and_the_next_round_goes_on(web_api: WebApi, reply: Reply, sentence: str) -> None:
    web_api.orders(1)
    auth = {"kind": "basic", "username": "syncline", "password": "geheim"}
    with Intake(entry(web_api, "odata", **ODATA, auth=auth)) as erp:
        web_api.replies = [reply]
        (trouble,) = erp.poll()
        assert trouble.startswith(f"{web_api.url}/odata {sentence}")
        assert erp.positions() == []
        erp.now_ns += 3600 * 10**9
        assert erp.poll() == []
        assert erp.positions() == ["o1"]


def test_a_pause_that_was_asked_for_is_kept(web_api: WebApi) -> None:
    with Intake(entry(web_api, "odata", **ODATA)) as erp:
        web_api.replies = [Reply(429, headers=(("Retry-After", "Mon, 23 Mar 2026 12:01:30 GMT"),))]
        erp.poll()
        erp.now_ns += 60 * 10**9
        assert erp.poll() == [f"{web_api.url}/odata asked for a pause; it is asked again in 30 s."]
        assert len(web_api.asked) == 1
        erp.now_ns += 30 * 10**9
        assert erp.poll() == []


def test_nobody_there_is_told(web_api: WebApi) -> None:
    with running_web_api() as gone:
        url = gone.url
    with Intake(entry(web_api, "odata", **ODATA) | {"url": f"{url}/odata?key=geheim"}) as erp:
        assert erp.poll() == [f"{url}/odata cannot be reached: Connection refused."]


def test_an_answer_that_unpacks_to_more_than_allowed_is_not_held(web_api: WebApi) -> None:
    with Intake(entry(web_api, "odata", **ODATA, max_megabytes=1)) as erp:
        web_api.replies = [Reply(200, gzip.compress(b" " * (64 << 20), 9), (("Content-Encoding", "gzip"),))]
        assert erp.poll() == [
            f"{web_api.url}/odata answers with more than 1 MiB. Nothing of it was read; ask for smaller pages, or raise `max_megabytes`."
        ]


def test_one_who_answers_a_byte_now_and_then_is_not_waited_for(web_api: WebApi) -> None:
    with Intake(entry(web_api, "odata", **ODATA, timeout="1s")) as erp:
        web_api.replies = [Reply(200, b" " * 600, (("Content-Encoding", "identity"),), drips=True)]
        assert erp.poll() == [f"{web_api.url}/odata had not answered to the end after 1 s. Nothing of it was read; see `timeout`."]


def test_an_item_nested_too_deep_is_rejected_and_the_others_are_read(web_api: WebApi) -> None:
    web_api.orders(1)
    deep = b'{"value": [{"id": "deep", "changed": "2026-03-23T10:00:00Z", "a": ' + b"[" * 800 + b"]" * 800 + b"}]}"
    with Intake(entry(web_api, "odata", **ODATA)) as erp:
        web_api.replies = [Reply(200, b"\xef\xbb\xbf" + deep)]
        assert erp.poll() == []
        assert erp.poll() == []
        assert erp.positions() == ["deep", "o1"]
        rows = rows_of(erp.entry, *erp.records)
        assert [row[3] for row in rows.rejected] == ['an event is a JSON object (found "an item that is nested too deep to be kept")']


def test_a_connection_that_was_closed_meanwhile_is_opened_again(web_api: WebApi) -> None:
    """The server closes after its answer without saying so; the next request meets a dead connection."""
    web_api.orders(1)
    with Intake(entry(web_api, "odata", **ODATA)) as erp:
        erp.poll()
        web_api.close_connections()
        assert erp.poll() == []


def test_an_oauth2_token_is_used_until_shortly_before_its_end(web_api: WebApi) -> None:
    web_api.orders(1)
    with Intake(entry(web_api, "odata", **ODATA, auth=oauth2(web_api))) as erp:
        for after_seconds, tokens in ((0, 1), (3500, 1), (80, 2)):
            erp.now_ns += after_seconds * 10**9
            assert erp.poll() == []
            assert len(web_api.tokens) == tokens
        assert web_api.asked[0].body == b"grant_type=client_credentials&scope=read"


def test_a_token_that_was_revoked_is_replaced_at_once(web_api: WebApi) -> None:
    web_api.orders(1)
    with Intake(entry(web_api, "odata", **ODATA, auth=oauth2(web_api, credentials="body"))) as erp:
        erp.poll()
        web_api.tokens.append("another one is valid now")
        assert erp.poll() == []
        assert erp.positions() == ["o1"]
        assert web_api.tokens[-1] == "token-3"


def test_a_token_server_that_refuses_is_told_without_the_secret(web_api: WebApi) -> None:
    auth = oauth2(web_api, client_id="somebody else")
    with Intake(entry(web_api, "odata", **ODATA, auth=auth)) as erp:
        assert erp.poll() == [
            f"{web_api.url}/odata cannot be asked: the token server {web_api.url}/token gives no token (HTTP 401: invalid_client wrong "
            "secret …); see `auth`."
        ]


def test_another_host_is_not_told_who_we_are(web_api: WebApi) -> None:
    web_api.orders(1)
    with running_web_api() as other:
        other.orders(1)
        auth = {"kind": "bearer", "token": "geheim"}
        with Intake(entry(web_api, "odata", **ODATA, auth=auth, headers={"X-API-Key": "geheim"})) as erp:
            web_api.replies = [Reply(307, headers=(("Location", f"{other.url}/odata"),))]
            assert erp.poll() == []
            assert erp.positions() == ["o1"]
        assert web_api.asked[0].headers["authorization"] == "Bearer geheim"
        assert web_api.asked[0].headers["x-api-key"] == "geheim"
        assert "geheim" not in str(other.asked)


def test_a_redirect_never_leads_to_what_only_the_machine_itself_may_ask(web_api: WebApi, monkeypatch: pytest.MonkeyPatch) -> None:
    web_api.orders(1)
    with running_web_api() as other:
        monkeypatch.setattr(peer, "OF_THE_MACHINE", (ip_network("127.0.0.0/8"),))  # nobody listens on a link-local address here
        with Intake(entry(web_api, "odata", **ODATA)) as erp:
            web_api.replies = [Reply(302, headers=(("Location", f"{other.url}/latest/meta-data"),))]
            (trouble,) = erp.poll()
        assert "leads to another host: 127.0.0.1 is 127.0.0.1, which only the machine itself may ask. It was not followed." in trouble
        assert other.asked == []


def test_a_next_page_at_another_host_is_not_asked_unless_it_is_the_same_system(web_api: WebApi) -> None:
    web_api.orders(3)
    link = Reply(200, b'{"value": [], "@odata.nextLink": "http://sap.internal:8000/odata?since=&skip=2&key=geheim"}')
    with Intake(entry(web_api, "odata", **ODATA)) as erp:
        web_api.replies = [link]
        (trouble,) = erp.poll()
        assert trouble.startswith(
            f"{web_api.url}/odata names another host for the next page, http://sap.internal:8000/odata. It was not asked"
        )
    with Intake(entry(web_api, "odata", **{**ODATA, "pages": {"kind": "odata", "same_host": True}})) as erp:
        web_api.replies = [link]
        assert erp.poll() == []
        assert erp.positions() == ["o3"]


def test_a_circle_of_addresses_is_left(web_api: WebApi) -> None:
    with Intake(entry(web_api, "odata", **ODATA)) as erp:
        web_api.replies = [Reply(302, headers=(("Location", "/odata"),))] * 7
        assert erp.poll() == [f"{web_api.url}/odata leads from one address to the next, more than 5 times."]


def test_links_that_lead_in_a_circle_are_left(web_api: WebApi) -> None:
    with Intake(entry(web_api, "odata", **ODATA)) as erp:
        web_api.replies = [Reply(200, b'{"value": [], "@odata.nextLink": "odata?since=&skip=0"}')] * 5
        (trouble,) = erp.poll()
        assert "gives the same page again and again" in trouble


FILES = "`ca_file` names the certificates that are trusted, `certificate_file` and `key_file` who we are; nothing was asked."


def test_only_a_certificate_of_a_known_authority_is_trusted(certificate: Certificate) -> None:
    with running_web_api(certificate) as api:
        api.orders(1)
        with Intake(entry(api, "odata", **ODATA)) as erp:
            (trouble,) = erp.poll()
            assert trouble.startswith(f"{api.url}/odata cannot be trusted: self-signed certificate. Is its certificate from an authority")
            assert api.asked == []
        with Intake(entry(api, "odata", **ODATA, ca_file=str(certificate.certificate))) as erp:
            assert erp.poll() == []
            assert erp.positions() == ["o1"]
        with Intake(entry(api, "odata", **ODATA, ca_file="absent.pem")) as erp:
            assert erp.poll() == [f"there is no file absent.pem. {FILES}"]


# Its alert is lost where the connection is torn down before it was read: then all we see is that it is gone.
NOT_WHO_WE_ARE = re.compile(r"does not accept who we are: .*\. See `certificate_file` and `key_file`\.|cannot be reached: .*")


def test_who_wants_a_certificate_of_ours_gets_it_and_nobody_else(certificate: Certificate, tmp_path: Path) -> None:
    (tmp_path / "ours").mkdir()
    ours, trusted = Certificate.made(tmp_path / "ours"), str(certificate.certificate)
    files = {"ca_file": trusted, "certificate_file": str(ours.certificate), "key_file": str(ours.key)}
    with running_web_api(certificate, knows=ours) as api, running_web_api(certificate, knows=ours) as other:
        api.orders(1)
        for known in ({}, {"certificate_file": trusted, "key_file": str(certificate.key)}):
            with Intake(entry(api, "odata", **ODATA, **{"ca_file": trusted, **known})) as erp:
                (trouble,) = erp.poll()
                assert NOT_WHO_WE_ARE.fullmatch(trouble.removeprefix(f"{api.url}/odata "))
        assert api.asked == []
        with Intake(entry(api, "odata", **ODATA, **files)) as erp:
            assert erp.poll() == []
            assert erp.positions() == ["o1"]
            api.replies = [Reply(307, headers=(("Location", f"{other.url}/odata"),))]
            (trouble,) = erp.poll()
            assert NOT_WHO_WE_ARE.fullmatch(trouble.removeprefix(f"{api.url}/odata "))
            assert other.asked == []


def test_a_certificate_that_cannot_be_used_is_a_sentence(certificate: Certificate, tmp_path: Path) -> None:
    (tmp_path / "ours").mkdir()
    other, given = Certificate.made(tmp_path / "ours"), str(certificate.certificate)
    said = "hold no certificate and the key to it, in PEM and without a password"
    with running_web_api() as api:
        for files, expected in (
            ({"certificate_file": given, "key_file": str(other.key)}, f"{given} and {other.key} {said}. {FILES}"),
            ({"certificate_file": given}, f"{given} {said}. {FILES}"),
            ({"certificate_file": given, "key_file": "absent.pem"}, f"there is no file absent.pem. {FILES}"),
        ):
            with Intake(entry(api, "odata", **ODATA, **files)) as erp:
                assert erp.poll() == [expected]
        assert check_source(entry(api, "odata", **ODATA, key_file="k.pem")) == [
            ("certificate_file", "is missing: a key alone identifies nobody")
        ]


def test_an_encrypted_address_leads_to_no_other_kind(certificate: Certificate) -> None:
    with running_web_api(certificate) as api, Intake(entry(api, "odata", **ODATA, ca_file=str(certificate.certificate))) as erp:
        api.replies = [Reply(301, headers=(("Location", "http://127.0.0.1:9/odata"),))]
        assert erp.poll() == [f"{api.url}/odata leads to http://127.0.0.1:9/odata, which is not encrypted. It was not followed."]
