"""What may stand in an OpenSLO v1 file: every key of the kinds that are read, and why what is valid elsewhere is refused here."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime
from fractions import Fraction
from typing import Any
from zoneinfo import available_timezones

from metrics.keys import Key, Place, Problem, Read, choice, flag, list_of, mapping_of, nearest, read_keys, record_of, shown, text, unknown
from metrics.objectives.windows import Duration, duration_of

VERSION = "openslo/v1"
TYPE = "syncline"  # of a metricSource
KINDS = ("SLO", "SLI", "AlertPolicy", "AlertCondition", "AlertNotificationTarget", "Service")
METHODS = ("Occurrences", "Timeslices")
OWN = "syncline/"  # annotations that begin so are ours
MINIMUM_VOLUME = f"{OWN}minimum-volume"
DESCRIPTION_LENGTH = 1050
NAME = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
START = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}([ T][0-9]{2}:[0-9]{2}(:00)?)?")
NOT_HERE = "is valid OpenSLO, but not supported here"


def refused(sentence: str) -> Read:
    """For what others may write: says what is written here instead."""

    def read(value: Any, place: Place, problems: list[Problem]) -> None:
        problems.append(Problem(place, f"{NOT_HERE}: {sentence}"))

    return read


def object_name(value: Any, place: Place, problems: list[Problem]) -> str | None:
    """The name of an object of OpenSLO, as RFC 1123 has it."""
    if isinstance(value, str | int) and not isinstance(value, bool) and NAME.fullmatch(str(value)):
        return str(value)
    problems.append(
        Problem(place, f"must be a name of at most 63 lower-case letters, digits and '-', such as order-release (found {shown(value)}).")
    )
    return None


def description(value: Any, place: Place, problems: list[Problem]) -> str | None:
    found = text(value, place, problems)
    if found and len(found) > DESCRIPTION_LENGTH:
        problems.append(Problem(place, f"must have at most {DESCRIPTION_LENGTH} characters (found {len(found):,})."))
        return None
    return found


def number(low: Fraction | int, high: Fraction | int | None, words: str, hint: str = "") -> Read:
    """An exact number from `low` to below `high`; `words` say so."""

    def read(value: Any, place: Place, problems: list[Problem]) -> Fraction | None:
        if isinstance(value, int | float) and not isinstance(value, bool):
            found = Fraction(str(value))
            if found >= low and (high is None or found < high):
                return found
        problems.append(Problem(place, f"must be {words} (found {shown(value)}).{hint_for(value, hint)}"))
        return None

    return read


def hint_for(value: Any, hint: str) -> str:
    is_percent = isinstance(value, int | float) and not isinstance(value, bool) and 1 <= value < 100
    return hint.format(value, Fraction(str(value)) / 100 + 0.0) if hint and is_percent else ""


def above_zero(value: Any, place: Place, problems: list[Problem]) -> Fraction | None:
    found = number(0, None, "a number above 0")(value, place, problems)
    if found == 0:
        problems.append(Problem(place, "must be a number above 0 (found 0)."))
    return found or None


def slice_share(value: Any, place: Place, problems: list[Problem]) -> Fraction | None:
    if isinstance(value, int | float) and not isinstance(value, bool) and 0 < value <= 1:
        return Fraction(str(value))
    problems.append(Problem(place, f"must be a share above 0 and at most 1, such as 0.95 (found {shown(value)})."))
    return None


def length(value: Any, place: Place, problems: list[Problem]) -> Duration | None:
    found = duration_of(value) if isinstance(value, str) else None
    if found is None:
        words = "a duration of whole minutes: a whole number and one of s, m, h, d, w, M (months), Q (quarters), Y (years), such as 28d"
        problems.append(Problem(place, f"must be {words} (found {shown(value)})."))
    return found


def fixed_minutes(value: Any, place: Place, problems: list[Problem]) -> int | None:
    """A duration that is equally long at all times."""
    before = len(problems)
    found = length(value, place, problems)
    if found and found.is_calendar:
        problems.append(Problem(place, f"must be written in m, h, d or w: months, quarters and years differ in length (found '{value}')."))
    return found.minutes if found and len(problems) == before else None


def after_minutes(value: Any, place: Place, problems: list[Problem]) -> int | None:
    return 0 if value in ("0m", "0s", "0h", "0d", 0) else fixed_minutes(value, place, problems)


def slice_minutes(value: Any, place: Place, problems: list[Problem]) -> int | None:
    """A bare number counts minutes."""
    if isinstance(value, int) and not isinstance(value, bool) and value > 0:
        return value
    return fixed_minutes(value, place, problems)


def start_time(value: Any, place: Place, problems: list[Problem]) -> datetime | None:
    if isinstance(value, str) and START.fullmatch(value):
        try:
            return datetime.fromisoformat(value)
        except ValueError:
            pass
    problems.append(Problem(place, f"must be a local date and time at a whole minute, such as 2026-01-01 06:00:00 (found {shown(value)})."))
    return None


def time_zone(value: Any, place: Place, problems: list[Problem]) -> str | None:
    zones = available_timezones()
    if value in zones:
        return str(value)
    near = f" Did you mean '{close[0]}'?" if (close := nearest(value, sorted(zones))) else ""
    problems.append(Problem(place, f"no time zone is called {shown(value)}.{near}"))
    return None


def own_annotations(value: Any, place: Place, problems: list[Problem]) -> dict[str, str] | None:
    """Anybody's; of ours only those that there are."""
    found = mapping_of(text, "annotations")(value, place, problems)
    for key in found or {}:
        if key.startswith(OWN) and key != MINIMUM_VOLUME:
            problems.append(Problem((*place, key), unknown("annotation of Syncline", key, [MINIMUM_VOLUME])))
    volume = (found or {}).get(MINIMUM_VOLUME)
    if volume is not None and not re.fullmatch("[1-9][0-9]{0,8}", volume):
        problems.append(Problem((*place, MINIMUM_VOLUME), f"must be a whole number above 0 (found {shown(volume)})."))
    return found


