"""What B2MML messages say: schedules, performance, their answers, material and stock, in both families of names."""

from __future__ import annotations

from typing import Any

import pytest

from collectors.rows import STOCK, Rows
from collectors.sources import check_source
from tests.conftest import ROOT
from tests.sources.plant_floor import record, rows_of

SAMPLES = ROOT.parent / "shared" / "data" / "b2mml" / "courbon_v0401"
NEW, OLD = "http://www.mesa.org/xml/B2MML", "http://www.wbf.org/xml/B2MML-V0401"
PRODUCED = (
    "<MaterialDefinitionID>PUMP-7</MaterialDefinitionID><MaterialLotID>L-880</MaterialLotID><MaterialUse>Produced</MaterialUse>"
    "<Quantity><QuantityString>40</QuantityString><UnitOfMeasure>PCE</UnitOfMeasure></Quantity>"
)
SCOPE = (
    "<HierarchyScope><EquipmentID>hamburg</EquipmentID><EquipmentElementLevel>Site</EquipmentElementLevel>"
    "<HierarchyScope><EquipmentID>LINE-4</EquipmentID><EquipmentElementLevel>WorkCenter</EquipmentElementLevel></HierarchyScope></HierarchyScope>"
)
Told = list[tuple[str, str, str]]


def area(bod: str = "B-1", sender: str = "SAP", name: str = "ApplicationArea", when: str = "2026-03-02T06:00:00+01:00") -> str:
    ends = f"<CreationDateTime>{when}</CreationDateTime><BODID>{bod}</BODID>"
    return f"<{name}><Sender><LogicalID>{sender}</LogicalID><ConfirmationCode>OnError</ConfirmationCode></Sender>{ends}</{name}>"


def message(root: str, data: str, namespace: str = NEW, **names: str) -> bytes:
    return f'<{root} xmlns="{namespace}">{area(**names)}<DataArea>{data}</DataArea></{root}>'.encode()


def schedule(verb: str, state: str = "", inner: str = "", action: str = "", namespace: str = NEW) -> bytes:
    family = "Operations" if namespace == NEW else "Production"
    said = f"<RequestState>{state}</RequestState>" if state else ""
    request = f"<{family}Request><ID>1000231</ID>{said}{inner}</{family}Request>"
    return message(f"{verb}{family}Schedule", f"<{verb}>{action}</{verb}><{family}Schedule>{request}</{family}Schedule>", namespace)


def performance(verb: str, state: str = "", inner: str = "", action: str = "", namespace: str = NEW) -> bytes:
    family, asked = ("Operations", "OperationsRequestID") if namespace == NEW else ("Production", "ProductionRequestID")
    said = f"<ResponseState>{state}</ResponseState>" if state else ""
    response = f"<{family}Response><ID>C-5001</ID><{asked}>1000231</{asked}>{said}{inner}</{family}Response>"
    return message(
        f"{verb}{family}Performance", f"<{verb}>{action}</{verb}><{family}Performance>{response}</{family}Performance>", namespace
    )


def read(body: bytes, options: dict[str, Any] | None = None, **settings: Any) -> Rows:
    extra = {"options": options} if options else {}
    return rows_of({"kind": "b2mml", "path": "*", **extra, **settings}, record(body, "application/xml", position="a.xml:1"))


def told(rows: Rows) -> Told:
    assert rows.rejected == []
    return [(event.event_type, event.system or "", event.error_code or "ok") for event in rows.events]


def reasons(rows: Rows) -> list[str]:
    return [str(row[3]) for row in rows.rejected]


ACCEPTED = '<ResponseCriteria><ResponseExpression actionCode="Accepted"/></ResponseCriteria>'
REASON = "<ChangeStatus><Reason>no routing</Reason></ChangeStatus>"
REJECTED = f'<ResponseCriteria><ResponseExpression actionCode="Rejected"/>{REASON}</ResponseCriteria>'
DELETED = '<ActionCriteria><ActionExpression actionCode="Delete">/ID</ActionExpression></ActionCriteria>'


