"""The board: one tile per workflow and site, with state, count, age and lag against its limit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from dash import html
from dash.development.base_component import Component

from app.components import links
from app.components.icons import icon
from app.components.status import STATUSES, Status
from app.figures import times, words
from metrics.texts import _, _later, _n

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Chosen:
    """What the page is narrowed to, as it stands in addresses."""

    period: str = "24h"
    site: str | None = None
    past: Mapping[str, Any] = field(default_factory=dict)  # the moment, where it is not now


# What a tile says when several are true: the gravest first.
GRAVEST = ("failed", "overdue", "inconsistent", "unjudged")
# One late document among a thousand is no late workflow: amber from the share on, or when the slowest twentieth is over the limit.
LATE_SHARE = 0.05
# Letters of a tile's last line that fit at the width of a laptop; the whole of it is in the title and is read aloud.
FITS = 26
ON_TIME = Status(_later("On time"), "circle-check", "ok", _later("Nothing is stuck, and what came came in time."))
NO_DATA = Status(_later("No data"), "circle-dashed", "nodata", _later("Nothing started in this period: that is neither good nor bad."))


def state_of(row: Row | None) -> tuple[str, Status]:
    """The name of a tile's state and how it is shown."""
    if row is None or not row["total"]:
        return "nodata", NO_DATA
    for name in GRAVEST:
        if row[name]:
            return name, STATUSES[name]
    return ("late", STATUSES["late"]) if is_late(row) else ("ok", ON_TIME)


def is_late(row: Row) -> bool:
    finished = row["complete"] + row["late"]
    over = row["limit_seconds"] is not None and row["lag_p95_seconds"] is not None and row["lag_p95_seconds"] > row["limit_seconds"]
    return bool(over or (finished and row["late"] / finished > LATE_SHARE))


def oldest_of(row: Row, name: str) -> int | None:
    """Since when the oldest one in that state has been in it; None for states that have no such moment."""
    ns: int | None = row[f"oldest_{name}_ns"] if name in ("failed", "overdue") else None
    return ns


def board(
    workflows: Sequence[Row],
    sites: Sequence[str | None],
    rows: Sequence[Row],
    as_of_ns: int,
    zones: Mapping[str | None, str],
    chosen: Chosen,
) -> Component:
    """A grid with a row per workflow and a column per site; None is the column of what names no site."""
    cells = {(row["workflow"], row["site"]): row for row in rows}
    heard = {row["site"] for row in rows}
    heads = [_site(site, as_of_ns, zones, site not in heard) for site in sites]
    parts: list[Component] = [html.Div(_("Workflow"), className="board-corner"), *heads]
    for workflow in workflows:
        mine = [cells.get((workflow["workflow"], site)) for site in sites]
        parts.append(_workflow(workflow, mine, chosen))
        parts += [tile(workflow, site, row, as_of_ns, chosen) for site, row in zip(sites, mine, strict=True)]
    return html.Div(html.Div(parts, className="board", style={"--sites": len(sites)}), className="scroll")


def _site(site: str | None, as_of_ns: int, zones: Mapping[str | None, str], is_silent: bool) -> Component:
    zone = zones.get(site) or zones[None]
    clock = times.local(as_of_ns, zone)
    here = f"{clock:%H:%M} {times.zone_word(as_of_ns, zone)}"
    return html.Div([name_of(site), html.Span(_("nothing has come yet") if is_silent else here)], className="board-site")


def name_of(site: str | None) -> str:
    """A site's name as people write it."""
    return _("No site named") if site is None else site[:1].upper() + site[1:]


def _workflow(workflow: Row, mine: Sequence[Row | None], chosen: Chosen) -> Component:
    limited = next((row for row in mine if row is not None and row["limit_seconds"] is not None), None)
    address = links.transactions(workflow=workflow["workflow"], site=chosen.site, period=chosen.period, **chosen.past)
    return html.Div([html.A(workflow["title"], href=address), html.Span(_promise(workflow, limited))], className="board-workflow")


def _promise(workflow: Row, limited: Row | None) -> str:
    """Delivery picked in WMS within 8 h"""
    step = next((step for step in workflow["steps"] if limited and step["milestone"] == limited["limit_milestone"]), None)
    if limited is None or step is None:
        return _("no deadline seen yet")
    return _(
        "{event} in {system} within {duration}",
        event=words.event_words(step["event_type"]),
        system=words.system_word(step["system"]),
        duration=words.duration(limited["limit_seconds"]),
    )


