"""Objectives as OpenSLO v1 has them: what is read out of the files, and the sentence for what cannot be."""

from __future__ import annotations

import re
from datetime import datetime
from fractions import Fraction
from pathlib import Path

import pytest

from app.configuration.problems import ConfigurationError
from app.settings import load_settings
from metrics.objectives.model import Objective, Slices, Tier
from metrics.objectives.rows import COLUMNS
from metrics.objectives.windows import Duration, Window
from tests.repository import ROOT

DOCS = ROOT / "app" / "docs"
SETTINGS = """
version: 1
sites: [{name: hamburg, timezone: Europe/Berlin}]
objectives: [promises]
"""
SLO = """
apiVersion: openslo/v1
kind: SLO
metadata:
  name: release
  displayName: Orders reach the plant
spec:
  indicator:
    spec:
      ratioMetric:
        good: {metricSource: {type: syncline, spec: {metric: order_release_latency}}}
        total: {metricSource: {type: syncline, spec: {metric: order_release_latency}}}
  timeWindow:
    - duration: 30d
      isRolling: true
  budgetingMethod: Occurrences
  objectives:
    - target: 0.999
"""
CONDITION = """
apiVersion: openslo/v1
kind: AlertCondition
metadata: {name: burning}
spec: {severity: page, condition: {kind: burnrate, op: gte, threshold: 14.4, lookbackWindow: 1h, alertAfter: 5m}}
"""
POLICY = """
apiVersion: openslo/v1
kind: AlertPolicy
metadata: {name: night-shift}
spec:
  alertWhenBreaching: true
  conditions: [{conditionRef: burning}]
  notificationTargets: [{targetRef: plant-it}]
"""
TARGET = """
apiVersion: openslo/v1
kind: AlertNotificationTarget
metadata: {name: plant-it}
spec: {target: email}
"""
RATIO = SLO[SLO.index("      ratioMetric") : SLO.index("  timeWindow")]
WINDOW = SLO[SLO.index("    - duration") : SLO.index("  budgeting")]


def read(folder: Path, *texts: str) -> tuple[Objective, ...]:
    """All texts as one file."""
    (folder / "promises").mkdir()
    (folder / "promises" / "all.yaml").write_text("\n---\n".join(texts))
    (folder / "syncline.yaml").write_text(SETTINGS)
    return load_settings(folder / "syncline.yaml", {}).objectives


def slo(*changes: tuple[str, str]) -> str:
    text = SLO
    for old, new in changes:
        assert text.count(old) >= 1, old
        text = text.replace(old, new)
    return text


def said_of(folder: Path, *texts: str) -> str:
    """The refusal, as one line of single spaces."""
    with pytest.raises(ConfigurationError) as caught:
        read(folder, *texts)
    return re.sub(r"\s+", " ", str(caught.value))


def test_an_slo_promises_what_it_says_and_has_the_usual_alerts(tmp_path: Path):
    (found,) = read(tmp_path, SLO)
    assert (found.name, found.title, found.metric, found.target) == (
        "release", "Orders reach the plant", "order_release_latency", Fraction(999, 1000),
    )  # fmt: skip
    assert found.window == Window(Duration(30, "d"))
    assert [(float(t.threshold), t.long, t.short) for t in found.tiers] == [(14.4, 60, 5), (6, 360, 30), (3, 1440, 120), (1, 4320, 360)]


def test_objects_refer_to_each_other_also_across_files(tmp_path: Path):
    indicator = """
apiVersion: openslo/v1
kind: SLI
metadata: {name: lag}
spec:
  thresholdMetric: {metricSource: {type: syncline, spec: {metric: order_release_latency, site: hamburg, partner: acme}}}
"""
    said = slo(
        (
            SLO[SLO.index("  indicator:") : SLO.index("  timeWindow")],
            "  indicatorRef: lag\n  alertPolicies: [{alertPolicyRef: night-shift}]\n",
        ),
        ("- target: 0.999", "- {op: lte, value: 300, targetPercent: 99.9}"),
    )
    (tmp_path / "promises").mkdir()
    for number, text in enumerate((said, indicator, POLICY, CONDITION, TARGET)):
        (tmp_path / "promises" / f"{number}.yml").write_text(text)
    (tmp_path / "syncline.yaml").write_text(SETTINGS)
    (found,) = load_settings(tmp_path / "syncline.yaml", {}).objectives
    assert (found.site, found.partner, found.target) == ("hamburg", "acme", Fraction(999, 1000))
    assert found.tiers == (Tier(Fraction("14.4"), 60, 5, "page", "night-shift", targets=("plant-it",)),)