@pytest.mark.parametrize("namespace", [NEW, OLD])
@pytest.mark.parametrize(
    ("verb", "state", "action", "expected"),
    [
        ("Process", "Released", "", ("order.released", "erp", "ok")),
        ("Process", "", "", ("order.released", "erp", "ok")),
        ("Sync", "Waiting", "", ("order.created", "erp", "ok")),
        ("Sync", "Forecast", "", ("order.forecast", "erp", "ok")),
        ("Sync", "Ready", "", ("work_order.scheduled", "mes", "ok")),
        ("Sync", "Completed", "", ("production.completed", "mes", "ok")),
        ("Sync", "Aborted", "", ("production.completed", "mes", "b2mml:Aborted")),
        ("Sync", "Cancelled", "", ("order.cancelled", "erp", "ok")),
        ("Sync", "", DELETED, ("order.cancelled", "erp", "ok")),
        ("Change", "", "", ("order.changed", "erp", "ok")),
        ("Cancel", "", "", ("order.cancelled", "erp", "ok")),
        ("Respond", "", ACCEPTED, ("work_order.changed", "mes", "ok")),
        ("Acknowledge", "", ACCEPTED, ("work_order.received", "mes", "ok")),
        ("Acknowledge", "", "", ("work_order.received", "mes", "ok")),
        ("Acknowledge", "", REJECTED, ("work_order.received", "mes", "b2mml:Rejected")),
    ],
)
def test_verb_and_state_say_which_step_an_order_takes(namespace: str, verb: str, state: str, action: str, expected: tuple[str, str, str]):
    rows = read(schedule(verb, state, action=action, namespace=namespace))
    assert told(rows) == [expected]
    assert ("production_order", "1000231") in rows.events[0].objects


def test_an_order_says_what_is_to_be_made_where_and_until_when():
    needed = (
        f"<SegmentRequirement><MaterialRequirement>{PRODUCED}</MaterialRequirement><MaterialRequirement><MaterialUse>Consumed</MaterialUse>"
    )
    inner = f"<EndTime>2026-03-02T16:00:00+01:00</EndTime>{SCOPE}{needed}</MaterialRequirement></SegmentRequirement>"
    (event,) = read(schedule("Process", "Released", inner)).events
    assert (event.site, event.work_center, event.item, event.ordered_quantity, event.uom) == (
        "hamburg",
        "LINE-4",
        "PUMP-7",
        "40.000000",
        "PCE",
    )
    assert (event.event_ns, event.due_ns) == (1_772_427_600_000_000_000, 1_772_463_600_000_000_000)
    assert (event.system_name, event.message_id, event.schema_version) == ("SAP", "B-1", "B2MML")


@pytest.mark.parametrize("namespace", [NEW, OLD])
@pytest.mark.parametrize(
    ("verb", "state", "action", "expected"),
    [
        ("Sync", "Completed", "", ("production.completed", "mes", "ok")),
        ("Process", "Running", "", ("work_order.started", "mes", "ok")),
        ("Sync", "Aborted", "", ("production.completed", "mes", "b2mml:Aborted")),
        ("Sync", "", "", ("production.reported", "mes", "ok")),
        ("Acknowledge", "", ACCEPTED, ("production.confirmed", "erp", "ok")),
        ("Acknowledge", "", REJECTED, ("production.confirmed", "erp", "b2mml:Rejected")),
    ],
)
def test_verb_and_state_say_how_production_went(namespace: str, verb: str, state: str, action: str, expected: tuple[str, str, str]):
    rows = read(performance(verb, state, action=action, namespace=namespace))
    assert told(rows) == [expected]
    assert set(rows.events[0].objects) >= {("confirmation", "C-5001"), ("production_order", "1000231")}


