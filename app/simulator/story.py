"""The script: what is wrong at the moment the history ends, the same in every run, with its known truth."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, replace
from enum import Enum
from random import Random
from typing import Any

from app.simulator import troubles
from app.simulator.act import Act, Payload, Trouble
from app.simulator.agreements import effect
from app.simulator.company import ITEMS, PLANT, Plant
from app.simulator.documents import production_request
from app.simulator.episode import Episode
from app.simulator.fates import Fate
from app.simulator.flows import FLOWS
from app.simulator.numbers import STORY_SERIALS
from app.simulator.rhythm import DAY, HOUR, MINUTE, SECOND, local

HELD = ("lost", "stuck", "exhausted")  # fates after which the middleware still holds the message


class Again(Enum):
    """What comes of it when the message is sent again."""

    WORKS = "works"
    BUSY = "busy"  # works, once the middleware has time for it
    REFUSED = "refused"  # fails as before
    NOTHING = "nothing"  # is taken, and nobody ever hears of it


@dataclass(frozen=True, slots=True)
class Scene:
    """One episode that is not as it should be: how an observer must see it, where and when it began, and why."""

    what: str
    seen_as: str  # failed, missing, unjudged, retrying, inconsistent, cancelled
    plant: str
    flow: str
    ago_ns: int
    fate: Fate | None = None
    haste: float = 1.0
    wishes: dict[str, Any] = field(default_factory=dict)
    rule: str | None = None  # the integrity rule that it breaks
    again: Again = Again.WORKS


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that a correct observer finds at the end of the history."""

    what: str
    seen_as: str
    workflow: str
    transaction_id: str
    site: str
    milestone: str | None
    error_class: str | None


@dataclass(frozen=True, slots=True)
class Violation:
    """One transaction that a broken rule names."""

    rule: str
    workflow: str
    transaction_id: str


@dataclass(frozen=True, slots=True)
class Held:
    """An episode that the middleware could take further, and what it takes to play it once more."""

    seed: int
    scene: Scene
    serial: int
    start_ns: int
    episode: Episode


@dataclass(slots=True)
class Story:
    """The scripted episodes, what they amount to, and the messages that nobody could read."""

    episodes: list[Episode] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    violations: list[Violation] = field(default_factory=list)
    unreadable: list[tuple[Plant, int, Trouble]] = field(default_factory=list)
    held: dict[str, Held] = field(default_factory=dict)  # by the effect that has not come about

    def truth(self) -> dict[str, Any]:
        found = {"findings": [asdict(each) for each in self.findings], "violations": [asdict(each) for each in self.violations]}
        return {**found, "unplaced_failures": len(self.unreadable)}


def tell(seed: int, end_ns: int) -> Story:
    """Everything that is open at `end_ns`."""
    story = Story()
    for number, scene in enumerate(_script(end_ns)):
        serial, start_ns = STORY_SERIALS + number, (end_ns - scene.ago_ns) // SECOND * SECOND
        episode = play(seed, scene, serial, start_ns)
        story.episodes.append(episode)
        _hold(story, Held(seed, scene, serial, start_ns, episode))
        story.findings.append(_finding(scene, episode))
        if scene.rule:
            _violate(story, scene, episode)
    for minutes_ago in (71, 26):
        story.unreadable.append((PLANT["kulim"], end_ns - minutes_ago * MINUTE, troubles.UNREADABLE))
    return story


def _script(end_ns: int) -> list[Scene]:
    return [
        *_lost(end_ns),
        *_blocked_material(),
        *_refused_version(),
        *_others(end_ns),
        *_violations(end_ns),
        *_stock(),
        *_each_class(),
        *_unheard(end_ns),
    ]


def _each_class() -> list[Scene]:
    """Of every class of error something is open."""
    return [
        Scene("A supplier could not read an order", "failed", "augsburg", "procure_to_receipt", 5 * HOUR,
              Fate("stuck", "sent", troubles.EDI_997), haste=0.2),
        Scene("An item waits for the message before it", "failed", "monterrey", "master_data_sync", 9 * HOUR,
              Fate("stuck", "synced_scm", troubles.WAITING), haste=0.1),
        Scene("The warehouse fails at a pick, and does not say why", "failed", "augsburg", "shipment_to_invoice", 8 * HOUR,
              Fate("stuck", "picked", troubles.WMS_NULL), haste=0.2),
        Scene("A second partner profile for order changes is missing", "failed", "augsburg", "purchase_order_change", 4 * HOUR,
              Fate("stuck", "sent", troubles.NO_PARTNER), haste=0.2, again=Again.NOTHING),
        Scene("The item master is out of step with planning", "missing", "monterrey", "master_data_sync", 28 * HOUR,
              Fate("lost", "synced_scm")),
    ]  # fmt: skip