def labels(value: Any, place: Place, problems: list[Problem]) -> dict[str, Any] | None:
    if isinstance(value, dict):
        return value
    problems.append(Problem(place, f"must be a mapping (found {shown(value)})."))
    return None


def entry(value: Any, keys: Iterable[Key], place: Place, problems: list[Problem]) -> dict[str, Any] | None:
    """Everything an object says, or None when some of it is wrong."""
    before = len(problems)
    found = read_keys(value, keys, place, problems)
    return found if len(problems) == before else None


METADATA = (
    Key("name", object_name, "name", "The name of the object, unique among those of its kind.", required=True),
    Key("displayName", text, "text", "What it is called on the screen."),
    Key("labels", labels, "mapping", "Kept for others."),
    Key("annotations", own_annotations, "mapping", f"Of ours there is `{MINIMUM_VOLUME}`."),
)
META = Key("metadata", record_of(METADATA, dict), "mapping", "Its name, and what it is called.", required=True)
WHAT = (
    Key("metric", text, "metric", "One of Syncline's metrics, such as order_release_latency.", required=True),
    Key("site", text, "site", "Only what belongs to this site."),
    Key("workflow", text, "workflow", "Only transactions of this workflow."),
    Key("partner", text, "name", "Only what this supplier or carrier takes part in."),
)
SOURCE = (
    Key("type", choice([TYPE]), TYPE, "Where the figures come from: `syncline`.", required=True),
    Key("metricSourceRef", refused(f"Syncline counts by itself. Write `type: {TYPE}`."), "name", "Not supported."),
    Key("spec", record_of(WHAT, dict), "mapping", "Which metric, and of whom.", required=True),
)
METRIC = record_of((Key("metricSource", record_of(SOURCE, dict), "mapping", "Where it comes from.", required=True),), dict)
RAW = refused("a ratio is counted from whole cases. Write `good` (or `bad`) and `total`.")
RATIO = (
    Key("counter", flag, "true or false", "Changes nothing: cases are counted."),
    Key("good", METRIC, "mapping", "The good ones; or `bad`."),
    Key("bad", METRIC, "mapping", "The bad ones; or `good`."),
    Key("total", METRIC, "mapping", "All of them; the same metric."),
    Key("raw", RAW, "mapping", "Not supported."),
    Key("rawType", RAW, "word", "Not supported."),
)
INDICATOR = (
    Key("description", description, "text", "What it shows."),
    Key("ratioMetric", record_of(RATIO, dict), "mapping", "The share of a metric's cases that is good."),
    Key("thresholdMetric", METRIC, "mapping", "A metric of durations, compared with `value`."),
)
INLINE = (
    Key("apiVersion", choice([VERSION]), VERSION, "May be left out."),
    Key("kind", choice(KINDS), "kind", "May be left out."),
)
INDICATOR_HERE = (
    *INLINE,
    Key("metadata", record_of(METADATA, dict), "mapping", "Its name."),
    Key("spec", record_of(INDICATOR, dict), "mapping", "What it counts.", required=True),
)
CALENDAR = (
    Key("startTime", start_time, "local time", "When the first period begins.", required=True),
    Key("timeZone", time_zone, "time zone", "Whose clocks.", required=True),
)
WINDOW = (
    Key("duration", length, "duration", "How long it is.", required=True),
    Key("isRolling", flag, "true or false", "true: it ends now; false: it follows `calendar`."),
    Key("calendar", record_of(CALENDAR, dict), "mapping", "When its periods begin."),
)
COMPOSITE = refused("an objective has one metric. Write an SLO for each.")
SHARE_HINT = " For {0:g} % write {1:g}."
OBJECTIVE = (
    Key("displayName", text, "text", "What it is called on the screen."),
    Key("target", number(0, 1, "a share from 0 to below 1, such as 0.995", SHARE_HINT), "share", "What is promised; or `targetPercent`."),
    Key("targetPercent", number(0, 100, "a percentage from 0 to below 100, such as 99.5"), "percentage", "What is promised; or `target`."),
    Key("op", choice(["lte", "lt", "gte", "gt"]), "word", "Of a thresholdMetric: `lte`."),
    Key("value", above_zero, "seconds", "Of a thresholdMetric: the metric's own target."),
    Key("timeSliceTarget", slice_share, "share", "The share from which on a slice is good."),
    Key("timeSliceWindow", slice_minutes, "duration", "How long a slice is; a bare number counts minutes."),
    Key("indicator", COMPOSITE, "mapping", "Not supported."),
    Key("indicatorRef", COMPOSITE, "name", "Not supported."),
    Key("compositeWeight", COMPOSITE, "number", "Not supported."),
)


