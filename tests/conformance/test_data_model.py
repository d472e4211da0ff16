"""Items 39 to 47, at both receivers. What is stored of them is in test_stored.py."""

from __future__ import annotations

from typing import Any

from tests.conformance.served import shows


def test_otlp_39_ids_that_are_none_are_rejected(endpoint: Any) -> None:
    assert shows(39, endpoint)


def test_otlp_40_a_log_record_may_have_no_time(endpoint: Any) -> None:
    assert shows(40, endpoint)


def test_otlp_41_flags_may_all_be_set(endpoint: Any) -> None:
    assert shows(41, endpoint)


def test_otlp_42_kind_and_status_may_be_unset(endpoint: Any) -> None:
    assert shows(42, endpoint)


def test_otlp_43_a_key_may_stand_twice(endpoint: Any) -> None:
    assert shows(43, endpoint)


def test_otlp_44_what_is_rarely_sent_is_taken(endpoint: Any) -> None:
    assert shows(44, endpoint)


def test_otlp_45_nanoseconds_are_taken(endpoint: Any) -> None:
    assert shows(45, endpoint)


def test_otlp_46_the_wrong_signal_is_refused(endpoint: Any) -> None:
    assert shows(46, endpoint)


def test_otlp_47_hostile_bodies_are_refused(endpoint: Any) -> None:
    assert shows(47, endpoint)
