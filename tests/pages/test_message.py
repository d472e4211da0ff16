"""The message of a step through the server: shown when asked for, masked, unmasked for a reason, and every look in the audit."""

from __future__ import annotations

import csv
import io
import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from app import audit
from app.application import Application
from app.instants import instant_text
from app.machines.wanted import Wanted
from app.messages.fields import HIDDEN
from app.messages.glass import BEGUN, ENDED
from metrics.events import message_of
from tests.cli.configurations import PACK
from tests.pages import trees
from tests.pages.served import UPDATE, Client, make_server, opened, signed_in

MINUTE = 60 * 10**9
SETTINGS = """
version: 1
workflows: [pack.yaml]
sites: [{name: hamburg, timezone: Europe/Berlin}, {name: brno, timezone: Europe/Prague}]
masking: {fields: ["*price*", customer.name], roles: [it]}
sources:
  - {name: bus, kind: files, format: jsonl, path: bus.jsonl, complete: true, map: {
      event_type: {path: type}, event_time: {path: time}, system: {value: erp}, site: {value: hamburg},
      objects: {type: {value: sales_order}, id: {path: order}}, outcome: {path: outcome}, error_code: {path: code}}}
  - {name: traces, kind: otlp_file, path: traces.jsonl}
recovery:
  targets: {middleware: {kind: file, folder: ., name: "{effect_id}.json"}}
  paths:
    - {name: again, action: retry, workflows: [order], target: middleware, approval: four_eyes, approvers: [supply]}
"""
CREATED = {"type": "order.created", "order": "SO-7", "outcome": "ok", "unit_price": 99.50, "customer": {"name": "Kestrel", "no": "K-1"}}
FAILED = {"type": "order.released", "order": "SO-7", "outcome": "error", "code": "idoc:51", "note": "<script>alert(1)</script>\u202e"}
QUIET = {"kind": "heartbeat", "unit_price": 12.75}
SPAN = "b7ad6b7169203331"
TRACE = "0af7651916cd43dd8448eb211c80319c"
REASON = "the customer disputes the price"
EVENT = "bus:bus.jsonl:1"


@pytest.fixture(scope="module")
def application(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Application]:
    folder: Path = tmp_path_factory.mktemp("message")
    now_ns = time.time_ns()
    lines = [{**CREATED, "time": instant_text(now_ns - 60 * MINUTE)}, {**FAILED, "time": instant_text(now_ns - 50 * MINUTE)}, QUIET]
    (folder / "bus.jsonl").write_text("".join(f"{json.dumps(line)}\n" for line in lines))
    attributes = [{"key": "mfg.unit_price", "value": {"doubleValue": 77.25}}, {"key": "queue", "value": {"stringValue": "orders"}}]
    span = {
        "traceId": TRACE,
        "spanId": SPAN,
        "name": "send",
        "kind": 4,
        "startTimeUnixNano": str(now_ns),
        "endTimeUnixNano": str(now_ns + 1),
    }
    request = {"resourceSpans": [{"resource": {}, "scopeSpans": [{"spans": [{**span, "attributes": attributes}]}]}]}
    (folder / "traces.jsonl").write_text(json.dumps(request) + "\n")
    (folder / "pack.yaml").write_text(PACK)
    (folder / "syncline.yaml").write_text(SETTINGS)
    with opened(folder / "syncline.yaml") as application:
        yield application


@pytest.fixture(scope="module")
def server(application: Application) -> Flask:
    return make_server(application)


@pytest.fixture
def tom(server: Flask) -> Client:
    """A session of his own for each test: a break-glass belongs to one."""
    return signed_in(server, "tom")


def store(name: Any, value: Any, what: str = "data") -> dict[str, Any]:
    return {"id": name, "property": what, "value": value}


def ask(client: Client, output: str, inputs: list[Any], state: list[Any], changed: Any, outputs: list[Any]) -> Any:
    known = next(name for name in client.http.application.extensions["syncline_callbacks"] if output in name)
    body = {"output": known, "outputs": outputs, "inputs": inputs, "state": state, "changedPropIds": [changed]}
    return client.post(UPDATE, json=body)


def written(ident: dict[str, str]) -> str:
    return json.dumps(ident, sort_keys=True, separators=(",", ":"))