def test_slices_and_calendars_are_read(tmp_path: Path):
    (found,) = read(
        tmp_path,
        slo(
            (WINDOW, "    - {duration: 1M, calendar: {startTime: 2026-01-31 06:30:00, timeZone: Europe/Berlin}}\n"),
            ("Occurrences", "Timeslices"),
            ("- target: 0.999", "- {target: 0.99, timeSliceTarget: 0.95, timeSliceWindow: 5}"),
        ),
    )
    assert found.slices == Slices(5, Fraction(19, 20))
    assert found.window == Window(Duration(1, "M"), datetime(2026, 1, 31, 6, 30), "Europe/Berlin")


def test_every_objective_of_an_slo_is_one(tmp_path: Path):
    found = read(
        tmp_path, slo(("    - target: 0.999", "    - {target: 0.9, displayName: Bronze}\n    - {target: 0.99, displayName: Gold}"))
    )
    assert [(o.name, o.title) for o in found] == [
        ("release.1", "Orders reach the plant: Bronze"),
        ("release.2", "Orders reach the plant: Gold"),
    ]


def test_without_files_every_metric_is_promised_over_28_days_and_impossible_alerts_are_left_out(tmp_path: Path):
    (tmp_path / "syncline.yaml").write_text("version: 1\n")
    found = {objective.name: objective for objective in load_settings(tmp_path / "syncline.yaml", {}).objectives}
    assert len(found) == 11
    assert found["order-release-latency"].window == Window(Duration(28, "d"))
    assert [float(tier.threshold) for tier in found["time-to-recover"].never] == [14.4]


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ([("openslo/v1", "openslo/v2")], "line 2, [0].apiVersion: must be openslo/v1 (found 'openslo/v2')."),
        ([("kind: SLO", "kind: DataSource")], "[0].kind: is valid OpenSLO, but not supported here: Syncline counts by itself."),
        ([("kind: SLO", "kind: SLP")], "no kind is called 'SLP'. Did you mean"),
        ([("name: release", "name: Release_1")], "must be a name of at most 63 lower-case letters, digits and '-'"),
        ([("budgetingMethod", "budgetMethod")], "[0].spec.budgetMethod: no key is called 'budgetMethod'. Did you mean 'budgetingMethod'?"),
        ([("Occurrences", "RatioTimeslices")], "an average of ratios hides how much was bad in busy slices. Write Occurrences"),
        ([("metric: order_release_latency", "metric: order_release")], "no metric is called 'order_release'. Did you mean"),
        ([("latency}", "latency, site: hamborg}")], "no site is called 'hamborg'. Did you mean 'hamburg'?"),
        ([("latency}", "latency, workflow: demand_to_supply}")], "looks at 'order_to_production' alone"),
        ([("type: syncline", "type: Prometheus")], "metricSource.type: must be syncline (found 'Prometheus')."),
        ([("        total:", "        counter: true\n        raw:")], "raw: is valid OpenSLO, but not supported here: a ratio is counted"),
        ([("target: 0.999", "target: 99.9")], "must be a share from 0 to below 1, such as 0.995 (found 99.9). For 99.9 % write 0.999."),
        ([("target: 0.999", "target: 1")], "must be a share from 0 to below 1"),
        ([("target: 0.999", "targetPercent: 100")], "must be a percentage from 0 to below 100, such as 99.5 (found 100)."),
        ([("- target: 0.999", "- {target: 0.9, targetPercent: 90}")], "must have either `target` or `targetPercent`."),
        ([("- target: 0.999", "- {target: 0.9, op: lte}")], "op: belongs to a thresholdMetric, and the indicator is a ratioMetric."),
        ([("- target: 0.999", "- {target: 0.9, compositeWeight: 2}")], "an objective has one metric. Write an SLO for each."),
        ([("- target: 0.999", "- {target: 0.9, timeSliceWindow: 5m}")], "belongs to Timeslices, and the budgetingMethod is Occurrences."),
        ([("Occurrences", "Timeslices")], "timeSliceTarget: is missing; Timeslices need it."),
        (
            [("Occurrences", "Timeslices"), ("- target: 0.999", "- {target: 0.9, timeSliceTarget: 0.9, timeSliceWindow: 7h}")],
            "timeSliceWindow: must fit into the window of 30d a whole number of times (found 7h).",
        ),
        ([("30d", "1M")], "duration: '1M' differs in length, so it cannot roll."),
        ([("30d", "90s")], "must be a duration of whole minutes"),
        ([("      isRolling: true\n", "")], "must have `isRolling: true`, or a `calendar`"),
        (
            [("      isRolling: true\n", "      calendar: {startTime: 2026-01-01 00:00:00, timeZone: Europe/Berlim}\n")],
            "no time zone is called 'Europe/Berlim'. Did you mean 'Europe/Berlin'?",
        ),
        (
            [("      isRolling: true\n", "      calendar: {startTime: 2026-02-30, timeZone: UTC}\n")],
            "must be a local date and time at a whole minute",
        ),
        (
            [("  displayName", "  annotations: {syncline/minimum: 3}\n  displayName")],
            "Did you mean 'syncline/minimum-volume'?",
        ),
        ([("  timeWindow", "  alertPolicies: [{alertPolicyRef: nobody}]\n  timeWindow")], "no AlertPolicy is called 'nobody'."),
        ([("      ratioMetric", "      thresholdMetric")], "metricSource: is missing."),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_with_its_line_and_what_is_allowed(tmp_path: Path, changes: list[tuple[str, str]], sentence: str):
    assert sentence in said_of(tmp_path, slo(*changes))