@pytest.mark.parametrize("name", ["ActualEndTime", "EndTime", "Endtime"])
def test_production_ends_when_its_last_segment_does(name: str):
    first = f"<SegmentResponse><ID>10</ID><{name}>2026-03-02T14:00:00+01:00</{name}></SegmentResponse>"
    goods = f"<MaterialActual>{PRODUCED}</MaterialActual>"
    last = f"<SegmentResponse><ID>20</ID><{name}>2026-03-02T15:30:00+01:00</{name}>{goods}</SegmentResponse>"
    rows = read(performance("Sync", "", first + last))
    assert told(rows) == [("production.completed", "mes", "ok"), ("operation.completed", "mes", "ok"), ("operation.completed", "mes", "ok")]
    assert [event.event_ns // 60_000_000_000 for event in rows.events] == [29_541_030, 29_540_940, 29_541_030]
    assert [event.quantity for event in rows.events] == ["40.000000", None, "40.000000"]
    assert rows.events[0].batch == "L-880"


def test_an_answer_that_repeats_nothing_is_tied_by_the_message_it_answers():
    original = area(name="OriginalApplicationArea")
    asked = read(schedule("Process", "Released")).events[0]
    answer = f"<Acknowledge>{original}{REJECTED}</Acknowledge><OperationsSchedule/>"
    (event,) = read(message("AcknowledgeOperationsSchedule", answer, bod="M-9", sender="MES")).events
    assert (event.objects, event.error_code, event.error_text) == ((), "b2mml:Rejected", "no routing")
    assert event.conversation_id == asked.conversation_id == "B-1"


def test_a_change_and_its_answer_are_one_order_change():
    changed = read(schedule("Change")).events[0]
    original = area(name="OriginalApplicationArea")
    answered = read(schedule("Respond", action=original + ACCEPTED)).events[0]
    assert ("order_change", "B-1") in changed.objects
    assert ("order_change", "B-1") in answered.objects


@pytest.mark.parametrize(
    ("sender", "confirm", "expected"),
    [
        ("SAP", REJECTED, ("work_order.received", "mes", "b2mml:ConfirmBOD")),
        ("MES", REJECTED, ("production.confirmed", "erp", "b2mml:ConfirmBOD")),
        ("SAP", "", ("work_order.received", "mes", "b2mml:ConfirmBOD")),  # asked for on errors only, so there was one
        ("SAP", ACCEPTED, ("b2mml.confirmed", "mes", "ok")),
    ],
)
def test_a_confirmation_of_an_error_is_a_failed_attempt(sender: str, confirm: str, expected: tuple[str, str, str]):
    original = area(name="OriginalApplicationArea", sender=sender)
    data = f"<Confirm>{confirm}</Confirm><BOD>{original}<Description>unit PCE is unknown</Description></BOD>"
    rows = read(message("ConfirmBOD", data, bod="C-1", sender="X"), {"systems": {"SAP": "erp", "MES": "mes"}})
    assert told(rows) == [expected]
    assert (rows.events[0].objects, rows.events[0].conversation_id) == ((), "B-1")
    if rows.events[0].is_error:
        assert (rows.events[0].error_text or "").endswith("unit PCE is unknown")


@pytest.mark.parametrize("names", [True, False])
def test_an_answer_may_accept_one_order_and_reject_another(names: bool):
    answers = [("Rejected", "2", "no routing"), ("Accepted", "1", "")] if names else [("Accepted", "", ""), ("Rejected", "", "no routing")]
    criteria = "".join(
        f'<ResponseCriteria><ResponseExpression actionCode="{code}">/OperationsRequest[ID={order!r}]</ResponseExpression>'
        f"<ChangeStatus><Reason>{reason}</Reason></ChangeStatus></ResponseCriteria>"
        for code, order, reason in answers
    )
    requests = "".join(f"<OperationsRequest><ID>{order}</ID></OperationsRequest>" for order in "12")
    data = f"<Acknowledge>{criteria}</Acknowledge><OperationsSchedule>{requests}</OperationsSchedule>"
    rows = read(message("AcknowledgeOperationsSchedule", data))
    assert [(dict(event.objects)["production_order"], event.error_code, event.error_text) for event in rows.events] == [
        ("1", None, None),
        ("2", "b2mml:Rejected", "no routing"),
    ]


def test_an_event_is_at_the_system_of_its_sender_unless_another_is_told_to():
    systems = {"systems": {"SAP": "plm"}}
    item = message("SyncMaterialDefinition", "<Sync/><MaterialDefinition><ID>P</ID></MaterialDefinition>")
    assert told(read(schedule("Process", "Released"), systems)) == [("order.released", "plm", "ok")]
    assert told(read(item, systems)) == [("item.synced", "mes", "ok")]
    options = {**systems, "messages": {"SyncMaterialDefinition": {"event_type": "item.changed", "system": "wms"}}}
    assert told(read(item, options)) == [("item.changed", "wms", "ok")]


def test_maintenance_is_no_production():
    rows = read(schedule("Process", "Released", "<OperationsType>Maintenance</OperationsType>"))
    assert told(rows) == [("maintenance.requested", "mes", "ok")]
    assert ("operations_request", "1000231") in rows.events[0].objects


@pytest.mark.parametrize(
    ("verb", "state", "expected"),
    [
        ("Process", "Dispatched", ("operation.dispatched", "mes", "ok")),
        ("Process", "", ("operation.created", "mes", "ok")),  # as the schedule around it says
        ("Show", "Ready", ("operation.scheduled", "mes", "ok")),
        ("Sync", "Aborted", ("operation.completed", "mes", "b2mml:Aborted")),
        ("Change", "Ready", ("operation.changed", "mes", "ok")),
        ("Acknowledge", "", ("operation.received", "mes", "ok")),
    ],
)
def test_work_is_handed_out_as_jobs_of_an_order(verb: str, state: str, expected: tuple[str, str, str]):
    said = f"<DispatchStatus>{state}</DispatchStatus>" if state else ""
    request = (
        f"<WorkRequest><ID>W-1</ID><OperationsRequestID>1000231</OperationsRequestID><JobOrder><ID>J-1</ID>{said}</JobOrder></WorkRequest>"
    )
    body = message(f"{verb}WorkSchedule", f"<{verb}/><WorkSchedule><ScheduleState>Pending</ScheduleState>{request}</WorkSchedule>")
    rows = read(body)
    assert told(rows) == [expected]
    assert set(rows.events[0].objects) == {("job_order", "J-1"), ("work_request", "W-1"), ("production_order", "1000231")}


@pytest.mark.parametrize("noun", ["WorkPerformance", "JobResponse", "JobResponseList"])
def test_a_job_is_done_at_its_end(noun: str):
    inner = "<ID>R-1</ID><JobOrderID>J-1</JobOrderID><EndTime>2026-03-02T14:00:00+01:00</EndTime>"
    nested = {
        "WorkPerformance": f"<WorkResponse><JobResponse>{inner}</JobResponse></WorkResponse>",
        "JobResponse": inner,
        "JobResponseList": f"<JobResponset>{inner}</JobResponset>",
    }
    rows = read(message(f"Sync{noun}", f"<Sync/><{noun}>{nested[noun]}</{noun}>"))
    assert told(rows) == [("operation.completed", "mes", "ok")]
    assert (rows.events[0].objects, rows.events[0].event_ns // 60_000_000_000) == ((("job_order", "J-1"),), 29_540_940)


def test_requests_within_requests_and_work_without_jobs_are_read():
    child = "<WorkRequestChild><ID>W-2</ID><JobOrder><ID>J-2</ID></JobOrder></WorkRequestChild>"
    outer = "<OperationsRequestID>7</OperationsRequestID><WorkType>Maintenance</WorkType>"
    body = message("SyncWorkSchedule", f"<Sync/><WorkSchedule><WorkRequest><ID>W-1</ID>{outer}{child}</WorkRequest></WorkSchedule>")
    (event,) = read(body).events
    assert (event.event_type, set(event.objects)) == (
        "maintenance.requested",
        {("job_order", "J-2"), ("work_request", "W-2"), ("operations_request", "7")},
    )
    alone = read(message("SyncWorkSchedule", "<Sync/><WorkSchedule><WorkRequest><ID>W-1</ID></WorkRequest></WorkSchedule>"))
    assert (told(alone), alone.events[0].objects) == ([("operation.dispatched", "mes", "ok")], (("work_request", "W-1"),))


def test_options_and_map_say_it_otherwise():
    options = {
        "systems": {"SAP": "scm"},
        "site": "hamburg",
        "messages": {"ProcessOperationsSchedule/Released": {"event_type": "plan.updated"}, "SyncOperationsSchedule": None},
    }
    mapping = {"work_center": {"path": "SegmentRequirement[ID=20]/EquipmentID"}, "customer": {"path": "/ApplicationArea/Sender/TaskID"}}
    segments = "".join(f"<SegmentRequirement><ID>{i}</ID><EquipmentID>E{i}</EquipmentID></SegmentRequirement>" for i in (10, 20))
    (event,) = read(schedule("Process", "Released", segments), options, map=mapping).events
    assert (event.event_type, event.system, event.site, event.work_center, event.customer) == (
        "plan.updated",
        "scm",
        "hamburg",
        "E20",
        None,
    )
    assert told(read(schedule("Sync", "Released"), options)) == []


LOT = """<MaterialLot><ID>L-880</ID><MaterialDefinitionID>PUMP-7</MaterialDefinitionID>{status}<StorageLocation>A-01</StorageLocation>
<Quantity><QuantityString>38</QuantityString><UnitOfMeasure>PCE</UnitOfMeasure></Quantity></MaterialLot>"""


def stock(rows: Rows) -> list[tuple[Any, ...]]:
    named = [dict(zip(STOCK, row, strict=True)) for row in rows.stock]
    return [
        tuple(row[name] for name in ("system", "site", "location", "item", "batch", "stock_status", "quantity", "uom")) for row in named
    ]


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("", "unrestricted"),
        ("<Disposition>UnRestricted</Disposition>", "unrestricted"),
        ("<Disposition>Restricted</Disposition>", "restricted"),
    ],
)
def test_lots_are_lines_of_a_stock_snapshot_where_the_source_holds_inventory(status: str, expected: str):
    body = message("SyncMaterialLot", f"<Sync/>{LOT.format(status=status)}", sender="WMS")
    rows = read(body, {"holds": "inventory", "systems": {"WMS": "wms"}, "site": "hamburg"})
    assert stock(rows) == [("wms", "hamburg", "A-01", "PUMP-7", "L-880", expected, "38.000000", "PCE")]
    assert rows.events == []


