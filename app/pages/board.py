"""Sync status: is every workflow at every site in step, and if not, where first?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import dash_mantine_components as dmc
from dash import Input, Output, State, dcc, html, no_update
from dash.development.base_component import Component
from flask_login import current_user

from app import reader
from app.components import annotated, attention, hourly, kpis, links, moment, tiles, verdict, welcome
from app.components.callbacks import callback
from app.components.page import button, card, head
from app.components.silence import held_up
from app.components.verdict import words_of
from app.figures import times
from app.figures.rows import rows_of
from app.pages.errors import WrongAddress
from metrics.expected import feeds_behind
from metrics.read import Reader
from metrics.texts import _, _later, language

PERIODS = {"24h": (_later("24 h"), 24), "7d": (_later("7 days"), 168)}
FIRST_PERIOD = "24h"
LIVE_SECONDS = 12
SHOWN_GROUPS = 7
ALL_SITES = ""


@dataclass(frozen=True, slots=True)
class Answers:
    """What the page asked the reader. Rows are plain dictionaries."""

    board: list[dict[str, Any]]
    bars: list[dict[str, Any]]
    groups: list[dict[str, Any]]
    workflows: list[dict[str, Any]]
    zones: dict[str | None, str]  # of the sites, and under None the enterprise's
    is_first_start: bool  # there was never a transaction
    silent: list[str]  # a sentence for each silent feed that holds up what cannot be judged


def layout(**query: Any) -> Component:
    at, site, period = reader.as_of(query), links.one(query.get("site")), links.one(query.get("period")) or FIRST_PERIOD
    period = period if period in PERIODS else FIRST_PERIOD
    asked = ask(at, site, PERIODS[period][1])
    if site and not asked.board and site not in asked.zones:
        raise WrongAddress(
            _(
                "There is no site '{site}', or you may not see it. You see: {sites}.",
                site=site,
                sites=words_of([name for name in asked.zones if name]),
            )
        )
    return html.Div(
        [
            head(
                _("Sync status"),
                html.Span(_subtitle(at, asked, site), id="board-subtitle"),
                _sites(asked, site),
                _periods(period),
                button(_("Wall"), links.to("wall", site=site or None, **at.past), "monitor", quiet=True),
            ),
            moment.banner(at, asked.zones[None]),
            *welcome.first_start(at),
            html.Div(body(asked, at, site, period), id="board-body", **{"data-live": "yes"}),
            dcc.Store(id="board-version", data=_version(at, site, period)),
            dcc.Interval(id="board-tick", interval=LIVE_SECONDS * 1000),
        ]
    )


def ask(at: reader.AsOf, site: str | None, hours: int) -> Answers:
    with reader.reader(at) as now:
        board = [row for row in rows_of(now.board(hours)) if site in (None, ALL_SITES, row["site"])]
        activity, groups = rows_of(now.activity(hours, site or None)), rows_of(now.attention(SHOWN_GROUPS + 1, site or None))
        zones: dict[str | None, str] = {None: now.timezone(), **dict(now.sites())}
        return Answers(
            board,
            activity,
            groups,
            rows_of(now.workflows()),
            zones,
            welcome.is_first_start(now),
            _silent(now, board, site, at, zones[None]),
        )


def _silent(now: Reader, board: Sequence[dict[str, Any]], site: str | None, at: reader.AsOf, zone: str) -> list[str]:
    if not any(row["unjudged"] for row in board):
        return []
    behind = rows_of(feeds_behind(now, site or None))
    return [" ".join(held_up(row, zone, at.moment.as_of_ns)) for row in behind if row["is_silent"]]


def body(asked: Answers, at: reader.AsOf, site: str | None, period: str) -> list[Component]:
    """Everything below the head: the answer, the figures, the board, the list of work."""
    if asked.is_first_start:
        return [_board(asked, at, tiles.Chosen(period, site or None, at.past))]
    as_of_ns, (words, hours) = at.moment.as_of_ns, PERIODS[period]
    chosen = tiles.Chosen(period, site or None, at.past)
    figures = kpis.cards(asked.board, asked.bars, as_of_ns, words, chosen)
    below = html.Div([_attention(asked, as_of_ns, chosen), _hourly(asked, at, chosen)], className="board-below")
    return [
        verdict.banner(verdict.verdict_of(asked.board, as_of_ns, hours, chosen, asked.silent)),
        figures,
        _board(asked, at, chosen),
        below,
    ]


def _board(asked: Answers, at: reader.AsOf, chosen: tiles.Chosen) -> Component:
    """Columns: the configured sites, then those only the data know, last what names no site."""
    seen = {row["site"] for row in asked.board}
    configured = [site.name for site in reader.definitions().sites]
    columns: list[str | None] = [name for name in configured if name in asked.zones]
    columns += sorted(name for name in seen - {None, *columns}) + ([None] if None in seen or not columns else [])
    shown = [name for name in columns if name == chosen.site] if chosen.site else columns
    grid = tiles.board(asked.workflows, shown, asked.board, at.moment.as_of_ns, asked.zones, chosen)
    meaning = html.P(tiles.explained(_(PERIODS[chosen.period][0])), className="board-meaning")
    return card(_("Lag and problems by workflow and site"), grid, meaning, aside=tiles.legend(), className="card-board")


def _attention(asked: Answers, as_of_ns: int, chosen: tiles.Chosen) -> Component:
    owners = reader.application().settings.owners
    if not asked.groups:
        return card(
            _("Needs attention"),
            html.P(
                _("Nothing does: no step has failed, nothing that should have come is missing, and no rule is broken."), className="muted"
            ),
        )
    more = html.A(_("All failures"), href=links.failures(site=chosen.site, **chosen.past))
    return card(
        _("Needs attention"),
        attention.listed(asked.groups[:SHOWN_GROUPS], asked.workflows, owners, as_of_ns, chosen.past),
        aside=more,
        className="card-attention",
    )


def _hourly(asked: Answers, at: reader.AsOf, chosen: tiles.Chosen) -> Component:
    legend = html.Div(
        [html.Span([html.I(className="hourly-late"), _("Late or overdue")]), html.Span([html.I(className="hourly-failed"), _("Failed")])],
        className="legend",
    )
    edges, zone = hourly.edges(asked.bars), asked.zones[None]
    noted = annotated.on_columns(at, zone, edges, [chosen.site] if chosen.site else ())
    bars = hourly.chart(asked.bars, zone, chosen, noted)
    below = annotated.below(noted, edges[0][0], edges[-1][1], site=chosen.site) if edges else None
    return card(_("Transactions per {step}", step=hourly.step(asked.bars)), bars, below, aside=legend)


def _subtitle(at: reader.AsOf, asked: Answers, site: str | None) -> str:
    where = tiles.name_of(site) if site else _("all sites") if current_user.sees.is_all else _("what you may see")
    live = _("Updates by itself.") if at.is_now else ""
    day = language().date(times.local(at.moment.as_of_ns, asked.zones[None]), year=True)
    return f"{day}, {where}. {live}".strip()


def _sites(asked: Answers, site: str | None) -> Component:
    known = [name for name in asked.zones if name is not None]
    choices = [{"value": ALL_SITES, "label": _("All sites")}, *({"value": name, "label": tiles.name_of(name)} for name in known)]
    return dmc.Select(
        id="board-site", data=choices, value=site or ALL_SITES, allowDeselect=False, size="sm", w=160, **{"aria-label": _("Site")}
    )


def _periods(period: str) -> Component:
    choices = [{"value": value, "label": _(label)} for value, (label, _hours) in PERIODS.items()]
    return dmc.SegmentedControl(id="board-period", data=choices, value=period, size="sm", **{"aria-label": _("Period")})


def _version(at: reader.AsOf, site: str | None, period: str) -> str:
    """Differs when the page would."""
    return f"{moment.version(at)} {period} {site or ALL_SITES}"


@callback(
    Output("board-body", "children"),
    Output("board-subtitle", "children"),
    Output("board-version", "data"),
    Output("shell-address", "data", allow_duplicate=True),
    Input("board-tick", "n_intervals"),
    Input("board-site", "value"),
    Input("board-period", "value"),
    State("board-version", "data"),
    State("shell-url", "search"),
    prevent_initial_call=True,
)
def update(_ticks: int | None, site: str, period: str, version: str, query: str) -> Any:
    """Dash also asks at once when the page has been drawn: then nothing is newer."""
    at = reader.as_of(query)
    newest = _version(at, site, period)
    if newest == version:
        return no_update
    asked = ask(at, site, PERIODS[period][1])
    address = {"site": site, "period": None if period == FIRST_PERIOD else period}
    return body(asked, at, site, period), _subtitle(at, asked, site), newest, address