def test_an_alert_that_nothing_could_ring_is_refused_with_the_sum(tmp_path: Path):
    policies = "  alertPolicies: [{alertPolicyRef: night-shift}]\n  timeWindow"
    said = said_of(
        tmp_path,
        slo(
            ("0.999", "0.95"),
            ("  timeWindow", policies),
        ),
        POLICY,
        CONDITION.replace("14.4", "21"),
        TARGET,
    )
    assert (
        "'night-shift' asks for a burn rate of 21, which is never reached: with a target of 95 % the budget is 5 % of the cases, so when "
        "every case is bad it burns 1 ÷ 0.05 = 20 times as fast as allowed. Ask for less than 20, or promise more than 95.24 %."
    ) in said


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("op: gte", "op: lte", "it would ring while the budget burns slowly. Write gte"),
        ("alertAfter: 5m", "alertAfter: 2h", "`alertAfter` (2h) must not be longer than `lookbackWindow` (1h)."),
        ("lookbackWindow: 1h", "lookbackWindow: 1M", "must be written in m, h, d or w"),
        ("threshold: 14.4", "threshold: 0", "must be a number above 0 (found 0)."),
    ],
)  # fmt: skip
def test_a_condition_that_makes_no_sense_is_refused(tmp_path: Path, old: str, new: str, sentence: str):
    policies = "  alertPolicies: [{alertPolicyRef: night-shift}]\n  timeWindow"
    assert sentence in said_of(tmp_path, slo(("  timeWindow", policies)), POLICY, CONDITION.replace(old, new), TARGET)


def test_a_threshold_is_that_of_the_metric(tmp_path: Path):
    threshold = "      thresholdMetric: {metricSource: {type: syncline, spec: {metric: order_release_latency}}}\n"
    said = said_of(tmp_path, slo((RATIO, threshold), ("- target: 0.999", "- {op: lte, value: 600, target: 0.9}")))
    assert (
        "must be `op: lte` and `value: 300`, the seconds within which 'order_release_latency' is in time everywhere (found lte, 600.0)."
        in said
    )


def test_a_threshold_of_working_time_is_no_number_of_seconds(tmp_path: Path):
    threshold = "      thresholdMetric: {metricSource: {type: syncline, spec: {metric: supplier_response_cycle_time}}}\n"
    said = said_of(tmp_path, slo((RATIO, threshold), ("- target: 0.999", "- {op: lte, value: 600, target: 0.9}")))
    assert "is in time by working time, which no number of seconds says. Write a ratioMetric" in said


def test_two_objects_of_one_name_are_refused(tmp_path: Path):
    assert "an SLO called 'release' is document 1 of this file already; rename one of them." in said_of(tmp_path, SLO, SLO)


def test_a_name_of_nothing_is_told(tmp_path: Path):
    (tmp_path / "syncline.yaml").write_text(SETTINGS)
    with pytest.raises(ConfigurationError, match=r"objectives\[0\]: there are no objectives in 'promises'"):
        load_settings(tmp_path / "syncline.yaml", {})


def test_the_examples_of_the_page_are_right(tmp_path: Path):
    settings, promise, policy = re.findall(r"```yaml\n(.*?)```", (DOCS / "objectives.md").read_text(encoding="utf-8"), re.DOTALL)
    asked = promise.replace("budgetingMethod", "alertPolicies: [{alertPolicyRef: release-stands}]\n  budgetingMethod")
    (tmp_path / "objectives").mkdir()
    (tmp_path / "objectives" / "release.yaml").write_text(f"{asked}---\n{policy}")
    (tmp_path / "syncline.yaml").write_text(f"version: 1\nsites: [{{name: hamburg, timezone: Europe/Berlin}}]\n{settings}")
    (found,) = load_settings(tmp_path / "syncline.yaml", {}).objectives
    assert (found.name, found.site, found.minimum_volume) == ("release-hamburg", "hamburg", 20)
    assert [(tier.threshold, tier.long, tier.short, tier.name) for tier in found.tiers] == [(10, 120, 10, "release-stands")]


def test_the_page_tells_every_column_of_the_export():
    told = (DOCS / "objectives.md").read_text(encoding="utf-8")
    assert [column for column in COLUMNS if f"`{column}`" not in told] == []
