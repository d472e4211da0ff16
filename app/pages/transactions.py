"""Transactions: which orders, batches and deliveries are there, and how does each one stand?"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import dash_ag_grid as dag
import dash_mantine_components as dmc
from dash import Input, Output, State, dcc, html, no_update
from dash.development.base_component import Component
from flask_login import current_user

from app import reader
from app.access.rights import EXPORT
from app.components import links, moment, taking
from app.components.callbacks import callback
from app.components.empty import empty
from app.components.icons import icon
from app.components.page import button, card, head
from app.components.status import STATUSES
from app.components.tiles import name_of
from app.figures import times, trails
from app.figures.rows import rows_of
from app.figures.seen import seen_words
from app.figures.transaction_rows import Steps, csv_text, grid_rows, steps_of
from app.figures.words import class_word, event_words, type_words
from app.instants import instant_ns
from app.pages.errors import WrongAddress
from app.pages.narrowing import PERIODS, Asked, address_of, asked_of, filters_of, unknown
from metrics.read import Reader
from metrics.texts import _, _n

BLOCK = 200
CSV_ROWS = 50_000
# The grid's columns and what the reader calls them; nothing else is ever sorted by.
SORTED_BY = {
    "transaction": "transaction_id",
    "workflow": "title",
    "site": "site",
    "status": "status",
    "started": "start_ns",
    "last": "last_event_ns",
    "due": "next_due_ns",
    "attempts": "failed_attempts",
}
Order = list[tuple[str, str]]  # (column of the grid, asc or desc)
ASKED = "asked"  # the hidden column that carries the filters of the page in every request of the grid


@dataclass(frozen=True, slots=True)
class Around:
    """What the words on the page are written with. `past`: the moment in the address, which goes along into every link."""

    at: reader.AsOf
    zone: str
    steps: Steps
    past: Mapping[str, Any]

    def time(self, text: str) -> str:
        """An instant of the address on the clocks of the enterprise."""
        return times.brief(instant_ns(text), self.zone, self.at.moment.as_of_ns) if text else ""


def layout(**query: Any) -> Component:
    try:
        at, asked, order = reader.as_of(query), asked_of(query), order_of(query.get("sort"))
        filters_of(asked, at.moment.as_of_ns)
    except ValueError as wrong:
        raise WrongAddress(str(wrong)) from wrong
    with reader.reader(at) as now:
        if wrong_values := unknown(query, now):
            raise WrongAddress(" ".join(wrong_values))
        workflows, sites, seen = rows_of(now.workflows()), [name for name, _zone in now.sites()], _seen(now, asked, at)
        past: dict[str, Any] = {} if at.is_now else {name: query[name] for name in ("as_of", "known_at") if name in query}
        around = _around(now, at, past)
    about = {"past": past, "kept": {name: value for name, value in address_of(asked).items() if name in _NOT_IN_BAR}}
    return html.Div(
        [
            dcc.Store(id="transactions-about", data=about),
            dcc.Download(id="transactions-download"),
            head(
                _("Transactions"),
                _("Every order, batch, delivery … that a workflow watches. Choose one to see its path."),
                taking.button("transactions-export"),
            ),
            moment.banner(at, around.zone),
            _bar(asked, workflows, sites),
            html.Div(_found(asked, seen, around), id="transactions-found"),
            card(None, _grid(asked, order), className=_grid_class(seen[0]), id="transactions-card"),
        ]
    )


def _around(now: Reader, at: reader.AsOf, past: Mapping[str, Any]) -> Around:
    return Around(at, now.timezone(), steps_of(rows_of(now.workflows())), past)


# -- the filter bar --------------------------------------------------------------------------------------------------------

_NOT_IN_BAR = ("about", "milestone", "missing", "error_class", "state", "partner", "variant", "went", "deviation", "from", "to")


def _bar(asked: Asked, workflows: list[dict[str, Any]], sites: list[str]) -> Component:
    known = [*sites, *[site for site in asked.site if site not in sites]]
    named = {row["workflow"]: row["title"] for row in workflows} | {
        name: name for name in asked.workflow if name not in {w["workflow"] for w in workflows}
    }
    return html.Div(
        [
            dmc.TextInput(
                id="transactions-text",
                value=asked.text,
                placeholder=_("Part of a number"),
                leftSection=icon("search", size="15px"),
                debounce=250,
                **{"aria-label": _("Number contains")},
            ),
            _choice("workflow", _("Workflow"), [{"value": name, "label": title} for name, title in named.items()], asked.workflow),
            _choice("site", _("Site"), [{"value": site, "label": name_of(site)} for site in known], asked.site),
            _choice("status", _("Status"), [{"value": name, "label": status.word} for name, status in STATUSES.items()], asked.status),
            dmc.Select(
                id="transactions-period",
                data=[{"value": name, "label": _(words)} for name, (words, _hours) in PERIODS.items()],
                value=asked.period or None,
                placeholder=_("Started any time"),
                clearable=True,
                **{"aria-label": _("Started within")},
            ),
        ],
        className="filter-bar no-print",
        role="search",
        **{"aria-label": _("Narrow the list")},
    )


def _choice(name: str, label: str, data: list[dict[str, str]], chosen: tuple[str, ...]) -> Component:
    return dmc.MultiSelect(
        id=f"transactions-{name}",
        data=data,
        value=list(chosen),
        placeholder="" if chosen else label,
        clearable=True,
        searchable=True,
        hidePickedOptions=False,
        **{"aria-label": label},
    )


# -- what was found --------------------------------------------------------------------------------------------------------


def _seen(now: Reader, asked: Asked, at: reader.AsOf) -> tuple[int, int]:
    """How many match, and how many there are."""
    matching = now.transactions(filters_of(asked, at.moment.as_of_ns), stop=0)[1]
    return matching, now.transactions({}, stop=0)[1] if asked.anything else matching


def _found(asked: Asked, seen: tuple[int, int], around: Around) -> list[Component]:
    sentence = html.P([_sentence(asked, *seen), *_pills(asked, around)], className="found", role="status")
    return [sentence] if seen[0] else [sentence, _nothing(asked, seen[1], around)]


def _sentence(asked: Asked, matching: int, total: int) -> str:
    said = (
        _n("Showing {matching} of {number} transaction.", "Showing {matching} of {number} transactions.", total, matching=matching)
        if asked.anything
        else _n("{number} transaction.", "{number} transactions.", total)
    )
    if current_user.sees.is_all:
        return said
    return f"{said} {_('You may see {what} only.', what=seen_words(current_user.sees, reader.definitions().workflows))}"


def _pills(asked: Asked, around: Around) -> list[Component]:
    """Filters that came with a link and have no field in the bar, each with a way to drop it; and a way to drop all."""
    kind, _space, name = asked.about.partition(" ")
    words = {
        "about": _("With {type} {name}", type=type_words(kind), name=name),
        "milestone": _("Step: {step}", step=_step_words(around.steps, asked.milestone)),
        "missing": _("Missing: {step}", step=_step_words(around.steps, asked.missing)),
        "error_class": _("{error} errors", error=class_word(asked.error_class).capitalize()),
        "partner": _("With {partner}", partner=asked.partner),
        "variant": _("Ran: {steps}", steps=trails.spoken(asked.variant)),
        "went": _("Went: {steps}", steps=trails.spoken(asked.went)),
        "deviation": _("Not as defined: {deviation}", deviation=trails.deviation(*asked.deviation.partition(" ")[::2])),
        "state": _("State: {state}", state=asked.state.replace("_", " ")),
        "from": _("Started from {time}", time=around.time(asked.since)),
        "to": _("Started before {time}", time=around.time(asked.until)),
    }
    address = address_of(asked)
    pills = [
        html.A(
            [words[name], icon("x", _("drop this filter"))],
            href=links.transactions(**{**address, **around.past, name: None}),
            className="pill pill-drop",
        )
        for name in _NOT_IN_BAR
        if address[name]
    ]
    return [*pills, html.A(_("Clear all filters"), href=links.transactions(**around.past), className="clear")] if asked.anything else []


def _step_words(steps: Steps, milestone: str) -> str:
    return next((words for (_workflow, name), words in steps.items() if name == milestone), event_words(milestone) if milestone else "")


def _nothing(asked: Asked, total: int, around: Around) -> Component:
    if asked.anything and total:
        return empty(
            _("Nothing matches"),
            _("No transaction fits all of these filters at once. Drop one of them, or look for the number in the box at the top."),
            button(_("Clear all filters"), links.transactions(**around.past)),
            picture="list-filter",
        )
    if not around.at.is_now:
        return empty(
            _("Nothing had started by then"),
            _("As of {time} no transaction that you may see had started.", time=times.full(around.at.moment.as_of_ns, around.zone)),
            button(_("The list as of now"), links.transactions()),
            picture="history",
        )
    return empty(
        _("No transaction yet"),
        _("As soon as a source names an object that a workflow watches, it stands here."),
        button(_("To the sources"), links.to("sources")),
        picture="list",
    )


# -- the grid --------------------------------------------------------------------------------------------------------------


def _grid_class(matching: int) -> str:
    return "grid-card" if matching else "grid-card is-empty"


def _grid(asked: Asked, order: Order) -> Component:
    return dag.AgGrid(
        id="transactions-grid",
        className="transactions-grid",
        rowModelType="infinite",
        columnDefs=[{**column, "tooltipField": column["field"], **_place_in(order, column["field"])} for column in _columns()],
        getRowId="params.data.id",
        filterModel=_carried(asked),
        defaultColDef={"sortable": True, "resizable": True, "filter": False, "minWidth": 90},
        style={"height": "min(68vh, 780px)"},
        eventListeners={
            "rowClicked": ["openRow(params)"],
            "cellKeyDown": ["openOnEnter(params)"],
            "firstDataRendered": ["fitGrid(params)"],
            "gridSizeChanged": ["fitGrid(params)"],
        },
        # One request at a time: two at once would overwrite each other in the one property they travel in, and a block would stay blank.
        dashGridOptions={
            "theme": "themeQuartz",
            "cacheBlockSize": BLOCK,
            "maxBlocksInCache": 10,
            "maxConcurrentDatasourceRequests": 1,
            "blockLoadDebounceMillis": 60,
            "rowHeight": 44,
            "headerHeight": 40,
            "ensureDomOrder": True,
            "animateRows": False,
            "suppressCellFocus": False,
            "multiSortKey": "ctrl",
            "enableCellTextSelection": True,
        },
    )


def _columns() -> list[dict[str, Any]]:
    """As wide as their longest usual content; a page of 1440 px shows them up to the last event. What may be cut has a tooltip."""
    time: dict[str, Any] = {"width": 166, "cellClass": "num"}
    words: dict[str, Any] = {"wrapText": True, "cellClass": "wraps"}
    return [
        {"field": "transaction", "headerName": _("Transaction"), "pinned": "left", "width": 156, "cellRenderer": "TransactionLink"},
        {"field": "status", "headerName": _("Status"), "width": 130, "cellRenderer": "StatusBadge"},
        {"field": "problem", "headerName": _("What is wrong"), "flex": 5, "minWidth": 176, "sortable": False, **words},
        {"field": "workflow", "headerName": _("Workflow"), "flex": 3, "minWidth": 108, **words},
        {"field": "site", "headerName": _("Site"), "width": 92},
        {"field": "due", "headerName": _("Next due"), **time},
        {"field": "started", "headerName": _("Started"), **time},
        {"field": "last", "headerName": _("Last event"), **time},
        {"field": "attempts", "headerName": _("Failed attempts"), "width": 134, "type": "rightAligned", "cellClass": "num"},
        {"field": ASKED, "hide": True, "filter": "agTextColumnFilter", "sortable": False, "suppressColumnsToolPanel": True},
    ]


def _place_in(order: Order, column: str) -> dict[str, Any]:
    """How the grid's first request is sorted by this column."""
    return next(({"sort": way, "sortIndex": place} for place, (name, way) in enumerate(order) if name == column), {})


