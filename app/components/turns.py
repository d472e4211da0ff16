"""Who was told of an alert because it was their turn, who was passed over and why, and who is next, when."""

from __future__ import annotations

from collections.abc import Sequence

from dash import html
from dash.development.base_component import Component

from app import reader
from app.alerts.alert import Alert
from app.components.icons import icon
from app.components.page import card
from app.duty.calling import following, passed
from app.duty.roster import Roster, roster_for
from app.duty.turns import Staff, Turn, turns_of
from app.figures import times
from app.telling.teller import people_of, staff_of
from metrics.texts import _, language


def lines_of(alerts: Sequence[Alert], now_ns: int) -> dict[int, str]:
    """By number of those nobody looks after yet: told to maria 14:05 CET; next 14:35 CET."""
    waiting = [alert for alert in alerts if alert.is_open and alert.taken_by is None]
    if not waiting or not _rosters():
        return {}
    found = turns_of(reader.application().accounts.engine, [alert.number for alert in waiting])
    return {number: _line(turns, now_ns) for number, turns in found.items()}


def _line(turns: Sequence[Turn], now_ns: int) -> str:
    told, due = [turn for turn in turns if turn.people], [turn.next_ns for turn in _last_of_each(turns) if turn.next_ns is not None]
    zone = _zone(turns[-1].roster)
    said = _("nobody could be told")
    if told:
        people, when = language().listed(list(told[-1].people)), times.brief(told[-1].at_ns, zone, now_ns)
        said = _("told to {people}, {time}", people=people, time=when)
    return f"{said}; {_('next {time}', time=times.brief(min(due), zone, now_ns))}" if due else said


def card_of(alert: Alert, now_ns: int) -> Component | None:
    """None where no roster is for it, and nobody was told by one."""
    turns = turns_of(reader.application().accounts.engine, [alert.number]).get(alert.number, [])
    if not turns:
        return None
    staff = staff_of(reader.application(), people_of(reader.application()))
    lines = [html.Li([icon("megaphone" if turn.people else "minus"), _step(turn, now_ns)]) for turn in turns]
    if alert.is_open and alert.taken_by is None and alert.absent_ns is None:
        mine = {roster.name: roster for roster in roster_for(_rosters(), alert.owner, alert.sites)}
        for last in _last_of_each(turns):
            if last.roster in mine:
                lines.append(html.Li([icon("hourglass"), html.Div(_next(mine[last.roster], turns, alert, staff, now_ns))]))
    return card(_("Who is told"), html.Ul(lines, className="facts", **{"aria-label": _("Who is told")}))


def _step(turn: Turn, now_ns: int) -> Component:
    when = times.brief(turn.at_ns, _zone(turn.roster), now_ns)
    people = language().listed(list(turn.people)) or _("nobody")
    level = _("on shift") if turn.level == 0 else _("level {number}", number=str(turn.level + 1))
    heading = html.B(_("{people}, {time}", people=people, time=when))
    over = f". {_('Passed over: {people}', people=passed(turn))}" if turn.passed else ""
    return html.Div([heading, html.Span(f"{turn.roster}, {level}{over}", dir="auto")])


def _next(roster: Roster, turns: Sequence[Turn], alert: Alert, staff: Staff, now_ns: int) -> str:
    mine = [turn for turn in turns if turn.roster == roster.name]
    return following(roster, mine, alert, staff, now_ns) or _("By the roster {roster} nobody is left to tell.", roster=roster.name)


def _last_of_each(turns: Sequence[Turn]) -> list[Turn]:
    """Of each roster the newest step."""
    return list({turn.roster: turn for turn in turns}.values())


def _rosters() -> tuple[Roster, ...]:
    return reader.application().settings.rosters


def _zone(roster: str) -> str:
    return next((each.zone for each in _rosters() if each.name == roster), reader.definitions().timezone)
