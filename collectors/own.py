"""What Syncline itself says of a transaction: that a person closed its failed step, or opened it again; in the journal like all else."""

from __future__ import annotations

from dataclasses import asdict, dataclass

import orjson

from collectors.event import Event, Record
from collectors.rows import Rows, id_hash

SOURCE = "syncline"
CONTENT_TYPE = "application/vnd.syncline.case"
CLOSED, REOPENED = "syncline:closed", "syncline:reopened"  # error codes: the latest thing said of a step decides


@dataclass(frozen=True, slots=True)
class Remark:
    """One of them; `position` is its own for ever, so that saying it twice says it once."""

    position: str
    event_type: str
    system: str
    site: str | None
    object_type: str
    object_id: str
    event_ns: int
    is_closed: bool
    words: str

    def record(self, recorded_ns: int) -> Record:
        """As the journal keeps it."""
        return Record(SOURCE, self.position, orjson.dumps(asdict(self)), CONTENT_TYPE, recorded_ns)


def decode(record: Record, rows: Rows) -> None:
    """Adds the event that a remark is: an error event of the step, which is no attempt at it."""
    said = Remark(**orjson.loads(record.payload))
    identity = f"{SOURCE}:{said.position}"
    rows.events.append(
        Event(
            event_id=identity,
            identity=identity,
            id_hash=id_hash(identity),
            source=SOURCE,
            position=said.position,
            recorded_ns=record.recorded_ns,
            event_ns=said.event_ns,
            event_type=said.event_type,
            system=said.system,
            site=said.site,
            is_error=True,
            error_class="unknown",
            error_code=CLOSED if said.is_closed else REOPENED,
            error_text=said.words,
            objects=((said.object_type, said.object_id),),
        )
    )