def test_a_map_says_better_what_a_lot_is():
    mapping = {"stock_status": {"path": "Status", "values": {"Q": "quality"}}, "system": {"value": "mes"}, "site": {"value": "lyon"}}
    rows = read(message("SyncMaterialLot", f"<Sync/>{LOT.format(status='<Status>Q</Status>')}"), {"holds": "inventory"}, map=mapping)
    assert stock(rows) == [("mes", "lyon", "A-01", "PUMP-7", "L-880", "quality", "38.000000", "PCE")]


def test_a_lot_of_no_known_system_is_rejected_with_what_is_missing():
    rows = read(message("SyncMaterialLot", f"<Sync/>{LOT.format(status='')}"), {"holds": "inventory"})
    assert reasons(rows) == ["system, site: empty, and a stock snapshot says nothing without it"]


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (
            b"<ORDERS05/>",
            "the document is a 'ORDERS05', which is not read; read are ConfirmBOD and, with or without a verb, ProductionSchedule",
        ),
        (
            schedule("Process", "Rleased"),
            "OperationsRequest 1000231: the state 'Rleased' is none of B2MML; say what it means under `options.messages`",
        ),
        (message("SyncMaterialDefinition", "<Sync/>", when="2026-03-02T06:00:00"), "the document '2026-03-02T06:00:00' has no offset"),
        (
            b"<OperationsSchedule><OperationsRequest><ID>7</ID></OperationsRequest></OperationsSchedule>",
            "OperationsRequest 7: nothing says when",
        ),
        (performance("Sync", "Completed", "<EndTime>soon</EndTime>"), "OperationsResponse C-5001: 'soon' is no time"),
    ],
)
def test_what_cannot_be_understood_is_rejected_with_the_reason(body: bytes, reason: str):
    rows = read(body)
    assert [each.startswith(reason) for each in reasons(rows)] == [True], reasons(rows)
    assert rows.events == []


