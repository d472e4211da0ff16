"""Signing in at a real provider: who comes in, as whom, with which rights, for how long; and how they leave."""

from __future__ import annotations

import hashlib
import json
from base64 import urlsafe_b64encode
from pathlib import Path

import pytest

from app import audit
from app.accounts.federated import Federated, Identity
from tests.pages.served import PASSWORD, make_server
from tests.people import Changed
from tests.single_sign_on.plant import GROUPS, ONWARD, Browser, configuration, opened, query_of, said, served


def test_somebody_comes_in_with_the_roles_and_sites_of_their_groups(plant):
    application, browser = plant
    answer = browser.signs_in_there("tom")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/login")
    assert browser.get("login").headers["Location"] == "/failures", "where plant IT lands"
    assert browser.is_signed_in
    tom = application.accounts.user("tom")
    assert (tom.roles, tom.sees.sites) == ({"it"}, {"hamburg"})
    assert tom.last_login_ns is not None


def test_somebody_comes_back_to_where_they_wanted_to_go_and_nowhere_else(plant):
    _, browser = plant
    assert browser.signs_in_there("tom", "?next=/transactions%3Fstatus%3Dfailed").headers["Location"] == "/transactions?status=failed"
    browser.http.delete_cookie("syncline_session")
    assert browser.signs_in_there("tom", "?next=https%3A%2F%2Fevil.example%2F").headers["Location"] == "/login"


def test_a_link_on_another_site_signs_nobody_in_who_does_not_press_the_button(plant):
    application, browser = plant
    for site in ("cross-site", "same-site"):
        answer = browser.get(f"{ONWARD}?next=/failures", headers={"Sec-Fetch-Site": site})
        assert (answer.status_code, answer.headers["Location"]) == (302, "/login?next=/failures")
    assert "Sign in with Example AG" in browser.get("login?next=/failures").text
    for site in ("same-origin", "none"):
        answer = browser.get(ONWARD, headers={"Sec-Fetch-Site": site})
        assert answer.headers["Location"].startswith(browser.provider.url)
    browser.signs_in_there("tom")
    with application.accounts.engine.connect() as connection:
        (entry,) = audit.entries(connection, audit.Filter(actor="tom", action="signed in"), 0, 1)
    assert json.loads(entry.detail) == {"with": "single sign-on"}


def test_no_token_of_the_provider_is_kept_or_handed_on(plant, tmp_path, caplog):
    application, browser = plant
    answer = browser.signs_in_there("tom")
    with browser.http.session_transaction() as kept:
        seen = [str(dict(kept)), str(answer.headers), answer.text, browser.get("_dash-layout").text, caplog.text]
    seen += [file.read_bytes().decode("latin-1") for file in application.settings.home.rglob("*") if file.is_file()]
    assert len(seen) > 7
    assert [text[max(0, text.index("eyJ") - 40) :][:80] for text in seen if "eyJ" in text] == []


def test_the_question_is_bound_to_its_answer_by_state_nonce_and_pkce(plant):
    _, browser = plant
    asked = query_of(browser.begins())
    assert (asked["response_type"], asked["client_id"], asked["scope"]) == ("code", "syncline", "openid profile email")
    assert (asked["redirect_uri"], asked["code_challenge_method"]) == ("http://localhost/login/single-sign-on/answer", "S256")
    again = query_of(browser.begins())
    assert all(len(asked[name]) >= 32 and asked[name] != again[name] for name in ("state", "nonce", "code_challenge"))
    browser.signs_in_there("tom")
    authorized, form = browser.provider.asked("authorize")[-1]["query"], browser.provider.asked("token")[-1]["form"]
    challenge = urlsafe_b64encode(hashlib.sha256(form["code_verifier"].encode()).digest()).rstrip(b"=").decode()
    assert challenge == authorized["code_challenge"]
    assert form["redirect_uri"] == authorized["redirect_uri"]


def test_the_secret_goes_to_the_provider_alone_and_nowhere_into_a_page(plant):
    application, browser = plant
    address = browser.begins()
    answer = browser.comes_back(browser.provider.signs_in(address, "tom"))
    asked = browser.provider.asked("token")[-1]
    assert asked["authorization"].startswith("Basic ")
    assert "client_secret" not in asked["form"]
    assert "s3cret" not in address + answer.text + browser.get("login").text + repr(application.settings)


def test_a_provider_that_takes_the_secret_in_the_form_only_gets_it_there(plant):
    _, browser = plant
    browser.provider.does(metadata={"token_endpoint_auth_methods_supported": ["client_secret_post"]})
    browser.signs_in_there("tom")
    asked = browser.provider.asked("token")[-1]
    assert (asked["authorization"], asked["form"]["client_secret"]) == (None, "s3cret~of.syncline")


