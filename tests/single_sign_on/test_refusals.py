"""What a provider, or whoever stands in its place, may not do: each refused with a sentence, and nobody is signed in.

The provider from PyPI signs nothing wrong and never answers strangely. The door in front of it does (tests/servers/identity_provider.py), a
part of the same real server: it alters the provider's answers and signs its tokens anew.
"""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import pytest

from tests.processes import free_ports
from tests.single_sign_on.plant import ONWARD, Browser, query_of, said, served

UNTRUSTED = "The answer of Example AG cannot be trusted, so nobody was signed in. Your administrator finds the reason in the log."
AWAY = "Example AG cannot be asked at the moment. Try again in a minute. Who has a password here can sign in with it."
NOT_CONFIRMED = "Example AG did not confirm that it was you. Begin again."
OLD = "This sign-in was not begun in this browser, or was answered already. Begin again."


def refused(caplog: pytest.LogCaptureFixture, browser: Browser, **does: Any) -> tuple[int, str, str]:
    """The status, the sentence for the person, and what is logged, of a sign-in at a provider that does this."""
    browser.provider.does(**does)
    with caplog.at_level(logging.WARNING, "syncline.single_sign_on"):
        answer = browser.signs_in_there("tom")
    assert not browser.is_signed_in
    return answer.status_code, said(answer), caplog.messages[-1].partition(": ")[2]


@pytest.mark.parametrize(
    ("does", "why"),
    [
        ({"claims": {"iss": "https://evil.example"}}, "the ID token is from another provider"),
        ({"claims": {"aud": "another"}}, "the ID token is for another application"),
        ({"claims": {"aud": ["another", "third"]}}, "the ID token is for another application"),
        ({"claims": {"aud": ["syncline", "another"]}}, "the ID token is for another application"),
        ({"claims": {"aud": ["syncline", "another"], "azp": "another"}}, "the ID token is for another application"),
        ({"claims": {"azp": "another"}}, "the ID token is for another application"),
        ({"claims": {"aud": "another", "azp": "syncline"}}, "the ID token is for another application"),
        ({"shifted": {"exp": -120}}, "the ID token has expired"),
        ({"claims": {"exp": "never"}}, "the ID token has expired"),
        ({"claims": {"exp": None}}, "the ID token has expired"),
        ({"shifted": {"nbf": 600}}, "the ID token is not valid yet"),
        ({"shifted": {"iat": 600}}, "the ID token was made in the future, or does not say when"),
        ({"claims": {"iat": None}}, "the ID token was made in the future, or does not say when"),
        ({"claims": {"nonce": "of-another-sign-in"}}, "the ID token answers another sign-in"),
        ({"claims": {"nonce": None}}, "the ID token answers another sign-in"),
        ({"claims": {"nonce": ["a", "b"]}}, "the ID token answers another sign-in"),
        ({"claims": {"at_hash": "AAAAAAAAAAAAAAAAAAAAAA"}}, "the ID token does not belong to what came with it"),
        ({"claims": {"sub": None}}, "the ID token does not say who signed in"),
        ({"claims": {"sub": 17}}, "the ID token does not say who signed in"),
        ({"claims": {"sub": "x" * 256}}, "the ID token does not say who signed in"),
        ({"algorithm": "none"}, "the ID token is signed in a way that is not accepted"),
        ({"algorithm": "HS256"}, "the ID token is signed in a way that is not accepted"),
        ({"tampered": {"groups": ["plant-it-brno"]}}, "the ID token has no valid signature (bad_signature)"),
        ({"key": "other"}, "the ID token is signed with a key that the provider does not name"),
        ({"key": "other", "kid": "first"}, "the ID token has no valid signature (bad_signature)"),
        ({"key": "other", "kid": None}, "the ID token has no valid signature"),
    ],
    ids=str,
)
def test_a_token_that_is_not_right_signs_nobody_in(plant, caplog, does, why):
    _, browser = plant
    if "kid" in does and does["kid"] == "first":
        does = {**does, "kid": browser.provider.keys()[0]}
    status, sentence, logged = refused(caplog, browser, **does)
    assert (status, sentence) == (502, UNTRUSTED)
    assert logged.startswith(why)
    assert "eyJ" not in caplog.text, "no token is logged"


def test_clocks_may_differ_by_a_minute(plant):
    _, browser = plant
    browser.provider.does(shifted={"exp": -30, "iat": 30})
    browser.signs_in_there("tom")
    assert browser.is_signed_in


