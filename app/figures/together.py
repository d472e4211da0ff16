"""What belongs together with a transaction: its objects as a drawing one walks through, and the same as a list that says all there is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from dash import html
from dash.development.base_component import Component

from app.components import links
from app.components.icons import icon
from app.components.status import STATUSES, badge
from app.figures import times
from app.figures.lanes import Rect
from app.figures.together_places import Board, Line, board_of
from app.figures.words import AT_LEAST, HIDDEN, MORE, counted_object, sentence, step_words, type_words
from metrics.texts import _, _n, language
from metrics.together import MOST_EVENTS, Key, Link, Rest, Standing, Thing, Together, Told

Past = Mapping[str, Any]
_WORST = list(STATUSES)  # by precedence


def together_card(together: Together, zone: str, past: Past, shown: Key | None = None) -> Component:
    """Drawing and list. Beside the drawing the list tells of one object, `shown` or the transaction's own; elsewhere of all."""
    board, keys = board_of(together), [thing.key for thing in together.things]
    current = shown if shown in keys else together.own
    places = {key: place for place, key in enumerate(keys)}
    return html.Div(
        [
            _drawing(board, together, places, current, past),
            html.Div(
                [_item(thing, together, places, zone, past, is_shown=thing.key == current) for thing in together.things],
                className="together-list",
                role="list",
            ),
        ],
        className="together",
    )


def name_of(key: Key) -> str:
    """Sales order 4711"""
    return f"{sentence(type_words(key[0]))} {key[1]}"


def text_of(key: Key) -> str:
    """How an address and a button name an object."""
    return f"{key[0]} {key[1]}"


def key_of(text: str) -> Key:
    kind, _space, name = text.partition(" ")
    return kind, name


# -- the drawing -----------------------------------------------------------------------------------------------------------


def _drawing(board: Board, together: Together, places: Mapping[Key, int], current: Key, past: Past) -> Component:
    parts: list[Component] = [_line(line, places, is_near=current in (line.link.one, line.link.other)) for line in board.lines]
    for column in board.columns:
        parts.append(html.Div(sentence(type_words(column.object_type)), className="together-head", style=_at(column.head)))
        parts += [_thing(thing, rect, together, places, current, past) for thing, rect in column.things]
        if column.rest:
            parts.append(_rest(column.object_type, column.rest, together.rests, past))
    parts += [_handle(line, places, is_near=current in (line.link.one, line.link.other)) for line in board.lines]
    stage = html.Div(parts, className="together-stage", style={"width": board.width, "height": board.height})
    words = _("Objects by their type, from left to right. Arrow keys walk along the lines, Enter opens")
    return html.Div(stage, className="together-scroll", role="group", **{"aria-label": words})


def _thing(thing: Thing, rect: Rect, together: Together, places: Mapping[Key, int], current: Key, past: Past) -> Component:
    is_own, stands = thing.key == together.own, worst(thing.transactions)
    place = places[thing.key]
    link = html.A(
        [html.Span(thing.key[1], className="together-id", dir="auto"), _standing(stands)],
        href=_address(thing, past),
        className=f"together-thing{' together-own' if is_own else ''}{f' edge-{STATUSES[stands.status].kind}' if stands else ''}",
        style=_at(rect),
        tabIndex=0 if thing.key == current else -1,
        title=name_of(thing.key),
        **{
            "aria-label": spoken(thing, together),
            "data-thing": text_of(thing.key),
            "data-place": str(place),
            "data-column": thing.key[0],
            "data-before": " ".join(str(places[link.one]) for link in together.links if link.other == thing.key),
            "data-after": " ".join(str(places[link.other]) for link in together.links if link.one == thing.key),
        },
    )
    if thing.is_open:
        return link
    more = html.Button(
        icon("plus"),
        id={"type": "together-open", "key": text_of(thing.key), "at": "drawing"},
        className="together-more",
        style={"left": rect.right - 26, "top": rect.y + 4},
        type="button",
        tabIndex=-1,
        title=_("Show what belongs to {object}", object=name_of(thing.key)),
        **{"aria-label": _("Show what belongs to {object}", object=name_of(thing.key))},
    )
    return html.Div([link, more], className="together-both")


