"""The script: what is wrong at the moment the history ends, the same in every run, with its known truth."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from random import Random
from typing import Any

from app.simulator import troubles
from app.simulator.act import Trouble
from app.simulator.company import ITEMS, PLANT, Plant
from app.simulator.episode import Episode
from app.simulator.fates import Fate
from app.simulator.flows import FLOWS
from app.simulator.numbers import STORY_SERIALS
from app.simulator.rhythm import DAY, HOUR, MINUTE, SECOND, local


@dataclass(frozen=True, slots=True)
class Scene:
    """One episode that is not as it should be: how an observer must see it, where and when it began, and why."""

    what: str
    seen_as: str  # failed, missing, retrying, inconsistent
    plant: str
    flow: str
    ago_ns: int
    fate: Fate
    haste: float = 1.0
    wishes: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that a correct observer finds at the end of the history."""

    what: str
    seen_as: str
    workflow: str
    transaction_id: str
    site: str
    milestone: str
    error_class: str | None


@dataclass(slots=True)
class Story:
    """The scripted episodes, what they amount to, and the messages that nobody could read."""

    episodes: list[Episode] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    unreadable: list[tuple[Plant, int, Trouble]] = field(default_factory=list)

    def truth(self) -> dict[str, Any]:
        return {"findings": [asdict(finding) for finding in self.findings], "unplaced_failures": len(self.unreadable)}


def tell(seed: int, end_ns: int) -> Story:
    """Everything that is open at `end_ns`."""
    story = Story()
    for number, scene in enumerate(_script(end_ns)):
        episode = _play(seed, scene, STORY_SERIALS + number, (end_ns - scene.ago_ns) // SECOND * SECOND)
        story.episodes.append(episode)
        story.findings.append(_finding(scene, episode))
    for minutes_ago in (71, 26):
        story.unreadable.append((PLANT["kulim"], end_ns - minutes_ago * MINUTE, troubles.UNREADABLE))
    return story


def _script(end_ns: int) -> list[Scene]:
    return [*_lost(end_ns), *_blocked_material(), *_refused_version(), *_others(end_ns)]


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
    return [Scene(what, "failed", "kulim", "order_to_production", (58 - 11 * n) * MINUTE, fate, 0.05) for n in range(4)]


def _others(end_ns: int) -> list[Scene]:
    return [
        Scene("A goods issue was tried five times and put aside", "failed", "augsburg", "shipment_to_invoice", 11 * HOUR,
              Fate("exhausted", "issued", troubles.REFUSED), haste=0.3),
        Scene("A partner profile for order changes is missing", "failed", "monterrey", "purchase_order_change", 205 * MINUTE,
              Fate("stuck", "sent", troubles.NO_PARTNER), haste=0.2),
        Scene("Planning does not answer; the middleware tries again", "retrying", "kulim", "production_to_inventory", 10 * MINUTE,
              Fate("retrying", "available", troubles.HTTP_503, end_ns), haste=0.1),
        Scene("The MES's clock is minutes behind", "inconsistent", "kulim", "order_to_production", 330 * MINUTE,
              Fate("early", "received"), haste=0.2),
    ]  # fmt: skip


def _play(seed: int, scene: Scene, serial: int, start_ns: int) -> Episode:
    plant = PLANT[scene.plant]
    day = local(plant, start_ns).date()
    random = Random(f"{seed} story {scene.flow} {plant.name} {day} {serial}")
    episode = Episode(scene.flow, plant, day, serial, start_ns, random, scene.fate, scene.haste, scene.wishes)
    FLOWS[scene.flow].play(episode)
    return episode


def _finding(scene: Scene, episode: Episode) -> Finding:
    walk = episode.walks[0]
    return Finding(scene.what, scene.seen_as, walk.workflow, walk.transaction, scene.plant, scene.fate.milestone, walk.open_error)
