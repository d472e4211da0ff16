"""OTLP as it travels in messages and files of others: one export request of traces or logs, protobuf or JSON."""

from __future__ import annotations

from typing import Any, ClassVar

from collectors import otlp
from collectors.event import Record
from collectors.formats.form import Format, Problems
from collectors.mapping import AttributeMapping
from collectors.mapping_check import check_mapping
from collectors.meaning import Meaning
from collectors.message import Message
from collectors.otlp.rows import add_otlp
from collectors.rows import Rows, excerpt_of
from collectors.settings import check_keys

SIGNALS = ("traces", "logs")


class OtlpBody(Format):
    """JSON says itself whether it holds traces or logs; of protobuf `options: {signal: logs}` must say it (traces otherwise)."""

    name: ClassVar[str] = "otlp"
    content_type: ClassVar[str] = otlp.PROTOBUF

    def __init__(self, data: dict[str, Any] | None, options: dict[str, Any]) -> None:
        self.mapping = AttributeMapping(data) if data else None
        self._signal = options.get("signal", "traces")

    @classmethod
    def check_map(cls, data: Any) -> Problems:
        return [] if data is None else check_mapping(data, "attribute")

    @classmethod
    def check_options(cls, data: Any) -> Problems:
        if data is None:
            return []
        problems = check_keys(data, ("signal",), "{signal: logs}")
        if isinstance(data, dict) and data.get("signal", "traces") not in SIGNALS:
            problems.append(("signal", f"must be traces or logs (found {data['signal']!r})"))
        return problems

    def add(self, record: Record, message: Message, position: str, meaning: Meaning, rows: Rows) -> None:
        try:
            if message.body.lstrip()[:1] == b"{":
                for signal, groups in otlp.decode_line(message.body):
                    add_otlp(signal, groups, record, meaning, rows, self.mapping)
            else:
                groups = otlp.decode(self._signal, otlp.PROTOBUF, message.body)
                add_otlp(self._signal, groups, record, meaning, rows, self.mapping)
        except otlp.Undecodable as error:
            if rows.is_new(f"{record.source}:{position}\n{error}"):
                rows.reject(record, position, "message", f"the message cannot be read: {error}", excerpt_of(record))
