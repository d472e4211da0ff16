"""How a report is laid out: its figures and tables in words, with what each opens; every form draws this and nothing else."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from app.figures import times, words
from app.instants import instant_ns
from app.reports.content import COUNT, SHARE, Content, Due, Figure, Point, Promise
from app.reports.told import NOBODY, change, promised, share, told, worths

LEFT, RIGHT = "left", "right"
Heads = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Cell:
    """Text, with the number behind it where there is one, and what it opens; `kind` is good, bad, muted or strong. `trend`: a line of weeks
    against `target` in its place."""

    text: str
    figure: Figure | None = None
    kind: str = ""
    link: str | None = None
    trend: tuple[Point, ...] = ()
    target: float | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """A part of the report. `heads`: words and the side they stand at; without rows `empty` says why."""

    name: str
    title: str
    heads: Heads
    rows: Sequence[Sequence[Cell]]
    empty: str
    notes: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Kpi:
    """One of the figures at the top."""

    label: str
    value: Cell
    note: str = ""


@dataclass(frozen=True, slots=True)
class View:
    """A whole report. `chart`: the promise that the verdict is about."""

    title: str
    subtitle: str
    state: str
    verdict: str
    because: str
    stamps: Sequence[str]
    kpis: Sequence[Kpi]
    chart: Promise | None
    tables: Sequence[Table]
    method: str = field(default="")


def view_of(content: Content) -> View:
    """The report in words."""
    return View(
        title="Weekly service level report",
        subtitle=f"Week {content.week[6:].lstrip('0')}, {content.days}. {content.place}, by the clocks of {content.zone}.",
        state=content.state,
        verdict=content.verdict,
        because=content.because,
        stamps=list(_stamps(content)),
        kpis=list(_kpis(content)),
        chart=next((each for each in content.promises if each.name == content.headline), None),
        tables=[
            _promises(content),
            _causes(content),
            _suppliers(content),
            _stock(content),
            _recovered(content),
            _risks(content),
            *_cost(content),
            _changes(content),
        ],
        method=METHOD + (f" When this was published the audit stood at {content.audit}" if content.audit else ""),
    )


METHOD = (
    "How this is counted: a week counts what began in it, from Monday to Sunday by the clocks above. Attained is good ÷ (good + bad); "
    "what is still open is in neither. Observed is the share of what was due that could be judged: below 90 % nobody can say whether a "
    "promise was kept. Shares are cut, never rounded up. Each number is as of the moment above; what is told later is another revision."
)


def _stamps(content: Content) -> Iterator[str]:
    as_of, known = instant_ns(content.as_of_time), instant_ns(content.known_time)
    yield f"As of {times.full(as_of, content.zone)}"
    if abs(known - as_of) >= 60 * 10**9:
        yield f"with what was told until {times.full(known, content.zone)}"
    if not content.is_whole:
        yield "The week is not over"


def _kpis(content: Content) -> Iterator[Kpi]:
    kept = f"{content.kept.value} of {content.decided.value}"
    missed = content.kept.value != content.decided.value
    yield Kpi("Promises kept", _number(content.kept, "bad" if missed else "good", kept if content.decided.value else NOBODY))
    yield Kpi("Transactions", _number(content.transactions), f"{told(content.observed)} observed")
    less = content.not_well_before
    yield Kpi("Late, failed or missing", _number(content.not_well), _against(content.not_well, less))
    recovered = content.recovered
    yield Kpi("To recover, median", _number(recovered.to_recover), _against(recovered.to_recover, recovered.to_recover_before))
    if content.cost:
        text = told(content.cost.total, currency=content.cost.currency)
        yield Kpi("Cost of failures", _number(content.cost.total, text=text), _against(content.cost.total, content.cost.before))


def _against(now: Figure, before: Figure) -> str:
    moved = change(now, before)
    return f"{moved} on the week before" if moved else ""


def _number(figure: Figure, kind: str = "", text: str | None = None, like: float | None = None) -> Cell:
    return Cell(text or told(figure, like), figure, kind or ("muted" if figure.value is None else ""), figure.link)


def _promises(content: Content) -> Table:
    heads: Heads = (("Promise", LEFT), ("Promised", RIGHT), ("Attained", RIGHT), ("Observed", RIGHT), (f"{_weeks(content)} weeks", LEFT))
    heads += (("Week before", RIGHT), ("Bad", RIGHT), ("Result", LEFT))
    notes = [note for each in content.promises if (note := _adjusted(each))]
    notes += [note for each in content.promises if (note := _unseen(each))]
    rows = [_promise(each) for each in content.promises]
    return Table("Promises", "Attainment against target", heads, rows, "No promise is made.", notes)


def _weeks(content: Content) -> int:
    return len(content.promises[0].trend) if content.promises else 0


def _promise(each: Promise) -> list[Cell]:
    name = f"{each.title}{f' ({each.limits})' if each.limits else ''}"
    kind = {True: "", False: "bad", None: "muted"}[each.is_kept]
    return [
        Cell(name, kind="strong"),
        Cell(promised(each.target), Figure(each.target, SHARE)),
        _number(each.attained, kind, like=each.target),
        _number(each.observed),
        Cell(_trend_words(each), trend=each.trend, target=each.target),
        _before(each),
        _number(each.bad),
        _result(each),
    ]


def _trend_words(each: Promise) -> str:
    """What the line says, for who cannot see it."""
    known = [point for point in each.trend if point.value is not None]
    if not known:
        return NOBODY
    ends = dict.fromkeys((known[0], known[-1]))
    said = " to ".join(f"{share(point.value or 0)} in {point.week}" for point in ends)
    below = sum((point.value or 0) < each.target for point in known)
    return f"{said}; below the target in {below} of {words.count(len(known), 'week')}"


def _before(each: Promise) -> Cell:
    """As it is known now; and as it was published, where that was something else."""
    now = told(each.restated, each.target)
    if each.published is None or told(each.published, each.target) == now:
        return _number(each.restated, text=now)
    return _number(each.restated, text=f"{now}, published {told(each.published, each.target)}")


def _result(each: Promise) -> Cell:
    if each.is_kept is None:
        return Cell("Nobody can say", kind="muted")
    if each.is_kept:
        return Cell("✓ Kept", kind="good")
    return Cell(f"× Missed by {max((each.target - (each.attained.value or 0)) * 100, 0.01):.2f} pt", kind="bad")


def _adjusted(each: Promise) -> str | None:
    if each.adjusted is None:
        return None
    left, are = words.count(each.excluded, "case"), "is" if each.excluded == 1 else "are"
    return f"{each.title}: {told(each.adjusted, each.target)} without {left} that {are} agreed not to count."


def _unseen(each: Promise) -> str | None:
    parts = [(each.unjudged, "cannot be judged"), (each.open, "still open"), (each.clock_faults, "with a clock fault")]
    said = [f"{told(figure)} {what}" for figure, what in parts if figure.value]
    return f"{each.title}: {', '.join(said)}; in none of the shares." if said else None


def _causes(content: Content) -> Table:
    heads = (("What", LEFT), ("Promise", LEFT), ("Bad cases", RIGHT), ("Share of the shortfall", RIGHT), ("Without it", RIGHT))
    titles = {each.name: each for each in content.promises}
    rows = [
        [
            Cell(f"{each.words}{f', {each.where}' if each.where else ''}", kind="strong"),
            Cell(titles[each.promise].title),
            _number(each.cases),
            Cell(words.percent(each.share.value) if each.share.value is not None else NOBODY, each.share, link=each.share.link),
            _number(each.without, like=titles[each.promise].target),
        ]
        for each in content.causes
    ]
    notes = ["Each cause is a share of the bad cases of its promise, and so of what it fell short by."] if rows else []
    return Table("What broke it", "What broke it", heads, rows, "No promise was missed.", notes)


def _suppliers(content: Content) -> Table:
    goal = content.suppliers_goal
    heads: Heads = (("Supplier", LEFT), ("In time", RIGHT), ("Kept", RIGHT), ("Not kept", RIGHT), ("Waiting", RIGHT), ("Median", RIGHT))
    heads += (("Week before", RIGHT),)
    rows = [
        [
            Cell(each.title, kind="strong"),
            _number(each.attained, "bad" if goal and each.attained.value is not None and each.attained.value < goal else "", like=goal),
            _number(each.good),
            _number(each.bad),
            _number(each.open),
            _number(each.p50),
            _number(each.before, like=goal),
        ]
        for each in content.suppliers
    ]
    notes = [f"Promised of all of them: {promised(goal)} of orders answered in time, in their working time."] if goal and rows else []
    return Table("Suppliers", "Suppliers", heads, rows, "No supplier was asked anything.", notes)


def _stock(content: Content) -> Table:
    heads: Heads = (("Site", LEFT), ("Accuracy", RIGHT), ("Agree", RIGHT), ("Differ", RIGHT), ("By quantity", RIGHT), ("By value", RIGHT))
    heads += (("Week before", RIGHT),)
    figures = ("attained", "good", "bad", "gross_quantity", "gross_value", "before")
    rows = [[Cell(each.title, kind="strong"), *(_number(getattr(each, name)) for name in figures)] for each in content.stock]
    said = "By quantity and by value: 1 less what differs as a share of all, never netted, at the newest snapshots of the week."
    notes = [said] if rows else []
    return Table("Inventory", "Inventory accuracy", heads, rows, "No stock was compared in this week.", notes)


def _recovered(content: Content) -> Table:
    found = content.recovered
    rows = [
        [Cell("Failures somebody had to act on", kind="strong"), _number(found.failed), _number(found.failed_before)],
        [Cell("Got through since"), _number(found.acted), Cell("")],
        [Cell("Still open"), _number(found.open, "bad" if found.open.value else ""), Cell("")],
        [Cell("Median time to recover", kind="strong"), _number(found.to_recover), _number(found.to_recover_before)],
        [Cell("Median time until it was told here"), _number(found.to_detect), Cell("")],
    ]
    heads = (("What", LEFT), ("This week", RIGHT), ("Week before", RIGHT))
    return Table("Recoveries", "Recoveries", heads, rows, "")


def _risks(content: Content) -> Table:
    found, zone, now = content.risks, content.zone, instant_ns(content.as_of_time)
    heads = (("Order", LEFT), ("Held up by", LEFT), ("Site", LEFT), ("Customer", LEFT), ("Needed", RIGHT), ("Value", RIGHT))
    rows = [
        [
            Cell(f"{words.sentence(each.kind)} {each.order}", kind="strong", link=each.link),
            Cell(each.holds),
            Cell(each.site),
            Cell(each.customer),
            Cell(times.brief(instant_ns(each.need_time), zone, now), kind="bad" if instant_ns(each.need_time) < now else "")
            if each.need_time
            else Cell("nobody says", kind="muted"),
            Cell(worths((each.worth,)), Figure(each.worth.value, COUNT)) if each.worth else Cell("nobody says", kind="muted"),
        ]
        for each in found.most
    ]
    notes = [_due(each) for each in found.dues]
    if len(rows) < (found.orders.value or 0):
        which = "most valuable" if found.most[0].worth else "needed first"
        notes.append(f"The {len(rows)} {which} of {found.orders.value:,} open orders that something holds up.")
    if found.counted < (found.orders.value or 0):
        notes.append(f"The sums are of the {found.counted:,} that are needed first.")
    return Table("Open risks", "Open risks by value and due date", heads, rows, "No open order is held up by anything.", notes)


def _due(due: Due) -> str:
    said = f"{due.when}: {words.count(int(due.orders.value or 0), 'order')}"
    return f"{said}, {worths(due.worths)}." if due.worths else f"{said}, nobody says of what value."


def _cost(content: Content) -> Iterator[Table]:
    found = content.cost
    if found is None:
        return
    names = (("Work of people", found.manual), ("Hurried orders", found.expedite), ("Stopped lines", found.line_stops))
    rows = [
        [Cell(name), _number(figure, text=told(figure, currency=found.currency)), Cell(""), Cell("")]
        for name, figure in names
        if figure.value is not None
    ]
    trend = Cell(_cost_words(found.trend, found.currency), trend=found.trend)
    total, before = (_number(each, text=told(each, currency=found.currency)) for each in (found.total, found.before))
    heads = (("What for", LEFT), ("This week", RIGHT), ("Week before", RIGHT), (f"{len(found.trend)} weeks", LEFT))
    yield Table("Cost", "What failures cost", heads, [[Cell("Together", kind="strong"), total, before, trend], *rows], "")


def _cost_words(trend: Sequence[Point], currency: str) -> str:
    known = [point.value for point in trend if point.value is not None]
    return f"from {min(known):,.0f} to {max(known):,.0f} {currency} a week" if known else NOBODY


def _changes(content: Content) -> Table:
    heads = (("Definition", LEFT), ("Before", LEFT), ("Now", LEFT))
    rows = [[Cell(each.name, kind="strong"), _definition(each.before), _definition(each.after)] for each in content.changes]
    since = f"since the report of week {content.compared}" if content.compared else ""
    empty = f"Nothing {since}." if since else "The week before has no published report to compare with."
    return Table("Definitions", f"What changed in definitions {since}".strip(), heads, rows, empty)


def _definition(text: str | None) -> Cell:
    return Cell("not there", kind="muted") if text is None else Cell(text)