def show(client: Client, event: str = EVENT, opened_: Any = None, at: str = "", glass: Any = None) -> Any:
    """What is drawn below a step when its button is pressed, or (`opened_`) when a break-glass began or ended."""
    with client.http.application.extensions["syncline"].read_now() as now:
        row = message_of(now, event)
    button = {"type": "message-show", "what": "message", "event": event}
    inside, kept = ({"type": name, "event": event} for name in ("message-inside", "message-open"))
    state = [store(kept, opened_), store({"type": "message-about", "event": event}, {"when": str(row["event_ns"] if row else 0)})]
    answer = ask(
        client,
        '..{"event":["MATCH"],"type":"message-inside"}',
        [[store(button, 1, "n_clicks")], store("glass-state", glass)],
        [*state, store("shell-url", at, "search")],
        "glass-state.data" if opened_ else f"{written(button)}.n_clicks",
        [{"id": inside, "property": "children"}, {"id": kept, "property": "data"}],
    )
    if answer.status_code != 200:
        return None
    return answer.get_json()["response"][written(inside)]["children"]


def read(client: Client, **options: Any) -> str:
    return trees.text(trees.revived(show(client, **options)))


def begin(client: Client, reason: str = REASON) -> Any:
    button, field = ({"type": name, "event": EVENT} for name in ("glass-begin", "glass-reason"))
    return ask(
        client,
        "glass-refused",
        [[store(button, 1, "n_clicks")]],
        [[store(button, button, "id")], [store(field, reason, "value")]],
        f"{written(button)}.n_clicks",
        [
            {"id": "shell-glass", "property": "children"},
            {"id": "glass-state", "property": "data"},
            [{"id": {"type": "glass-refused", "event": EVENT}, "property": "children"}],
        ],
    )


def end(client: Client, glass: str, lists: int = 0) -> Any:
    button, listed = {"type": "glass-end", "glass": glass, "at": "list"}, {"type": "glass-list", "at": "audit"}
    return ask(
        client,
        "glass-list",
        [[store(button, 1, "n_clicks")]],
        [[store(listed, listed, "id")] * lists],
        f"{written(button)}.n_clicks",
        [
            {"id": "shell-glass", "property": "children"},
            {"id": "glass-state", "property": "data"},
            [{"id": listed, "property": "children"}] * lists,
        ],
    )


def entries(application: Application, **asked: Any) -> list[Any]:
    with application.accounts.engine.connect() as connection:
        assert audit.verify(connection) is None
        return [*audit.every(connection, audit.Filter(**asked))]


def test_the_page_of_a_path_loads_no_message_and_has_a_button_for_each_event(tom: Client, application: Application) -> None:
    before = len(entries(application))
    page = tom.show("/path/order/SO-7", f"?selected={EVENT}")
    assert "Show the message" in drawn(page)
    assert "Kestrel" not in page.text
    assert len(entries(application)) == before


def drawn(answer: Any) -> str:
    return trees.text(trees.drawn(answer))


def test_a_message_is_shown_masked_with_where_it_comes_from_and_the_look_is_written_down(tom: Client, application: Application) -> None:
    said = read(tom)
    for part in ("The record bus.jsonl:1 of bus, as it was received.", '"no": "K-1"', "JSON", "SHA-256", "Hidden: *price*, customer.name."):
        assert part in said
    assert "Kestrel" not in said
    assert "99.5" not in said
    (entry,) = entries(application, actor="tom", action="look at message")
    assert entry.subject == EVENT
    assert json.loads(entry.detail)["hidden"] == ["*price*", "customer.name"]


def test_what_a_sender_wrote_is_text_and_what_nobody_sees_in_it_a_sign(tom: Client) -> None:
    said = read(tom, event="bus:bus.jsonl:2")
    assert '"note": "<script>alert(1)</script>⟨U+202E⟩"' in said
    assert "1 character that nobody would see is shown as a sign." in said


@pytest.mark.parametrize("name", ["maria", "eva"])
def test_who_may_not_see_messages_reads_why_and_whom_to_ask(server: Flask, application: Application, name: str) -> None:
    client = signed_in(server, name)
    page = drawn(client.show("/path/order/SO-7", f"?selected={EVENT}"))
    why = "Messages are for Plant IT and integration: they hold whatever their senders wrote. Your administrator can give you such a role."
    assert why in page
    assert read(client) == why
    assert client.get(f"api/v1/events/message?event_id={EVENT}").status_code == 403
    assert len(entries(application, actor=name, action="look at message refused")) == 2
    assert why in drawn(client.show("/permissions"))


def test_who_sees_other_sites_only_sees_no_message(server: Flask) -> None:
    bruno = signed_in(server, "bruno")
    assert read(bruno) == "This event is not here any more, or belongs to a site you may not see."
    assert bruno.get(f"api/v1/events/message?event_id={EVENT}").status_code == 404


