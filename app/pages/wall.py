"""The wall: one site after the other on a screen in the plant, to be read from afar, with nothing around it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from dash import Input, Output, State, dcc, html, no_update
from dash.development.base_component import Component
from flask_login import current_user

from app import reader
from app.accounts.sessions import WALL
from app.components import attention, links, moment, tiles, verdict
from app.components.callbacks import callback, clientside
from app.components.icons import icon
from app.components.page import card
from app.figures import times
from app.pages import board
from app.pages.errors import WrongAddress
from app.web import login
from metrics.texts import _, _n, language

SECONDS, LEAST_SECONDS, MOST_SECONDS = 20, 5, 600
SHOWN_GROUPS = 3
DAY_SECONDS = 86_400
QUIET = ("ok", "nodata")
ORDER = (*tiles.GRAVEST, "late")
HOURS = {name: hours for name, (_words, hours) in board.PERIODS.items()}


@dataclass(frozen=True, slots=True)
class Cycle:
    """What the address asks for: these sites (none: all that one may see), so long each, of this period."""

    sites: tuple[str, ...]
    seconds: int
    period: str

    def site_at(self, place: int) -> str | None:
        """The site on show at a place of the cycle; None where there is no site."""
        return self.sites[place % len(self.sites)] if self.sites else None


def layout(**query: Any) -> Component:
    at, cycle = reader.as_of(query), _cycle(query)
    about = {"sites": list(cycle.sites), "seconds": cycle.seconds, "period": cycle.period, "past": at.past}
    return html.Div(
        [
            html.Div(_shown(at, cycle, 0), id="wall-body", className="wall-body", **{"aria-live": "off"}),
            html.Div(_keys(cycle, at), className="wall-keys"),
            html.Div(
                [icon("unplug"), _("No answer from the server: what stands here may be out of date")], className="wall-silent", role="alert"
            ),
            dcc.Store(id="wall-about", data=about),
            dcc.Store(id="wall-version", data=_version(at, 0)),
            dcc.Interval(id="wall-turn", interval=cycle.seconds * 1000, disabled=len(cycle.sites) < 2),
            dcc.Interval(id="wall-live", interval=board.LIVE_SECONDS * 1000),
            dcc.Store(id="wall-kept"),
        ],
        className="wall",
        id="wall",
        **{"data-title": _("Wall")},
    )


def _cycle(query: dict[str, Any]) -> Cycle:
    asked = [site for site in links.several(query.get("site")) if site]
    with reader.reader(reader.as_of(query)) as now:
        known = [name for name, _zone in now.sites()]
    if wrong := [site for site in asked if site not in known]:
        raise WrongAddress(
            _("There is no site '{site}', or you may not see it. You see: {sites}.", site=wrong[0], sites=verdict.words_of(known))
        )
    period = links.one(query.get("period")) or board.FIRST_PERIOD
    return Cycle(tuple(asked or known), _seconds(links.one(query.get("seconds"))), period if period in HOURS else board.FIRST_PERIOD)


def _seconds(text: str | None) -> int:
    """How long each site stays. Raises WrongAddress for what is no number of seconds."""
    if text is None:
        return SECONDS
    if not text.isdecimal() or not LEAST_SECONDS <= int(text) <= MOST_SECONDS:
        raise WrongAddress(
            _(
                "'{text}' is no time that a site can stay: {least} to {most} seconds.",
                text=text,
                least=LEAST_SECONDS,
                most=MOST_SECONDS,
            )
        )
    return int(text)


def _shown(at: reader.AsOf, cycle: Cycle, place: int) -> list[Component]:
    site, as_of_ns = cycle.site_at(place), at.moment.as_of_ns
    asked = board.ask(at, site, HOURS[cycle.period])
    zone = asked.zones.get(site) or asked.zones[None]
    chosen = tiles.Chosen(cycle.period, site, at.past)
    said = verdict.verdict_of(asked.board, as_of_ns, HOURS[cycle.period], chosen, asked.silent)
    rows = {row["workflow"]: row for row in asked.board if row["site"] == site}
    shown = [(each, rows.get(each["workflow"])) for each in asked.workflows]
    troubled = [(each, row) for each, row in shown if tiles.state_of(row)[0] not in QUIET]
    grid = [
        html.Div([html.Div(each["title"], className="wall-workflow"), tiles.tile(each, site, row, as_of_ns, chosen)])
        for each, row in sorted(troubled, key=lambda pair: ORDER.index(tiles.state_of(pair[1])[0]))
    ]
    parts = [
        _head(site, zone, as_of_ns, cycle, place),
        verdict.banner(verdict.Verdict(said.kind, said.title, said.text, None)),
        html.Div(grid, className="wall-tiles"),
        html.Ul([_quiet(each, row) for each, row in shown if (each, row) not in troubled], className="wall-quiet"),
    ]
    if asked.groups:
        owners = reader.application().settings.owners
        listed = attention.listed(asked.groups[:SHOWN_GROUPS], asked.workflows, owners, as_of_ns, at.past)
        parts.append(card(_("Needs attention"), listed, className="card-attention"))
    return parts


def _quiet(workflow: dict[str, Any], row: dict[str, Any] | None) -> Component:
    """What needs nobody: a line, so that all of a site is on one screen."""
    _name, status = tiles.state_of(row)
    count = html.Span(language().number(row["started"]), className="num") if row else None
    return html.Li(
        [icon(status.icon), html.Span(workflow["title"]), count, html.Span(status.word, className="muted")], className=f"mark-{status.kind}"
    )


def _head(site: str | None, zone: str, as_of_ns: int, cycle: Cycle, place: int) -> Component:
    of = _("{place} of {all}", place=place % len(cycle.sites) + 1, all=len(cycle.sites)) if len(cycle.sites) > 1 else ""
    day = language().date(times.local(as_of_ns, zone), year=True)
    clock = f"{times.clock(as_of_ns, zone)[:5]} {times.zone_word(as_of_ns, zone)}"  # seconds would look like a clock that stands still
    return html.Div(
        [
            html.H1(tiles.name_of(site) if site else _("All sites")),
            html.Span(of, className="wall-place"),
            html.Div([html.B(clock), day], className="wall-clock"),
        ],
        className="wall-head",
    )


def _keys(cycle: Cycle, at: reader.AsOf) -> list[Component]:
    back = html.A(_("Leave"), href=links.to("", site=cycle.sites[0] if len(cycle.sites) == 1 else None, **at.past), id="wall-leave")
    if len(cycle.sites) < 2:
        return [html.Span([html.Kbd("Esc"), back]), _stay()]
    return [
        html.Span([html.Kbd(_("Space")), html.Span(_("pause"), id="wall-pause-word")]),
        html.Span([html.Kbd("←"), html.Kbd("→"), _("site before, next site")]),
        html.Span([html.Kbd("Esc"), back]),
        _stay(),
    ]


def _stay() -> Component:
    """Signed in for weeks, for this page only."""
    if current_user.is_wall:
        return html.Span(_("Signed in for the wall only"))
    days = reader.application().sessions.lasting.wall // DAY_SECONDS
    told = _n(
        "From then on this screen shows the wall and nothing else, for {number} day, also when nobody touches it",
        "From then on this screen shows the wall and nothing else, for {number} days, also when nobody touches it",
        days,
    )
    press = html.Button(_("Keep this screen signed in"), id="wall-stay", n_clicks=0, className="wall-stay", title=told)
    return html.Span(press, id="wall-stays", role="status")


def _version(at: reader.AsOf, place: int) -> str:
    return f"{moment.version(at)} {place}"


@callback(
    Output("wall-body", "children"),
    Output("wall-version", "data"),
    Input("wall-turn", "n_intervals"),
    Input("wall-live", "n_intervals"),
    State("wall-about", "data"),
    State("wall-version", "data"),
    prevent_initial_call=True,
)
def update(turns: int | None, _lives: int | None, about: dict[str, Any], version: str) -> Any:
    """The site whose turn it is; nothing when it stands there as it is."""
    at, cycle = (
        reader.as_of(about["past"]),
        _cycle({**about["past"], "site": about["sites"], "seconds": str(about["seconds"]), "period": about["period"]}),
    )
    newest = _version(at, turns or 0)
    if newest == version:
        return no_update
    return _shown(at, cycle, turns or 0), newest


@callback(Output("wall-stays", "children"), Input("wall-stay", "n_clicks"), prevent_initial_call=True)
def stay(clicks: int | None) -> Any:
    """Gives up everything else for being signed in for longer."""
    if not clicks:
        return no_update
    if not current_user.is_wall:
        login.renew_session(WALL)
        reader.application().people.keep_at_wall(current_user.name)
    return _("Signed in for the wall only")


clientside("wallOpened", Output("wall-kept", "data"), Input("wall-about", "data"))
clientside("wallTurned", Output("wall-kept", "data", allow_duplicate=True), Input("wall-turn", "n_intervals"), prevent_initial_call=True)