def test_keys_that_were_changed_are_fetched_anew_but_not_more_than_once_a_minute(plant, caplog):
    application, browser = plant
    browser.signs_in_there("tom")
    asked = len(browser.provider.asked("jwks"))
    other = Browser(browser.http.application, browser.provider)
    other.signs_in_there("maria")
    assert len(browser.provider.asked("jwks")) == asked, "they are kept"
    browser.provider.rotates()
    application.ahead_seconds = 61
    rotated = Browser(browser.http.application, browser.provider)
    rotated.signs_in_there("maria")
    assert rotated.is_signed_in
    assert len(browser.provider.asked("jwks")) == asked + 1
    for _ in range(3):
        stranger = Browser(browser.http.application, browser.provider)
        assert refused(caplog, stranger, key="other")[2] == "the ID token is signed with a key that the provider does not name"
    assert len(browser.provider.asked("jwks")) == asked + 1


def test_a_key_that_is_named_no_more_is_worth_nothing_after_an_hour(plant, caplog):
    application, browser = plant
    browser.signs_in_there("tom")
    application.ahead_seconds = 3601
    other = Browser(browser.http.application, browser.provider)
    status, _, logged = refused(caplog, other, keys=[], shifted={"exp": 7200})
    assert (status, logged) == (502, "the ID token is signed with a key that the provider does not name")


def test_an_answer_counts_once(plant):
    _, browser = plant
    back = browser.provider.signs_in(browser.begins(), "tom")
    before = browser.http.get_cookie("syncline_session").value
    assert browser.comes_back(back).status_code == 302
    asked = len(browser.provider.asked("token"))
    browser.http.set_cookie("syncline_session", before)  # as it was when the answer had not come yet
    answer = browser.comes_back(back)
    assert (answer.status_code, said(answer)) == (400, OLD)
    assert len(browser.provider.asked("token")) == asked, "nobody is asked about it"


def test_a_code_that_was_used_is_refused_by_the_provider_also_with_a_new_question(plant):
    _, browser = plant
    used = query_of(browser.provider.signs_in(browser.begins(), "tom"))["code"]
    state = query_of(browser.begins())["state"]
    assert browser.get(f"{ONWARD}/answer?state={state}&code={used}").status_code == 502, "a code of another question"
    state = query_of(browser.begins())["state"]
    answer = browser.get(f"{ONWARD}/answer?state={state}&code={used}")
    assert (answer.status_code, said(answer)) == (502, NOT_CONFIRMED)
    assert not browser.is_signed_in


@pytest.mark.parametrize("query", ["", "?code=abc", "?code=abc&state=unknown", "?error=access_denied&state=unknown"])
def test_an_answer_that_nobody_here_asked_for_is_refused(plant, query):
    _, browser = plant
    browser.begins()
    answer = browser.get(f"{ONWARD}/answer{query}")
    assert (answer.status_code, said(answer)) == (400, OLD)


def test_an_answer_belongs_to_the_browser_that_asked(plant):
    _, browser = plant
    back = browser.provider.signs_in(browser.begins(), "tom")
    victim = Browser(browser.http.application, browser.provider)
    assert victim.comes_back(back).status_code == 400, "nobody can sign others in as themselves"
    assert not victim.is_signed_in


def test_an_answer_after_ten_minutes_is_too_late(plant):
    application, browser = plant
    back = browser.provider.signs_in(browser.begins(), "tom")
    application.ahead_seconds = 601
    answer = browser.comes_back(back)
    assert (answer.status_code, said(answer)) == (400, "This sign-in took too long. Begin again.")


def test_several_tabs_may_sign_in_at_once(plant):
    _, browser = plant
    one, two = browser.begins(), browser.begins("?next=/transactions")
    back = browser.provider.signs_in(one, "tom")
    browser.begins()
    assert browser.comes_back(browser.provider.signs_in(two, "tom")).headers["Location"] == "/transactions"
    assert browser.comes_back(back).status_code == 400, "a new session knows nothing of what was begun before it"
    assert browser.is_signed_in


