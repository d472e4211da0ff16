"""Docs and sources: text is text, links lead where they say, lists say what they leave out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from dash import html
from flask import Flask

from app.application import Application
from app.components import markdown
from app.components.icons import icon
from app.pages import docs
from app.server import PAGES
from app.source_state import SourceState
from app.web.sitemap import Page, Sitemap
from metrics.read import Moment, open_reader
from metrics.scope import Scope
from tests.pages.served import drawn_text, make_server, opened, someone
from tests.pages.trees import drawn, links, of_kind, text

ASSETS = Path(__file__).parents[2] / "assets"


# ── markdown ────────────────────────────────────────────────────────────────────────────────────────────────────────────
def render(source: str) -> markdown.Document:
    return markdown.render(source, lambda target: f"to:{target}")


def test_headings_have_the_anchors_that_links_on_github_have_too() -> None:
    document = render("# Words\n\n## What is `late`?\n\n### A, B & C\n")
    assert document.title == "Words"
    assert document.headings == [(1, "Words", "words"), (2, "What is late?", "what-is-late"), (3, "A, B & C", "a-b--c")]


def test_markup_in_a_document_is_shown_and_never_run() -> None:
    document = render("Hello <b>you</b>\n\n<script>alert(1)</script>\n\n![x](javascript:alert(1))\n")
    assert "<b>you</b>" in text(document.parts).replace(" ", "")
    assert "<script>alert(1)</script>" in text(document.parts)
    assert of_kind(document.parts, html.Img) == []


def test_tables_lists_code_and_quotes_are_drawn() -> None:
    document = render("| a | b |\n|---|---|\n| `1` | **2** |\n\n1. one\n2. two\n   - deep\n\n> said\n\n```yaml\nkey: <v>\n```\n\n---\n")
    kinds = [type(part).__name__ for part in document.parts]
    assert kinds == ["Div", "Ol", "Blockquote", "Pre", "Hr"]
    assert text(document.parts[0]) == "a b 1 2"
    assert text(document.parts[1]) == "one two deep"
    assert text(document.parts[3]) == "key: <v>"


@pytest.mark.parametrize(
    ("target", "here", "address"),
    [
        ("mapping.md", "connect", "/docs?page=mapping"),
        ("mapping.md#the-rules", "connect", "/docs?page=mapping#the-rules"),
        ("decisions/0001-facts.md", "index", "/docs?page=decisions%2F0001-facts"),
        ("../words.md", "decisions/0001-facts", "/docs?page=words"),
        ("#below", "index", "#below"),
        ("/failures?site=a", "index", "/failures?site=a"),
        ("https://opentelemetry.io/", "index", "https://opentelemetry.io/"),
        ("javascript:alert(1)", "index", "#"),
        ("//evil.example/x", "index", "#"),
        ("data:text/html,x", "index", "#"),
    ],
)
def test_links_between_documents_lead_to_their_pages_and_strange_ones_nowhere(target: str, here: str, address: str) -> None:
    assert docs.address(target, here) == address


def test_every_link_of_every_document_leads_somewhere() -> None:
    names, pages = docs.documents(docs.FOLDER), {page.path for page in PAGES}
    broken = []
    for name in names:
        document = markdown.render((docs.FOLDER / f"{name}.md").read_text(), lambda target, name=name: docs.address(target, name))
        broken += [(name, address) for _, address in links(document.parts) if not _leads_somewhere(address, names, pages, document)]
    assert broken == []


def _leads_somewhere(address: str, names: list[str], pages: set[str], document: markdown.Document) -> bool:
    path, _, anchor = address.partition("#")
    if not path:
        return anchor in {known for _, _, known in document.headings}
    page, _, query = path.partition("?page=")
    if page == "/docs" and query:
        other = query.replace("%2F", "/")
        headings = (
            {known for _, _, known in markdown.render((docs.FOLDER / f"{other}.md").read_text(), str).headings} if other in names else set()
        )
        return other in names and (not anchor or anchor in headings)
    return page.startswith(("http", "/api/")) or page.partition("?")[0] in pages


def test_a_document_that_is_not_there_is_named_with_those_that_are(server: Flask) -> None:
    said = drawn_text(someone(server, "maria").show("/docs", "?page=../../etc/passwd"))
    assert "No document is called '../../etc/passwd'. There are: index, " in said


# ── sources ─────────────────────────────────────────────────────────────────────────────────────────────────────────────
BROKEN = """no,time,type,system,site,object_type,object_id,outcome,code,error,attempt,quantity
1,2026-11-23T10:00:00Z,order.released,erp,augsburg,production_order,1,ok,,,1,
"""


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Sixty rows that cannot be read, with markup in them, and one that can."""
    folder = tmp_path_factory.mktemp("broken")
    rows = "".join(f"x{number},not-a-time,order.released,erp,augsburg,production_order,<b>{number}</b>,ok,,,1,\n" for number in range(60))
    (folder / "bus.csv").write_text(BROKEN + rows)
    columns = "event_type: {column: type}, event_time: {column: time}, system: {column: system}, site: {column: site}"
    objects = "objects: {type: {column: object_type}, id: {column: object_id}}, outcome: {column: outcome}"
    source = f"sources:\n  - {{name: bus, kind: csv, path: bus.csv, position: no, map: {{{columns}, {objects}}}}}\n"
    (folder / "syncline.yaml").write_text(f"version: 1\ntimezone: UTC\n{source}")
    with opened(folder / "syncline.yaml") as application:
        yield make_server(application)


