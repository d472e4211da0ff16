"""Items 35 to 38, which hold for OTLP/JSON."""

from __future__ import annotations

from app.conformance.http import HttpEndpoint
from tests.conformance.served import shows


def test_otlp_35_ids_are_hex_in_either_case(http: HttpEndpoint) -> None:
    assert shows(35, http)


def test_otlp_36_enums_are_numbers(http: HttpEndpoint) -> None:
    assert shows(36, http)


def test_otlp_37_names_are_lower_camel_case(http: HttpEndpoint) -> None:
    assert shows(37, http)


def test_otlp_38_numbers_of_64_bits_are_text_or_number(http: HttpEndpoint) -> None:
    assert shows(38, http)
