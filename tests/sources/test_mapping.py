"""A mapping turns rows and foreign attributes into the vocabulary's fields, and says all that is wrong with it at once."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors.event import Refused
from collectors.mapping import RowMapping
from collectors.mapping_check import check_mapping

BASE = {"event_type": {"column": "ACTION"}, "event_time": {"column": "AT"}}


def apply(mapping: dict[str, Any], row: dict[str, str]) -> dict[str, Any]:
    mapping = {**BASE, **mapping}
    assert check_mapping(mapping) == []
    return RowMapping(mapping).apply({"ACTION": "a", "AT": "2026-03-23T12:00:00Z", **row}.get).attributes


def refused(mapping: dict[str, Any], row: dict[str, str]) -> str:
    with pytest.raises(Refused) as refusal:
        apply(mapping, row)
    return str(refusal.value)


def test_a_field_is_the_text_of_its_column() -> None:
    assert apply({"item": {"column": "MATNR"}}, {"MATNR": "M-1"})["mfg.item"] == "M-1"


@pytest.mark.parametrize("row", [{"MATNR": ""}, {}])
def test_an_empty_column_says_nothing(row: dict[str, str]) -> None:
    assert "mfg.item" not in apply({"item": {"column": "MATNR"}}, row)


@pytest.mark.parametrize(("row", "expected"), [({"A": "1", "B": "2"}, "1"), ({"A": "", "B": "2"}, "2"), ({"A": "", "B": ""}, "none")])
def test_of_several_places_the_first_that_is_not_empty_counts(row: dict[str, str], expected: str) -> None:
    assert apply({"item": [{"column": ["A", "B"]}, {"value": "none"}]}, row)["mfg.item"] == expected


def test_a_constant_may_be_of_any_plain_kind() -> None:
    found = apply({"attempt": {"value": 2}, "dead_letter": {"value": True}, "value": {"value": 1.5}}, {})
    assert (found["mfg.attempt"], found["mfg.dead_letter"], found["mfg.value"]) == (2, True, 1.5)


def test_values_are_translated_whatever_kind_yaml_makes_of_them() -> None:
    mapping = {"outcome": {"column": "RC", "values": {0: "ok", True: "ok", "E": "error"}}}
    outcomes = [
        RowMapping({**BASE, **mapping}).apply({"RC": rc, "ACTION": "a", "AT": "2026-03-23T12:00:00Z"}.get).is_error
        for rc in ("0", "true", "E", "")
    ]
    assert outcomes == [False, False, True, False]


def test_an_unlisted_value_is_refused_with_what_is_allowed() -> None:
    assert refused({"outcome": {"column": "RC", "values": {"OK": "ok", "NOK": "error"}}}, {"RC": "WARN"}) == (
        "column RC: 'WARN' is not among the values of the mapping; allowed: OK, NOK"
    )


def test_an_outcome_is_ok_or_error() -> None:
    assert refused({"outcome": {"column": "RC"}}, {"RC": "NOK"}) == "outcome: must be ok or error (found 'NOK'); translate it with `values`"


def test_times_know_their_zone_and_their_format() -> None:
    at = {"due_time": {"column": "DUE", "format": "%d.%m.%Y %H:%M", "time_zone": "Europe/Berlin"}}
    assert apply(at, {"DUE": "23.03.2026 13:00"})["mfg.due_time"] == 1_774_267_200_000_000_000
    assert refused(at, {"DUE": "2026-03-23"}) == "column DUE: '2026-03-23' is not written as '%d.%m.%Y %H:%M'"


def test_a_time_without_offset_and_zone_is_refused() -> None:
    assert refused({}, {"AT": "2026-03-23T12:00:00"}).startswith("column AT: '2026-03-23T12:00:00' has no offset")


def test_numbers_may_have_a_comma() -> None:
    assert apply({"quantity": {"column": "QTY", "decimal": ","}}, {"QTY": "1.234,5"})["mfg.quantity"] == "1234.5"


def test_objects_are_named_by_columns_and_constants() -> None:
    mapping = {
        "objects": [
            {"type": {"value": "purchase_order"}, "id": {"column": "PO"}},
            {"type": {"column": "T"}, "id": {"column": "ID", "split": ","}},
            {"type": {"value": "purchase_order"}, "id": {"column": "PO2"}},
        ]
    }
    assert apply(mapping, {"PO": "1", "T": "asn", "ID": "a, b,", "PO2": "2"}) == {
        "mfg.event.type": "a",
        "mfg.event.time": 1_774_267_200_000_000_000,
        "mfg.object.purchase_order": ["1", "2"],
        "mfg.object.asn": ["a", "b"],
    }


def test_one_object_needs_no_list() -> None:
    assert apply({"objects": {"type": {"value": "asn"}, "id": {"column": "ID"}}}, {"ID": "7"})["mfg.object.asn"] == ["7"]


def test_an_id_without_a_type_beside_it_is_refused() -> None:
    mapping = {"objects": {"type": {"column": "T"}, "id": {"column": "ID"}}}
    assert refused(mapping, {"ID": "7"}) == "column ID: the id '7' has no object type beside it"
    assert "mfg.object.asn" not in apply(mapping, {"T": "asn"})


def test_a_row_may_belong_to_a_span() -> None:
    mapping = RowMapping({**BASE, "trace_id": {"column": "T"}, "span_id": {"column": "S"}})
    row = {"ACTION": "a", "AT": "2026-03-23T12:00:00Z"}
    found = mapping.apply({**row, "T": "0AF7651916CD43DD8448EB211C80319C", "S": "b7ad6b7169203331"}.get)
    assert (found.trace_id, found.span_id) == ("0af7651916cd43dd8448eb211c80319c", "0af7651916cd43dd8448eb211c80319cb7ad6b7169203331")
    with pytest.raises(Refused, match=r"^trace_id: must be 32 hex digits, not all zero"):
        mapping.apply({**row, "T": "7"}.get)


def test_every_field_says_which_part_of_the_mapping_gave_it() -> None:
    mapping = RowMapping({**BASE, "system": {"value": "wms"}, "objects": {"type": {"value": "asn"}, "id": {"column": "ID"}}})
    assert mapping.apply({"ACTION": "a", "AT": "2026-03-23T12:00:00Z", "ID": "7"}.get).origins == {
        "event_type": "column ACTION",
        "event_time": "column AT",
        "system": "the constant 'wms'",
        "object asn": "column ID",
    }


def test_every_problem_is_told_at_once() -> None:
    assert check_mapping(
        {
            "event_typ": {"column": "A"},
            "item": "MATNR",
            "site": {"colum": "PLANT"},
            "batch": {"column": 5},
            "location": [],
            "uom": {"value": None},
            "outcome": {"column": "RC", "values": {"OK": "fine"}},
            "attempt": {"column": "TRY", "values": []},
            "quantity": {"column": "Q", "decimal": ";", "time_zone": "UTC"},
            "due_time": {"column": "D", "time_zone": "Berlin", "format": "iso"},
            "objects": [{"type": {"value": "asn"}}, 5, {"type": {"value": "a"}, "id": {"column": "I", "split": ""}, "colour": 1}],
        }
    ) == [
        (
            "event_typ",
            "no field is called 'event_typ'. Did you mean 'event_type'? Known: event_type, event_time, system, system_name, site, "
            "item, location, batch, stock_status, quantity, uom, ordered_quantity, value, currency, due_time, promised_time, "
            "partner, customer, work_center, schema_version, payload_ref, payload_digest, attempt, dead_letter, idempotency_key, "
            "recovery_id, error_code, http_status, error_type, error_text, message_id, conversation_id, outcome, trace_id, "
            "span_id, objects",
        ),
        ("item", "must be `{column: NAME}` or `{value: CONSTANT}` (found 'MATNR')"),
        (
            "site.colum",
            "no key is called 'colum'. Did you mean 'column'? "
            "Known: column, value, template, values, time_zone, format, decimal, split, factor",
        ),
        ("site", "says neither column nor value"),
        ("batch.column", "must be a name or a list of names (found 5)"),
        ("location", "is an empty list; name at least one place"),
        ("uom.value", "must be one constant (found None)"),
        ("outcome.values", "an outcome is ok or error (found 'fine')"),
        ("attempt.values", "must map what is found to what it means (found []), as in `{OK: ok, NOK: error}`"),
        ("quantity.time_zone", "is only for times, such as event_time"),
        ("quantity.decimal", 'must be "." or "," (found \';\')'),
        ("due_time.time_zone", "no time zone is called 'Berlin'; allowed are names such as Europe/Berlin or UTC"),
        (
            "due_time.format",
            'must be letters of strptime that give a whole date, as in "%d.%m.%Y %H:%M", or one of unix_s, unix_ms, unix_us, unix_ns, '
            "odata (found 'iso')",
        ),
        ("objects[0].id", "is missing; an object has a type and an id"),
        ("objects[1]", "must be `{type: …, id: …}` or a list of such (found 5)"),
        ("objects[2].colour", "no key is called 'colour'. Known: type, id"),
        ("objects[2].id.split", "must be the text between two ids (found '')"),
        ("event_type", "must be mapped: a row says nothing without it"),
        ("event_time", "must be mapped: a row says nothing without it"),
    ]


NO_FORMAT = 'must be letters of strptime that give a whole date, as in "%d.%m.%Y %H:%M", or one of unix_s, unix_ms, unix_us, unix_ns, odata'


@pytest.mark.parametrize("value", [["a"], {"a": 1}, 5, None, "%Q", "%H:%M", "%d.%m.", "%", "%d%d", "%Y-%m-%d %-H"])
def test_a_format_that_cannot_give_a_date_is_no_format(value: Any) -> None:
    mapping = {"event_type": {"column": "A"}, "event_time": {"column": "B", "format": value}}
    assert check_mapping(mapping) == [("event_time.format", f"{NO_FORMAT} (found {value!r})")]


@pytest.mark.parametrize("value", ["%d.%m.%y %I:%M %p", "%Y%j", "%G-W%V-%u", "%Y-%m-%dT%H:%M:%S.%f%z", "unix_ms"])
def test_a_format_that_gives_a_date_is_one(value: str) -> None:
    assert check_mapping({**BASE, "due_time": {"column": "B", "format": value}}) == []


@pytest.mark.parametrize(
    ("term", "problem"),
    [
        ({"value": "maybe"}, ("outcome.value", "an outcome is ok or error (found 'maybe')")),
        ({"value": True}, ("outcome.value", "an outcome is ok or error (found True)")),
        ({"value": ""}, ("outcome.value", "must be one constant (found '')")),
        (
            {"column": "RC", "values": {"x": {"a": "b"}}},
            ("outcome.values", "each must mean one constant, or null for nothing (found {'a': 'b'})"),
        ),
        ({"column": "RC", "values": {"x": ["ok"]}}, ("outcome.values", "each must mean one constant, or null for nothing (found ['ok'])")),
    ],
)
def test_a_constant_is_plain_and_an_outcome_one_of_two(term: Any, problem: Any) -> None:
    assert check_mapping({**BASE, "outcome": term}) == [problem]


def test_a_number_says_which_column_it_stood_in_and_what_may_be_missing() -> None:
    assert refused({"quantity": {"column": "QTY"}}, {"QTY": "1,5"}) == (
        "column QTY: '1,5' is no number; is the comma before its decimals? Then write `decimal: \",\"`"
    )
    for text in ("1_000", "٥", "many", "0x10", "NaN"):
        assert refused({"quantity": {"column": "QTY"}}, {"QTY": text}) == f"column QTY: {text!r} is no number"
    assert refused({"quantity": {"column": "QTY", "decimal": ","}}, {"QTY": "1,234.5"}) == "column QTY: '1,234.5' is no number"


@pytest.mark.parametrize("text", ["5", "-5.25", "+.5", "5.", "1e3", " 5 "])
def test_a_number_is_written_in_ascii_digits(text: str) -> None:
    assert apply({"quantity": {"column": "QTY"}}, {"QTY": text})["mfg.quantity"] == text


def test_a_column_of_spaces_is_empty() -> None:
    assert apply({"item": [{"column": "A"}, {"value": "none"}]}, {"A": "   "})["mfg.item"] == "none"


def test_attributes_are_mapped_by_their_own_word_and_need_nothing() -> None:
    assert check_mapping({}, "attribute") == []
    assert check_mapping({"item": {"attribute": "acme.item"}}, "attribute") == []
    assert [path for path, _ in check_mapping({"item": {"column": "X"}, "outcome": {"value": "ok"}}, "attribute")] == [
        "item.column",
        "item",
        "outcome",
    ]


ANYTHING: Any = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "event_type",
                    "event_time",
                    "item",
                    "objects",
                    "type",
                    "id",
                    "column",
                    "value",
                    "values",
                    "format",
                    "time_zone",
                    "decimal",
                    "split",
                    "outcome",
                ]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(ANYTHING, st.dictionaries(st.text(max_size=3), st.text(max_size=5), max_size=4))
def test_a_mapping_without_problems_reads_any_row_or_refuses_it(mapping: Any, row: dict[str, str]) -> None:
    if check_mapping(mapping) == []:
        with suppress(Refused):
            RowMapping(mapping).apply(row.get)


def test_a_number_with_a_huge_exponent_is_neither_written_out_nor_too_much_for_a_factor() -> None:
    scaled = {"quantity": {"column": "QTY", "factor": 2}}
    assert apply(scaled, {"QTY": "1e999999999"})["mfg.quantity"] == "1e999999999"
    assert apply(scaled, {"QTY": "1e900000"})["mfg.quantity"] == "2E+900000"
    assert apply(scaled, {"QTY": "1.5e3"})["mfg.quantity"] == "3000"
