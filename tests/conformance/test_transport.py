"""Items 1 to 11 and 49, at both receivers."""

from __future__ import annotations

from typing import Any

from tests.conformance.served import shows


def test_otlp_01_bodies_may_be_plain_or_gzip(endpoint: Any) -> None:
    assert shows(1, endpoint)


def test_otlp_02_an_empty_request_is_a_success(endpoint: Any) -> None:
    assert shows(2, endpoint)


def test_otlp_03_full_success_leaves_partial_success_unset(endpoint: Any) -> None:
    assert shows(3, endpoint)


def test_otlp_04_partial_success_counts_what_was_rejected(endpoint: Any) -> None:
    assert shows(4, endpoint)


def test_otlp_05_nothing_rejected_is_not_said(endpoint: Any) -> None:
    assert shows(5, endpoint)


def test_otlp_06_what_cannot_be_decoded_is_refused_for_good(endpoint: Any) -> None:
    assert shows(6, endpoint)


def test_otlp_07_the_limit_holds_after_decompression(endpoint: Any) -> None:
    assert shows(7, endpoint)


def test_otlp_08_answers_stay_small(endpoint: Any) -> None:
    assert shows(8, endpoint)


def test_otlp_09_the_same_request_is_taken_again(endpoint: Any) -> None:
    assert shows(9, endpoint)


def test_otlp_11_newer_versions_do_no_harm(endpoint: Any) -> None:
    assert shows(11, endpoint)


def test_otlp_49_answers_come_in_time(endpoint: Any) -> None:
    assert shows(49, endpoint)
