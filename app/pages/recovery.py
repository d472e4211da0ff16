"""Recovery: one of them: what was planned, who agreed, how far it is, and of every case what became of it and by which proof."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from dash import Input, Output, State, ctx, dcc, html, no_update
from dash.dependencies import ALL
from dash.development.base_component import Component

from app import audit, reader
from app.components import links
from app.components.callbacks import callback
from app.components.empty import empty
from app.components.icons import icon
from app.components.page import button, card, head, note, scrolling
from app.components.pager import ROWS, first_row, pager
from app.components.recoveries import ITEMS, SAFETIES, act, badge, me, standing
from app.figures import times, words
from app.pages.errors import WrongAddress
from app.pages.recoveries import LIVE_SECONDS, bar, waits_for
from app.recovery import listing
from app.recovery.model import Safety
from app.recovery.model import State as Stage
from app.recovery.permitted import BY_HAND, NEEDS_REASON, is_by_hand, settles, why_not
from app.recovery.permitted import STATES as ACTIONS
from app.recovery.runs import Refusal, path_of
from metrics.texts import _, _later, _n

BUTTONS = {  # action → words, icon
    "approve": (_later("Approve"), "check"),
    "refuse": (_later("Refuse"), "circle-x"),
    "withdraw": (_later("Take back"), "x"),
    "pause": (_later("Pause"), "minus"),
    "resume": (_later("Go on"), "refresh-cw"),
    "stop": (_later("Stop"), "ban"),
    "done": (_later("It is done"), "check"),
    "not_done": (_later("It could not be done"), "circle-x"),
    "reopen": (_later("Open again"), "refresh-cw"),
}
APPROVALS = {"none": _later("nobody else's"), "one": _later("one colleague's"), "four_eyes": _later("a second person's, of another role")}
NOT_SENT = (_later("Not sent"), "minus", "closed", _later("Nothing of it was sent; it is back in the queue."))
MOST_ENTRIES = 200  # of the history


@dataclass(frozen=True, slots=True)
class Found:
    """One recovery with everything that the page shows."""

    row: Any
    items: Sequence[Any]
    sends: Mapping[int, Sequence[Any]]
    done: Counter[str]
    entries: Sequence[Any]

    @property
    def version(self) -> str:
        row = self.row
        return repr((row.state, row.words, row.step, sorted(self.done.items()), len(self.entries), sum(map(len, self.sends.values()))))


def layout(**query: Any) -> Component:
    recovery_id = links.one(query.get("recovery")) or ""
    try:
        start = first_row(links.one(query.get("page")))
    except ValueError as wrong:
        raise WrongAddress(str(wrong)) from wrong
    found = _find(recovery_id, start)
    if found is None:
        text = _("The link may be old, or it holds cases that you may not see. All that you may see are in the list.")
        return empty(
            _("There is no recovery {recovery_id}", recovery_id=recovery_id),
            text,
            button(_("All recoveries"), links.to("recoveries")),
            picture="refresh-cw",
            whole_page=True,
        )
    about = {"id": recovery_id, "start": start, "hash": found.row.plan_hash}
    return html.Div(
        [
            dcc.Store(id="recovery-about", data=about),
            dcc.Store(id="recovery-version", data=found.version),
            dcc.Interval(id="recovery-tick", interval=LIVE_SECONDS * 1000),
            head(
                _("Recovery {id}", id=recovery_id),
                path_of(found.row)["title"],
                button(_("All recoveries"), links.to("recoveries"), quiet=True),
            ),
            html.Div(_now(found), id="recovery-now"),
            _deciding(found),
            html.Div(_rest(found, start), id="recovery-body"),
        ],
        **{"data-title": _("Recovery {id}", id=recovery_id)},
    )


def _find(recovery_id: str, start: int) -> Found | None:
    actor = me()
    with reader.application().accounts.engine.connect() as connection:
        row = listing.find(connection, recovery_id, actor)
        if row is None:
            return None
        bounds = (start, start + ROWS)
        return Found(
            row,
            listing.items_of(connection, recovery_id, *bounds),
            listing.sends_of(connection, recovery_id, *bounds),
            listing.progress(connection, [recovery_id])[recovery_id],
            audit.entries(connection, audit.Filter(subject=recovery_id), 0, MOST_ENTRIES),
        )


def _now(found: Found) -> list[Component]:
    """Where it is, why, and what may be done about it."""
    row, zone = found.row, reader.definitions().timezone
    word, picture, kind, meaning = standing(row.state, found.done)
    sign = html.Span(icon(picture), className=f"verdict-sign mark-{kind}")
    text = row.words or meaning
    if row.state == "requested" and row.lapses_ns:
        text = f"{text} {_('It waits for {who}, until {time}.', who=waits_for(row), time=times.full(row.lapses_ns, zone))}"
    done, proven, total = found.done["done"], found.done["proven"], found.done.total()
    outcome = (
        _n("{state}: {done} of {number} case done", "{state}: {done} of {number} cases done", total, state=word, done=done)
        if done
        else _n("{state}: {proven} of {number} case proven", "{state}: {proven} of {number} cases proven", total, state=word, proven=proven)
    )
    told = html.Div([html.H2(outcome), html.P(text), bar(found.done)])
    return [html.Section(html.Div([sign, told], className="verdict-words"), className=f"card path-verdict edge-{kind}", role="status")]


def _deciding(found: Found) -> Component:
    label = html.Label(_("Reason (needed to refuse, and for what could not be done)"), htmlFor="recovery-reason")
    buttons = _buttons(found.row)
    is_over = Stage(found.row.state).has_ended and not settles(found.row)
    reason = html.Div([label, dcc.Input(id="recovery-reason", type="text", maxLength=500)], className="reason", hidden=is_over)
    said = html.Div(id="recovery-said", className="act-said", role="status")
    return card(_("What can be done with it"), html.Div(buttons, id="recovery-acts", className="acts"), reason, said)


def _buttons(row: Any) -> list[Component]:
    """Of a recovery that has ended only what can still be done; what cannot any more for any reason is no choice."""
    actor, has_ended = me(), Stage(row.state).has_ended
    buttons = [
        act(_(text), {"type": "recovery-do", "action": action}, why_not(action, row, actor), picture, quiet=action != "approve")
        for action, (text, picture) in BUTTONS.items()
        if (action not in BY_HAND or is_by_hand(row)) and (action != "reopen" or settles(row))
        if not has_ended or row.state in ACTIONS[action]
    ]
    return buttons or [html.P(_("Nothing: it is over. What it did stands below."), className="muted")]


def _rest(found: Found, start: int) -> list[Component]:
    zone, row = reader.definitions().timezone, found.row
    shown = [_plan(found, zone), _items(found, zone), _excluded(row), _timeline(found, zone)]
    pages = pager(start, found.done.total(), lambda page: links.to(f"recovery/{row.id}", page=page))
    return [part for part in (shown[0], shown[1], pages, *shown[2:]) if part is not None]


def _plan(found: Found, zone: str) -> Component:
    row, path = found.row, path_of(found.row)
    proof = path["proof"]
    step = (
        _("{step} of the ramp {ramp}", step=row.step + 1, ramp=", ".join(map(str, path["limits"]["ramp"])))
        if row.started_ns
        else _("not begun")
    )
    terms = {
        _("Plan"): html.Span(f"{row.plan_hash[:12]}…", title=f"SHA-256 {row.plan_hash}", className="num"),
        _("Cases"): words.number(found.done.total()),
        _("Verdict"): badge(SAFETIES[Safety(row.safety)]),
        _("Sends to"): row.target or _("nothing is sent"),
        _("Approval"): _(APPROVALS[row.approval]),
        _("Catalogue"): _("version {version}", version=row.catalogue_version),
        _("Step"): step,
        _("Proof"): _(
            "{step} within {duration}", step=proof["milestone"] or _("the step itself"), duration=words.duration(proof["within_seconds"])
        ),
        _("Requested by"): _requested(row, zone),
        _("Reason"): row.reason or _("none was given"),
        _("Chosen on"): html.A(_("the page it was requested from"), href=links.to("failure", **orjson.loads(row.selection))),
    }
    return card(
        _("The plan"), html.Dl([html.Div([html.Dt(name), html.Dd(value)]) for name, value in terms.items()], className="terms terms-wide")
    )


def _requested(row: Any, zone: str) -> str:
    time = times.full(row.requested_ns, zone)
    if row.is_automatic:
        return _("{person}, a rule, {time}", person=row.requested_by, time=time)
    return f"{row.requested_by}, {time}"


def _items(found: Found, zone: str) -> Component:
    names = (_("No."), _("Case"), _("State"), _("What happened"), _("Attempts"), _("Proof"))
    heads = html.Tr([html.Th(name) for name in names])
    lines = html.Tbody([_item(item, found.sends.get(item.place, ()), zone) for item in found.items])
    return card(_("Cases"), scrolling(html.Table([html.Thead(heads), lines], className="table"), _("Cases")))


def _item(item: Any, sends: Sequence[Any], zone: str) -> Component:
    case = orjson.loads(item.case_json)
    blocked = item.state == "waiting" and item.blocked_by is not None
    words_of = [item.words] if item.words else []
    if blocked:
        words_of.append(_("Blocked by number {place}, which comes first.", place=item.blocked_by + 1))
    due = _("Expected until {time}", time=times.full(item.proof_due_ns, zone)) if item.proof_due_ns and item.ended_ns is None else ""
    path = links.path(case["workflow"], case["transaction_id"])
    proof = (
        html.A(item.proven_by, href=path, className="num", title=_("The event that was observed; opens its path"))
        if item.proven_by
        else due
    )
    tried = [html.Li(f"{times.full(each.sent_ns, zone)}: {each.words or _('no answer yet')}", title=each.send_id) for each in sends]
    opened = html.Details([html.Summary(f"{len(sends)}"), html.Ul(tried, className="evidence")]) if sends else "0"
    return html.Tr(
        [
            html.Td(words.number(item.place + 1), className="num", id=f"item-{item.place + 1}"),
            html.Td(
                [html.A(case["transaction_id"], href=path, dir="auto"), html.Div(case["milestone"].replace("_", " "), className="muted")]
            ),
            html.Td(badge(NOT_SENT if item.state == "refused" and not sends else ITEMS[item.state])),
            html.Td(" ".join(words_of)),
            html.Td(opened),
            html.Td(proof),
        ]
    )


def _excluded(row: Any) -> Component | None:
    left_out = orjson.loads(row.excluded)
    if not left_out:
        return None
    said = [html.Li([html.B(each["case"].split("|", 2)[-1].rpartition("|")[0]), html.Span(each["sentence"])]) for each in left_out[:ROWS]]
    more = _("Showing {shown} of {all}.", shown=len(said), all=len(left_out)) if len(left_out) > len(said) else None
    rest = html.P(more, className="muted groups-rest") if more else None
    return card(_("Left out"), html.Ul([html.Li([icon("ban"), html.Div(each.children)]) for each in said], className="facts"), rest)


def _timeline(found: Found, zone: str) -> Component:
    """Everything anyone did with it, from the audit: sends stand with their cases."""
    told = [
        html.Tr(
            [
                html.Td(times.full(entry.at_ns, zone), className="nowrap"),
                html.Td(entry.actor),
                html.Td(f"{entry.action[:1].upper()}{entry.action[1:].replace('_', ' ')}"),
                html.Td(entry.reason or orjson.loads(entry.detail).get("words") or orjson.loads(entry.detail).get("why") or ""),
            ]
        )
        for entry in reversed(found.entries)
    ]
    heads = html.Tr([html.Th(name) for name in (_("When"), _("Who"), _("What"), _("Why"))])
    table = html.Table([html.Thead(heads), html.Tbody(told)], className="table")
    return card(_("History"), scrolling(table, _("History")), aside=html.A(_("In the audit"), href=links.to("audit", subject=found.row.id)))


def done(recovery_id: str, action: str, seen_hash: str, reason: str | None) -> None:
    """Raises Refusal with a sentence."""
    runs, actor = reader.application().desk.runs, me()
    if action not in ACTIONS:
        raise Refusal(_("There is no '{action}'.", action=action))
    if action in NEEDS_REASON and not reason:
        raise Refusal(_("A reason is needed."))
    if action == "approve":
        runs.approve(recovery_id, actor, seen_hash, reason)
    else:
        getattr(runs, action)(recovery_id, actor, reason)


@callback(
    Output("recovery-said", "children"),
    Output("recovery-now", "children", allow_duplicate=True),
    Output("recovery-acts", "children", allow_duplicate=True),
    Output("recovery-body", "children", allow_duplicate=True),
    Input({"type": "recovery-do", "action": ALL}, "n_clicks"),
    State("recovery-about", "data"),
    State("recovery-reason", "value"),
    prevent_initial_call=True,
)
def decide(clicks: Sequence[int | None], about: dict[str, Any], reason: str | None) -> Any:
    """Buttons that were only just drawn have not been clicked."""
    if not any(clicks) or not isinstance(ctx.triggered_id, dict):
        return (no_update,) * 4
    try:
        done(about["id"], ctx.triggered_id["action"], about["hash"], (reason or "").strip() or None)
    except Refusal as refusal:
        return note("failed", refusal.told, "circle-alert"), no_update, no_update, no_update
    return None, *_drawn(about)[1:]


@callback(
    Output("recovery-version", "data"),
    Output("recovery-now", "children"),
    Output("recovery-acts", "children"),
    Output("recovery-body", "children"),
    Input("recovery-tick", "n_intervals"),
    State("recovery-about", "data"),
    State("recovery-version", "data"),
    prevent_initial_call=True,
)
def update(_ticks: int | None, about: dict[str, Any], version: str) -> Any:
    drawn = _drawn(about)
    return (no_update,) * 4 if drawn[0] == version else drawn


def _drawn(about: Mapping[str, Any]) -> tuple[Any, ...]:
    found = _find(about["id"], int(about["start"]))
    if found is None:
        return (no_update,) * 4
    return found.version, _now(found), _buttons(found.row), _rest(found, int(about["start"]))
