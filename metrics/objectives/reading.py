"""Objectives out of OpenSLO files: what refers to what, what is promised of which metric, and everything that is wrong with it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from metrics.catalog import Metric
from metrics.keys import Key, Place, Problem, choice, read_keys, shown, text, unknown
from metrics.objectives import openslo
from metrics.objectives.model import MINIMUM_VOLUME, PAGE, USUAL_WINDOW, Objective, Slices, Tier, can_ring, usual_tiers
from metrics.objectives.openslo import KINDS, META, SPECS, VERSION
from metrics.objectives.windows import Duration, Window, of_minutes

SHORT_SHARE = 12  # the long window is so many times the short one, as in all the usual tiers


@dataclass(frozen=True, slots=True)
class Known:
    """What objectives may name."""

    metrics: tuple[Metric, ...]
    workflows: tuple[str, ...]
    sites: tuple[str, ...]

    def metric(self, name: str) -> Metric | None:
        return next((metric for metric in self.metrics if metric.name == name), None)


@dataclass(frozen=True, slots=True)
class Thing:
    """One object of a file, read: its place there, its name, its spec (None when something in it is wrong)."""

    file: int
    place: Place
    kind: str
    metadata: dict[str, Any]
    spec: dict[str, Any] | None

    @property
    def name(self) -> str:
        return str(self.metadata["name"])


Said = Iterator[tuple[Place, str]]  # where, and the sentence


def read_objectives(files: Sequence[Sequence[Any]], known: Known) -> tuple[tuple[Objective, ...], list[list[Problem]]]:
    """The objectives of all files, each a list of YAML documents, and the problems of each. Places begin with the document's number."""
    problems: list[list[Problem]] = [[] for _ in files]
    things: dict[tuple[str, str], Thing] = {}
    for number, documents in enumerate(files):
        for place, value in enumerate(documents):
            thing = _thing(value, number, (place,), problems[number])
            if thing and (first := things.setdefault((thing.kind, thing.name), thing)) is not thing:
                problems[number].append(Problem((place, "metadata", "name"), _twice(thing, first)))
    made = []
    for thing in things.values():
        found = _Resolver(things, known, thing)
        made += found.objectives() if thing.kind == "SLO" else found.checked()
        problems[thing.file] += found.problems
    return tuple(made), problems


def _twice(thing: Thing, first: Thing) -> str:
    where = "of this file" if thing.file == first.file else "of another file"
    return f"an {thing.kind} called '{thing.name}' is document {int(first.place[0]) + 1} {where} already; rename one of them."


HEAD = (
    Key("apiVersion", choice([VERSION]), VERSION, "The version of OpenSLO.", required=True),
    Key("kind", text, "kind", f"One of {', '.join(KINDS)}.", required=True),
    META,
    Key("spec", lambda value, place, problems: value, "mapping", "What it says.", required=True),
)


def _thing(value: Any, file: int, place: Place, problems: list[Problem]) -> Thing | None:
    if value is None:  # nothing between two `---`
        return None
    found = read_keys(value, HEAD, place, problems)
    kind = found["kind"]
    if kind == "DataSource":
        problems.append(
            Problem((*place, "kind"), f"{openslo.NOT_HERE}: Syncline counts by itself. Leave it out. Read: {', '.join(KINDS)}.")
        )
    elif kind is not None and kind not in SPECS:
        problems.append(Problem((*place, "kind"), unknown("kind", kind, KINDS)))
    if kind not in SPECS or found["metadata"] is None or found["spec"] is None:
        return None
    return Thing(file, place, kind, found["metadata"], openslo.entry(found["spec"], SPECS[kind], (*place, "spec"), problems))


