"""Reports: did we keep our promises in that week, what broke them, is it getting better, what did it cost?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dash import html
from dash.development.base_component import Component
from flask_login import current_user

from app import reader
from app.components import links, reports_acts, taking
from app.components.choices import choices
from app.components.page import card, head, note, scrolling
from app.components.tiles import name_of
from app.figures import report_parts, times, words
from app.instants import SECOND_NS
from app.pages.errors import WrongAddress
from app.reports.asked import Asked
from app.reports.content import Content
from app.reports.desk import SYNCLINE
from app.reports.forms import FORMS
from app.reports.kept import Revision
from app.reports.view import view_of
from app.reports.week import Week, week_of
from metrics.texts import ENGLISH, _, _n, _parts, speaking

NAMES = {"pdf": "PDF", "xlsx": "XLSX", "html": "HTML", "json": "JSON"}
MOST_CHANGES = 60
DOCUMENT: dict[str, Any] = {"lang": "en", "data-quoted": ""}  # a report is in English whoever reads it


@dataclass(frozen=True, slots=True)
class Shown:
    """The report on the screen: `revision` where it is one that was published, among all of that week; else it is as of the moment."""

    week: Week
    site: str | None
    zone: str
    newest: Week
    at: reader.AsOf
    content: Content
    revisions: Sequence[Revision]
    revision: Revision | None

    def address(self, **changed: object) -> str:
        site = {"site": self.site} | changed
        return links.to("reports", **{"week": str(self.week), **site})


def layout(**query: Any) -> Component:
    try:
        shown = _shown(query)
    except ValueError as wrong:
        raise WrongAddress(str(wrong)) from wrong
    with speaking(ENGLISH):
        view = view_of(shown.content)
        body = report_parts.report(view)
    return html.Div(
        [
            head(_("Weekly service level report"), html.Span(view.subtitle, **DOCUMENT), *_files(shown)),
            html.Div([_weeks(shown), _sites(shown)], className="reports-bar no-print"),
            _state(shown),
            html.Div(body, **DOCUMENT),
            _acts(shown),
            reports_acts.by_mail(),
        ],
        className="reports",
    )


def _shown(query: Mapping[str, Any]) -> Shown:
    """Raises ValueError with a sentence."""
    at, desk, site = reader.as_of(query), reader.application().reports, links.one(query.get("site"))
    zone = desk.zone_of(site)
    newest = desk.newest(site, at.now_ns)
    asked = links.one(query.get("week"))
    week = week_of(asked) if asked else newest
    seen = current_user.sees.sees(site)
    revisions = desk.published.revisions(str(week), site) if seen else []
    revision = _revision(revisions, links.one(query.get("revision"))) if at.is_now else None
    content = desk.published.content(revision.number) if revision else desk.content(Asked(week, site, at.moment), current_user.sees)
    return Shown(week, site, zone, newest, at, content, revisions, revision)


def _revision(revisions: Sequence[Revision], asked: str | None) -> Revision | None:
    """The one that is asked for, else the newest; `now` asks for none. Raises ValueError."""
    if asked == "now":
        return None
    if asked is None:
        return revisions[-1] if revisions else None
    found = next((each for each in revisions if str(each.revision) == asked), None)
    if found is None:
        raise ValueError(f"There is no revision {asked} of this week's report, or you may not see it.")
    return found


def _weeks(shown: Shown) -> Component:
    """The week before and after, the newest ones by name, and the one that runs."""
    running = shown.newest.back(-1)
    offered = list(
        dict.fromkeys([shown.week.back(1), shown.week, *([shown.week.back(-1)] if shown.week < running else []), shown.newest, running])
    )
    pills = [(_week_words(week, shown), shown.address(week=str(week)), week == shown.week) for week in sorted(offered)]
    return choices(_("Week"), pills)


def _week_words(week: Week, shown: Shown) -> str:
    if week > shown.newest:
        return _("Week {week}, so far", week=str(week.number))
    if week.monday.year != shown.newest.monday.year:
        return _("Week {week} of {year}", week=str(week.number), year=str(week)[:4])
    return _("Week {week}", week=str(week.number))


def _sites(shown: Shown) -> Component | None:
    told = [site.name for site in reader.definitions().sites]
    seen = [name for name in told if current_user.sees.has_site(name)]
    if not seen:
        return None
    everything = _("All sites") if current_user.sees.is_all else _("All your sites")
    offered = [(everything, None), *((name_of(name), name) for name in seen)]
    return choices(_("Site"), ((word, shown.address(site=name), name == shown.site) for word, name in offered))


def _files(shown: Shown) -> list[Component]:
    """The same in every form, of the moment that is shown."""
    return [
        *(taking.file(word, _file(shown, form), is_saved=form == "xlsx") for form, word in NAMES.items()),
        *([html.Small(refused, className="muted")] if (refused := taking.why_not()) else []),
    ]


def _file(shown: Shown, form: str) -> str:
    assert form in FORMS
    if shown.revision:
        return links.to(f"api/v1/reports/{shown.week}/{shown.revision.revision}", format=form, site=shown.site)
    moment = {"as_of": shown.content.as_of_time, "known_at": shown.content.known_time}
    return links.to("api/v1/report", week=str(shown.week), site=shown.site, format=form, **moment)


# -- what was published ------------------------------------------------------------------------------------------------


def _state(shown: Shown) -> Component | None:
    """Whether it is published, which revisions there are and how they differ, and who signed it."""
    if shown.revision is None:
        return _unpublished(shown)
    revision, zone, now_ns = shown.revision, shown.zone, shown.at.now_ns
    when, number = times.brief(revision.published_ns, zone, now_ns), str(revision.revision)
    said = (
        _("Revision {revision}, published {time} by itself.", revision=number, time=when)
        if revision.published_by == SYNCLINE
        else _("Revision {revision}, published {time} by {who}.", revision=number, time=when, who=revision.published_by)
    )
    signed = [
        html.P(
            _parts(
                "{who} signed it {time}: {comment}",
                who=html.B(each.user),
                time=times.brief(each.signed_ns, zone, now_ns),
                comment=html.Span(each.comment, dir="auto"),
            )
        )
        for each in reader.application().reports.published.signed(revision.number)
    ]
    others = [
        (_("Revision {revision}", revision=str(each.revision)), shown.address(revision=each.revision), each == revision)
        for each in shown.revisions
    ]
    others.append((_("As of now"), shown.address(revision="now"), False))
    parts = [
        html.P(
            [
                said,
                " ",
                html.Span(
                    _("Content {hash}, definitions {other}.", hash=revision.hash[:12], other=revision.fingerprint[:12]), className="muted"
                ),
            ]
        ),
        *signed,
    ]
    return card(None, html.Div([choices(_("Revisions"), others), *parts, *_changed(revision)], className="reports-state"))


def _acts(shown: Shown) -> Component | None:
    """Below the report: whoever signs it has read it, and nobody else has to pass it by."""
    if shown.revision is None:
        return None
    acts = reports_acts.acts(shown.revision.number, str(shown.week), shown.site)
    return card(_("Sign it, send it"), acts, className="no-print")


def _unpublished(shown: Shown) -> Component | None:
    if not shown.content.is_whole:
        left = (shown.week.bounds(shown.zone)[1] - shown.at.moment.as_of_ns) // SECOND_NS
        return note("info", _("The week is not over: it ends in {time}. What stands here changes until then.", time=words.duration(left)))
    back = [html.A(_("What was published"), href=shown.address()), " "] if shown.revisions else []
    if not shown.revisions and not shown.at.is_now:
        return None  # the banner says of which moment it is
    said = _("This is as of now, and not what was published.") if shown.revisions else _("This report is not published yet.")
    acts = reports_acts.acts(None, str(shown.week), shown.site) if not shown.revisions and shown.at.is_now else None
    return html.Div([note("info", [said, " ", *back]), acts])


def _changed(revision: Revision) -> list[Component]:
    """Every number that the revision before said otherwise, and why."""
    if revision.revision == 1:
        return []
    heads = html.Tr([html.Th(_("Number")), html.Th(_("Before"), className="num"), html.Th(_("Now"), className="num")])
    rows = [
        html.Tr(
            [
                html.Td(each.place.replace("_", " "), dir="auto", **DOCUMENT),
                *(html.Td(_plain(value), className="num") for value in (each.before, each.after)),
            ]
        )
        for each in revision.changes[:MOST_CHANGES]
    ]
    left = len(revision.changes) - len(rows)
    rest = _n("and {number} other; the JSON of /api/v1/reports has all.", "and {number} others; the JSON of /api/v1/reports has all.", left)
    cut = [html.P(rest, className="muted")] if left else []
    table = html.Table([html.Thead(heads), html.Tbody(rows)], className="table")
    before = str(revision.revision - 1)
    many = len(revision.changes)
    title = _n("{number} number changed since revision {before}", "{number} numbers changed since revision {before}", many, before=before)
    reasons = html.Ul([html.Li(reason, dir="auto", **DOCUMENT) for reason in revision.reasons])
    return [html.P(html.B(_("Why it was restated"))), reasons, html.Details([html.Summary(title), scrolling(table, title), *cut])]


def _plain(value: float | int | None) -> str:
    return _("none") if value is None else f"{value:,.4f}".rstrip("0").rstrip(".")
