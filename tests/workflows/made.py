"""The three plants: orders that fan out, lots whose steps are optional, long chains that branch into other workflows."""

from __future__ import annotations

from random import Random

from tests.workflows.plant import Plant
from tests.workflows.truth import DAY, HOUR, MINUTE, SECOND, ZONES, Told

FILES = ("fan_out", "optional_steps", "long_chains")
METRICS = {
    "fan_out": {
        "picking_lag": {"workflow": "line_picking", "from": "released", "to": "picked", "target": "4h", "goal": 0.9},
        "fulfilment_time": {"workflow": "order_fulfilment", "from": "created", "to": "shipped", "target": "3d", "goal": 0.9},
    },
    "optional_steps": {
        "decision_time": {
            "workflow": "lot_to_release", "from": "arrived", "to": "decided", "target": "1d", "calendar": "working", "goal": 0.9,
        },
        "picture_lag": {"workflow": "lot_to_release", "from": "decided", "to": "photographed", "target": "10m", "goal": 0.5},
    },
    "long_chains": {
        "answer_time": {
            "workflow": "order_to_cash", "from": "purchased", "to": "confirmed", "target": "1d", "calendar": "working", "goal": 0.9,
        },
        "order_to_invoice": {"workflow": "order_to_cash", "from": "ordered", "to": "invoiced", "target": "10d", "goal": 0.9},
    },
}  # fmt: skip


def plant(file: str, seed: int, count: int) -> Plant:
    """`count` runs of the first workflow of the file, with all that hangs on them."""
    made = Plant(file, Random(f"{file} {seed}"), METRICS[file])
    for _ in range(count):
        {"fan_out": sales_order, "optional_steps": lot, "long_chains": chain}[file](made, made.random.choice(list(ZONES)))
    if file == "fan_out":
        for _ in range(count):
            movement(made, made.random.choice(list(ZONES)))
    return made.close()


def sales_order(made: Plant, site: str) -> None:
    """One order, one to five lines, one to three production orders that the quantity is divided among, and a delivery for each."""
    random, start_ns = made.random, made.some_time()
    sales, order = (
        ("sales_order", made.id("SO")),
        made.random.choice(["well", "well", "well", "raised", "short", "redelivered", "cancelled"]),
    )
    made.fates[f"order {order}"] = made.fates.get(f"order {order}", 0) + 1
    main = made.tell_of("order_fulfilment", sales[1], site)
    lines = [made.tell_of("line_picking", f"{sales[1]}/{n}0", site) for n in range(1, random.randrange(2, 7))]
    runs = [made.tell_of("production_run", made.id("PO"), site) for _ in range(random.randrange(1, 4))]
    total = 60 * len(runs)
    made.say(
        start_ns,
        "order.created@erp",
        site,
        [sales],
        [(main, "created"), *((line, "ordered") for line in lines)],
        ordered_quantity=str(total),
    )
    released_ns = start_ns + random.randrange(1, 30) * HOUR
    released = [
        sales,
        *(("order_line", line.transaction_id) for line in lines),
        *(("production_order", run.transaction_id) for run in runs),
    ]
    made.say(released_ns, "order.released@erp", site, released, [(told, "released") for told in (main, *lines, *runs)])
    for line in lines:
        line.exists_ns = released_ns  # until then nobody had named it
        picked_ns, lost = released_ns + random.randrange(60, 12 * 3600) * SECOND, random.random() < 0.2
        if not lost:
            made.say(picked_ns, "delivery.picked@wms", site, [("order_line", line.transaction_id)], [(line, "picked")])
    if order == "cancelled":
        made.say(released_ns + HOUR, "order.cancelled@erp", site, [sales], [(main, "")])
        main.holds("cancelled", "", released_ns + HOUR)
    if order == "raised":
        made.say(released_ns + HOUR, "order.created@erp", site, [sales], [(main, "created"), *((line, "ordered") for line in lines)],
                 ordered_quantity=str(total + 1))  # fmt: skip
    if done_ns := produce(made, main, runs, released_ns, order):
        deliver(made, main, sales, done_ns, len(runs), is_whole=order != "raised")


