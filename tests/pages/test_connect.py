"""Connecting a source: what is told to whom, what there is to copy, and the three steps that its first records fill."""

from __future__ import annotations

import json
import secrets
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from flask import Flask

from app import serve
from app.components import arrivals, ways_in
from app.machines.wanted import Wanted
from app.serve import Service
from app.settings import load_settings
from metrics.scope import Scope
from tests.pages import trees
from tests.pages.served import PASSWORD, PEOPLE, Client, drawn_text, make_server, someone
from tests.waiting import until

PORTS = "web: {port: 0}\notlp: {http_port: 0, grpc_port: 0}\n"
PLANT = f"version: 1\ntimezone: Europe/Berlin\nsites: [{{name: hamburg, timezone: Europe/Berlin}}]\nworkflows: [default]\n{PORTS}"
LANDINGS = ("/", "/failures", "/objectives", "/recoveries", "/sources")


@contextmanager
def serving(folder: Path, configuration: str = PLANT) -> Iterator[tuple[Service, Flask]]:
    (folder / "syncline.yaml").write_text(configuration)
    with serve.running(load_settings(folder / "syncline.yaml", {})) as service:
        for name, roles in PEOPLE.items():
            service.application.accounts.add_user(name, PASSWORD, roles)
        service.application.accounts.add_user("bruno", PASSWORD, ["it"], Scope(frozenset({"hamburg"})))
        yield service, make_server(service.application)


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Service, Flask]]:
    """A Syncline that serves and has heard nothing: nobody sends to it."""
    with serving(tmp_path_factory.mktemp("empty")) as both:
        yield both


@pytest.fixture(scope="module")
def hearing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Service, Flask]]:
    """One that is sent to; each test watches from where it began."""
    with serving(tmp_path_factory.mktemp("hearing")) as both:
        yield both


@pytest.fixture
def watching(hearing: tuple[Service, Flask]) -> Watching:
    """Tom's page, with nothing there yet."""
    service, server = hearing
    return Watching(someone(server, "tom"), f"?after={service.application.journal.last}")


def send(service: Service, attributes: dict[str, str], **options: Any) -> httpx.Response:
    """One span."""
    said = [{"key": key, "value": {"stringValue": value}} for key, value in attributes.items()]
    span = {"traceId": secrets.token_hex(16), "spanId": secrets.token_hex(8), "name": "take over", "kind": 1, "attributes": said}
    span |= {"startTimeUnixNano": "1767225600000000000", "endTimeUnixNano": "1767225600000000000"}
    body = {"resourceSpans": [{"scopeSpans": [{"spans": [span]}]}]}
    return httpx.post(f"{service.otlp_url}/v1/traces", json=body, timeout=60, **options)


class Watching:
    """The page that somebody has open: asks as its interval does."""

    def __init__(self, client: Client, query: str = "") -> None:
        self._client = client
        page = trees.drawn(client.show("/connect", query))
        self.state = next(part for part in trees.parts(page) if getattr(part, "id", None) == "arrivals-state").data
        self.steps = next(part for part in trees.parts(page) if getattr(part, "id", None) == "arrivals-steps")

    def look(self) -> str:
        """What the steps say now."""
        known = next(name for name in self._client.http.application.extensions["syncline_callbacks"] if "arrivals-steps" in name)
        outputs = [
            {"id": part.rpartition(".")[0], "property": part.rpartition(".")[2].partition("@")[0]} for part in known.strip(".").split("...")
        ]
        inputs = [{"id": "arrivals-tick", "property": "n_intervals", "value": 1}]
        state = [{"id": "arrivals-state", "property": "data", "value": self.state}]
        answer = self._client.call(known, inputs, outputs, state)
        changed = answer.get_json()["response"] if answer.status_code == 200 else {}
        # What a browser keeps of a whole number.
        self.state = json.loads(
            json.dumps(changed.get("arrivals-state", {}).get("data", self.state)), parse_int=lambda text: int(float(text))
        )
        if "children" in changed.get("arrivals-steps", {}):
            self.steps = trees.revived(changed["arrivals-steps"]["children"])
        return trees.text(self.steps)

    def sees(self, *sentences: str) -> str:
        """Looks until all of them stand there."""
        until(lambda: all(sentence in self.look() for sentence in sentences), 30, lambda: f"Not there: {sentences}\n{self.look()}")
        return self.look()

    @property
    def links(self) -> list[str]:
        return [href for _, href in trees.links(self.steps)]


# -- who is led ------------------------------------------------------------------------------------------------------------


def test_on_an_empty_store_every_landing_page_leads_to_the_first_source(empty: tuple[Service, Flask]) -> None:
    service, server = empty
    for name in ("ada", "tom"):
        client = someone(server, name)
        for path in LANDINGS:
            said = drawn_text(client.show(path))
            assert "Nothing has arrived yet" in said
            assert f"export OTEL_EXPORTER_OTLP_ENDPOINT={service.otlp_url}" in said
            assert "Record received waiting Nothing has come from otlp yet." in said


