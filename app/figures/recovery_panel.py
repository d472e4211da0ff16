"""What may be done with cases: approved paths, how safe the chosen one is, and the plan as it would be frozen."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import orjson
from dash import html
from dash.development.base_component import Component

from app.access.roles import ADMIN, Roles
from app.components import links
from app.components.icons import icon
from app.components.page import note, scrolling
from app.components.recoveries import SAFETIES, badge
from app.figures import times
from app.figures.words import amount, duration
from app.messages.fields import HIDDEN
from app.recovery.desk import Choice, Proposal
from app.recovery.edits import Difference
from app.recovery.model import Action, Approval, Case, Path, Reason, Safety, Verdict
from app.recovery.plan import Plan
from app.recovery.verdict import exclusion
from metrics.texts import _, _later, _n, _told, language

ACTIONS = {
    Action.RETRY: _later("The middleware sends the message it holds again."),
    Action.REPLAY: _later("Syncline sends what the record holds: the same key, a new attempt."),
    Action.EDIT_AND_REPLAY: _later("Syncline sends the message after you have changed it."),
    Action.BULK_TRANSFORM: _later("Syncline sends each message after one rule was applied to it."),
    Action.RESEND_TO: _later("Syncline sends the message to one receiver of several."),
    Action.COMPENSATE: _later("What was posted is undone, the last step first."),
    Action.RESUME: _later("What is held goes on, in order."),
    Action.PARK: _later("Nothing is sent: it is set aside."),
    Action.CLOSE: _later("Nothing is sent: it is ended."),
    Action.CHASE: _later("The partner is asked."),
    Action.RUNBOOK: _later("Nothing is sent: steps for a person."),
}
LEFT_OUT = (_later("Left out"), "ban", "closed", _later("It will not be sent; why stands beside it."))
MOST_SHOWN = 20  # of what is left out, of what differs


def path_choices(choices: Sequence[Choice], chosen: Choice, total: int, address: Mapping[str, Any], access: Roles) -> Component:
    """Every approved path as a link that chooses it; what cannot be taken says why."""
    return html.Nav(
        [_choice(each, each is chosen, total, address, access) for each in choices],
        className="paths",
        **{"aria-label": _("Approved paths")},
    )


def _choice(choice: Choice, is_chosen: bool, total: int, address: Mapping[str, Any], access: Roles) -> Component:
    path = choice.path
    fits = (
        ""
        if choice.cases == total
        else f" {_n('For {cases} of {number} case.', 'For {cases} of {number} cases.', total, cases=choice.cases)}"
    )
    said = [html.B(path.title), html.Span(f"{_(ACTIONS[path.action])} {approval_words(path, access)}{fits}")]
    if choice.why_not:
        said.append(html.Span([" ", icon("lock"), f" {choice.why_not}"]))
    current = {"aria-current": "true"} if is_chosen else {}
    return html.A(said, href=links.to("failure", **{**address, "path": path.name}), className="path-choice", **current)


def approval_words(path: Path, access: Roles) -> str:
    """Who may, and who has to agree."""
    who = access.words(path.roles)
    if path.approval is Approval.NONE:
        return _("{who} may request it; nobody has to agree.", who=who)
    other = access.words(path.approvers or (ADMIN,)) if path.approval is Approval.FOUR_EYES else _("a colleague")
    return _("{who} may request it; {other} has to agree.", who=who, other=other)


def verdict_counts(proposal: Proposal) -> Component:
    """How many are safe, how many nobody can tell of, how many are left out; by icon, word and number."""
    found = proposal.safeties
    told = [
        html.Span([badge(SAFETIES[safety]), f" {language().number(found[safety])}"], className="num") for safety in Safety if found[safety]
    ]
    if left := len(proposal.plan.excluded):
        told.append(html.Span([badge(LEFT_OUT), f" {language().number(left)}"], className="num"))
    return html.Div(told or [html.Span(_("Nothing is left to be done."), className="muted")], className="safeties", role="status")


def common_reasons(proposal: Proposal) -> Component:
    """What the verdict rests on, each sentence once with how many cases it is about."""
    found = Counter((reason.safety, reason.sentence) for item in proposal.plan.items for reason in item.verdict.reasons)
    order = [Safety.UNSAFE, Safety.CANNOT_TELL, Safety.SAFE]
    ranked = sorted(found.items(), key=lambda each: (order.index(each[0][0]), -each[1]))
    lines = [
        html.Li(
            [
                html.Span(icon(SAFETIES[safety][1]), className=f"mark-{SAFETIES[safety][2]}"),
                html.Div([html.B(_told(sentence)), html.Span(_n("{number} case", "{number} cases", many))]),
            ]
        )
        for (safety, sentence), many in ranked[:MOST_SHOWN]
    ]
    return html.Details(
        [html.Summary(_("What the verdict rests on")), html.Ul(lines, className="facts")], open=len(ranked) <= 6, className="rests-on"
    )


def plan_facts(plan: Plan, zone: str) -> Component:
    """What exactly would be requested."""
    values = language().listed([f"{amount(value)} {currency or _('without a currency')}" for currency, value in plan.values.items()])
    quantities = language().listed([f"{amount(quantity)} {unit}".strip() for unit, quantity in plan.quantities.items()])
    limits = plan.path.limits
    terms = {
        _("Cases"): _n("{cases}, of {number} business key", "{cases}, of {number} business keys", plan.keys, cases=len(plan.items)),
        _("Held behind others"): _("{held}: the same key, in order", held=plan.held) if plan.held else _("none"),
        _("Oldest"): times.full(plan.oldest_ns, zone) if plan.oldest_ns is not None else "",
        _("Quantity"): quantities or _("nobody said"),
        _("Value"): values or _("nobody said"),
        _("Receivers"): ", ".join(plan.receivers) or _("none"),
        _("Sends to"): plan.target[0] if plan.target else _("nothing is sent"),
        _("In steps of"): _(
            "{ramp}; stops itself above {share} failed",
            ramp=", ".join(map(str, limits.ramp)),
            share=_("{percent} %", percent=f"{limits.failed_share * 100:.0f}"),
        ),
        _("Proof"): _(
            "{step} within {duration}",
            step=plan.path.proof.milestone or _("the step itself"),
            duration=duration(plan.path.proof.within_seconds),
        ),
        _("Plan"): html.Span(
            f"{plan.hash[:12]}…", className="num", title=_("SHA-256 {hash}: what you see is what is requested", hash=plan.hash)
        ),
    }
    return html.Dl([html.Div([html.Dt(name), html.Dd(value)]) for name, value in terms.items() if value], className="terms terms-wide")


def left_out(plan: Plan) -> Component | None:
    """Why what was chosen is not sent: each reason with its cases."""
    if not plan.excluded:
        return None
    why: dict[str, list[Case]] = {}
    for each in plan.excluded:
        why.setdefault(each.reason.sentence, []).append(each.case)
    lines = []
    for sentence, cases in sorted(why.items(), key=lambda each: -len(each[1])):
        named: list[Any] = [
            part
            for case in cases[:MOST_SHOWN]
            for part in (html.A(case.transaction_id, href=links.path(case.workflow, case.transaction_id)), ", ")
        ]
        rest = f" {_('and {number} more', number=len(cases) - MOST_SHOWN)}" if len(cases) > MOST_SHOWN else ""
        lines.append(
            html.Li(
                [icon("ban"), html.Div([html.B(f"{_told(sentence)} ({language().number(len(cases))})"), html.Span([*named[:-1], rest])])]
            )
        )
    return html.Details(
        [html.Summary(_n("Left out: {number} case", "Left out: {number} cases", len(plan.excluded))), html.Ul(lines, className="facts")],
        open=True,
        className="rests-on",
    )


def reasons_of(case: Case, found: Verdict | None) -> Component:
    """The verdict of one case, with what each reason rests on."""
    if found is None:
        return html.Span(_("no path"), className="muted")
    said = [html.Li([icon(SAFETIES[reason.safety][1]), " ", _told(reason.sentence), *_evidence(reason, case)]) for reason in found.reasons]
    sign = badge(LEFT_OUT if exclusion(found) else SAFETIES[found.safety])
    return html.Details([html.Summary(sign), html.Ul(said, className="evidence plain-list")])


def _evidence(reason: Reason, case: Case) -> list[Any]:
    """Ids of events open the path they are in; of recoveries, the recovery."""
    told: list[Any] = []
    for each in reason.evidence:
        href = links.to(f"recovery/{each}") if each.startswith("R-") else links.path(case.workflow, case.transaction_id, selected=each)
        is_digest = reason.check == "payload"
        told += [" ", html.Span(f"{each[:12]}…", className="num", title=each) if is_digest else html.A(each, href=href, className="num")]
    return told


def differences(found: Mapping[str, Sequence[Difference]], hides: Callable[[str], bool]) -> Component | None:
    """What would be changed in each payload: before, where that may be seen, and after."""
    if not found:
        return None
    heads = html.Tr([html.Th(name) for name in (_("Case"), _("Where"), _("Before"), _("After"))])
    lines = [
        html.Tr(
            [
                html.Td(case_id.rpartition("|")[0].rpartition("|")[2]),
                html.Td(each.path, className="mono"),
                html.Td(HIDDEN if hides(each.path) else _value(each.before)),
                html.Td(html.B(_value(each.after))),
            ]
        )
        for case_id, changes in list(found.items())[:MOST_SHOWN]
        for each in changes
    ]
    more = (
        html.P(
            _n("Showing {shown} of {number} message.", "Showing {shown} of {number} messages.", len(found), shown=MOST_SHOWN),
            className="muted groups-rest",
        )
        if len(found) > MOST_SHOWN
        else None
    )
    table = html.Table([html.Thead(heads), html.Tbody(lines)], className="table")
    return html.Div([scrolling(table, _("What would be changed")), more])


def hint(path: Path) -> Component | None:
    """What to look at first, and a runbook's steps."""
    steps = [html.Ol([html.Li(step) for step in path.steps])] if path.action is Action.RUNBOOK and path.steps else []
    return note("info", [path.hint, *steps]) if path.hint or steps else None


def _value(value: Any) -> str:
    return value if isinstance(value, str) else orjson.dumps(value).decode()