def _carried(asked: Asked) -> dict[str, Any]:
    """The page's filters as the grid's filter model, so that a request says by itself what it asks for."""
    return {ASKED: {"filterType": "text", "type": "equals", "filter": json.dumps(address_of(asked), sort_keys=True)}}


def asked_in(request: Mapping[str, Any]) -> Asked:
    """The filters in a request of the grid; whatever else is in its filter model is not ours and not looked at."""
    carried = ((request.get("filterModel") or {}).get(ASKED) or {}).get("filter")
    read = json.loads(carried) if isinstance(carried, str) else {}
    return asked_of(read if isinstance(read, dict) else {})


def order_of(sort: str | list[str] | None) -> Order:
    """`due:asc` of the address as (column, direction). Raises ValueError with a sentence for what is no column or direction."""
    order = []
    for text in [sort] if isinstance(sort, str) else sort or []:
        column, _colon, way = text.partition(":")
        if column not in SORTED_BY or way not in ("asc", "desc"):
            raise ValueError(
                _("sort={text}: write a column and asc or desc, such as due:asc. Columns: {names}.", text=text, names=", ".join(SORTED_BY))
            )
        order.append((column, way))
    return order


def order_in(request: Mapping[str, Any]) -> Order:
    """The order in a request of the grid; columns that nobody offers are not sorted by."""
    wanted = [(each.get("colId", ""), "desc" if each.get("sort") == "desc" else "asc") for each in request.get("sortModel") or []]
    return [(column, way) for column, way in wanted if column in SORTED_BY]