def test_who_may_not_connect_hears_who_does(empty: tuple[Service, Flask]) -> None:
    _, server = empty
    for name, path in (("maria", "/"), ("eva", "/objectives")):
        said = drawn_text(someone(server, name).show(path))
        assert "Plant IT and integration or an administrator connects the first source. Here: ada, bruno, tom." in said
        assert "OTEL_EXPORTER" not in said


def test_who_sees_some_sites_is_told_nothing_of_others(empty: tuple[Service, Flask]) -> None:
    _, server = empty
    client = someone(server, "bruno")
    assert "Nothing has arrived yet" not in drawn_text(client.show("/"))
    assert "Connecting sources is for Plant IT and integration" in drawn_text(client.show("/connect"))


def test_the_page_is_for_plant_it_with_all_sites(empty: tuple[Service, Flask]) -> None:
    _, server = empty
    for name in ("maria", "eva"):
        said = drawn_text(someone(server, name).show("/connect"))
        assert "Connecting sources is for Plant IT and integration" in said
        assert "OTEL_EXPORTER" not in said
    assert ("Connect a source", "/connect?after=0") in trees.links(trees.drawn(someone(server, "tom").show("/sources")))


def test_a_way_that_is_none_is_told(empty: tuple[Service, Flask]) -> None:
    _, server = empty
    said = drawn_text(someone(server, "tom").show("/connect", "?way=kafak"))
    assert "No way is called 'kafak'. Did you mean 'kafka'?" in said


# -- what there is to copy -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("way", [each.name for each in ways_in.WAYS if each.example])
def test_what_is_to_be_written_is_a_source_that_can_be_read(tmp_path: Path, way: str) -> None:
    chosen = ways_in.way(way)
    assert chosen is not None
    (tmp_path / "syncline.yaml").write_text(f"version: 1\nworkflows: [default]\n{ways_in.example(chosen.example)}\n")
    secrets = {f"{name}_PASSWORD": "x" for name in ("KAFKA", "MQTT", "MQ", "WMS_DB", "ERP_DB", "S4")}
    source = load_settings(tmp_path / "syncline.yaml", secrets).sources[0]
    assert source.kind in chosen.kinds


def test_commands_name_the_configuration_that_is_served(empty: tuple[Service, Flask]) -> None:
    service, server = empty
    said = drawn_text(someone(server, "tom").show("/connect", "?way=kafka"))
    assert f"syncline check --sample FILE --source NAME --config {service.application.settings.file}" in said
    assert "No source of this kind is configured yet" in said


def test_one_span_from_a_shell_becomes_a_transaction_and_can_be_taken_back(hearing: tuple[Service, Flask]) -> None:
    service, _ = hearing
    settings = service.application.settings
    workflow = ways_in.tried(settings)
    assert workflow is not None
    first = workflow.milestones[0]
    for event, status in (((first.event, first.system), "in_progress"), (workflow.cancel[0], "cancelled")):
        line = ways_in.one_span(settings, service.otlp_url, workflow, event, "TRY $1`\\")
        script = f'curl() {{ for word in "$@"; do echo "$word" >&2; done; cat; }}\n{line}'  # what curl would be given
        done = subprocess.run(["sh", "-c", script], capture_output=True, text=True, check=True)
        address = next(word for word in done.stderr.splitlines() if word.startswith("http"))
        httpx.post(address, content=done.stdout, headers={"Content-Type": "application/json"}, timeout=60).raise_for_status()
        until(lambda wanted=status: statuses(service).get("TRY $1`\\") == wanted, 30)


def statuses(service: Service) -> dict[str, str]:
    with service.application.read_now() as now:
        return {row["transaction_id"]: row["status"] for row in now.export("transactions")}


def test_a_token_is_asked_for_where_one_is_needed_and_missing(tmp_path: Path) -> None:
    needed = PLANT.replace("grpc_port: 0}", "grpc_port: 0, token_required: true}")
    with serving(tmp_path, needed) as (service, server):
        client = someone(server, "ada")
        said = drawn_text(client.show("/connect"))
        assert "A token is needed, and there is none yet." in said
        assert "export OTEL_EXPORTER_OTLP_HEADERS='authorization=Bearer TOKEN'" in said
        secret = service.application.machines.add(Wanted("line-7", "ingest"))
        assert "In use: line-7." in drawn_text(client.show("/connect"))
        watching = Watching(client)
        assert send(service, {}, headers={"Authorization": "Bearer wrong"}).status_code == 401
        watching.sees(
            "1 request was refused over HTTP (401). The token is missing or wrong.", "Told to the sender: This token is mistyped or cut off"
        )
        assert send(service, {}, headers={"Authorization": f"Bearer {secret}"}).status_code == 200
        watching.sees("Record received done")