def test_what_was_rejected_is_listed_in_pages_that_say_how_many_there_are(broken: Flask) -> None:
    first, last = (drawn_text(someone(broken, "tom").show("/sources", query)) for query in ("", "?source=bus&page=3"))
    assert "Showing 1 to 25 of 60. Older" in first
    assert "Showing 51 to 60 of 60. Newer" in last
    assert "60 rejected" in first
    assert "'not-a-time' is no time" in first


def test_what_was_sent_is_text_and_only_for_those_who_look_after_interfaces(broken: Flask) -> None:
    assert "<b>59</b>" in drawn_text(someone(broken, "tom").show("/sources"))
    said = drawn_text(someone(broken, "maria").show("/sources"))
    assert "<b>" not in said
    assert "only for the role it" in said


def test_who_sees_some_sites_hears_why_nothing_rejected_is_listed(broken: Flask) -> None:
    said = drawn_text(someone(broken, "bruno").show("/sources"))
    assert "What was rejected is shown only to people who see everything" in said


def test_who_sees_some_sites_reads_no_count_of_the_others(broken: Flask, server: Flask) -> None:
    """In one nothing is of this person's site; in the other the site's events are counted, and what has no site is not."""
    nothing, brno = (drawn_text(someone(each, "bruno").show("/sources")) for each in (broken, server))
    assert "rejected is not shown to people who see only a part: it is counted for all together." in nothing
    assert "60" not in nothing
    assert "Nothing has arrived yet" not in nothing
    assert " Brno " in brno
    assert not any(f" {site} " in brno for site in ("Augsburg", "Monterrey", "Suzhou"))


def test_what_is_counted_for_all_sites_is_not_given_to_who_sees_some(application: Application) -> None:
    moment, counts = Moment(application.now_ns(), application.now_ns()), ["rejected", "spans", "log_rows", "stock_rows"]
    with open_reader(application.store, moment, Scope(frozenset({"brno"}))) as limited, open_reader(application.store, moment) as everyone:
        assert limited.sources()[counts].isna().all(axis=None)
        assert (everyone.sources()[counts] == 0).all(axis=None)


def test_a_page_beyond_the_last_leads_to_the_last(broken: Flask) -> None:
    page = drawn(someone(broken, "tom").show("/sources", "?source=bus&page=99"))
    assert "There is no page 99: the last one is page 3. To page 3" in text(page)
    assert ("To page 3", "/sources?source=bus&page=3") in links(page)