def test_times_without_an_offset_are_of_the_zone_that_is_said():
    body = message("SyncMaterialDefinition", "<Sync/><MaterialDefinition><ID>P</ID></MaterialDefinition>", when="2026-03-02T06:00:00")
    (event,) = read(body, {"time_zone": "Europe/Berlin"}).events
    assert (event.event_ns, event.event_type, event.objects) == (1_772_427_600_000_000_000, "item.synced", (("item", "P"),))


def test_the_same_message_from_two_places_is_one():
    first, again = record(schedule("Process"), position="a.xml:1"), record(schedule("Process"), position="b.xml:1")
    assert len(rows_of({"kind": "b2mml", "path": "*"}, first, again).events) == 1


@pytest.mark.parametrize(
    ("options", "where", "words"),
    [
        ({"system": {}}, "options.system", "no option is called 'system'. Did you mean 'systems'?"),
        ({"holds": "stock"}, "options.holds", "must be events or inventory"),
        ({"site": 5}, "options.site", "must be a text"),
        ({"systems": ["SAP"]}, "options.systems", "must map the LogicalID"),
        ({"time_zone": "Berlin"}, "options.time_zone", "no time zone"),
        ({"messages": {"ConfirmBOD": {"type": "x"}}}, "options.messages.ConfirmBOD.type", "no key is called"),
        ({"messages": {"ConfirmBOD": 7}}, "options.messages.ConfirmBOD", "must be an event type"),
    ],
)
def test_options_that_cannot_be_meant_are_told(options: dict[str, Any], where: str, words: str):
    problems = dict(check_source({"name": "plant", "kind": "b2mml", "path": "*", "options": options}))
    assert words in problems[where]


def test_messages_of_a_real_plant_are_read():
    if not SAMPLES.is_dir():
        pytest.skip("The messages of a plant (shared/data/b2mml) are not beside this checkout.")
    found = {file.name[:3]: told(read(file.read_bytes(), {"site": "lyon"})) for file in sorted(SAMPLES.glob("*.xml"))}
    assert found == {
        "INV": [("batch.synced", "mes", "ok")],
        "LOT": [("batch.synced", "mes", "ok")],
        "MAT": [("item.synced", "mes", "ok")],
        "PES": [("production.reported", "mes", "ok")],
        "PRO": [("order.released", "erp", "ok")],
    }
    (inventory,) = SAMPLES.glob("INV*.xml")
    rows = read(inventory.read_bytes(), {"holds": "inventory", "site": "lyon", "systems": {"DEV130": "mes"}})
    assert stock(rows) == [("mes", "lyon", "", "CRBN0001", "CRBN0001_LOT01/CRBN0001_LOT01_01", "notvalid", "24.910000", "KG")]
