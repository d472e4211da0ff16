"""What the warehouse and the ERP have in stock, as they list it every few hours: lists that differ where their postings did."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from app.simulator.company import ITEMS, PLANTS, Plant
from app.simulator.episode import Episode
from app.simulator.numbers import stock_lot
from app.simulator.rhythm import DAY, HOUR, MINUTE, SECOND, local

COLUMNS = ("snapshot_time", "system", "site", "location", "item", "batch", "stock_status", "quantity", "uom")
MOVED = "stock.moved"
EVERY_NS, LIVE_EVERY_NS = 6 * HOUR, 15 * MINUTE
SYSTEMS = ("wms", "erp")
JUST_NS = 5 * MINUTE
WEEKS = 4  # lots older than that are used up
LOTS = 12  # of a usual order quantity that lie there


class Key(NamedTuple):
    """What is counted at a plant."""

    plant: str
    location: str
    item: str
    batch: str


class Posting(NamedTuple):
    """One effect on one side of one movement."""

    time_ns: int
    quantity: int


@dataclass(slots=True)
class Movement:
    """What each side has posted. Of one that began before the end of the history both sides have the quantity in the end, as far as it goes
    well: what is still to come is taken off."""

    key: Key
    quantity: int
    is_past: bool
    postings: dict[str, list[Posting]] = field(default_factory=lambda: defaultdict(list))

    def moved(self, system: str, moment_ns: int) -> int:
        """What it changes in the stock of the system at that moment."""
        posted = sum(posting.quantity for posting in self.postings[system] if posting.time_ns <= moment_ns)
        return posted - self.quantity if self.is_past else posted


class Recount(NamedTuple):
    """Somebody counted, and told only the warehouse."""

    plant: str
    item: str
    ago_ns: int
    quantity: int


RECOUNTS = (Recount("monterrey", "CUW-080", 20 * HOUR, -7), Recount("augsburg", "BRG-6310", 6 * DAY, 12))
UNKNOWN = ("kulim", "CON-M12")  # whose newest lot the ERP does not know at all


class Stock:
    """Listens to what happens and writes the lists into `folder`, one file for each system and moment."""

    def __init__(self, folder: Path, end_ns: int) -> None:
        self._folder, self._end_ns = folder, end_ns
        self._movements: dict[str, Movement] = {}
        folder.mkdir(parents=True, exist_ok=True)

    def hear(self, episode: Episode) -> None:
        """Takes down the postings of an episode; a posting that failed, or came again under its key, moves nothing."""
        seen: set[str] = set()
        for act in episode.acts:
            if act.event != MOVED or act.trouble or act.key in seen:
                continue
            seen.add(act.key)
            (name,) = act.objects["movement"]
            said = act.fields
            quantity = int(said["quantity"])
            key = Key(episode.plant.name, str(said["location"]), str(said["item"]), str(said["batch"]))
            movement = self._movements.setdefault(name, Movement(key, quantity, episode.start_ns < self._end_ns))
            movement.postings[act.system].append(Posting(act.time_ns, quantity))

    def list_past(self, begin_ns: int) -> None:
        """The lists of every six hours from `begin_ns` until the end of the history, and one just before it."""
        for number in range(-(-begin_ns // EVERY_NS), (self._end_ns - JUST_NS) // EVERY_NS + 1):
            self.list_now(number * EVERY_NS)
        self.list_now(self._end_ns - JUST_NS)

    def list_now(self, moment_ns: int) -> None:
        """What every plant has at that moment, in both systems. A list that is there already stays as it is."""
        by_key: dict[Key, list[Movement]] = defaultdict(list)
        for movement in self._movements.values():
            by_key[movement.key].append(movement)
        written = datetime.fromtimestamp(moment_ns // SECOND, UTC)
        for system in SYSTEMS:
            file = self._folder / f"{system}-{written:%Y%m%dT%H%M%SZ}.csv"
            if not file.exists():
                unfinished = file.with_suffix(".part")
                with unfinished.open("w", newline="") as opened:
                    lines = csv.writer(opened)
                    lines.writerow(COLUMNS)
                    lines.writerows(self._lines(system, moment_ns, f"{written:%Y-%m-%dT%H:%M:%SZ}", by_key))
                unfinished.rename(file)  # whoever reads it finds all of it

    def _lines(self, system: str, moment_ns: int, written: str, by_key: dict[Key, list[Movement]]) -> Iterator[tuple[object, ...]]:
        for plant in PLANTS:
            for key, place in _keys(plant, local(plant, moment_ns).date()):
                if system == "erp" and (key.plant, key.item) == UNKNOWN and place == 0:
                    continue
                item = ITEMS[key.item]
                quantity = item.lot * LOTS + sum(movement.moved(system, moment_ns) for movement in by_key[key])
                quantity += sum(self._recounted(recount, key, place, moment_ns) for recount in RECOUNTS) if system == "wms" else 0
                yield written, system, key.plant, key.location, key.item, key.batch, "unrestricted", quantity, item.uom

    def _recounted(self, recount: Recount, key: Key, place: int, moment_ns: int) -> int:
        is_meant = (recount.plant, recount.item) == (key.plant, key.item) and place == WEEKS - 1
        return recount.quantity if is_meant and moment_ns >= self._end_ns - recount.ago_ns else 0


def _keys(plant: Plant, day: date) -> Iterator[tuple[Key, int]]:
    """All that lies at a plant, and of how many weeks ago it is."""
    for items, location in ((plant.makes, "FG01"), (plant.buys, "RM01")):
        for item in items:
            for place in range(WEEKS):
                yield Key(plant.name, location, item, stock_lot(plant, item, day - timedelta(weeks=place))), place