def test_a_source_that_is_not_there_is_named_with_those_that_are(broken: Flask) -> None:
    said = drawn_text(someone(broken, "tom").show("/sources", "?source=nosuch"))
    assert "No source is called 'nosuch'. There are: bus" in said


@pytest.mark.parametrize("page", ["0", "-1", "x", "٣", "99999999999999999999"])
def test_a_page_that_is_none_is_told_in_a_sentence(broken: Flask, page: str) -> None:
    said = drawn_text(someone(broken, "tom").show("/sources", f"?page={page}"))
    assert "a page is a number from 1 on" in said or "There is no page" in said


def test_a_feed_that_is_behind_is_said_with_what_it_holds_up(server: Flask) -> None:
    said = drawn_text(someone(server, "tom").show("/sources"))
    assert "cannot be judged: the feed of the system they wait for has not yet said anything" in said


# ── addresses and icons ─────────────────────────────────────────────────────────────────────────────────────────────────
def test_a_path_means_the_same_with_and_without_a_slash_and_only_below_the_prefix() -> None:
    page = Page("/docs", "Docs", docs, "book-open")
    sitemap = Sitemap((page,), "/obs/")
    assert sitemap.page_at("/obs/docs") is page
    assert sitemap.page_at("/obs/docs/") is page
    assert [sitemap.page_at(path) for path in ("/docs", "/obsdocs", "/obs", "/obs/docsx", "")] == [None] * 5


def test_every_icon_has_its_line_and_every_line_its_icon() -> None:
    lines = [
        line.split()[0].removeprefix(".icon-") for line in (ASSETS / "05-icons.css").read_text().splitlines() if line.startswith(".icon-")
    ]
    assert sorted(lines) == sorted(path.stem for path in (ASSETS / "icons").glob("*.svg"))


def test_every_icon_is_used() -> None:
    code = "".join(path.read_text() for suffix in ("*.py", "*.html") for path in (ASSETS.parent / "app").rglob(suffix))
    code += "".join(path.read_text() for path in ASSETS.glob("*.js"))
    assert [
        path.stem for path in sorted((ASSETS / "icons").glob("*.svg")) if f'"{path.stem}"' not in code and f"icon-{path.stem}" not in code
    ] == []


def test_every_page_has_an_icon_that_is_there() -> None:
    known = {path.stem for path in (ASSETS / "icons").glob("*.svg")}
    assert {page.icon for page in PAGES} <= known


def test_an_icon_is_read_out_only_when_it_says_something() -> None:
    assert getattr(icon("search"), "aria-hidden") == "true"
    assert getattr(icon("search", "Find"), "aria-label") == "Find"


def test_licences_lie_beside_what_they_are_for() -> None:
    assert "SIL Open Font License" in (ASSETS / "fonts" / "LICENSE.txt").read_text()
    assert "ISC License" in (ASSETS / "icons" / "LICENSE.txt").read_text()


def test_the_permissions_of_a_person_are_told(application: Application, server: Flask) -> None:
    said = drawn_text(someone(server, "bruno").show("/permissions"))
    assert "Signed in as bruno." in said
    assert "brno" in said
    assert "All sites" not in said
    assert application.accounts.user("bruno").sees.sites == {"brno"}


def test_a_source_in_trouble_says_since_when_and_what_to_do(
    application: Application, server: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    now_ns = application.now_ns()
    state = SourceState(now_ns - 3600 * 10**9, ("/in: there is no such folder.",), True, now_ns - 1800 * 10**9, 7, now_ns + 10**9)
    monkeypatch.setattr(application, "source_states", lambda: {"bus": state})
    said = drawn_text(someone(server, "tom").show("/sources"))
    assert "trouble reading bus" in said
    assert "Cannot be read since" in said
    assert "7 tries" in said
    assert "/in: there is no such folder." in said
    assert "no such folder" not in drawn_text(someone(server, "bruno").show("/sources"))
    past = drawn_text(someone(server, "tom").show("/sources", "?as_of=2026-01-01T00:00:00Z"))
    assert "no such folder" not in past