def _unheard(end_ns: int) -> list[Scene]:
    """A provider is silent; what its suppliers sent meanwhile comes once it is back, and was in time."""
    return [
        Scene("A shipping notice may have come: its provider is silent", "unjudged", "monterrey", "procure_to_receipt", (9 + n) * DAY,
              wishes={"promised": end_ns - (25 + 8 * n) * MINUTE, "shipped_ahead": (12 + 6 * n) * MINUTE})
        for n in range(3)
    ]  # fmt: skip


def _stock() -> list[Scene]:
    """Why the ERP has other stock than the warehouse."""
    return [
        Scene("A movement in the warehouse never reached the ERP", "missing", "augsburg", "stock_movement_sync", 26 * HOUR,
              Fate("lost", "moved_erp")),
        Scene("The ERP refuses a movement: its posting period is closed", "failed", "kulim", "stock_movement_sync", 15 * HOUR,
              Fate("stuck", "moved_erp", troubles.PERIOD)),
        Scene("A movement was posted twice", "inconsistent", "monterrey", "stock_movement_sync", 40 * HOUR, Fate("doubled", "moved_erp"),
              rule="duplicate_posting"),
    ]  # fmt: skip


def _lost(end_ns: int) -> list[Scene]:
    """What should have come and has not."""
    promised = {"promised": end_ns - 7 * HOUR}
    return [
        Scene("An order change never reached the plant", "missing", "monterrey", "order_change", 128 * MINUTE, Fate("lost", "received")),
        Scene("A production completion never reached the ERP", "missing", "augsburg", "production_to_inventory", 186 * MINUTE,
              Fate("lost", "confirmed")),
        Scene("The warehouse did not get a quality hold", "missing", "kulim", "quality_to_shipment", 94 * MINUTE,
              Fate("lost", "blocked_wms"), haste=0.2),
        Scene("No invoice followed a shipment", "missing", "augsburg", "shipment_to_invoice", 30 * HOUR,
              Fate("lost", "invoiced"), haste=0.2),
        Scene("An ASN did not arrive", "missing", "kulim", "procure_to_receipt", 9 * DAY, Fate("lost", "shipped"), wishes=promised),
        Scene("The item master is out of step with the MES", "missing", "augsburg", "master_data_sync", 29 * HOUR,
              Fate("lost", "synced_mes")),
    ]  # fmt: skip


def _blocked_material() -> list[Scene]:
    """Somebody counts a motor in Monterrey, and every confirmation of it is refused."""
    what, fate = "Confirmations of a motor are refused while it is counted", Fate("stuck", "confirmed", troubles.BLOCKED)
    return [
        Scene(what, "failed", "monterrey", "production_to_inventory", (131 - 10 * n) * MINUTE, fate, 0.2, {"item": ITEMS["MTR-2203"]})
        for n in range(13)
    ]


def _refused_version() -> list[Scene]:
    """Kulim's MES was updated an hour ago and wants an element that the mapping does not fill."""
    what, fate = "The MES refuses orders of the old message version", Fate("stuck", "received", troubles.MES_SCHEMA)
    return [
        Scene(what, "failed", "kulim", "order_to_production", (58 - 11 * n) * MINUTE, fate, 0.05, again=Again.REFUSED) for n in range(4)
    ]


def _others(end_ns: int) -> list[Scene]:
    return [
        Scene("A goods issue was tried five times and put aside", "failed", "augsburg", "shipment_to_invoice", 11 * HOUR,
              Fate("exhausted", "issued", troubles.REFUSED), haste=0.3, rule="shipped_without_goods_issue", again=Again.BUSY),
        Scene("A partner profile for order changes is missing", "failed", "monterrey", "purchase_order_change", 205 * MINUTE,
              Fate("stuck", "sent", troubles.NO_PARTNER), haste=0.2, again=Again.NOTHING),
        Scene("Planning does not answer; the middleware tries again", "retrying", "kulim", "production_to_inventory", 10 * MINUTE,
              Fate("retrying", "available", troubles.HTTP_503, end_ns), haste=0.1),
        Scene("The MES's clock is minutes behind", "inconsistent", "kulim", "order_to_production", 330 * MINUTE,
              Fate("early", "received"), haste=0.2, rule="step_before_its_cause"),
    ]  # fmt: skip