def spoken(thing: Thing, together: Together) -> str:
    """What a screen reader says of an object: what it is, how it stands, and with how many others it is linked."""
    stands = worst(thing.transactions)
    many = sum(thing.key in (link.one, link.other) for link in together.links)
    how = STATUSES[stands.status].inside if stands else _("no transaction of its own")
    own = _("this transaction") if thing.key == together.own else ""
    return ", ".join(filter(None, (name_of(thing.key), own, how, _n("linked with {number} object", "linked with {number} objects", many))))


def worst(transactions: Sequence[Standing]) -> Standing | None:
    """Of several transactions about one object the one that needs somebody first."""
    return min(transactions, key=lambda each: _WORST.index(each.status)) if transactions else None


def _standing(stands: Standing | None) -> Component:
    return badge(stands.status) if stands else html.Span(_("No transaction of its own"), className="together-none")


def _address(thing: Thing, past: Past) -> str:
    """Its path; of what no workflow is about, the transactions that are named together with it."""
    stands = worst(thing.transactions)
    return links.path(stands.workflow, stands.transaction_id, **past) if stands else links.with_object(*thing.key, **past)


def _line(line: Line, places: Mapping[Key, int], *, is_near: bool) -> Component:
    """Each line by itself, so that those of one object can stand out."""
    xs, ys = [x for x, _y in line.points], [y for _x, y in line.points]
    left, top = min(xs) - 3, min(ys) - 3
    width, height = max(xs) - left + 3, max(ys) - top + 3
    (ax, ay), (bx, by), (cx, cy), (dx, dy) = [(x - left, y - top) for x, y in line.points]
    drawn = f'<path d="M{ax},{ay} C{bx},{by} {cx},{cy} {dx},{dy}" fill="none" stroke="#000" stroke-width="1.8"/>'
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}">{drawn}</svg>'
    return html.Div(
        className=f"together-line{' is-near' if is_near else ''}",
        style={"left": left, "top": top, "width": width, "height": height, "--lines": f'url("data:image/svg+xml,{quote(svg)}")'},
        **{"aria-hidden": "true", "data-line": _ends(line.link, places)},
    )


def _handle(line: Line, places: Mapping[Key, int], *, is_near: bool) -> Component:
    slots = {"one": name_of(line.link.one), "other": name_of(line.link.other)}
    words = (
        _n(
            "{one} and {other}: at least {number} event names both",
            "{one} and {other}: at least {number} events name both",
            line.link.events,
            **slots,
        )
        if line.link.at_least
        else _n("{one} and {other}: {number} event names both", "{one} and {other}: {number} events name both", line.link.events, **slots)
    )
    return html.Button(
        f"{line.link.events}" if line.link.events < 100 else "99+",
        className=f"together-handle{' is-near' if is_near else ''}",
        style=_at(line.handle),
        type="button",
        tabIndex=-1,
        title=words,
        **{"aria-label": words, "data-handle": _ends(line.link, places)},
    )


def _ends(link: Link, places: Mapping[Key, int]) -> str:
    return f"{places[link.one]} {places[link.other]}"


def _rest(kind: str, rect: Rect, rests: Sequence[Rest], past: Past) -> Component:
    mine = [rest for rest in rests if rest.object_type == kind]
    return html.Div(_rest_words(mine, past), className="together-rest", style={"left": rect.x, "top": rect.y, "width": rect.width})


def _rest_words(rests: Sequence[Rest], past: Past) -> list[Any]:
    """and 312 more of sales order 4711; 5 you may not see"""
    words: list[Any] = []
    for rest in rests:
        if rest.more:
            words += [
                html.A(
                    _("and at least {number} more", number=rest.more) if rest.at_least else _("and {number} more", number=rest.more),
                    href=links.with_object(*rest.key, **past),
                    title=_("Named together with {object}", object=name_of(rest.key)),
                ),
                " ",
            ]
    hidden = sum(rest.hidden for rest in rests)
    return [*words, html.Span(_("{number} you may not see", number=hidden), className="muted") if hidden else ""]


