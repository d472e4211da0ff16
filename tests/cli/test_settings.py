"""A configuration becomes typed settings, with defaults, the environment's overrides and places relative to the file."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from app.settings import Owner, load_settings
from metrics.workflows import Feed, Site
from tests.cli.configurations import PACK, PLANT, problems_of, settings_of

WORKFLOWS = [
    "order_to_production", "production_to_inventory", "procure_to_receipt", "quality_to_shipment", "shipment_to_invoice",
    "demand_to_supply", "order_change", "purchase_order_change", "stock_movement_sync", "master_data_sync", "downtime_to_capacity",
]  # fmt: skip


def test_the_shape_of_the_kits_configuration_is_read(tmp_path: Path) -> None:
    settings = settings_of(tmp_path, PLANT)
    assert settings.home == tmp_path / "home"
    assert settings.timezone == "Europe/Berlin"
    assert settings.definitions.sites == (Site("hamburg", "Europe/Berlin"), Site("monterrey", "America/Monterrey"))
    assert [(source.name, source.kind, source.complete) for source in settings.sources] == [
        ("traces", "otlp_file", True),
        ("wms-log", "csv", True),
        ("stock", "inventory_csv", False),
    ]


def test_a_plant_of_the_kit_is_right_as_it_is(kit: Path, tmp_path: Path) -> None:
    command = [sys.executable, kit / "plant.py", "--seed", "1", "--days", "1", "--per-day", "1", "--out", tmp_path / "plant"]
    subprocess.run(command, check=True, capture_output=True)
    assert len(load_settings(tmp_path / "plant" / "syncline.yaml", {}).sources) == 5


def test_the_default_pack_has_the_eleven_workflows(tmp_path: Path) -> None:
    workflows = settings_of(tmp_path, "version: 1\n").definitions.workflows
    assert [workflow.name for workflow in workflows] == WORKFLOWS
    assert sum(len(workflow.milestones) for workflow in workflows) == 45


def test_own_workflows_can_stand_beside_the_default_pack(tmp_path: Path) -> None:
    settings = settings_of(tmp_path, "version: 1\nworkflows: [default, mine.yaml]\n", mine=PACK)
    assert [workflow.name for workflow in settings.definitions.workflows] == [*WORKFLOWS, "order"]


def test_a_workflow_of_two_packs_is_a_mistake_of_the_second(tmp_path: Path) -> None:
    said = problems_of(tmp_path, "version: 1\nworkflows: [a.yaml, b.yaml]\n", a=PACK, b=PACK)
    assert said == (
        "b.yaml has 1 problem; nothing was started.\n"
        "  line 3, workflows[0].name: another pack has a workflow called 'order' already; rename one of them."
    )


def test_a_pack_that_stands_under_two_names_is_named_twice(tmp_path: Path) -> None:
    (tmp_path / "b.yaml").symlink_to("a.yaml")
    assert problems_of(tmp_path, "version: 1\nworkflows: [a.yaml, b.yaml]\n", a=PACK) == (
        "syncline.yaml has 1 problem; nothing was started.\n  line 2, workflows[1]: 'b.yaml' is named twice; keep one of them."
    )


def test_a_pack_of_a_name_that_no_file_can_have_is_not_there(tmp_path: Path) -> None:
    said = problems_of(tmp_path, f"version: 1\nworkflows: [{'x' * 5000}]\n")
    assert "  line 2, workflows[0]: there is no file " in said
    assert said.endswith("xxx…. Write the path of a workflow pack, relative to this file, or one of: default, batches.")


def test_a_number_longer_than_python_reads_is_shown_shortened(tmp_path: Path) -> None:
    said = (
        "syncline.yaml has 1 problem; nothing was started.\n"
        f"  {{}}, web.port: must be a whole number from 0 to 65535 (found '{'9' * 57}…')."
    )
    assert problems_of(tmp_path, f"version: 1\nweb: {{port: {'9' * 5000}}}\n") == said.format("line 2")
    assert problems_of(tmp_path, "version: 1\n", {"SYNCLINE_WEB_PORT": "9" * 5000}) == said.format("SYNCLINE_WEB_PORT")


def test_what_is_nested_too_deeply_is_no_configuration(tmp_path: Path) -> None:
    assert problems_of(tmp_path, f"version: 1\nsites: {'[' * 600}{']' * 600}\n") == (
        "syncline.yaml has 1 problem; nothing was started.\n"
        "  line 1: is nested deeper than can be read; a configuration needs no more than ten levels."
    )


@pytest.mark.parametrize(
    ("web", "otlp"),
    [("127.0.0.1", "localhost"), ("0.0.0.0", "10.0.0.7"), ("*", "::1"), ("::", "::1"), ("plant.example", "plant.example")],
)
def test_two_cannot_listen_at_one_port_of_an_address(tmp_path: Path, web: str, otlp: str) -> None:
    ports = f'version: 1\nweb: {{host: "{web}", port: 9000}}\notlp: {{http_host: "{otlp}", http_port: 9000}}\n'
    assert problems_of(tmp_path, ports) == (
        "syncline.yaml has 1 problem; nothing was started.\n"
        "  line 3, otlp.http_port: is 9000, which is web.port as well; each needs a port of its own."
    )


@pytest.mark.parametrize(("web", "otlp"), [("127.0.0.1", "10.0.0.7"), ("0.0.0.0", "::"), ("127.0.0.1", "::1")])
def test_two_can_listen_at_one_port_of_two_addresses(tmp_path: Path, web: str, otlp: str) -> None:
    ports = f'version: 1\nweb: {{host: "{web}", port: 9000}}\notlp: {{http_host: "{otlp}", http_port: 9000}}\n'
    assert settings_of(tmp_path, ports).otlp.http_port == 9000


def test_three_need_three_ports(tmp_path: Path) -> None:
    assert problems_of(tmp_path, "version: 1\nweb: {port: 9000}\notlp: {http_port: 9000, grpc_port: 9000}\n") == (
        "syncline.yaml has 3 problems; nothing was started.\n"
        "  line 3, otlp.http_port: is 9000, which is web.port as well; each needs a port of its own.\n"
        "  line 3, otlp.grpc_port: is 9000, which is web.port as well; each needs a port of its own.\n"
        "  line 3, otlp.grpc_port: is 9000, which is otlp.http_port as well; each needs a port of its own."
    )


def test_a_free_port_may_be_taken_twice(tmp_path: Path) -> None:
    assert settings_of(tmp_path, "version: 1\nweb: {port: 0}\notlp: {http_port: 0, grpc_port: 0}\n").web.port == 0


def test_a_tag_that_changes_nothing_is_no_mistake(tmp_path: Path) -> None:
    assert settings_of(tmp_path, "version: !!int 1\nhome: !!str data\nsites: !!seq []\n").home == tmp_path / "data"


def test_a_number_is_the_name_it_is_written_as(tmp_path: Path) -> None:
    settings = settings_of(tmp_path, "version: 1\ncalendars: {1: {}}\nsites: [{name: a, timezone: UTC, calendar: 1}]\n")
    assert settings.definitions.sites == (Site("a", "UTC", "1"),)


def test_what_is_not_written_has_a_default(tmp_path: Path) -> None:
    settings = settings_of(tmp_path, "version: 1\n")
    assert (settings.web.host, settings.web.port, settings.web.prefix, settings.web.trusted_proxies) == ("127.0.0.1", 8050, "/", 0)
    assert (settings.otlp.http_host, settings.otlp.http_port, settings.otlp.token_required) == ("127.0.0.1", 4318, False)
    assert (settings.otlp.grpc_host, settings.otlp.grpc_port) == ("127.0.0.1", 4317)
    assert settings.definitions.timezone == "UTC"
    assert settings.definitions.workflows[0].retry_grace_seconds == 900


def test_the_environment_overrides_the_file(tmp_path: Path) -> None:
    environment = {"SYNCLINE_HOME": "/srv/syncline", "SYNCLINE_WEB_PORT": "9000", "SYNCLINE_OTLP_HTTP_HOST": "0.0.0.0"}
    settings = settings_of(tmp_path, "version: 1\nweb: {port: 8051, prefix: /mes}\n", environment)
    assert settings.home == Path("/srv/syncline")
    assert (settings.web.port, settings.web.prefix) == (9000, "/mes/")
    assert settings.otlp.token_required, "off loopback a token is needed"
    over_grpc = settings_of(tmp_path, "version: 1\n", {"SYNCLINE_OTLP_GRPC_HOST": "::", "SYNCLINE_OTLP_GRPC_PORT": "4319"})
    assert (over_grpc.otlp.grpc_host, over_grpc.otlp.grpc_port, over_grpc.otlp.token_required) == ("::", 4319, True)


def test_a_mistake_in_the_environment_names_the_variable(tmp_path: Path) -> None:
    assert problems_of(tmp_path, "version: 1\n", {"SYNCLINE_WEB_PORT": "web"}) == (
        "syncline.yaml has 1 problem; nothing was started.\n"
        "  SYNCLINE_WEB_PORT, web.port: must be a whole number from 0 to 65535 (found 'web')."
    )


def test_a_misspelt_variable_is_noted(tmp_path: Path) -> None:
    assert settings_of(tmp_path, "version: 1\n", {"SYNCLINE_WEB_PROT": "9000"}).notes == (
        "The variable SYNCLINE_WEB_PROT changes nothing: no setting of this version is called so. Did you mean SYNCLINE_WEB_PORT?",
    )


def test_a_variable_in_the_file_keeps_its_kind(tmp_path: Path) -> None:
    settings = settings_of(tmp_path, "version: 1\nweb:\n  port: ${PORT}\nhome: ${DATA}/home\n", {"PORT": "8123", "DATA": "/data"})
    assert (settings.web.port, settings.home) == (8123, Path("/data/home"))


def test_words_of_old_yaml_stay_texts(tmp_path: Path) -> None:
    """YAML 1.1 makes false of NO and 61200 seconds of 17:00."""
    owners = settings_of(tmp_path, "version: 1\nowners: {NO: {title: on}}\ncalendars: {default: {from: 06:00, to: 17:00}}\n")
    assert owners.owners == (Owner("NO", "on", None),)
    assert str(owners.definitions.calendars[0].closes) == "17:00:00"


def test_stock_snapshots_are_no_feed_of_events(tmp_path: Path) -> None:
    assert settings_of(tmp_path, PLANT).definitions.feeds == (Feed("traces", True), Feed("wms-log", True))


def test_stock_in_a_database_is_no_feed_of_events_either(tmp_path: Path) -> None:
    stock = "version: 1\nsources: [{name: a, kind: database, url: 'sqlite:///a.db', table: s, key: id, holds: inventory, complete: true}]\n"
    assert settings_of(tmp_path, stock).definitions.feeds == (Feed("otlp"),)


def test_what_is_received_is_a_feed_where_not_everything_configured_is_complete(tmp_path: Path) -> None:
    assert settings_of(tmp_path, "version: 1\n").definitions.feeds == (Feed("otlp"),)
    some = settings_of(tmp_path, "version: 1\nsources: [{name: a, kind: otlp_file, path: x, allowed_lateness: 1h}]\n")
    assert some.definitions.feeds == (Feed("a", False, 3600), Feed("otlp"))


def test_a_broker_is_asked_every_second_and_other_sources_every_half_minute_unless_said_otherwise(tmp_path: Path) -> None:
    mapped = "map: {event_type: {path: a}, event_time: {path: b}}"
    broker = f"kind: mqtt, url: 'mqtt://127.0.0.1', topics: [a], {mapped}"
    tabled = "kind: csv, path: x, map: {event_type: {column: a}, event_time: {column: b}}"
    file = tmp_path / "syncline.yaml"
    file.write_text(f"version: 1\nsources:\n  - {{name: a, {broker}}}\n  - {{name: b, {broker}, every: 5s}}\n  - {{name: c, {tabled}}}\n")
    assert [source.every_seconds for source in load_settings(file, {}).sources] == [1, 5, 30]


def test_a_source_is_as_late_as_it_looks_back(tmp_path: Path) -> None:
    rest = "name: a, kind: rest, url: 'http://127.0.0.1/', watermark: at"
    for told, feed in (
        ("look_back: 15m", Feed("a", False, 900)),
        ("look_back: 15m, allowed_lateness: 1h, silent_after: 2h", Feed("a", False, 3600, 7200)),
        ("look_back: 1000", Feed("a", False, 300)),
    ):
        found = settings_of(
            tmp_path, f"version: 1\nsources: [{{{rest}, {told}, map: {{event_type: {{value: x}}, event_time: {{path: at}}}}}}]\n"
        )
        assert found.definitions.feeds[0] == feed