def test_however_far_somebody_wanted_to_go_the_way_back_is_found(plant):
    _, browser = plant
    for _each in range(3):
        browser.begins(f"?next=/transactions%3Ftext%3D{'x' * 1000}")
    address = browser.begins(f"?next=/transactions%3Ftext%3D{'x' * 3000}")
    assert len(browser.http.get_cookie("syncline_session").value) < 4000
    assert browser.comes_back(browser.provider.signs_in(address, "tom")).headers["Location"] == "/login"
    assert browser.is_signed_in


def test_an_answer_that_names_another_issuer_is_from_somebody_else(plant, caplog):
    _, browser = plant
    assert refused(caplog, browser, answer={"iss": "https://evil.example"})[:2] == (502, UNTRUSTED)
    browser.provider.does(answer={"iss": browser.provider.url})
    browser.signs_in_there("tom")
    assert browser.is_signed_in


def test_an_answer_without_issuer_is_refused_where_the_provider_always_names_itself(plant, caplog):
    _, browser = plant
    assert refused(caplog, browser, metadata={"authorization_response_iss_parameter_supported": True})[:2] == (502, UNTRUSTED)


def test_who_says_no_at_the_provider_is_told_so(plant):
    _, browser = plant
    answer = browser.signs_in_there("tom", action="deny")
    assert (answer.status_code, said(answer)) == (403, "Example AG did not sign you in (access denied).")
    browser.provider.does(answer={"error": "<script>alert(1)</script>", "error_description": "evil words"})
    answer = browser.signs_in_there("tom")
    assert said(answer) == "Example AG did not sign you in (?)."
    assert "evil words" not in answer.text


# ── groups and names ────────────────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("claims", "sentence"),
    [
        (
            {"groups": None},
            "Example AG does not say in which groups you are: the claim “groups” is missing. Your administrator can add it there.",
        ),
        (
            {"groups": None, "_claim_names": {"groups": "src1"}},
            "You are in more groups than Example AG puts into its answer (claim “groups”). "
            "Your administrator can have it say only the groups that are assigned to Syncline.",
        ),
        ({"groups": {"a": 1}}, "Example AG does not give your groups (claim “groups”) as a list of names."),
        ({"groups": ["planners", 7]}, "Example AG does not give your groups (claim “groups”) as a list of names."),
        (
            {"preferred_username": None, "email": None},
            "Example AG does not say what to call you: the claim “preferred_username” is missing.",
        ),
        (
            {"preferred_username": None, "email_verified": False},
            "Example AG has not verified your address, so it cannot be your name here.",
        ),
        (
            {"preferred_username": "Tom <b>Müller</b>"},
            "Example AG calls you “Tom &lt;b&gt;Müller&lt;/b&gt;” (claim “preferred_username”), which cannot be a name here. "
            "Allowed: 1 to 64 letters a-z, digits and . _ @ -, beginning with a letter or digit.",
        ),
    ],
    ids=lambda value: str(value)[:40],
)
def test_what_the_provider_does_not_say_is_named(plant, claims, sentence):
    _, browser = plant
    browser.provider.person("odd", **{"groups": ["planners"], **claims})
    answer = browser.signs_in_there("odd")
    assert (answer.status_code, said(answer)) == (403, sentence)
    assert not browser.is_signed_in


def test_different_roles_at_different_sites_are_refused_and_not_added_up(tmp_path: Path, provider):
    groups = {"it": {"roles": ["it"], "sites": ["hamburg"]}, "buy": {"roles": ["supply"], "sites": ["brno"]}}
    provider.person("tom", groups=["it", "buy"])
    with served(tmp_path, provider, groups=groups) as (_, server):
        answer = Browser(server, provider).signs_in_there("tom")
    assert answer.status_code == 403
    assert said(answer).startswith("Your groups at Example AG give you different rights at different sites, workflows or suppliers")


def test_the_user_info_of_somebody_else_counts_for_nobody(plant, caplog):
    _, browser = plant
    does = {"claims": {"groups": None}, "on": "userinfo", "words": '{"sub": "maria", "groups": ["planners"]}'}
    assert refused(caplog, browser, **does)[2] == "the ID token does not fit the user info, which is about somebody else"


