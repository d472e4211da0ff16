"""What the simulated systems send: real traces and logs, complete, the same for the same seed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from app.simulator import Report, run
from app.simulator.company import PLANTS, SYSTEMS
from tests.simulator.sink import Sink, plain, sink

END = datetime(2026, 11, 18, 13, 30, tzinfo=UTC)  # a Wednesday
ERROR = 2


def tell(url: str, **options: object) -> Report:
    return run(url, 7, END - timedelta(days=2), END, volume=0.1, **options)


@pytest.fixture(scope="module")
def told() -> Iterator[tuple[Sink, Report]]:
    with sink() as kept:
        yield kept, tell(kept.url)


def test_everything_that_was_written_arrives(told: tuple[Sink, Report]) -> None:
    kept, report = told
    assert report.lost == 0
    assert len(kept.spans) + len(kept.logs) == report.written == report.delivered
    assert report.written > 3000


def test_the_same_arguments_give_the_same_spans(told: tuple[Sink, Report]) -> None:
    with sink() as again:
        tell(again.url)
    assert spans_of(again) == spans_of(told[0])


def spans_of(kept: Sink) -> set[tuple[object, ...]]:
    return {(s.trace_id, s.span_id, s.parent_span_id, s.name, s.start_time_unix_nano, s.end_time_unix_nano, str(plain(s.attributes)))
            for _, s in kept.spans}  # fmt: skip


def test_another_seed_gives_other_spans(told: tuple[Sink, Report]) -> None:
    with sink() as other:
        run(other.url, 8, END - timedelta(days=1), END, volume=0.05)
    assert not {s.span_id for _, s in other.spans} & {s.span_id for _, s in told[0].spans}


def test_every_span_has_an_id_of_its_own(told: tuple[Sink, Report]) -> None:
    spans = told[0].spans
    assert len({(s.trace_id, s.span_id) for _, s in spans}) == len(spans)


def test_each_system_of_each_plant_says_who_it_is(told: tuple[Sink, Report]) -> None:
    kept = told[0]
    said = {(r["mfg.system"], r["mfg.site"]) for r, _ in [*kept.spans, *kept.logs]}
    assert said == {(role, plant.name) for role in SYSTEMS for plant in PLANTS}
    for resource, _ in kept.spans:
        system = SYSTEMS[resource["mfg.system"]]
        assert resource["service.name"] == system.service
        assert resource["mfg.system.name"].startswith(system.name)


def test_parents_and_links_point_at_spans_that_were_sent(told: tuple[Sink, Report]) -> None:
    known = {(s.trace_id, s.span_id): s for _, s in told[0].spans}
    parents = [(s, known[s.trace_id, s.parent_span_id]) for s in known.values() if s.parent_span_id]
    linked = [known[link.trace_id, link.span_id] for s in known.values() for link in s.links]
    assert len(parents) > 2000
    assert len(linked) > 500
    assert all(plain(s.attributes)["messaging.operation.type"] == "send" for s in linked if s.name.startswith("send "))


def test_no_child_begins_before_its_parent(told: tuple[Sink, Report]) -> None:
    """Except where the story has a clock that is behind."""
    known = {(s.trace_id, s.span_id): s for _, s in told[0].spans}
    early = {s.name for s in known.values() if s.parent_span_id
             and s.start_time_unix_nano < known[s.trace_id, s.parent_span_id].start_time_unix_nano}  # fmt: skip
    assert early == {"POST /api/v2/b2mml"}


def test_a_message_goes_from_the_erp_through_the_middleware_into_the_mes_in_one_trace(told: tuple[Sink, Report]) -> None:
    known = {(s.trace_id, s.span_id): (r["mfg.system"], s) for r, s in told[0].spans}
    events = [s for _, s in known.values() if plain(s.attributes).get("mfg.event.type") == "work_order.received"]
    received = next(s for s in events if s.status.code != ERROR)
    way = []
    while received.parent_span_id:
        system, received = known[received.trace_id, received.parent_span_id]
        way.append((system, received.name))
    assert way == [
        ("middleware", "POST /api/v2/b2mml"),
        ("middleware", "process erp.production-order.released"),
        ("erp", "send erp.production-order.released"),
        ("erp", "BAPI_PRODORD_RELEASE"),
        ("erp", "POST /sap/opu/odata/sap/API_PRODUCTION_ORDER_2_SRV/Release"),
    ]


def test_failed_attempts_say_why_in_the_senders_words(told: tuple[Sink, Report]) -> None:
    failed = [s for _, s in told[0].spans if s.status.code == ERROR and "mfg.event.type" in plain(s.attributes)]
    assert len(failed) > 15
    for span in failed:
        exception = plain(next(e for e in span.events if e.name == "exception").attributes)
        assert exception["exception.message"] == span.status.message != ""
        assert exception["exception.type"] == plain(span.attributes)["error.type"]
        assert "{" not in span.status.message, "a blank that nobody filled"


def test_retries_and_redeliveries_keep_their_idempotency_key(told: tuple[Sink, Report]) -> None:
    events = [plain(s.attributes) for _, s in told[0].spans if "mfg.event.type" in plain(s.attributes)]
    again = [e["mfg.idempotency_key"] for e in events if e["mfg.attempt"] > 1]
    firsts = {e["mfg.idempotency_key"] for e in events if e["mfg.attempt"] == 1}
    assert len(again) > 5
    assert set(again) <= firsts


def test_plm_and_machines_speak_logs(told: tuple[Sink, Report]) -> None:
    assert {(r["mfg.system"], log.event_name) for r, log in told[0].logs} == {("plm", "item.changed"), ("iiot", "machine.down")}
    bodies = [log.body.string_value for r, log in told[0].logs if r["mfg.system"] == "iiot"]
    assert any("stopped, downtime DT-" in body for body in bodies)


def test_the_erp_pads_its_numbers_and_the_others_do_not(told: tuple[Sink, Report]) -> None:
    named = {(r["mfg.system"], len(plain(s.attributes)["mfg.object.production_order"])) for r, s in told[0].spans
             if "mfg.object.production_order" in plain(s.attributes)}  # fmt: skip
    assert named == {("erp", 12), ("mes", 8), ("middleware", 8)}


def test_what_is_refused_for_a_moment_is_sent_again() -> None:
    with sink() as kept:
        kept.refusals = 3
        report = run(kept.url, 1, END - timedelta(hours=1), END, volume=0.05)
    assert report.lost == 0
    assert len(kept.spans) + len(kept.logs) == report.written


def test_what_cannot_be_delivered_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.simulator.gateway.PATIENCE_SECONDS", 0)
    with sink() as kept:
        kept.refusals, kept.refusal = 10**9, 400
        report = run(kept.url, 1, END, END)
    assert report.written == report.lost > 100
