"""Who gets what over HTTP: strangers nothing, everybody their own roles' pages and callbacks, forged requests nothing."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import pytest

from app.access.rights import PAGES as PAGE_NAMES
from app.access.roles import Roles
from app.components import callbacks
from app.components.callbacks import callback
from app.server import PAGES
from app.web import guard
from app.web.login import safe_next
from app.web.sitemap import Sitemap
from tests.pages.served import PASSWORD, Client, make_server, opened, signed_in, someone
from tests.people import Changed

FIND = {"id": "shell-search", "property": "value", "value": "86"}
SEARCH = {"id": "shell-url", "property": "search", "value": ""}
HITS = [{"id": "shell-hits", "property": name} for name in ("children", "hidden", "data-query")]
FIND_OUTPUT = "..shell-hits.children...shell-hits.hidden...shell-hits.data-query.."


COUNT = {"page": "/failures", "type": "nav-count"}
TELL_OUTPUT = '..shell-asof.children...{"page":["ALL"],"type":"nav-count"}.children...shell-counted.data..'
TELL = [{"id": "shell-asof", "property": "children"}, [{"id": COUNT, "property": "children"}], {"id": "shell-counted", "property": "data"}]


def told(client: Client, counted=None):
    """What the header and the navigation are told at a past moment, when they have `counted` before."""
    inputs = [{**SEARCH, "value": "?as_of=2026-01-01T08:00:00Z&known_at=2026-01-01T08:00:00Z"}]
    inputs = [{"id": "shell-tick", "property": "n_intervals", "value": 1}, *inputs]
    state = [{"id": "shell-counted", "property": "data", "value": counted}, [{"id": COUNT, "property": "id", "value": COUNT}]]
    return client.call(TELL_OUTPUT, inputs, TELL, state).get_json()["response"]


def find(client: Client, **options):
    return client.call(FIND_OUTPUT, [FIND], HITS, [SEARCH], **options)


# ── strangers ───────────────────────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("path", ["", "failures", "transactions?status=failed", "docs", "nothing-here"])
def test_a_stranger_who_asks_for_a_page_is_sent_to_sign_in_and_comes_back(server, path):
    answer = Client(server).get(path)
    assert answer.status_code == 302
    assert parse_qs(urlsplit(answer.headers["Location"]).query) == {"next": [f"/{path}"]}


@pytest.mark.parametrize(
    "path", ["_dash-layout", "_dash-dependencies", "_reload-hash", "_dash-component-suites/dash/dcc/dash_core_components.js"]
)
def test_a_stranger_who_asks_like_a_script_hears_401(server, path):
    assert Client(server).get(path).status_code == 401


def test_a_stranger_cannot_call_callbacks_with_or_without_a_token(server):
    client = Client(server)
    assert client.show("/").status_code == 401
    assert client.post("_dash-update-component", json={}, headers={"X-CSRFToken": "x"}).status_code == 401


def test_what_the_sign_in_page_needs_is_public_and_nothing_else(server):
    client = Client(server)
    public = [
        "login",
        "password",
        "assets/theme.js",
        "assets/plain.css",
        "assets/favicon.svg",
        "assets/fonts/inter-latin-wght-normal.woff2",
        "healthz",
    ]
    assert [client.get(path).status_code for path in public] == [200] * len(public)
    assert {
        "login",
        "password",
        "single_sign_on",
        "single_sign_on_answer",
        "single_sign_on_left",
        "single_sign_on_ended",
        "_dash_assets.static",
    } == guard.PUBLIC


# ── signing in ──────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_signing_in_leads_to_where_one_wanted_to_go(server):
    answer = Client(server).sign_in("maria", next="/transactions?status=failed")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/transactions?status=failed")


@pytest.mark.parametrize(("name", "landing"), [("maria", "/"), ("tom", "/failures"), ("eva", "/reports"), ("ada", "/sources")])
def test_each_role_lands_on_the_page_that_answers_its_question(server, name, landing):
    assert Client(server).sign_in(name).headers["Location"] == landing


@pytest.mark.parametrize(
    "target",
    [
        "//evil.example",
        "https://evil.example/",
        "/\\evil.example",
        "\\\\evil.example",
        "javascript:alert(1)",
        "/\t/evil.example",
        "evil",
        "",
    ],
)
def test_next_never_leads_to_another_host(server, target):
    assert safe_next(target, "/") is None
    assert Client(server).sign_in("maria", next=target).headers["Location"] == "/"


def test_a_wrong_password_is_told_without_saying_what_was_wrong(server):
    client = Client(server)
    for name in ("maria", "nobody"):
        answer = client.sign_in(name, "wrong password")
        assert answer.status_code == 401
        assert "Wrong user or password." in answer.text


def test_too_many_wrong_passwords_are_stopped_for_a_while(tmp_path):
    (tmp_path / "syncline.yaml").write_text("version: 1\ntimezone: UTC\n")
    with opened(tmp_path / "syncline.yaml") as application:
        client = Client(make_server(application))
        for _ in range(5):
            client.sign_in("maria", "wrong password")
        answer = client.sign_in("maria")
        assert (answer.status_code, answer.headers["Retry-After"].isdecimal()) == (429, True)
        assert "Too many wrong passwords. Try again in 15 minutes." in answer.text


def test_a_name_that_is_markup_is_shown_as_text(server):
    answer = Client(server).sign_in('"><script>alert(1)</script>', "wrong password")
    assert "<script>alert" not in answer.text


def test_signing_in_without_our_form_is_refused(server):
    answer = Client(server).post("login", data={"username": "maria", "password": PASSWORD})
    assert answer.status_code == 400
    assert "This page is older than your session" in answer.text


def test_signing_out_is_a_post_and_ends_the_session(server):
    client = signed_in(server, "tom")
    assert client.get("logout").status_code == 404
    assert client.show("/").status_code == 200, "a link or an image cannot sign anybody out"
    assert client.post("logout", csrf=False).status_code == 400
    assert client.post("logout").headers["Location"] == "/login"
    assert client.show("/").status_code == 401


def test_disabling_a_user_ends_open_sessions(tmp_path):
    (tmp_path / "syncline.yaml").write_text("version: 1\ntimezone: UTC\n")
    with opened(tmp_path / "syncline.yaml") as application:
        client = signed_in(make_server(application), "tom")
        assert client.show("/").status_code == 200
        Changed(application.accounts).disable("tom")
        assert client.show("/").status_code == 401


def test_a_session_planted_before_signing_in_is_worth_nothing(server):
    client = Client(server)
    client.get("login")
    before = client.http.get_cookie("syncline_session").value
    client.sign_in("tom")
    assert client.http.get_cookie("syncline_session").value != before


# ── signed in ───────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_a_callback_without_the_token_of_the_page_is_refused(server):
    client = someone(server, "maria")
    assert client.show("/", csrf=False).status_code == 400
    assert client.show("/").status_code == 200


def test_what_waits_is_counted_again_only_when_the_number_may_be_another(server):
    client = someone(server, "maria")
    first = told(client)
    assert '{"page":"/failures","type":"nav-count"}' in first
    again = told(client, first["shell-counted"]["data"])
    assert list(again) == ["shell-asof"]
    assert again["shell-asof"] == first["shell-asof"]


def test_everybody_may_search(server):
    for name in ("maria", "tom", "eva", "ada"):
        assert find(someone(server, name)).status_code == 200


@pytest.mark.parametrize("output", ["nope.children", "", "..a.b...c.d..", 7])
def test_a_callback_that_is_not_there_is_forbidden(server, output):
    client = someone(server, "ada")
    assert client.post("_dash-update-component", json={"output": output}).status_code == 403


def test_a_page_and_its_callbacks_are_for_its_roles(application, monkeypatch):
    others = frozenset(PAGE_NAMES) - {"failures"}
    limited = [replace(role, pages=role.pages if role.name == "it" else others) for role in application.accounts.access.roles]
    for part in (application.accounts, application.sessions):
        monkeypatch.setattr(part, "access", Roles(tuple(limited)))
    server = make_server(application)
    mine = [
        output
        for output, called in server.extensions["syncline_callbacks"].items()
        if called.get("callback") and called["callback"].__module__ == "app.pages.failures"
    ]
    assert mine, "the page has callbacks of its own"
    for name, expected in (("maria", 403), ("eva", 403), ("tom", 200), ("ada", 200)):
        client = someone(server, name)
        assert client.get("failures").status_code == expected
        drawn = client.show("/failures")
        assert ("You may not see this page" in drawn.text) == (expected == 403)
        called = [client.post("_dash-update-component", json={"output": output}).status_code for output in mine]
        assert all((code == 403) == (expected == 403) for code in called)


def test_every_callback_belongs_to_a_page_or_the_shell():
    sitemap = Sitemap(PAGES)
    modules = {function.__module__ for function, _, _ in callbacks._python}
    assert [module for module in sorted(modules) if sitemap.page_of(module) is None and not module.startswith("app.components.")] == []
    assert callback.__module__ == "app.components.callbacks"


def test_an_address_that_is_nothing_answers_404_in_the_shell(server):
    client = someone(server, "maria")
    assert client.get("nothing-here").status_code == 404
    assert "There is no such page" in client.show("/nothing-here").text


@pytest.mark.parametrize("path", [page.path for page in PAGES if page.path != "/path"])
def test_every_page_answers_every_role(server, path):
    page = next(page for page in PAGES if page.path == path)
    for name in ("maria", "tom", "eva", "ada", "bruno"):
        client = someone(server, name)
        is_theirs = page.path not in ("/people", "/person") or name == "ada"
        assert client.get(path.lstrip("/")).status_code == (200 if is_theirs else 403)
        drawn = client.show(path)
        assert drawn.status_code == 200
        assert "could not be made" not in drawn.text


def test_a_moment_that_is_none_is_told_in_a_sentence(server):
    drawn = someone(server, "maria").show("/", "?as_of=yesterday")
    assert "This address cannot be shown" in drawn.text
    assert "'yesterday' is no time." in drawn.text.replace("\\u0027", "'")


@pytest.mark.parametrize(
    "query",
    ["?site=nowhere", "?site=augsburg&site=brno", "?period=x&period=y", "?period=forever", "?site=%00", "?as_of=2026-01-01T00:00:00Z"],
)
def test_the_board_answers_whatever_stands_in_its_address(server, query):
    drawn = someone(server, "maria").show("/", query)
    assert drawn.status_code == 200
    assert "could not be made" not in drawn.text
    assert ("There is no site" in drawn.text) == (query in ("?site=nowhere", "?site=%00"))


def test_a_site_one_may_not_see_is_as_if_it_were_not_there(server):
    drawn = someone(server, "bruno").show("/", "?site=augsburg").text
    assert "There is no site 'augsburg', or you may not see it. You see: brno." in drawn.replace("\\u0027", "'")


def test_who_may_see_one_site_sees_no_other_ones_figures(server):
    drawn = someone(server, "bruno").show("/").text
    assert "Brno" in drawn
    assert not re.search("augsburg|monterrey|suzhou", drawn.lower().replace("america/monterrey", ""))


# ── what every answer carries ───────────────────────────────────────────────────────────────────────────────────────────
def test_answers_tell_the_browser_to_load_and_run_our_own_files_only(server):
    page = someone(server, "maria").get()
    policy = page.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; script-src 'self' 'sha256-")
    assert "unsafe-eval" not in policy
    assert "script-src 'self' 'unsafe-inline'" not in policy
    assert "frame-ancestors 'none'" in policy
    kept = ("X-Content-Type-Options", "X-Frame-Options", "Referrer-Policy", "Cache-Control")
    assert [page.headers[name] for name in kept] == ["nosniff", "DENY", "same-origin", "no-store"]
    assert Client(server).get("login").headers["X-Frame-Options"] == "DENY"


def test_the_session_cookie_cannot_be_read_by_scripts_and_stays_on_this_site(server):
    answer = Client(server).sign_in("maria")
    cookie = next(text for text in answer.headers.getlist("Set-Cookie") if text.startswith("syncline_session="))
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Secure" not in cookie


def test_answers_are_compressed(server):
    answer = someone(server, "maria").get(headers={"Accept-Encoding": "gzip"})
    assert answer.headers["Content-Encoding"] == "gzip"


def test_behind_a_tls_proxy_with_a_prefix_everything_stays_below_it_and_secure(tmp_path):
    (tmp_path / "syncline.yaml").write_text("version: 1\ntimezone: UTC\n")
    with opened(tmp_path / "syncline.yaml", prefix="/obs/", secure_cookies=True, trusted_proxies=1) as application:
        server = make_server(application)
        client = Client(server, "/obs/", "https://sync.example")
        assert client.get("failures").headers["Location"] == "/obs/login?next=/obs/failures"
        answer = client.sign_in("tom", next="/obs/failures")
        assert answer.headers["Location"] == "/obs/failures"
        cookie = next(text for text in answer.headers.getlist("Set-Cookie") if text.startswith("__Secure-syncline_session="))
        assert "Secure" in cookie
        assert "Path=/obs/" in cookie
        client.get()
        drawn = client.show("/obs/sources")
        assert drawn.status_code == 200
        assert "/obs/docs?page=connect" in json.dumps(drawn.json)
        assert client.show("/sources").json["response"]["shell-title"]["data"] == "Not found"
        assert 'data-prefix="/obs/"' in client.get().text
        assert client.get("healthz").status_code == 200
        assert client.get().headers["Strict-Transport-Security"] == "max-age=31536000"
        assert safe_next("/elsewhere", "/obs/") is None


def test_a_proxy_nobody_trusts_cannot_name_an_address(server):
    for _ in range(3):
        answer = Client(server).get(
            "", headers={"X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "https", "X-Forwarded-Prefix": "/evil"}
        )
        assert answer.headers["Location"] == "/login?next=/"


def test_what_is_too_large_is_refused(server):
    client = someone(server, "maria")
    answer = client.post("_dash-update-component", data=b"{" * (17 * 1024 * 1024), content_type="application/json")
    assert answer.status_code in (400, 403, 413)


def test_two_servers_in_one_process_both_have_all_callbacks(application):
    first, second = make_server(application), make_server(application)
    for server in (first, second):
        assert someone(server, "maria").show("/").status_code == 200
        assert find(someone(server, "tom")).status_code == 200