def tile(workflow: Row, site: str | None, row: Row | None, as_of_ns: int, chosen: Chosen) -> Component:
    """A link to the transactions it counts: to the stuck ones when there are any."""
    name, status = state_of(row)
    said = f"{workflow['title']}, {name_of(site)}: {status.word}"
    if row is None:
        return html.Div([_place(site), _top(status, "")], className="tile kind-nodata", title=f"{said}. {status.meaning}")
    (figure, unit), count, (counts, lags) = _figure(name, row, as_of_ns), _count(name, row), _details(name, row)
    detail = ", ".join([*counts, *lags]) or _("no lag measured yet")
    attributes = {"aria-label": f"{said}, {count}, {unit} {figure}, {detail}", "data-key": f"{workflow['workflow']} {site}"}
    shown_figure = html.Span([figure, html.Small(unit)], className="tile-figure")
    parts = [_place(site), _top(status, count), shown_figure, html.Span(_fitting(counts, lags), className="tile-detail"), _bar(row)]
    address = links.transactions(workflow=workflow["workflow"], site=site, **_counted(name, row, chosen.period), **chosen.past)
    return html.A(parts, className=f"tile kind-{status.kind}", href=address, title=f"{status.meaning} {detail}", **attributes)


def _counted(name: str, row: Row, period: str) -> dict[str, str]:
    """The filters that find what the tile counts: what is open has no age, what is over is of the period, inconsistent is both."""
    is_of_period = name in ("ok", "late", "inconsistent")
    both = {"state": "open_or_new"} if name == "inconsistent" and row["inconsistent"] != row["inconsistent_started"] else {}
    return {**({"status": name} if name in STATUSES else {}), **both, **({"period": period} if is_of_period else {})}


def _place(site: str | None) -> Component:
    """Shown where columns have no room for heads: on phones."""
    return html.Span(name_of(site), className="tile-site", **{"aria-hidden": "true"})


def _top(status: Status, count: str) -> Component:
    return html.Span([icon(status.icon), status.word, html.Span(count, className="tile-count")], className="tile-top")


def _count(name: str, row: Row) -> str:
    """How many are in the state shown, late ones of how many it is judged on; other problems beside it are in the detail."""
    if name == "late":
        return _("{late} of {all}", late=row["late"], all=row["complete"] + row["late"])
    return words.number(row[name]) if name in STATUSES else words.number(row["started"])


def _figure(name: str, row: Row, as_of_ns: int) -> tuple[str, str]:
    """The one figure of a tile, and what it is."""
    if (since := oldest_of(row, name)) is not None:
        return words.span_of(since, as_of_ns), _("oldest")
    if row["lag_p95_seconds"] is not None:
        return lag(row["lag_p95_seconds"]), "p95"
    return words.number(row["in_progress"] + row["retrying"]), _("under way")


def lag(seconds: float) -> str:
    """Finer than other durations, because limits are a few minutes: 1 min 51 s."""
    if not 60 <= seconds < 600:
        return words.duration(seconds)
    minutes, left = divmod(round(seconds), 60)
    return _("{minutes} min {seconds} s", minutes=minutes, seconds=f"{left:02d}") if left else _("{minutes} min", minutes=minutes)


def _details(name: str, row: Row) -> tuple[list[str], list[str]]:
    """The other counts, and the lags that the figure does not say."""
    counts = [f"{words.number(row[each])} {STATUSES[each].inside}" for each in (*GRAVEST, "late", "retrying") if row[each] and each != name]
    faults = [_n("{number} clock fault", "{number} clock faults", row["clock_faults"])] if row["clock_faults"] else []
    if row["lag_p50_seconds"] is None:
        return counts, faults
    p50, p95 = f"p50 {lag(row['lag_p50_seconds'])}", f"p95 {lag(row['lag_p95_seconds'])}"
    return counts, [p50, *([p95] if name in ("failed", "overdue") else []), *faults]


def _fitting(counts: Sequence[str], lags: Sequence[str]) -> str:
    """As much of the details as one line holds; counts that are left out leave an ellipsis."""
    shown: list[str] = []
    for part in (*counts, *lags):
        if shown and len(", ".join([*shown, part])) > FITS:
            break
        shown.append(part)
    return ", ".join([*shown, "…"] if len(shown) < len(counts) else shown) or _("no lag measured yet")


def _bar(row: Row) -> Component:
    """The slowest twentieth's lag against the limit."""
    if not row["limit_seconds"] or row["lag_p95_seconds"] is None:
        return html.Span(className="tile-bar tile-bar-none", **{"aria-hidden": "true"})
    share = min(1.0, row["lag_p95_seconds"] / row["limit_seconds"])
    return html.Span(html.Span(style={"width": f"{share:.0%}"}), className="tile-bar", **{"aria-hidden": "true"})


def explained(period: str) -> str:
    """What the numbers of the tiles count; `period` in words."""
    return _(
        "On time counts what started in the last {period}, late how many of the decided ones came late; the "
        "other states count what is open, however old. p50 and p95: of what was asked for in the last "
        "{period} and has come, half, and 95 of 100, took no longer than this; the bar is p95 against the "
        "deadline.",
        period=period,
    )


def legend() -> Component:
    shown = [ON_TIME, *(STATUSES[name] for name in ("late", "overdue", "failed", "inconsistent", "unjudged")), NO_DATA]
    return html.Div(
        [html.Span([html.I(className=f"kind-{status.kind}"), status.word], title=status.meaning) for status in shown], className="legend"
    )
