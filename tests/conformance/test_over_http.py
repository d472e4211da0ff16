"""Items 19 to 33 that a client sees of OTLP/HTTP."""

from __future__ import annotations

from app.conformance.http import HttpEndpoint
from tests.conformance.served import shows


def test_otlp_19_paths_and_methods(http: HttpEndpoint) -> None:
    assert shows(19, http)


def test_otlp_20_both_encodings_are_served_on_one_port(http: HttpEndpoint) -> None:
    assert shows(20, http)


def test_otlp_21_content_type_is_a_media_type_and_others_are_415(http: HttpEndpoint) -> None:
    assert shows(21, http)


def test_otlp_22_the_answer_has_the_content_type_of_the_request(http: HttpEndpoint) -> None:
    assert shows(22, http)


def test_otlp_23_the_answer_is_compressed_only_for_who_asked(http: HttpEndpoint) -> None:
    assert shows(23, http)


def test_otlp_24_oversize_is_413(http: HttpEndpoint) -> None:
    assert shows(24, http)


def test_otlp_25_success_is_200(http: HttpEndpoint) -> None:
    assert shows(25, http)


def test_otlp_26_partial_success_is_200(http: HttpEndpoint) -> None:
    assert shows(26, http)


def test_otlp_27_every_error_is_a_google_rpc_status(http: HttpEndpoint) -> None:
    assert shows(27, http)


def test_otlp_29_what_cannot_be_decoded_is_400(http: HttpEndpoint) -> None:
    assert shows(29, http)


def test_otlp_32_the_connection_is_kept_and_pipelined(http: HttpEndpoint) -> None:
    assert shows(32, http)


def test_otlp_33_the_code_within_fits_the_status(http: HttpEndpoint) -> None:
    assert shows(33, http)