def sort_in(request: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The same in the reader's words."""
    return [(SORTED_BY[column], way) for column, way in order_in(request)]


@callback(
    Output("transactions-grid", "getRowsResponse"),
    Output("shell-address", "data", allow_duplicate=True),
    Input("transactions-grid", "getRowsRequest"),
    State("transactions-about", "data"),
    prevent_initial_call=True,
)
def rows(request: dict[str, Any] | None, about: dict[str, Any]) -> Any:
    if request is None:
        return no_update, no_update
    at = reader.as_of(about["past"])
    start = max(int(request["startRow"]), 0)
    with reader.reader(at) as now:
        frame, total = now.transactions(
            filters_of(asked_in(request), at.moment.as_of_ns), sort_in(request), start, min(int(request["endRow"]), start + BLOCK)
        )
        steps = steps_of(rows_of(now.workflows()))
    found = {"rowData": grid_rows(rows_of(frame), steps, at.moment.as_of_ns, **about["past"]), "rowCount": total}
    return found, {"sort": [f"{column}:{way}" for column, way in order_in(request)]}


@callback(
    Output("transactions-grid", "filterModel"),
    Output("transactions-found", "children"),
    Output("transactions-card", "className"),
    Output("shell-address", "data", allow_duplicate=True),
    Input("transactions-text", "value"),
    Input("transactions-workflow", "value"),
    Input("transactions-site", "value"),
    Input("transactions-status", "value"),
    Input("transactions-period", "value"),
    State("transactions-about", "data"),
    prevent_initial_call=True,
)
def narrow(text: str, workflow: list[str], site: list[str], status: list[str], period: str | None, about: dict[str, Any]) -> Any:
    at = reader.as_of(about["past"])
    asked = asked_of({**about["kept"], "text": text, "workflow": workflow, "site": site, "status": status, "period": period})
    with reader.reader(at) as now:
        seen, around = _seen(now, asked, at), _around(now, at, about["past"])
    return _carried(asked), _found(asked, seen, around), f"card {_grid_class(seen[0])}", address_of(asked)


@callback(
    Output("transactions-download", "data"),
    Input("transactions-export", "n_clicks"),
    State("transactions-grid", "getRowsRequest"),
    State("transactions-grid", "filterModel"),
    State("transactions-about", "data"),
    prevent_initial_call=True,
    right=EXPORT,
)
def export(_clicks: int, request: dict[str, Any] | None, model: dict[str, Any] | None, about: dict[str, Any]) -> Any:
    """What the list shows, in its order, as one file; a file that does not hold all says so in its name."""
    at, wanted = reader.as_of(about["past"]), {"filterModel": model, "sortModel": (request or {}).get("sortModel")}
    with reader.reader(at) as now:
        frame, total = now.transactions(filters_of(asked_in(wanted), at.moment.as_of_ns), sort_in(wanted), 0, CSV_ROWS)
    part = f"-first-{CSV_ROWS}-of-{total}" if total > CSV_ROWS else ""
    return dcc.send_string(
        csv_text(rows_of(frame)), f"transactions-{times.local(at.moment.as_of_ns, 'UTC'):%Y-%m-%dT%H%MZ}{part}.csv", type="text/csv"
    )