class _Resolver:
    """Follows the names that one object mentions, and makes its objectives."""

    def __init__(self, things: Mapping[tuple[str, str], Thing], known: Known, thing: Thing) -> None:
        self.things, self.known, self.thing = things, known, thing
        self.problems: list[Problem] = []

    def checked(self) -> list[Objective]:
        """Of what is no SLO: only whether what it mentions is there."""
        if self.thing.spec is not None and self.thing.kind == "AlertPolicy":
            self._tier(self.thing.spec, (*self.thing.place, "spec"), self.thing.name)
        if self.thing.spec is not None and self.thing.kind == "SLI":
            self._indicator_of(self.thing.spec, (*self.thing.place, "spec"))
        return []

    def objectives(self) -> list[Objective]:
        spec, place = self.thing.spec, (*self.thing.place, "spec")
        if spec is None:
            return []
        indicator, window, tiers = self._indicator(spec, place), self._window(spec, place), self._tiers(spec, place)
        several = len(spec["objectives"]) > 1
        if not spec["objectives"]:
            self._wrong((*place, "objectives"), "is empty; an SLO promises something.")
        made = []
        for number, said in enumerate(spec["objectives"]):
            at = (*place, "objectives", number)
            target, slices = self._target(said, at), self._slices(said, spec["budgetingMethod"], window, at)
            if indicator:
                self._compare(said, indicator, several, at)
            if target is not None and indicator and window:
                made.append(self._made(said, number if several else None, (indicator, target, window, slices, tiers), place))
        return [] if self.problems else made

    def _wrong(self, place: Place, sentence: str) -> None:
        self.problems.append(Problem(place, sentence))

    def _made(self, said: Mapping[str, Any], number: int | None, parts: tuple[Any, ...], place: Place) -> Objective:
        indicator, target, window, slices, tiers = parts
        metadata, spec = self.thing.metadata, self.thing.spec or {}
        title = metadata["displayName"] or self.thing.name
        if said["displayName"]:
            title = f"{title}: {said['displayName']}" if number is not None else title
        usual, never = usual_tiers(window, target) if tiers is None else (tiers, ())
        self._check_tiers(usual, target, window, place)
        return Objective(
            name=self.thing.name if number is None else f"{self.thing.name}.{number + 1}",
            title=title,
            metric=indicator["metric"],
            target=target,
            window=window,
            site=indicator["site"],
            workflow=indicator["workflow"],
            partner=indicator["partner"],
            slices=slices,
            tiers=usual,
            never=never,
            minimum_volume=int((metadata["annotations"] or {}).get(openslo.MINIMUM_VOLUME, MINIMUM_VOLUME)),
            description=spec["description"],
            service=spec["service"],
        )

    # -- what is counted ---------------------------------------------------------------------------------------------------

    def _indicator(self, spec: Mapping[str, Any], place: Place) -> dict[str, Any] | None:
        here, reference = spec["indicator"], spec["indicatorRef"]
        if (here is None) == (reference is None):
            self._wrong(place, "must have either `indicator` or `indicatorRef`.")
            return None
        if here is not None:
            return self._indicator_of(here["spec"], (*place, "indicator", "spec"))
        found = self._referred("SLI", reference, (*place, "indicatorRef"))
        return _indicator(found.spec) if found and found.spec and not list(_indicator_problems(found.spec, self.known)) else None

    def _indicator_of(self, spec: Mapping[str, Any], place: Place) -> dict[str, Any] | None:
        before = len(self.problems)
        for at, sentence in _indicator_problems(spec, self.known):
            self._wrong((*place, *at), sentence)
        return _indicator(spec) if len(self.problems) == before else None

    def _compare(self, said: Mapping[str, Any], indicator: Mapping[str, Any], several: bool, place: Place) -> None:
        """What a thresholdMetric is compared with is the metric's own target: late is late on every page."""
        metric = self.known.metric(indicator["metric"])
        if not indicator["is_threshold"] or metric is None:
            for key in ("op", "value"):
                if said[key] is not None:
                    self._wrong((*place, key), "belongs to a thresholdMetric, and the indicator is a ratioMetric.")
            return
        if several:
            self._wrong(place, "with a thresholdMetric there is one objective only.")
        seconds = metric.target_seconds
        if seconds is None:
            self._wrong(place, f"'{metric.name}' {_no_seconds(metric)}. Write a ratioMetric, which needs no `op` and no `value`.")
        elif said["op"] != "lte" or said["value"] != seconds:
            found = f"(found {said['op'] or 'no op'}, {shown(None if said['value'] is None else float(said['value']))})"
            self._wrong(
                (*place, "value"),
                f"must be `op: lte` and `value: {seconds}`, the seconds within which '{metric.name}' is in time everywhere {found}. "
                "For another limit set its target under `metrics`, or make a metric of your own there.",
            )

    # -- how much, over which time -----------------------------------------------------------------------------------------

    def _target(self, said: Mapping[str, Any], place: Place) -> Fraction | None:
        share, percent = said["target"], said["targetPercent"]
        if (share is None) == (percent is None):
            self._wrong(place, "must have either `target` or `targetPercent`.")
            return None
        return share if percent is None else percent / 100

    def _window(self, spec: Mapping[str, Any], place: Place) -> Window | None:
        if not spec["timeWindow"]:
            return USUAL_WINDOW
        at = (*place, "timeWindow")
        if len(spec["timeWindow"]) > 1:
            self._wrong(at, f"must have exactly one entry (found {len(spec['timeWindow'])}).")
            return None
        said, at = spec["timeWindow"][0], (*at, 0)
        duration: Duration = said["duration"]
        calendar, is_rolling = said["calendar"], said["isRolling"]
        if calendar and is_rolling:
            self._wrong((*at, "isRolling"), "contradicts `calendar`: a window is rolling or follows a calendar.")
        elif calendar:
            return Window(duration, calendar["startTime"], calendar["timeZone"])
        elif not is_rolling:
            self._wrong(at, "must have `isRolling: true`, or a `calendar` that says when its periods begin.")
        elif duration.is_calendar:
            self._wrong(
                (*at, "duration"), f"'{duration}' differs in length, so it cannot roll. Write it in m, h, d or w, or give it a `calendar`."
            )
        else:
            return Window(duration)
        return None

    def _slices(self, said: Mapping[str, Any], method: str, window: Window | None, place: Place) -> Slices | None:
        asked = {key: said[key] for key in ("timeSliceTarget", "timeSliceWindow")}
        for key, value in asked.items():
            if method == "Timeslices" and value is None:
                self._wrong((*place, key), "is missing; Timeslices need it.")
            if method != "Timeslices" and value is not None:
                self._wrong((*place, key), "belongs to Timeslices, and the budgetingMethod is Occurrences.")
        if method != "Timeslices" or None in asked.values():
            return None
        minutes = said["timeSliceWindow"]
        if window and (minutes > window.duration.minutes or (window.is_rolling and window.duration.minutes % minutes)):
            sentence = f"must fit into the window of {window.duration} a whole number of times (found {of_minutes(minutes)})."
            self._wrong((*place, "timeSliceWindow"), sentence)
        return Slices(minutes, said["timeSliceTarget"])

    # -- when it rings -----------------------------------------------------------------------------------------------------

    def _tiers(self, spec: Mapping[str, Any], place: Place) -> tuple[Tier, ...] | None:
        """What the policies ask for; None where there are none, and the usual ones hold."""
        if spec["alertPolicies"] is None:
            return None
        found = []
        for number, policy in enumerate(spec["alertPolicies"]):
            at = (*place, "alertPolicies", number)
            if policy["alertPolicyRef"] is None:
                name = (policy["metadata"] or {}).get("name") or f"policy {number + 1}"
                found.append(self._tier(policy["spec"], (*at, "spec"), name))
            elif thing := self._referred("AlertPolicy", policy["alertPolicyRef"], (*at, "alertPolicyRef")):
                quiet = _Resolver(self.things, self.known, thing)  # what is wrong in there is told there
                found.append(quiet._tier(thing.spec, (), thing.name) if thing.spec else None)
        return tuple(tier for tier in found if tier)

    def _tier(self, spec: Mapping[str, Any], place: Place, name: str) -> Tier | None:
        condition = self._condition(spec["conditions"], (*place, "conditions"))
        targets = self._targets(spec["notificationTargets"], (*place, "notificationTargets"))
        if condition is None or not spec["alertWhenBreaching"]:
            return None
        said, long = condition["condition"], condition["condition"]["lookbackWindow"]
        short = said["alertAfter"] or max(1, round(Fraction(long, SHORT_SHARE)))
        if short > long:
            self._wrong(place, f"`alertAfter` ({of_minutes(short)}) must not be longer than `lookbackWindow` ({of_minutes(long)}).")
            return None
        return Tier(said["threshold"], long, short, condition["severity"] or PAGE, name, said["op"] == "gt", targets)

    def _condition(self, conditions: Sequence[Mapping[str, Any]], place: Place) -> dict[str, Any] | None:
        if len(conditions) != 1:
            self._wrong(place, f"must have exactly one entry (found {len(conditions)}).")
            return None
        said = conditions[0]
        if said["conditionRef"] is None:
            return dict(said["spec"])
        found = self._referred("AlertCondition", said["conditionRef"], (*place, 0, "conditionRef"))
        return found.spec if found else None

    def _targets(self, targets: Sequence[Mapping[str, Any]], place: Place) -> tuple[str, ...]:
        found = []
        for number, said in enumerate(targets):
            if said["targetRef"] is None:
                found.append(str(said["spec"]["target"]))
            elif self._referred("AlertNotificationTarget", said["targetRef"], (*place, number, "targetRef")):
                found.append(said["targetRef"])
        return tuple(found)

    def _check_tiers(self, tiers: Iterable[Tier], target: Fraction, window: Window, place: Place) -> None:
        for tier in tiers:
            if not can_ring(tier, target):
                self._wrong((*place, "alertPolicies"), never_rings(tier, target))
            if tier.long > window.duration.minutes:
                words = f"looks back {of_minutes(tier.long)}, further than the window of {window.duration}; look back less."
                self._wrong((*place, "alertPolicies"), f"'{tier.name}' {words}")

    def _referred(self, kind: str, name: str, place: Place) -> Thing | None:
        found = self.things.get((kind, name))
        if found is None:
            self._wrong(place, unknown(kind, name, [known for of_kind, known in self.things if of_kind == kind]))
        return found


