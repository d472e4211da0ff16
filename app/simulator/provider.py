"""The EDI provider of one plant: what its suppliers answer comes as X12 in files, late where the provider was silent meanwhile."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import NamedTuple

from app.simulator.act import Act
from app.simulator.company import Plant
from app.simulator.rhythm import MINUTE, SECOND

PLANT = "monterrey"
OWN_ID = "NORRFJORD"
ORDERS = "erp.purchase-order.sent"
SILENT_NS, BACK_NS = 70 * MINUTE, 10 * MINUTE  # before and after the end of the history


def known_as(plant: Plant, partner: str, order: str) -> str | None:
    """The name by which a receipt means the order's message; None where no provider carries it."""
    return f"x12:{OWN_ID}>{_id(partner)}:{_control(order)}:1" if plant.name == PLANT else None


class File(NamedTuple):
    """One interchange."""

    name: str
    text: str
    time_ns: int


class Provider:
    """Writes into `folder` what comes by it. A file is as old as its message, as a gateway keeps it."""

    def __init__(self, folder: Path, end_ns: int) -> None:
        self._folder, self._silent_ns, self._back_ns = folder, end_ns - SILENT_NS, end_ns + BACK_NS
        self._is_back = False
        self._held: list[File] = []
        self._ready: list[File] = []
        folder.mkdir(parents=True, exist_ok=True)

    def takes(self, plant: Plant, act: Act) -> bool:
        """Whether it brings what the act says, which then nobody else has to say. It brings receipts beside."""
        if plant.name != PLANT or act.system != "supplier" or act.trouble:
            return False
        if not act.event and act.receives and act.receives.destination == ORDERS:
            self._bring("997", act.receives.conversation, _receipt(act), act.time_ns)
        if act.event not in WRITTEN:
            return False
        kind, body = WRITTEN[act.event]
        self._bring(kind, _order(act), _document(kind, act, body(act)), act.time_ns)
        return True

    def catch_up(self, now_ns: int) -> None:
        """Once it is back it brings everything at once."""
        if not self._is_back and now_ns >= self._back_ns:
            self._is_back = True
            self._ready += self._held
            self._held.clear()

    def brought(self) -> Callable[[], None] | None:
        """What writes the files that have come since; None without any. It is for when all else that was said has arrived."""
        files, self._ready = self._ready, []
        return partial(self._write, files) if files else None

    def _bring(self, kind: str, order: str, text: str, time_ns: int) -> None:
        comes_now = self._is_back or time_ns < self._silent_ns
        (self._ready if comes_now else self._held).append(File(f"{kind}-{order}.edi", text, time_ns))

    def _write(self, files: list[File]) -> None:
        for name, text, time_ns in files:
            file = self._folder / name
            unfinished = file.with_suffix(".part")
            unfinished.write_text(text)
            os.utime(unfinished, ns=(time_ns, time_ns))
            unfinished.rename(file)  # whoever reads it finds all of it, and its age


def _confirmation(act: Act) -> list[str]:
    said = act.fields
    quantity = f"{said['ordered_quantity']}*{said['uom']}"
    promised = f"{datetime.fromtimestamp(int(said['promised_time']) // SECOND, UTC):%Y%m%d%H%M%S}"
    return [f"BAK*00*AC*{_order(act)}*{_day(act)}", f"PO1*1*{quantity}***BP*{said['item']}", f"ACK*IA*{quantity}*067*{promised}"]


def _notice(act: Act) -> list[str]:
    said, asn = act.fields, act.objects["asn"][0]
    return [
        f"BSN*00*{asn}*{_day(act)}*{datetime.fromtimestamp(act.time_ns // SECOND, UTC):%H%M}*0004",
        "HL*1**S~HL*2*1*O",
        f"PRF*{_order(act)}",
        "HL*3*2*I",
        f"LIN*1*BP*{said['item']}",
        f"SN1*1*{said['quantity']}*{said['uom']}",
        "CTT*1",
    ]


WRITTEN: dict[str, tuple[str, Callable[[Act], list[str]]]] = {
    "purchase_order.confirmed": ("855", _confirmation),
    "asn.received": ("856", _notice),
}
GROUPS = {"855": "PR", "856": "SH", "997": "FA"}


def _receipt(act: Act) -> str:
    """It could be read, and no more: no answer."""
    assert act.receives
    group = _control(act.receives.conversation)
    return _interchange("997", act, act.receives.id.split(":")[1].split(">")[1],
                        [f"AK1*PO*{group}", "AK2*850*0001", "AK5*A", "AK9*A*1*1*1"], act.receives.conversation)  # fmt: skip


def _document(kind: str, act: Act, body: list[str]) -> str:
    return _interchange(kind, act, _id(str(act.fields["partner"])), body, _order(act))


def _interchange(kind: str, act: Act, partner: str, body: list[str], order: str) -> str:
    """One document with its envelope; its numbers are of the order and the kind, so that the same is the same again."""
    at, control = datetime.fromtimestamp(act.time_ns // SECOND, UTC), f"{list(GROUPS).index(kind) + 1}{_control(order):>08}"
    count = sum(part.count("~") + 1 for part in body) + 2
    segments = [
        f"ISA*00*{'':10}*00*{'':10}*ZZ*{partner:15}*ZZ*{OWN_ID:15}*{at:%y%m%d*%H%M}*U*00401*{control}*0*P*>",
        f"GS*{GROUPS[kind]}*{partner}*{OWN_ID}*{at:%Y%m%d*%H%M}*{control}*X*004010",
        f"ST*{kind}*0001",
        *body,
        f"SE*{count}*0001",
        f"GE*1*{control}",
        f"IEA*1*{control}",
    ]
    return "".join(f"{segment}~\n" for segment in segments)


def _order(act: Act) -> str:
    return act.objects["purchase_order"][0]


def _id(partner: str) -> str:
    return partner.partition(" ")[0]


def _control(order: str) -> str:
    return order[-8:].lstrip("0") or "0"


def _day(act: Act) -> str:
    return f"{datetime.fromtimestamp(act.time_ns // SECOND, UTC):%Y%m%d}"