def test_as_of_a_moment_before_it_an_event_has_no_message(tom: Client) -> None:
    assert "is not here any more" in read(tom, at="?as_of=2020-01-01T00:00:00Z")


def test_for_a_reason_it_is_seen_unmasked_until_it_is_ended(tom: Client, application: Application) -> None:
    refused = begin(tom, "because").get_json()["response"][written({"type": "glass-refused", "event": EVENT})]["children"]
    assert "Give a reason of 10 to 500 letters" in trees.text(trees.revived(refused))
    answer = begin(tom).get_json()["response"]
    glass = answer["glass-state"]["data"]["id"]
    assert "You see masked fields until" in trees.text(trees.revived(answer["shell-glass"]["children"]))
    said = read(tom, opened_={"what": "message", "is_masked": True}, glass={"id": glass})
    assert '"unit_price": 99.5' in said
    assert "Kestrel" in said
    assert f"Your reason: {REASON}" in said
    assert "You see masked fields until" in tom.get("_dash-layout").text
    assert begin(tom).get_json()["response"]["glass-state"]["data"]["id"] == glass
    looks = [json.loads(entry.detail).get("break_glass") for entry in entries(application, actor="tom", action="look at message")]
    assert looks[-1] == glass
    assert end(tom, glass).get_json()["response"]["glass-state"]["data"] is None
    assert "Kestrel" not in read(tom)
    assert "You see masked fields until" not in tom.get("_dash-layout").text
    assert [entry.reason for entry in entries(application, subject=glass)] == [REASON, REASON]


def test_signing_out_ends_it(tom: Client, application: Application) -> None:
    glass = begin(tom).get_json()["response"]["glass-state"]["data"]["id"]
    tom.post("logout")
    assert [entry.action for entry in entries(application, subject=glass)] == [BEGUN, ENDED]


def test_the_band_goes_by_itself_when_the_server_says_that_the_hour_is_over(
    tom: Client, application: Application, monkeypatch: Any
) -> None:
    glass = begin(tom).get_json()["response"]["glass-state"]["data"]
    now_ns = application.now_ns()
    outputs = [{"id": "shell-glass", "property": "children"}, {"id": "glass-state", "property": "data"}]

    def tick() -> Any:
        known = "..shell-glass.children...glass-state.data.."
        return ask(tom, known, [store("shell-tick", 1, "n_intervals")], [store("glass-state", glass)], "shell-tick.n_intervals", outputs)

    assert tick().get_json()["response"] == {}
    monkeypatch.setattr(application.messages.glasses, "_now_ns", lambda: now_ns + 61 * MINUTE)
    assert tick().get_json()["response"] == {"shell-glass": {"children": []}, "glass-state": {"data": None}}
    assert [entry.actor for entry in entries(application, subject=glass["id"])] == ["tom", "the clock"]


def test_who_approves_sees_it_on_the_audit_and_ends_it(server: Flask, tom: Client, application: Application) -> None:
    glass = begin(tom).get_json()["response"]["glass-state"]["data"]["id"]
    for name, sees in (("maria", True), ("ada", True), ("eva", False), ("tom", True)):
        assert (REASON in drawn(signed_in(server, name).show("/audit")).partition("Period")[0]) == sees or name == "tom"
    eva = signed_in(server, "eva")
    assert "Only who broke the glass" in end(eva, glass).text
    answer = end(signed_in(server, "maria"), glass, lists=1)
    assert answer.get_json()["response"][written({"type": "glass-list", "at": "audit"})]["children"] is None
    assert "Kestrel" not in read(tom)
    assert [entry.actor for entry in entries(application, subject=glass, action=ENDED)] == ["maria"]