def _method(value: Any, place: Place, problems: list[Problem]) -> str | None:
    if value == "RatioTimeslices":
        return refused(
            "an average of ratios hides how much was bad in busy slices. Write Occurrences, which counts cases, or Timeslices: they count "
            "time."
        )(value, place, problems)
    return choice(METHODS)(value, place, problems)


LATER = refused(
    "an alert is there while it rings and gone afterwards, and no data is a state of the objective. Leave it out, or write false."
)


def _never(value: Any, place: Place, problems: list[Problem]) -> bool | None:
    return flag(value, place, problems) if value is not True else LATER(value, place, problems)


def _kind_of_condition(value: Any, place: Place, problems: list[Problem]) -> str | None:
    return choice(["burnrate"])(value, place, problems)


def _operator(value: Any, place: Place, problems: list[Problem]) -> str | None:
    if value in ("lte", "lt"):
        return refused("it would ring while the budget burns slowly. Write gte (as fast as the threshold, or faster) or gt.")(
            value, place, problems
        )
    return choice(["gte", "gt"])(value, place, problems)


CONDITION = (
    Key("kind", _kind_of_condition, "burnrate", "The only kind.", default="burnrate"),
    Key("op", _operator, "word", "gte or gt.", required=True),
    Key("threshold", above_zero, "number", "How many times as fast as allowed the budget burns.", required=True),
    Key("lookbackWindow", fixed_minutes, "duration", "The long window.", required=True),
    Key("alertAfter", after_minutes, "duration", "The short window. Absent: a twelfth of the long one.", default=0),
)
CONDITION_SPEC = (
    Key("description", description, "text", "What it means."),
    Key("severity", text, "word", "page, ticket, or a word of your own.", required=True),
    Key("condition", record_of(CONDITION, dict), "mapping", "When it rings.", required=True),
)
TARGET_SPEC = (
    Key("target", text, "text", "How they are told.", required=True),
    Key("description", description, "text", "Who they are."),
)


def _inline(reference: str, spec: tuple[Key, ...]) -> Read:
    """An entry that names an object of a file, or is one."""
    keys = (
        Key(reference, object_name, "name", "The name of an object."),
        *INLINE,
        Key("metadata", record_of(METADATA, dict), "mapping", "Its name."),
        Key("spec", record_of(spec, dict), "mapping", "What it says."),
    )

    def read(value: Any, place: Place, problems: list[Problem]) -> dict[str, Any] | None:
        found = entry(value, keys, place, problems)
        if found and (found[reference] is None) == (found["spec"] is None):
            problems.append(Problem(place, f"must have either `{reference}` or `spec`."))
            return None
        return found

    return read


POLICY_SPEC = (
    Key("description", description, "text", "What it means."),
    Key("alertWhenBreaching", flag, "true or false", "false: never rings.", default=True),
    Key("alertWhenResolved", _never, "false", "true is not supported."),
    Key("alertWhenNoData", _never, "false", "true is not supported."),
    Key("conditions", list_of(_inline("conditionRef", CONDITION_SPEC), "conditions"), "list", "Exactly one.", required=True),
    Key("notificationTargets", list_of(_inline("targetRef", TARGET_SPEC), "targets"), "list", "Who is told.", default=()),
)
SLO_SPEC = (
    Key("description", description, "text", "What is promised, and to whom."),
    Key("service", text, "name", "What it is about; kept for others."),
    Key("indicator", record_of(INDICATOR_HERE, dict), "mapping", "What is counted; or `indicatorRef`."),
    Key("indicatorRef", object_name, "name", "The name of an SLI; or `indicator`."),
    Key("timeWindow", list_of(record_of(WINDOW, dict), "windows"), "list", "Exactly one. Absent: 28 days, rolling.", default=()),
    Key("budgetingMethod", _method, "word", "Occurrences or Timeslices.", required=True),
    Key("objectives", list_of(record_of(OBJECTIVE, dict), "objectives"), "list", "The promises.", required=True),
    Key("alertPolicies", list_of(_inline("alertPolicyRef", POLICY_SPEC), "policies"), "list", "Absent: the usual alerts."),
)
SPECS: dict[str, tuple[Key, ...]] = {
    "SLO": SLO_SPEC,
    "SLI": INDICATOR,
    "AlertPolicy": POLICY_SPEC,
    "AlertCondition": CONDITION_SPEC,
    "AlertNotificationTarget": TARGET_SPEC,
    "Service": (Key("description", description, "text", "What it is."),),
}