def never_rings(tier: Tier, target: Fraction) -> str:
    """The sentence for an alert that nothing could ring, with the sum done."""
    most, threshold = float(1 / (1 - target)), float(tier.threshold)
    # Below this target a threshold is never reached: threshold = 1 ÷ (1 − target).
    least = float(1 - 1 / tier.threshold) * 100
    return (
        f"'{tier.name}' asks for a burn rate of {threshold:g}, which is never reached: with a target of {float(target) * 100:g} % the "
        f"budget is {float(1 - target) * 100:g} % of the cases, so when every case is bad it burns 1 ÷ {float(1 - target):g} = {most:.4g} "
        f"times as fast as allowed. Ask for less than {most:.4g}, or promise more than {least:.4g} %."
    )


def _no_seconds(metric: Metric) -> str:
    return "is in time by working time, which no number of seconds says" if metric.target_days is not None else "has no durations"


def _indicator(spec: Mapping[str, Any]) -> dict[str, Any]:
    said = spec["thresholdMetric"] or spec["ratioMetric"]["total"]
    return {**said["metricSource"]["spec"], "is_threshold": spec["thresholdMetric"] is not None}


def _indicator_problems(spec: Mapping[str, Any], known: Known) -> Said:
    ratio, threshold = spec["ratioMetric"], spec["thresholdMetric"]
    if (ratio is None) == (threshold is None):
        yield (), "must have either `ratioMetric` or `thresholdMetric`."
    elif threshold is not None:
        yield from _source_problems(threshold, ("thresholdMetric",), known)
    else:
        yield from _ratio_problems(ratio, known)