def _violations(end_ns: int) -> list[Scene]:
    """What every system takes for right, and what cannot be right together."""
    late, seen_as = {"planned_end": end_ns - 6 * HOUR}, "inconsistent"
    return [
        Scene("A lot on hold left the building", seen_as, "augsburg", "shipment_to_invoice", 9 * HOUR, haste=0.05, wishes={"held": True},
              rule="blocked_stock_shipped"),
        Scene("An invoice is a fifth too high", seen_as, "kulim", "shipment_to_invoice", 20 * HOUR, haste=0.05, wishes={"invoices": 1.2},
              rule="invoice_differs_from_order"),
        Scene("A production posting went in twice", seen_as, "monterrey", "production_to_inventory", 7 * HOUR, Fate("doubled", "posted"),
              haste=0.3, rule="duplicate_posting"),
        Scene("An order passed its planned end, and nothing of it was completed", seen_as, "augsburg", "order_to_production", 30 * HOUR,
              haste=0.2, wishes=late, rule="order_without_completion"),
        Scene("More was confirmed than ordered", seen_as, "kulim", "order_to_production", 26 * HOUR, haste=0.2, wishes={"confirms": 1.25},
              rule="confirmed_more_than_ordered"),
        Scene("A scrapped lot is still in the books", "cancelled", "monterrey", "quality_to_shipment", 4 * DAY,
              Fate("cancelled", "released"), wishes={"unposted": True}, rule="scrap_not_posted"),
        Scene("The warehouse still blocks what quality released", seen_as, "monterrey", "quality_to_shipment", 4 * DAY,
              Fate("lost", "unblocked_wms"), rule="usable_stock_stranded"),
        Scene("An older change of an item overwrote a newer one", seen_as, "kulim", "master_data_sync", 27 * HOUR, haste=0.2,
              wishes={"overtaken": True}, rule="master_data_differs"),
    ]  # fmt: skip


def play(seed: int, scene: Scene, serial: int, start_ns: int) -> Episode:
    """The scene as an episode; the same arguments play the same."""
    plant = PLANT[scene.plant]
    day = local(plant, start_ns).date()
    random = Random(f"{seed} story {scene.flow} {plant.name} {day} {serial}")
    episode = Episode(scene.flow, plant, day, serial, start_ns, random, scene.fate, scene.haste, scene.wishes, is_calm=True)
    FLOWS[scene.flow].play(episode)
    if scene.again is Again.REFUSED:
        customer = next((str(act.fields["customer"]) for act in episode.acts if "customer" in act.fields), "")
        episode.acts = [_kept(act, episode.walks[0].transaction, customer) for act in episode.acts]
    return episode


def _kept(act: Act, transaction: str, customer: str) -> Act:
    """The middleware keeps what a message said that was refused."""
    if not act.trouble:
        return act
    return replace(act, payload=Payload(f"{transaction}.json", production_request(transaction, customer, act.fields)))


def _hold(story: Story, held: Held) -> None:
    fate, walk = held.scene.fate, held.episode.walks[0]
    if fate and fate.kind in HELD and (key := effect(walk.workflow, fate.milestone, walk.transaction)):
        story.held[key] = held


def _finding(scene: Scene, episode: Episode) -> Finding:
    walk = episode.walks[0]
    milestone = scene.fate.milestone if scene.fate else None
    return Finding(scene.what, scene.seen_as, walk.workflow, walk.transaction, scene.plant, milestone, walk.open_error)


def _violate(story: Story, scene: Scene, episode: Episode) -> None:
    """The rule names the first transaction of the episode; of a lot on hold also the hold."""
    named = episode.walks[:1] + [walk for walk in episode.walks[1:] if scene.wishes.get("held") and walk.workflow == "quality_to_shipment"]
    story.violations += [Violation(str(scene.rule), walk.workflow, walk.transaction) for walk in named]
