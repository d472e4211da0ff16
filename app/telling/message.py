"""What is said of alerts: one message as a mail with text and HTML, as JSON for a machine, and as a few lines for a chat."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from app.alerts.alert import SEVERITIES, Alert, words_of
from app.figures import words
from app.figures.alert_words import holds_up, lasting, where
from app.instants import instant_text
from metrics.impact_settings import Costs
from metrics.texts import _n

STARTED, ENDED, TEST = "started", "ended", "test"
LONGEST_SUBJECT = 160
NO_URL = "The configuration does not say where Syncline is reached (alerts.url), so nothing here can be opened."


@dataclass(frozen=True, slots=True)
class Around:
    """What messages are made with: where Syncline is reached (None: nobody said), the enterprise's zone, and the rates of money."""

    url: str | None
    zone: str
    costs: Costs

    def link(self, address: str) -> str | None:
        return f"{self.url}{address}" if self.url else None


@dataclass(frozen=True, slots=True)
class Called:
    """Why it is somebody's turn: by which roster, who was told before, and what comes next, each a sentence. `number`: of the step."""

    number: int
    why: str
    before: str
    then: str


@dataclass(frozen=True, slots=True)
class Told:
    """One alert in one message: what began, or what ended, and under which name somebody asked for it."""

    event: str
    alert: Alert
    asked: str | None = None
    turn: Called | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a message, with what it opens."""

    text: str
    link: str | None = None


@dataclass(frozen=True, slots=True)
class Attached:
    """A file that goes with a mail; with `cid` its HTML shows it."""

    name: str
    mimetype: str
    data: bytes
    cid: str | None = None


@dataclass(frozen=True, slots=True)
class Message:
    """What is sent. `ident` is the same whenever the same is sent again. `drawn`: HTML of its own, in place of that of its blocks."""

    ident: str
    thread: str | None  # the ident of the message that this one follows
    subject: str
    blocks: Sequence[tuple[str, Sequence[Line]]]  # a heading and its lines
    foot: Sequence[Line]
    data: Mapping[str, Any]
    drawn: str | None = None
    attached: Sequence[Attached] = ()

    @property
    def text(self) -> str:
        """Plain lines, each link behind what it is."""
        blocks = ("\n".join([heading, *(_plain(line) for line in lines)]) for heading, lines in self.blocks)
        return "\n\n".join([*blocks, "\n".join(_plain(line) for line in self.foot)]) + "\n"

    @property
    def html(self) -> str:
        """The same for mail programs that show HTML."""
        if self.drawn is not None:
            return self.drawn
        blocks = (f"<h2>{escape(heading)}</h2>{''.join(f'<p>{_marked(line)}</p>' for line in lines)}" for heading, lines in self.blocks)
        foot = "".join(f"<p><small>{_marked(line)}</small></p>" for line in self.foot)
        return f'<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"></head><body>{"".join(blocks)}<hr>{foot}</body></html>'


def message_of(told: Sequence[Told], around: Around, is_held: bool = False) -> Message:
    """Of one alert, or of those that waited for the end of quiet hours."""
    blocks = [_block(each, around) for each in told]
    if is_held and len(told) > 1:
        subject = _n("{number} message from your quiet hours", "{number} messages from your quiet hours", len(told))
        ident, thread = f"held-{told[0].alert.number}-{told[-1].alert.number}-{told[-1].event}", None
    else:
        (only, *_) = told
        begun = f"alert-{only.alert.number}-{STARTED}"
        ident = f"alert-{only.alert.number}-turn-{only.turn.number}" if only.turn else f"alert-{only.alert.number}-{only.event}"
        subject, thread = _subject(only, around), begun if only.event == ENDED or only.turn else None
    data = [_data(each, around) for each in told]
    return Message(
        ident, thread, _clean(subject), blocks, _foot(told, around), data[0] if len(data) == 1 else {"type": "alerts.held", "alerts": data}
    )


def trial(ident: str, around: Around) -> Message:
    """What is sent to try whether it arrives."""
    lines = [Line("Somebody asked whether this way of being told works. It does.")]
    return Message(ident, None, "A try: alerts of Syncline arrive here", [("A try", lines)], _links(around), {"type": TEST})


def _subject(told: Told, around: Around) -> str:
    """Production confirmed in ERP fails, Augsburg: 7 cases, 3 orders."""
    held = holds_up(told.alert, around.costs)
    said = f"{told.alert.title}, {where(told.alert)}{f': {held}' if held else ''}"
    return f"Over: {told.alert.title}, {where(told.alert)}" if told.event == ENDED else said


def _block(told: Told, around: Around) -> tuple[str, list[Line]]:
    alert = told.alert
    severity = SEVERITIES.get(alert.severity, alert.severity)
    held = holds_up(alert, around.costs)
    lines = [Line(f"{severity}. {words.sentence(where(alert))}.{f' {held}.' if held else ''}"), Line(lasting(alert, around.zone))]
    if said := words_of(alert.parts):
        lines.append(Line(said))
    if told.event == ENDED:
        lines += [Line(f"{alert.ended_why}.")] if alert.ended_why else []
        return f"Over: {alert.title}", [*lines, Line("The alert", around.link(f"alerts?number={alert.number}"))]
    if told.turn:
        lines += [Line(said) for said in (told.turn.why, told.turn.before) if said]
        lines.append(Line("I look after it", around.link(f"alerts?number={alert.number}")))
        lines += [Line(told.turn.then)] if told.turn.then else []
    part = alert.first_cause()
    if part and part.cause:
        lines.append(Line(f"It began: {part.cause}", around.link(part.cause_address) if part.cause_address else None))
    lines.append(Line("What may be done about it", around.link(alert.address)))
    return alert.title, [*lines, Line("The alert", around.link(f"alerts?number={alert.number}"))]


def _foot(told: Sequence[Told], around: Around) -> list[Line]:
    names = list(dict.fromkeys(each.asked for each in told if each.asked))
    if any(each.turn for each in told):
        return [Line("You are told because you are on the roster."), *_links(around)]
    asked = f"You are told because you asked for it: {', '.join(names)}." if names else "You are told because you were told that it began."
    return [Line(asked), *_links(around)]


def _links(around: Around) -> list[Line]:
    return [Line("What you are told of", around.link("subscriptions"))] if around.url else [Line(NO_URL)]


def _data(told: Told, around: Around) -> dict[str, Any]:
    alert = told.alert

    def instant(ns: int | None) -> str | None:
        return None if ns is None else instant_text(ns)

    called = {"turn": {"why": told.turn.why, "before": told.turn.before, "then": told.turn.then}} if told.turn else {}
    return {
        "type": f"alert.{told.event}",
        **called,
        "alert": alert.number,
        "kind": alert.kind,
        "severity": alert.severity,
        "title": alert.title,
        "workflow": alert.workflow,
        "owner": alert.owner,
        "sites": list(alert.sites),
        "partners": alert.partners,
        "cases": alert.cases,
        "orders": alert.orders,
        "values": {currency: str(value) for currency, value in alert.worths.items()},
        "words": words_of(alert.parts),
        "began_time": instant(alert.began_ns),
        "started_time": instant(alert.started_ns),
        "ended_time": instant(alert.ended_ns),
        "ended_reason": alert.ended_why,
        "url": around.link(alert.address),
        "alert_url": around.link(f"alerts?number={alert.number}"),
    }


def _clean(subject: str) -> str:
    """One line of what can be read: it becomes a header."""
    said = "".join(sign for sign in " ".join(subject.split()) if sign.isprintable())
    return said if len(said) <= LONGEST_SUBJECT else f"{said[: LONGEST_SUBJECT - 1]}…"


def _plain(line: Line) -> str:
    text = re.sub(r"[^\S ]+", " ", line.text)
    return f"{text}: {line.link}" if line.link else text


def _marked(line: Line) -> str:
    return f'<a href="{escape(line.link)}">{escape(line.text)}</a>' if line.link else escape(line.text)