def test_rights_are_those_of_the_last_sign_in_and_sessions_with_others_end(plant):
    application, browser = plant
    browser.signs_in_there("tom")
    other = Browser(browser.http.application, browser.provider)
    other.signs_in_there("tom")
    assert browser.is_signed_in, "nothing has changed between the two"
    browser.provider.person("tom", groups=["planners", "plant-it-hamburg", "plant-it-brno"])
    other = Browser(browser.http.application, browser.provider)
    other.signs_in_there("tom")
    tom = application.accounts.user("tom")
    assert (tom.roles, tom.sees.sites) == ({"it", "supply"}, {"hamburg", "brno"})
    assert (browser.is_signed_in, other.is_signed_in) == (False, True)


def test_who_lost_all_groups_is_refused_and_what_they_had_open_ends(plant):
    application, browser = plant
    browser.signs_in_there("tom")
    browser.provider.person("tom", groups=["football"])
    other = Browser(browser.http.application, browser.provider)
    answer = other.signs_in_there("tom")
    assert answer.status_code == 403
    assert said(answer) == "None of your groups at Example AG may use Syncline. Ask your administrator which one you need."
    assert (browser.is_signed_in, other.is_signed_in) == (False, False)
    assert application.accounts.user("tom").roles == frozenset()
    with application.accounts.engine.connect() as connection:
        told = [
            (entry.actor, entry.action, json.loads(entry.detail)["roles"])
            for entry in audit.entries(connection, audit.Filter(actor="single sign-on", subject="user tom"))
        ]
    assert told == [("single sign-on", "person changed", []), ("single sign-on", "person added", ["it"])]


def test_where_the_default_gives_something_people_of_no_group_come_in_with_that(tmp_path: Path, provider):
    provider.person("nora", groups=[])
    with served(tmp_path, provider, default={"roles": ["viewer"], "sites": ["brno"]}) as (application, server):
        Browser(server, provider).signs_in_there("nora")
        nora = application.accounts.user("nora")
        assert (nora.roles, nora.sees.sites) == ({"viewer"}, {"brno"})


def test_somebody_stays_who_they_are_whatever_they_are_called_now(plant):
    application, browser = plant
    browser.signs_in_there("tom")
    browser.provider.person("tom", preferred_username="thomas", groups=["planners"])
    Browser(browser.http.application, browser.provider).signs_in_there("tom")
    assert [user.name for user in application.accounts.list_users()] == ["tom"]
    browser.provider.person("new", preferred_username="tom", groups=["planners"])
    other = Browser(browser.http.application, browser.provider)
    assert said(other.signs_in_there("new")).startswith("An account called “tom” is here already, and not known to be yours.")
    assert not other.is_signed_in


def test_an_account_with_a_password_is_never_taken_over_but_may_be_given_to_its_person(plant):
    application, browser = plant
    application.accounts.add_user("tom", PASSWORD, ["admin"])
    answer = browser.signs_in_there("tom")
    assert answer.status_code == 403
    assert said(answer).startswith("An account called “tom” is here already, and not known to be yours.")
    assert application.accounts.user("tom").roles == {"admin"}
    assert browser.sign_in("tom").status_code == 302
    people = Federated(application.accounts.engine, application.now_ns, application.settings.roles)
    people.link("ada", Identity(browser.provider.url, "tom"), "tom")
    assert not browser.is_signed_in
    browser.signs_in_there("tom")
    assert application.accounts.user("tom").roles == {"it"}
    assert Browser(browser.http.application, browser.provider).sign_in("tom").status_code == 401, "the password is worth nothing any more"


def test_nobody_signs_in_with_a_password_as_a_person_of_the_provider(plant):
    application, browser = plant
    browser.signs_in_there("tom")
    for password in ("", "!", "nobody has this password", PASSWORD):
        assert application.accounts.verify("tom", password) is None


def test_an_answer_to_what_was_asked_before_somebody_else_signed_in_signs_nobody_in(plant):
    application, browser = plant
    application.accounts.add_user("ada", PASSWORD, ["admin"])
    address = browser.begins()
    browser.sign_in("ada")
    assert browser.comes_back(browser.provider.signs_in(address, "tom")).status_code == 400
    assert application.sessions.counts() == {"ada": 1}


def test_who_is_disabled_here_stays_out_whatever_the_provider_says(plant):
    application, browser = plant
    browser.signs_in_there("tom")
    Changed(application.accounts).disable("tom")
    assert not browser.is_signed_in
    answer = browser.signs_in_there("tom")
    assert (answer.status_code, said(answer)) == (403, "Your account is disabled here. Ask your administrator.")
    assert not browser.is_signed_in


def test_a_session_ends_after_the_longest_time_and_not_before(plant):
    application, browser = plant
    browser.signs_in_there("tom")
    for hours in (6, 11.9):  # somebody who does something now and then
        application.ahead_seconds = int(hours * 3600)
        assert browser.is_signed_in
    application.ahead_seconds = 12 * 3600 + 1
    assert not browser.is_signed_in