def produce(made: Plant, main: Told, runs: list[Told], released_ns: int, order: str) -> int | None:
    """Every production order makes 60; when all of it is there, if it ever is. Only the last piece of what was ordered is enough."""
    done_ns = released_ns
    for run in runs:
        done_ns += 20 * HOUR + made.random.randrange(3600) * SECOND
        is_last, names = run is runs[-1], [("production_order", run.transaction_id)]
        if is_last and order == "short":
            return None
        said = {"quantity": "60", "idempotency_key": run.transaction_id}
        made.say(done_ns, "production.completed@mes", main.site, names, [(run, "completed")], and_part_of=main, **said)
        if is_last and order != "raised":
            main.reached["produced"] = done_ns
        if order == "redelivered" and not is_last:
            made.say(done_ns + MINUTE, "production.completed@mes", main.site, names, [(run, "completed")], and_part_of=main, **said)
    return done_ns


def deliver(made: Plant, main: Told, sales: tuple[str, str], done_ns: int, count: int, is_whole: bool) -> None:
    """Every delivery names the order once, when the warehouse creates it; what is dispatched names only the delivery."""
    for n in range(count):
        delivery = ("delivery", made.id("80"))
        made.say(done_ns + MINUTE, "delivery.created@wms", main.site, [sales, delivery], [])
        gone_ns, is_last = done_ns + (n + 1) * 15 * HOUR, n == count - 1
        made.say(gone_ns, "shipment.dispatched@tms", main.site, [delivery], [], and_part_of=main, quantity="60")
        if is_last and is_whole:
            main.reached["shipped"] = gone_ns
    if is_whole and made.random.random() < 0.8:
        made.say(gone_ns + 2 * HOUR, "invoice.issued@fin", main.site, [sales], [(main, "invoiced")])


def movement(made: Plant, site: str) -> None:
    told = made.tell_of("stock_movement_sync", made.id("MV"), site)
    item, quantity = f"M-{made.random.randrange(5)}", made.random.randrange(1, 90)
    goods = {"item": item, "location": "FG", "quantity": str(quantity), "uom": "PC"}
    names = [("movement", told.transaction_id)]
    fate = made.walk(told, made.some_time(), lambda step: names, goods=lambda step, ns: goods)
    made.moved.append((told, item, quantity, fate))


def lot(made: Plant, site: str) -> None:
    """A lot by one of two ways; one in four is reworked, which is a workflow of its own."""
    random, start_ns, name = made.random, made.some_time(), ("inspection_lot", made.id("LOT"))
    way = {"in_the_lab", "sampled"} if random.random() < 0.5 else {"on_the_line"}
    skipped = frozenset(way | ({"photographed"} if random.random() < 0.5 else set()))
    told = made.tell_of("lot_to_release", name[1], site)
    made.walk(told, start_ns, lambda step: [name], skipped=skipped)
    if random.random() < 0.25:
        rework = made.tell_of("lot_rework", made.id("RW"), site)
        own = ("rework_order", rework.transaction_id)
        made.walk(rework, start_ns + DAY, lambda step: [name] if step == "reinspected" else [own, name])


def chain(made: Plant, site: str) -> None:
    """Fifteen steps; those of the part are also the part's, those of the plant also the production order's."""
    sales, purchase = ("sales_order", made.id("SO")), ("purchase_order", made.id("45"))
    production, delivery = ("production_order", made.id("PO")), ("delivery", made.id("80"))
    names = {
        "purchased": [sales, purchase], **{step: [purchase] for step in ("confirmed", "announced", "arrived")},
        "started": [sales, production], "measured": [production], "finished": [production],
        "picked": [production, delivery, sales], "dispatched": [delivery],
    }  # fmt: skip
    main, part = (
        made.tell_of("order_to_cash", sales[1], site, partner="20017"),
        made.tell_of("part_to_plant", purchase[1], site, partner="20017"),
    )
    plant = made.tell_of("plant_to_customer", production[1], site)
    also = {"purchased": [(part, "created")], **{step: [(part, step)] for step in ("confirmed", "announced", "arrived")}}
    also |= {step: [(plant, step)] for step in ("started", "finished", "picked", "dispatched")}
    late_days = made.random.choice([2, 3, 4])

    def goods(step: str, ns: int) -> dict:
        told = {"purchased": {"partner": "20017"}, "confirmed": {"promised_ns": ns + late_days * DAY}}
        return told.get(step, {})

    made.walk(main, made.some_time(), lambda step: names.get(step, [sales]), also, goods)