def _ratio_problems(ratio: Mapping[str, Any], known: Known) -> Said:
    part = "good" if ratio["good"] is not None else "bad"
    if (ratio["good"] is None) == (ratio["bad"] is None) or ratio["total"] is None:
        yield ("ratioMetric",), "must have `total`, and either `good` or `bad`."
        return
    yield from _source_problems(ratio["total"], ("ratioMetric", "total"), known)
    if ratio[part] != ratio["total"]:
        at = ("ratioMetric", part, "metricSource", "spec")
        yield at, f"must be the same as that of `total`: Syncline knows which cases of a metric are {part}."


def _source_problems(metric: Mapping[str, Any], place: Place, known: Known) -> Said:
    at, said = (*place, "metricSource", "spec"), metric["metricSource"]["spec"]
    card = known.metric(said["metric"])
    if card is None:
        yield (*at, "metric"), unknown("metric", said["metric"], [metric.name for metric in known.metrics])
    if said["workflow"] is not None and said["workflow"] not in known.workflows:
        yield (*at, "workflow"), unknown("workflow", said["workflow"], known.workflows)
    elif card and card.workflow and said["workflow"] not in (None, card.workflow):
        yield (*at, "workflow"), f"'{card.name}' looks at '{card.workflow}' alone, so of '{said['workflow']}' there is nothing to count."
    if said["site"] is not None and known.sites and said["site"] not in known.sites:
        yield (*at, "site"), unknown("site", said["site"], known.sites)