# ── the API ─────────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_the_api_gives_the_same_to_the_same_people(server: Flask, tom: Client, application: Application) -> None:
    said = tom.get(f"api/v1/events/message?event_id={EVENT}").get_json()
    assert (said["event_id"], said["form"], said["hidden"], said["unmasked"]) == (EVENT, "JSON", ["*price*", "customer.name"], [])
    assert json.loads(said["text"])["customer"] == {"name": HIDDEN, "no": "K-1"}
    file = tom.get(f"api/v1/events/message?event_id={EVENT}&format=file")
    assert file.headers["Content-Disposition"].startswith('attachment; filename="message-')
    assert file.content_type == "text/plain; charset=utf-8"
    assert "Kestrel" not in file.text
    begin(tom)
    assert "Kestrel" in tom.get(f"api/v1/events/message?event_id={EVENT}&format=file").text
    tokens = {
        "reader": application.machines.add(Wanted("reader", "read")),
        "sender": application.machines.add(Wanted("sender", "recover", roles=["it"])),
        "viewer": application.machines.add(Wanted("viewer", "recover", roles=["exec"])),
    }
    statuses = {}
    for name, token in tokens.items():
        answer = server.test_client().get(f"/api/v1/events/message?event_id={EVENT}", headers={"Authorization": f"Bearer {token}"})
        statuses[name] = answer.status_code
        assert "Kestrel" not in answer.text
    assert statuses == {"reader": 403, "sender": 200, "viewer": 403}
    assert len(entries(application, actor="token sender", action="look at message")) == 1


@pytest.mark.parametrize(
    ("query", "status", "sentence"),
    [
        ("", 400, "Give `event_id`"),
        ("event_id=none", 404, "There is no event of this id"),
        (f"event_id={EVENT}&of=love", 400, "kind of message"),
        (f"event_id={EVENT}&format=pdf", 400, "format"),
        (f"event_id={EVENT}&from=now", 400, "parameter"),
    ],
)
def test_what_cannot_be_meant_is_told(tom: Client, query: str, status: int, sentence: str) -> None:
    answer = tom.get(f"api/v1/events/message?{query}")
    assert answer.status_code == status
    assert sentence in answer.get_json()["error"]


def test_the_description_of_the_api_knows_it(tom: Client) -> None:
    described = tom.get("api/v1/openapi.json").get_json()["paths"]["/api/v1/events/message"]["get"]
    assert [parameter["name"] for parameter in described["parameters"]] == ["event_id", "of", "format"]
    told = described["responses"]["200"]["content"]["application/json"]["schema"]["properties"]
    assert set(told) == set(tom.get(f"api/v1/events/message?event_id={EVENT}").get_json())


# ── wherever else attributes are shown ──────────────────────────────────────────────────────────────────────────────────
def test_attributes_are_masked_in_the_panel_of_a_span_and_unmasked_only_with_an_entry(tom: Client, application: Application) -> None:
    assert span(tom).count(HIDDEN) == 1
    assert "queue orders" in span(tom)
    begin(tom)
    assert "77.25" in span(tom)
    (entry,) = entries(application, action="look at attributes")
    assert (entry.subject, json.loads(entry.detail)["unmasked"]) == (TRACE + SPAN, ["*price*"])


def span(client: Client) -> str:
    inside, row = ({"type": name, "span": TRACE + SPAN} for name in ("span-inside", "span-row"))
    about = {"trace": TRACE, "all_spans": True, "as_of": "", "known_at": ""}
    answer = client.call(
        '{"span":["MATCH"],"type":"span-inside"}.children',
        [store(row, 1, "n_clicks")],
        {"id": inside, "property": "children"},
        [store(row, row, "id"), store("path-about", about)],
    )
    return trees.text(trees.revived(answer.get_json()["response"][written(inside)]["children"]))


def test_lists_and_exports_are_masked_also_while_a_break_glass_lasts(tom: Client, application: Application) -> None:
    begin(tom)
    with application.read_now() as now:
        (shape,) = now.rows("queries/unmapped_records", {"from_ns": 0})
    page = drawn(tom.show("/without-event", f"?source=bus&shape={shape['shape_id']}"))
    assert f'{{"kind": "heartbeat", "unit_price": "{HIDDEN}"}}' in page
    assert "12.75" not in page
    assert "12.75" not in tom.show("/interfaces", "?period=90d").text
    rows = [json.loads(line) for line in tom.get("api/v1/spans").text.splitlines()]
    assert [row["attributes"] for row in rows] == [{"mfg.unit_price": HIDDEN, "queue": "orders"}]
    (row,) = csv.DictReader(io.StringIO(tom.get("api/v1/spans?format=csv").text))
    assert json.loads(row["attributes"]) == {"mfg.unit_price": HIDDEN, "queue": "orders"}
    assert b"77.25" not in tom.get("api/v1/spans?format=parquet").data


def test_values_in_lists_are_for_who_may_see_messages(server: Flask, application: Application) -> None:
    with application.read_now() as now:
        (shape,) = now.rows("queries/unmapped_records", {"from_ns": 0})
    said = drawn(signed_in(server, "maria").show("/without-event", f"?source=bus&shape={shape['shape_id']}"))
    assert "only for the role it" in said
    assert "heartbeat" not in said