def _at(rect: Rect) -> dict[str, int]:
    return {"left": rect.x, "top": rect.y, "width": rect.width, "height": rect.height}


# -- the list --------------------------------------------------------------------------------------------------------------


def _item(thing: Thing, together: Together, places: Mapping[Key, int], zone: str, past: Past, *, is_shown: bool) -> Component:
    mine = [link for link in together.links if thing.key in (link.one, link.other)]
    rests = [rest for rest in together.rests if rest.key == thing.key]
    own = html.Span(_("this transaction"), className="pill") if thing.key == together.own else None
    head = html.H3([html.Span(type_words(thing.key[0]), className="muted"), html.Span(f" {thing.key[1]} ", dir="auto"), own])
    rows = [_said(link, thing.key, places, zone) for link in mine]
    return html.Div(
        [
            head,
            html.Div([*_transactions(thing, past), *_actions(thing, past)], className="together-acts"),
            html.Ul(rows, role="list") if rows else html.P(_("Nothing that may be seen is named together with it."), className="muted"),
            *[_rest_item(rest, past) for rest in rests],
            html.P(
                _("{events} events name it; what the newest {most} of them name is shown.", events=thing.events, most=MOST_EVENTS),
                className="muted",
            )
            if thing.events
            else None,
        ],
        className="is-shown" if is_shown else None,
        role="listitem",
        **{"data-item": str(places[thing.key])},
    )


def _transactions(thing: Thing, past: Past) -> list[Component]:
    return [
        html.Span([badge(each.status), html.A(each.title, href=links.path(each.workflow, each.transaction_id, **past))])
        for each in thing.transactions
    ]


def _actions(thing: Thing, past: Past) -> list[Component]:
    named = html.A(_("All transactions named with it"), href=links.with_object(*thing.key, **past))
    if thing.is_open:
        return [named]
    more = html.Button(
        _("Show what belongs to it"),
        id={"type": "together-open", "key": text_of(thing.key), "at": "list"},
        className="button button-quiet no-print",
        type="button",
    )
    return [more, named]


def _said(link: Link, of: Key, places: Mapping[Key, int], zone: str) -> Component:
    """With what it is linked, and by what one knows."""
    other = link.other if link.one == of else link.one
    said = told_words(link.told[0], zone) if link.told else ""
    if link.events > 1:
        said = _n("{first}, and {number} more event", "{first}, and {number} more events", link.events - 1, first=said)
    first = html.Span(f" {said}", className="muted", dir="auto") if link.told else ""
    summary = html.Summary([html.B([type_words(other[0]), " ", html.Span(other[1], dir="auto")]), first])
    counted = _("Events about the one count for the other in {workflows}.", workflows=language().listed(link.counted_by))
    rule = [html.P(counted)] if link.counted_by else []
    every = [
        html.Li(_("{event}, told by the source {source}", event=told_words(each, zone), source=each.source), dir="auto")
        for each in link.told
    ]
    return html.Li(html.Details([summary, html.Ul(every + _others(link)), *rule]), **{"data-said": _ends(link, places)})


def told_words(told: Told, zone: str) -> str:
    """Order released in ERP names both, Mon 23 Mar 2026, 14:05:12 CET."""
    slots = {"event": step_words(told.event_type, told.system), "time": times.full(told.event_ns, zone)}
    return _("{event} belongs to a trace that names both, {time}", **slots) if told.is_placed else _("{event} names both, {time}", **slots)


def _others(link: Link) -> list[Component]:
    rest = link.events - len(link.told)
    return [html.Li(_n("and {number} more event", "and {number} more events", rest), className="muted")] if rest > 0 else []


def _rest_item(rest: Rest, past: Past) -> Component:
    parts: list[Any] = []
    if rest.more:
        parts.append(
            html.A(
                _n(*counted_object(rest.object_type, AT_LEAST if rest.at_least else MORE), rest.more),
                href=links.with_object(*rest.key, **past),
            )
        )
    if rest.hidden:
        parts.append(
            html.Span(
                ("; " if parts else "") + _n(*counted_object(rest.object_type, HIDDEN), rest.hidden),
                className="muted",
            )
        )
    return html.P(parts, className="together-rests")
