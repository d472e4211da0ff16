"""Failure: what failed, since when, how many and whose; and the approved way out, with its verdict and the button beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import orjson
from dash import Input, Output, State, ctx, dcc, html, no_update
from dash.dependencies import ALL
from dash.development.base_component import Component

from app import reader
from app.components import group_memory, links, moment, payload
from app.components.callbacks import callback
from app.components.empty import empty
from app.components.page import button, card, head, note, scrolling
from app.components.pager import first_row, pager
from app.components.recoveries import act, address, badge, me
from app.components.tiles import name_of
from app.figures import recovery_panel as panel
from app.figures import times
from app.figures.failure_groups import cut
from app.figures.failure_summary import About, summary
from app.figures.rows import rows_of
from app.figures.stakes import group_words
from app.figures.words import event_words, step_words, system_word
from app.messages.fields import HIDDEN
from app.pages.errors import WrongAddress
from app.recovery import listing
from app.recovery.desk import Choice, Proposal
from app.recovery.model import Action, Approval, Case, Safety, Verdict
from app.recovery.runs import Refusal
from app.recovery.selection import ALSO, SETTLED, Selected, preferred, proposed, requested
from app.recovery.typed import changes_of, value_at
from app.recovery.visible import may_see_cases
from metrics.texts import _, _later, _n, language

ENDED = {  # by a person → word, icon, colour, meaning
    Action.PARK: (_later("Parked"), "minus", "closed", _later("Set aside by a person, until somebody takes it up or it fails again.")),
    Action.CLOSE: (_later("Closed"), "check", "closed", _later("Ended by a person, until it fails again.")),
}
ROWS = 50  # cases, each with its reasons and what they rest on
HAPPENED = {
    "failed": _later("{step} failed"),
    "missing": _later("{step} has not come"),
    "violation": _later("{step} is broken"),
    "inventory": _later("{step} differs"),
    "unplaced": _later("{step} failed"),
}


def layout(**query: Any) -> Component:
    at = reader.as_of(query)
    given = {name: links.one(value) for name, value in query.items()}
    try:
        selected, start = group_memory.selected_of(given, with_stakes=True), first_row(given.get("page"), ROWS)
    except ValueError as wrong:
        raise WrongAddress(str(wrong)) from wrong
    if not selected.cases:
        return _nothing(selected)
    about = _about(selected, at)
    kept = {**selected.address, **({"path": given["path"]} if given.get("path") else {})}
    panel_card, verdicts = _panel(selected, given.get("path"), about)
    if not at.is_now:
        past = f"{_('Recovery is about what is the case now, and so is this page.')} "
        panel_card = html.Div([note("info", past, "history"), panel_card])
    return html.Div(
        [
            dcc.Store(id="failure-about", data={**kept, "zone": about.zone}),
            head(about.title, about.workflow, button(_("All failures"), links.failures(), quiet=True)),
            moment.banner(at, about.zone),
            summary(selected, about),
            html.Div(panel_card, id="failure-panel"),
            html.Div(group_memory.block(selected, about.zone), id="failure-memory"),
            _cases(selected, start, verdicts, about),
            pager(start, len(selected.cases), lambda page: links.to("failure", **{**kept, "page": page}), ROWS),
            payload.payload_card(selected.cases[0]) if len(selected.cases) == 1 else None,
        ],
        **{"data-title": about.title},
    )


def _nothing(selected: Selected) -> Component:
    hidden = (
        _n(
            "{number} case that you may not see is left.",
            "{number} cases that you may not see are left.",
            selected.hidden,
        )
        if selected.hidden
        else ""
    )
    with reader.application().accounts.engine.connect() as connection:
        last = listing.newest_of_transaction(connection, selected.group.workflow, selected.group.transaction_id, me())
    actions = [button(_("Recovery {id}", id=last), address(last))] if last else []
    if selected.settled:
        settled = _n("{number} case parked or closed", "{number} cases parked or closed", selected.settled)
        actions.append(button(settled, links.to("failure", **{**selected.address, ALSO: SETTLED}), quiet=True))
    text = " ".join(filter(None, (_("Whatever this link was about has got through or was put right."), hidden)))
    return empty(
        _("Nothing of this needs anybody now"),
        text,
        *actions,
        button(_("All failures"), links.failures(), quiet=True),
        picture="circle-check",
        whole_page=True,
    )


# -- what is the matter ------------------------------------------------------------------------------------------------------


def _about(selected: Selected, at: reader.AsOf) -> About:
    first, group = selected.cases[0], selected.group
    with reader.reader() as now:
        workflows = {row["workflow"]: row for row in rows_of(now.workflows())}
        zone = dict(now.sites()).get(first.site or "") or now.timezone()
        usual = _owner(first, workflows.get(first.workflow))
    workflow = workflows.get(first.workflow)
    step = next((each for each in workflow["steps"] if each["milestone"] == first.milestone), None) if workflow else None
    what = step_words(step["event_type"], step["system"]) if step else event_words(first.milestone)
    several = len({(case.kind, case.milestone) for case in selected.cases}) > 1
    title = _n("{number} case", "{number} cases", len(selected.cases)) if several else _(HAPPENED[first.kind], step=what)
    if group.transaction_id:
        title = f"{title}: {group.transaction_id}"
    said = group_words(selected.held, zone, at.now_ns, reader.application().settings.costs) if selected.held else ""
    return About(
        title, workflow["title"] if workflow else first.workflow, group_memory.owners_words(selected.cases, usual), said, zone, at.now_ns
    )


def _owner(case: Case, workflow: Mapping[str, Any] | None) -> str | None:
    """The workflow's, of a rule the rule's."""
    if case.kind == "violation":
        return next((rule.owner for rule in reader.definitions().rules if rule.name == case.milestone), None)
    return workflow["owner"] if workflow else None


# -- the way out -------------------------------------------------------------------------------------------------------------


def _panel(
    selected: Selected, path_name: str | None, about: About, edits: Mapping[str, Any] | None = None, said: str | None = None
) -> tuple[Component, Mapping[str, Verdict]]:
    """The card, and of each case its verdict under the chosen path."""
    desk = reader.application().desk
    choices: list[Choice] = desk.choices(selected.cases, me())
    chosen = next((choice for choice in choices if choice.path.name == path_name), None) or preferred(choices)
    if chosen is None:
        text = _("The catalogue has no approved path for this. What is approved stands in the configuration, section recovery.")
        read = html.A(_("How to approve one"), href=links.to("docs/recovery"))
        return card(_("What may be done"), html.Div(note("info", [text, " ", read]), className="act-said")), {}
    listed = panel.path_choices(choices, chosen, len(selected.cases), selected.address, me().access)
    try:
        proposal = proposed(desk, chosen.path.name, selected, {selected.cases[0].id: edits} if edits else None)
    except Refusal as refusal:
        refused = html.Div(note("failed", refusal.told, "circle-alert"), className="act-said")
        return card(_("What may be done"), listed, refused, *_fields(selected, chosen, edits)), {}
    left = chosen.cases - len(proposal.verdicts)
    rest = (
        html.P(_("The oldest {shown}; the other {left} come after them.", shown=len(proposal.verdicts), left=left), className="muted")
        if left > 0
        else None
    )
    parts = [
        listed,
        html.Div(panel.hint(chosen.path), className="act-said"),
        *_fields(selected, chosen, edits),
        panel.differences(proposal.differences, payload.hides),
        panel.verdict_counts(proposal),
        *_button(chosen, proposal, bool(edits)),
        html.Div(note("failed", said, "circle-alert") if said else None, id="failure-said", className="act-said", role="alert"),
        rest,
        panel.common_reasons(proposal),
        panel.plan_facts(proposal.plan, about.zone),
        panel.left_out(proposal.plan),
        dcc.Store(id="failure-plan", data={"path": chosen.path.name, "hash": proposal.plan.hash, "edits": edits}),
    ]
    return card(_("What may be done"), *[part for part in parts if part is not None]), proposal.verdicts


def _button(chosen: Choice, proposal: Proposal, is_edited: bool) -> list[Component]:
    plan, path = proposal.plan, chosen.path
    is_free = path.approval is Approval.NONE and plan.safety is Safety.SAFE
    needs_reason = path.reason_required or plan.safety is Safety.CANNOT_TELL
    why_not = chosen.why_not
    if why_not is None and not plan.items:
        why_not = _("Nothing is left to be done: every case is left out.")
    if why_not is None and path.action is Action.EDIT_AND_REPLAY and not is_edited:
        why_not = _("Change something above first, and look at the difference.")
    if why_not is None and not may_see_cases(me().sees, [item.case for item in plan.items]):
        why_not = _("It holds cases of no site, which only who sees all sites may recover.")
    label = _("Reason (needed)") if needs_reason else _("Reason")
    reason = html.Div(
        [html.Label(label, htmlFor="failure-reason"), dcc.Input(id="failure-reason", type="text", maxLength=500)], className="reason"
    )
    word = _("Recover") if is_free else _("Request")
    agrees = (
        ""
        if is_free
        else f" {panel.approval_words(path, me().access)}"
        if plan.safety is Safety.SAFE
        else f" {_('Somebody of another role has to agree, because nobody can tell whether it is safe.')}"
    )
    pressed = act(f"{word} {language().number(len(plan.items))}", {"type": "failure-do", "what": "request"}, why_not, "refresh-cw")
    return [reason, html.Div([pressed, html.Span(agrees.strip(), className="muted")], className="acts")]


def _fields(selected: Selected, chosen: Choice, edits: Mapping[str, Any] | None) -> list[Component]:
    """Of one case, what may be changed in its message before it is sent."""
    path = chosen.path
    if path.action is not Action.EDIT_AND_REPLAY:
        return []
    if len(selected.cases) > 1:
        return [html.Div(note("info", _("Messages are changed one by one: open a case below.")), className="act-said")]
    if refused := payload.why_not():
        return [html.Div(note("info", refused, "lock"), className="act-said")]
    found, _event = payload.looked_at(selected.cases[0])
    shown = found.shown
    if shown.text is None:
        return [html.Div(note("info", shown.why or " ".join(found.where)), className="act-said")]
    inputs = []
    for number, place in enumerate(path.editable):
        value = (edits or {}).get(place, value_at(shown.text, place))
        ident = {"type": "failure-edit", "path": place}
        text = "" if value == HIDDEN else value if isinstance(value, str) else orjson.dumps(value).decode()
        inputs.append(
            html.Div([html.Label([place, dcc.Input(id=ident, type="text", value=text, maxLength=2000)])], id=f"failure-edit-{number}")
        )
    look = act(_("Show the difference"), {"type": "failure-do", "what": "look"}, None, "search", quiet=True)
    return [html.Div(inputs, className="edits"), html.Div(look, className="acts")]


# -- case by case ------------------------------------------------------------------------------------------------------------


def _cases(selected: Selected, start: int, verdicts: Mapping[str, Verdict], about: About) -> Component:
    shown = selected.cases[start : start + ROWS]
    with reader.application().accounts.engine.connect() as connection:
        before = listing.of_case(connection, [case.id for case in shown])
    settled = reader.application().settled()
    heads = html.Tr(
        [html.Th(name) for name in (_("Transaction"), _("Site"), _("Since"), _("Receiver"), _("Said"), _("Verdict"), _("Recovery"))]
    )
    lines = [_case(case, verdicts.get(case.id), before.get(case.id), settled.get(case.id), about) for case in shown]
    return card(
        _("Cases"),
        scrolling(html.Table([html.Thead(heads), html.Tbody(lines)], className="table"), _("Cases")),
        aside=html.Span(_("The oldest first"), className="muted"),
    )


def _case(case: Case, found: Verdict | None, recovery_id: str | None, settled: listing.Settled | None, about: About) -> Component:
    alone = links.to("failure", kind=case.kind, workflow=case.workflow, milestone=case.milestone, transaction=case.transaction_id)
    word = [html.Div(badge(ENDED[settled.action]))] if settled and settled.holds(case) else []
    code = f" ({case.error_code})" if case.error_code else ""
    return html.Tr(
        [
            html.Td(
                [
                    html.A(case.transaction_id, href=links.path(case.workflow, case.transaction_id), dir="auto"),
                    html.Div(html.A(_("alone"), href=alone, title=_("This case by itself")), className="muted"),
                ]
            ),
            html.Td(name_of(case.site)),
            html.Td(times.brief(case.opened_ns, about.zone, about.now_ns), className="nowrap"),
            html.Td(system_word(case.system)),
            html.Td([cut(case.error_text or ""), code], dir="auto"),
            html.Td(panel.reasons_of(case, found)),
            html.Td([*word, html.A(recovery_id, href=address(recovery_id), className="nowrap") if recovery_id else ""]),
        ]
    )


def _typed(case: Case, given: Mapping[str, str | None]) -> dict[str, Any]:
    found, whole = payload.looked_at(case)
    return changes_of(found.shown.text or "", whole, given)


# -- clicks ------------------------------------------------------------------------------------------------------------------


@callback(
    Output("shell-url", "pathname", allow_duplicate=True),
    Output("shell-url", "search", allow_duplicate=True),
    Output("failure-panel", "children"),
    Input({"type": "failure-do", "what": ALL}, "n_clicks"),
    State("failure-about", "data"),
    State("failure-plan", "data"),
    State("failure-reason", "value"),
    State({"type": "failure-edit", "path": ALL}, "value"),
    State({"type": "failure-edit", "path": ALL}, "id"),
    prevent_initial_call=True,
)
def do(
    clicks: Sequence[int | None],
    kept: dict[str, Any],
    plan: dict[str, Any],
    reason: str | None,
    typed: Sequence[str | None],
    places: Sequence[dict[str, str]],
) -> Any:
    """Shows the difference, or requests exactly the plan that was shown. What is refused is said beside the button."""
    if not any(clicks) or not isinstance(ctx.triggered_id, dict):
        return (no_update,) * 3
    application = reader.application()
    selected = group_memory.selected_of(kept)
    if not selected.cases:
        return no_update, no_update, _nothing(selected)
    about = _about(selected, reader.as_of())
    if ctx.triggered_id["what"] == "look":
        given = {place["path"]: text for place, text in zip(places, typed, strict=True)}
        return no_update, no_update, _panel(selected, plan["path"], about, _typed(selected.cases[0], given))[0]
    edits = {selected.cases[0].id: plan["edits"]} if plan["edits"] else None
    try:
        recovery_id = requested(application.desk, plan["path"], selected, plan["hash"], me(), reason, edits)
    except Refusal as refusal:
        return no_update, no_update, _panel(selected, plan["path"], about, plan["edits"], refusal.told)[0]
    return address(recovery_id), "", no_update