# -- the three steps -------------------------------------------------------------------------------------------------------


def test_a_record_an_event_and_a_transaction_fill_the_steps(hearing: tuple[Service, Flask], watching: Watching) -> None:
    service, _ = hearing
    assert "Record received waiting" in watching.look()
    send(
        service, {"mfg.event.type": "order.released", "mfg.system": "erp", "mfg.site": "hamburg", "mfg.object.production_order": "1000231"}
    )
    said = watching.sees("Transaction done")
    assert "Record received done Source otlp From traces Received" in said
    assert "Kind OTLP traces in JSON Size" in said
    assert "Event understood done Event type order.released System, site ERP, Hamburg Took effect" in said
    assert "Objects production order 1000231 Outcome ok" in said
    assert "Production order 1000231 , Order-to-production release." in said
    assert "/path/order_to_production/1000231" in watching.links


def test_a_span_that_says_no_event_comes_with_a_mapping(hearing: tuple[Service, Flask], watching: Watching) -> None:
    service, _ = hearing
    send(service, {"acme.step": "released", "acme.order": "7"})
    said = watching.sees("Record received done", "Event understood waiting The span ‘take over’ says no event type")
    assert "attribute: acme.step" in said
    assert "acme.order = 7" in said
    assert "Transaction later" in said


def test_an_event_that_no_workflow_waits_for_says_what_was_perhaps_meant(hearing: tuple[Service, Flask], watching: Watching) -> None:
    service, _ = hearing
    send(service, {"mfg.event.type": "order.relased", "mfg.system": "erp", "mfg.object.production_order": "7"})
    watching.sees("The event is kept, and no workflow waits for order.relased; did you mean order.released?")


def test_an_event_without_an_object_says_which_attribute_is_missing(hearing: tuple[Service, Flask], watching: Watching) -> None:
    service, _ = hearing
    send(service, {"mfg.event.type": "order.released", "mfg.system": "erp"})
    watching.sees(
        "It is step 'released' of order_to_production, but names no object that workflow is about: mfg.object.production_order would."
    )


def test_what_was_refused_says_why_and_how_to_try_again(hearing: tuple[Service, Flask], watching: Watching) -> None:
    service, _ = hearing
    said = {"mfg.event.type": "order.released", "mfg.system": "erp", "mfg.object.production_order": "7", "mfg.event.time": "yesterday"}
    send(service, said)
    watching.sees("Refused:", "'yesterday'", "syncline retry otlp")


def test_a_request_that_is_none_is_told_in_the_words_its_sender_heard(hearing: tuple[Service, Flask], watching: Watching) -> None:
    service, _ = hearing
    httpx.post(f"{service.otlp_url}/v1/traces", content="hello", headers={"Content-Type": "text/plain"}, timeout=60)
    watching.sees(
        "1 request was refused over HTTP (415).", "Content-Type must be application/x-protobuf or application/json (found text/plain)"
    )


def test_after_a_minute_without_anything_it_says_what_to_look_at(empty: tuple[Service, Flask], monkeypatch: pytest.MonkeyPatch) -> None:
    _, server = empty
    watching = Watching(someone(server, "tom"))
    assert "Nothing for a minute" not in watching.look()
    monkeypatch.setattr(arrivals, "LONG_SECONDS", 0)
    watching.sees("Nothing for a minute. Look at these:", "It listens on this machine only", "syncline doctor --config")


def test_the_second_source_is_watched_from_where_one_began(hearing: tuple[Service, Flask]) -> None:
    service, server = hearing
    said = {"mfg.event.type": "order.released", "mfg.system": "erp", "mfg.site": "hamburg", "mfg.object.production_order": "SECOND"}
    send(service, said)
    until(lambda: "SECOND" in statuses(service), 30)
    client = someone(server, "tom")
    assert "Nothing has arrived yet" not in drawn_text(client.show("/"))
    assert "Record received waiting Nothing has come from otlp yet." in Watching(client).look()
    assert "Transaction done" in Watching(client, "?after=0").look()


def test_a_folder_is_watched_with_what_keeps_it_from_being_read(tmp_path: Path) -> None:
    columns = "event_type: {column: type}, event_time: {column: time}, system: {value: erp}"
    objects = "objects: {type: {value: production_order}, id: {column: id}}"
    source = f'sources:\n  - {{name: releases, kind: csv, path: "in/*.csv", every: 1s, position: no, map: {{{columns}, {objects}}}}}\n'
    (tmp_path / "in").mkdir()
    with serving(tmp_path, PLANT + source) as (_, server):
        watching = Watching(someone(server, "tom"), "?way=files")
        (tmp_path / "in" / "one.csv").write_text("no,type,time,id\n1,order.released,2026-03-02T08:00:00Z,4711\n")
        said = watching.sees("Transaction done", "Production order 4711")
        assert "Source releases From in/one.csv" in said