@pytest.mark.parametrize("other", [{"issuer": "http://127.0.0.1:1"}, None], ids=["another provider", "no provider"])
def test_sessions_end_when_their_provider_is_not_the_configured_one_any_more(tmp_path: Path, provider, other):
    with served(tmp_path, provider) as (_, server):
        browser = Browser(server, provider)
        browser.signs_in_there("tom")
        kept = browser.http.get_cookie("syncline_session").value
    with opened(tmp_path, configuration(provider, **other) if other else "version: 1\n") as application:
        later = Browser(make_server(application), provider)
        later.http.set_cookie("syncline_session", kept)
        assert not later.is_signed_in


def test_without_local_accounts_nobody_signs_in_with_a_password_and_such_sessions_end(tmp_path: Path, provider):
    with served(tmp_path, provider) as (application, server):
        application.accounts.add_user("ada", PASSWORD, ["admin"])
        browser = Browser(server, provider)
        assert browser.sign_in("ada").status_code == 302
        kept = browser.http.get_cookie("syncline_session")
    with served(tmp_path, provider, local_accounts=False) as (_, server):
        browser = Browser(server, provider)
        form = browser.get("login").text
        assert 'name="password"' not in form
        assert "Sign in with Example AG" in form
        answer = browser.sign_in("ada")
        assert answer.status_code == 403
        assert said(answer) == "People sign in with Example AG here, not with a password."
        browser.http.set_cookie("syncline_session", kept.value)
        assert not browser.is_signed_in
        browser.signs_in_there("tom")
        assert browser.is_signed_in


def test_signing_out_leads_to_the_provider_which_leads_back(plant):
    _, browser = plant
    browser.signs_in_there("tom", "?next=/permissions")
    browser.get("permissions")
    left = browser.post("logout")
    assert (left.status_code, left.headers["Location"]) == (302, "/login/single-sign-on/left")
    assert not browser.is_signed_in
    page = browser.get("login/single-sign-on/left").text
    onward = f"{browser.provider.url}/oauth2/end_session?client_id=syncline&amp;post_logout_redirect_uri=http%3A%2F%2Flocalhost%2Flogin"
    assert f'<meta http-equiv="refresh" content="0; url={onward}">' in page
    assert f'<a href="{onward}">Sign out of Example AG as well</a>' in page


def test_signing_out_ends_here_where_that_is_wanted_or_the_provider_offers_nothing_else(tmp_path: Path, provider):
    with served(tmp_path, provider, logout="here") as (_, server):
        browser = Browser(server, provider)
        browser.signs_in_there("tom")
        browser.get("permissions")
        assert browser.post("logout").headers["Location"] == "/login"
    provider.does(metadata={"end_session_endpoint": None})
    with served(tmp_path, provider) as (_, server):
        assert Browser(server, provider).get("login/single-sign-on/left").headers["Location"] == "/login"


def test_a_wall_stays_signed_in_as_long_as_walls_do(plant):
    application, browser = plant
    browser.signs_in_there("tom")
    browser.get()
    stay = [{"id": "wall-stay", "property": "n_clicks", "value": 1}]
    assert browser.call("wall-stays.children", stay, {"id": "wall-stays", "property": "children"}).status_code == 200
    application.ahead_seconds = 13 * 3600
    assert browser.get("wall").status_code == 200
    assert browser.get("permissions").status_code == 403
    Changed(application.accounts).disable("tom")
    assert browser.get("wall").status_code == 302


def test_who_signed_in_with_a_password_is_not_led_to_the_provider(plant):
    application, browser = plant
    application.accounts.add_user("ada", PASSWORD, ["admin"])
    browser.sign_in("ada")
    browser.get("permissions")
    assert browser.post("logout").headers["Location"] == "/login"


def test_behind_a_proxy_the_way_back_is_the_address_that_is_configured(tmp_path: Path, provider):
    text = {"url": "https://syncline.example.com/plant/"}
    with served(tmp_path, provider, **text) as (_, server):
        asked = query_of(Browser(server, provider).begins())
    assert asked["redirect_uri"] == "https://syncline.example.com/plant/login/single-sign-on/answer"


def test_groups_may_stand_in_what_is_nested_and_come_from_the_user_info(tmp_path: Path, provider):
    provider.person("lena", groups=None, realm_access={"roles": ["planners"]})
    with served(tmp_path, provider, claims={"groups": "realm_access.roles"}) as (application, server):
        Browser(server, provider).signs_in_there("lena")
        assert application.accounts.user("lena").roles == {"supply"}
    provider.does(claims={"groups": None})
    with served(tmp_path, provider) as (application, server):
        Browser(server, provider).signs_in_there("tom")
        assert application.accounts.user("tom").roles == {"it"}, "the token said nothing of groups, the user info did"


def test_every_group_counts_only_where_it_is_written_exactly_so(plant):
    _, browser = plant
    browser.provider.person("eve", groups=["Planners", "planners ", *[f"group-{n}" for n in range(500)]])
    assert browser.signs_in_there("eve").status_code == 403
    assert set(GROUPS) == {"plant-it-hamburg", "plant-it-brno", "planners"}
