"""What a configuration may say about metrics, and the sentence for what it may not."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.configuration.problems import ConfigurationError
from app.settings import load_settings
from metrics.catalog import Metric


def metrics_of(folder: Path, section: str) -> dict[str, Metric]:
    file = folder / "syncline.yaml"
    file.write_text(f"version: 1\n{section}")
    return {metric.name: metric for metric in load_settings(file, {}).definitions.metrics}


def test_nothing_said_is_the_catalogue(tmp_path: Path):
    found = metrics_of(tmp_path, "")
    assert len(found) == 11
    assert (found["order_release_latency"].target, found["order_release_latency"].goal) == ("5m", 0.99)


def test_a_promise_may_differ_and_a_metric_may_be_ones_own(tmp_path: Path):
    found = metrics_of(
        tmp_path,
        """
metrics:
  order_release_latency: {target: 10m, goal: 0.9}
  pick_lag: {title: Picking, workflow: shipment_to_invoice, from: created, to: picked, target: 1d, calendar: working, goal: 0.95}
""",
    )
    assert (found["order_release_latency"].target_seconds, found["order_release_latency"].goal) == (600, 0.9)
    own = found["pick_lag"]
    assert (own.title, own.workflow, own.start, own.end, own.target_days, own.target_seconds) == (
        "Picking", "shipment_to_invoice", "created", "picked", 1, None,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("entry", "sentence"),
    [
        ("order_release_latency: {workflow: order_to_production}", "cannot be said of 'order_release_latency'"),
        ("first_pass_yield: {target: 5m}", "allowed: title, question, goal"),
        ("order_release_latency: {goal: 99}", "must be a share above 0 and at most 1"),
        ("mine: {target: 5m, goal: 0.9}", "line 3, metrics.mine.workflow: is missing."),
        ("mine: {workflow: orders, from: a, to: b, target: 5m, goal: 0.9}", "no workflow is called 'orders'"),
        (
            "mine: {workflow: stock_movement_sync, from: moved_wms, to: moved_er, target: 5m, goal: 0.9}",
            "no milestone is called 'moved_er'. Did you mean 'moved_erp'?",
        ),
        ("mine: {tragte: 5m}", "no key is called 'tragte'. Did you mean 'target'?"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(tmp_path: Path, entry: str, sentence: str):
    with pytest.raises(ConfigurationError) as refused:
        metrics_of(tmp_path, f"metrics:\n  {entry}\n")
    assert sentence in str(refused.value)
    assert "line 3" in str(refused.value)