# ── a provider that is away ─────────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("does", "why"),
    [
        ({"status": 503}, "{host} answers with HTTP 503 at /.well-known/openid-configuration."),
        ({"leads_to": "http://127.0.0.1:1/elsewhere"}, "{host} leads elsewhere (HTTP 302), which is not followed."),
        ({"silent": True}, "{host} had not answered after 1 s."),
        ({"drips": True}, "{host} did not answer to the end within 1 s, or with more than 1 MiB."),
        ({"words": "<html>"}, "{host} answers at /.well-known/openid-configuration with something that is no JSON object."),
        ({"words": "[]"}, "{host} answers at /.well-known/openid-configuration with something that is no JSON object."),
        ({"words": "x" * (2 << 20)}, "{host} did not answer to the end within 1 s, or with more than 1 MiB."),
    ],
    ids=lambda value: str(value)[:30],
)
def test_a_provider_that_does_not_say_what_it_is_signs_nobody_in(tmp_path: Path, provider, caplog, does, why):
    provider.does(on="discovery", **does)
    with served(tmp_path, provider, timeout="1s") as (_, server), caplog.at_level(logging.WARNING):
        answer = Browser(server, provider).get(ONWARD)
    provider.does()
    assert (answer.status_code, said(answer)) == (503, AWAY)
    assert caplog.messages[-1] == f"Single sign-on with {provider.url}: {why.format(host=provider.url.removeprefix('http://'))}"


@pytest.mark.parametrize(
    ("metadata", "why"),
    [
        ({"issuer": "https://evil.example"}, "speaks for the issuer 'https://evil.example'; write exactly this as `issuer`"),
        ({"token_endpoint": "http://evil.example/token"}, "names no token_endpoint that begins with https://."),
        ({"jwks_uri": None}, "names no jwks_uri that begins with https://."),
        ({"authorization_endpoint": "javascript:alert(1)"}, "names no authorization_endpoint that begins with https://."),
    ],
    ids=str,
)
def test_a_provider_that_says_of_itself_what_cannot_be_is_not_believed(plant, caplog, metadata, why):
    _, browser = plant
    browser.provider.does(metadata=metadata)
    with caplog.at_level(logging.WARNING):
        answer = browser.get(ONWARD)
    assert (answer.status_code, said(answer)) == (503, AWAY)
    assert why in caplog.messages[-1]


@pytest.mark.parametrize(
    ("on", "does", "told", "why"),
    [
        ("token", {"status": 500}, AWAY, "answers for the code with nothing that can be used."),
        ("token", {"words": "not json"}, AWAY, "answers for the code with nothing that can be used."),
        (
            "token",
            {"words": '{"error": "invalid_client", "error_description": "wrong s3cret~of.syncline"}', "status": 401},
            NOT_CONFIRMED,
            "the code is not taken: invalid_client",
        ),
        ("token", {"leads_to": "http://127.0.0.1:1/"}, AWAY, "leads elsewhere (HTTP 302), which is not followed."),
        ("jwks", {"status": 500}, AWAY, "answers with HTTP 500 at /jwks."),
        ("jwks", {"words": "{}"}, UNTRUSTED, "is signed with a key that the provider does not name"),
    ],
    ids=str,
)
def test_a_provider_that_fails_on_the_way_back_signs_nobody_in(plant, caplog, on, does, told, why):
    _, browser = plant
    status, sentence, logged = refused(caplog, browser, on=on, **does)
    assert (status, sentence) == (503 if sentence == AWAY else 502, told)
    assert logged.endswith(why)
    assert "s3cret" not in caplog.text


def test_a_provider_that_is_away_is_asked_again_after_ten_seconds_and_passwords_work_meanwhile(tmp_path: Path, provider):
    from tests.pages.served import PASSWORD

    with served(tmp_path, provider) as (application, server):
        application.accounts.add_user("ada", PASSWORD, ["admin"])
        provider.does(on="discovery", status=503)
        browser = Browser(server, provider)
        assert browser.get(ONWARD).status_code == 503
        asked = len(provider.asked("discovery"))
        assert [browser.get(ONWARD).status_code for _ in range(5)] == [503] * 5
        assert len(provider.asked("discovery")) == asked
        provider.does()
        assert browser.sign_in("ada").status_code == 302
        application.ahead_seconds = 11
        assert Browser(server, provider).get(ONWARD).status_code == 302


def test_a_provider_that_cannot_be_reached_at_all_says_nothing_of_passwords_where_there_are_none(tmp_path: Path, provider):
    (port,) = free_ports(1)
    with served(tmp_path, provider, issuer=f"http://127.0.0.1:{port}", local_accounts=False) as (_, server):
        answer = Browser(server, provider).get(ONWARD)
    assert said(answer) == "Example AG cannot be asked at the moment. Try again in a minute."
