"""Receipts (997, 999, TA1, CONTRL) and application errors (APERAK): what they say about which document.

That something could be read is no answer to it: it is a technical receipt. That it could not be read is a failure.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from collectors.edi.envelope import Document, Interchange
from collectors.edi.reading import LONGEST_NOTE
from collectors.edi.tokens import X12, Segment
from collectors.edi.trade import interchange_key

RECEIPTS_X12, RECEIPTS_EDIFACT, ADVICES = ("997", "999"), ("CONTRL",), ("APERAK",)
REJECTED_X12 = ("M", "R", "W", "X")  # AK5, IK5 and AK9; P and E are read, in part or with errors noted
REJECTED_EDIFACT = ("4", "6")
OF_GROUP = {"PO": "850", "PR": "855", "SH": "856", "IN": "810", "PC": "860", "CA": "865", "RC": "861", "OW": "940", "SW": "945"}
SET_ERRORS = {
    "1": "this kind of document is not supported", "2": "its trailer is missing", "3": "its control numbers differ",
    "4": "its count of segments is wrong", "5": "segments are in error", "6": "its kind is missing or invalid",
    "7": "its control number is missing or invalid",
}  # fmt: skip
SEGMENT_ERRORS = {
    "1": "unrecognized", "2": "unexpected", "3": "mandatory and missing", "4": "too often in its loop", "5": "too often",
    "6": "not in this document", "7": "not in its place", "8": "elements in error",
}  # fmt: skip
ELEMENT_ERRORS = {
    "1": "mandatory and missing", "2": "missing under this condition", "3": "too many", "4": "too short", "5": "too long",
    "6": "an invalid character", "7": "an invalid code", "8": "an invalid date", "9": "an invalid time", "10": "excluded by another",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Receipt:
    """What is said about one document, or about all that came in one group or interchange (then `kind` may be unknown)."""

    kind: str  # of the document it is about: 850, ORDERS; "" when nobody says
    is_rejected: bool
    code: str  # x12.997:R, edifact.contrl:4
    text: str
    message_id: str | None = None
    conversation_id: str | None = None
    objects: tuple[tuple[str, str], ...] = ()


def receipts_in(interchange: Interchange, document: Document) -> Iterator[Receipt]:
    """What a receipt says, document by document."""
    if document.kind in RECEIPTS_X12:
        yield from _of_x12(interchange, document)
    elif document.kind in RECEIPTS_EDIFACT:
        yield from _of_contrl(document)
    elif document.kind == "APERAK":
        yield _of_aperak(document)


def interchange_receipt(interchange: Interchange, segment: Segment) -> Receipt:
    """What a TA1 says of an interchange as a whole."""
    answer, note = segment.value(4), segment.value(5)
    key = interchange_key(X12, interchange.receiver, interchange.sender, segment.value(1))
    text = f"TA1: interchange {segment.value(1)} was {_word(answer == 'R')} ({answer}), note {note or 'none'}"
    return Receipt("", answer == "R", f"x12.ta1:{note if answer == 'R' else answer}", text, message_id=key)


def _of_x12(interchange: Interchange, document: Document) -> Iterator[Receipt]:
    """AK1 names the group, each AK2 a document in it until its AK5; AK9 counts when no document was rejected by itself."""
    kind = of_group = control = around = ""
    errors: list[str] = []
    told, is_any_rejected = 0, False
    for segment in document.segments:
        tag = segment.tag
        if tag == "AK1":
            of_group, around = segment.value(1), _key_of_answered(interchange, segment.value(2))
        elif tag == "AK2":
            kind, control, errors = segment.value(1), segment.value(2), []
        elif tag in ("AK3", "IK3", "AK4", "IK4"):
            errors.append(_error(segment))
        elif tag in ("AK5", "IK5") and control:
            answer = segment.value(1)
            is_rejected, told = answer in REJECTED_X12, told + 1
            is_any_rejected |= is_rejected
            reasons = [SET_ERRORS.get(segment.value(i), segment.value(i)) for i in range(2, len(segment.elements)) if segment.value(i)]
            text = _text(f"{document.kind}: {kind} {control} was {_word(is_rejected)} ({tag} {answer})", [*reasons, *errors])
            yield Receipt(kind, is_rejected, f"x12.{document.kind}:{answer}", text, message_id=f"{around}:{control.lstrip('0')}")
            control = ""
        elif tag == "AK9" and (not told or (segment.value(1) in REJECTED_X12 and not is_any_rejected)):
            answer = segment.value(1)
            notes = [f"note {segment.value(i)}" for i in range(5, len(segment.elements)) if segment.value(i)]
            text = _text(f"{document.kind}: the whole group was {_word(answer in REJECTED_X12)} (AK9 {answer})", notes)
            yield Receipt(
                OF_GROUP.get(of_group, of_group), answer in REJECTED_X12, f"x12.{document.kind}:{answer}", text, conversation_id=around
            )


def _key_of_answered(interchange: Interchange, control: str) -> str:
    return interchange_key(X12, interchange.receiver, interchange.sender, control)


def _error(segment: Segment) -> str:
    if segment.tag in ("AK3", "IK3"):
        what = SEGMENT_ERRORS.get(segment.value(4), segment.value(4))
        return f"segment {segment.value(1)} at {segment.value(2)}{f': {what}' if what else ''}"
    what = ELEMENT_ERRORS.get(segment.value(3), segment.value(3))
    found = f" (found {segment.value(4)!r})" if segment.value(4) else ""
    return f"element {segment.value(1)}: {what}{found}"


def _of_contrl(document: Document) -> Iterator[Receipt]:
    """UCI names the interchange, each UCM a message in it; UCI counts when it rejects, or when no message is named."""
    around, told, whole = "", 0, None
    for segment in document.segments:
        if segment.tag == "UCI":
            around = interchange_key("edifact", segment.value(2), segment.value(3), segment.value(1))
            whole = _contrl("", segment, 4, f"CONTRL: interchange {segment.value(1)}", conversation_id=around)
        elif segment.tag == "UCM":
            key, kind, told = f"{around}:{segment.value(1).lstrip('0')}", segment.value(2, 1), told + 1
            yield _contrl(kind, segment, 3, f"CONTRL: {kind} {segment.value(1)}", message_id=key)
        elif segment.tag == "UCF" and segment.value(4) in REJECTED_EDIFACT:
            told += 1
            yield _contrl("", segment, 4, f"CONTRL: group {segment.value(1)}", conversation_id=around)
    if whole and (whole.is_rejected or not told):
        yield whole


def _contrl(kind: str, segment: Segment, at: int, what: str, message_id: str | None = None, conversation_id: str | None = None) -> Receipt:
    answer, error = segment.value(at), segment.value(at + 1)
    is_rejected = answer in REJECTED_EDIFACT
    text = f"{what} was {_word(is_rejected)} ({segment.tag} {answer}){f', error {error}' if error else ''}"
    return Receipt(kind, is_rejected, f"edifact.contrl:{answer}", text[:LONGEST_NOTE], message_id, conversation_id)


def _of_aperak(document: Document) -> Receipt:
    """An error of an application names what it is about by the business's own numbers, as far as it names any."""
    kind, answer, codes, notes, objects = "", "", list[str](), list[str](), list[tuple[str, str]]()
    for segment in document.segments:
        if segment.tag == "BGM":
            kind, answer = segment.value(1), segment.value(4)
        elif segment.tag == "ERC":
            codes.append(segment.value(1))
        elif segment.tag == "FTX":
            notes += [segment.value(4, i) for i in range(1, 6) if segment.value(4, i)]
        elif segment.tag == "RFF" and segment.value(1, 1) in ("ON", "ACW") and segment.value(1, 2) and not objects:
            objects.append(("purchase_order", segment.value(1, 2)))
    is_rejected = kind == "313" or answer == "RE" or (bool(codes) and kind != "312" and answer not in ("AP", "AB"))
    code = codes[0] if codes else answer or kind
    text = _text(f"APERAK: the application of the partner {'refused' if is_rejected else 'took'} it", [*codes, *notes])
    return Receipt("ORDERS" if objects else "", is_rejected, f"edifact.aperak:{code}", text, objects=tuple(objects))


def _word(is_rejected: bool) -> str:
    return "rejected" if is_rejected else "received"


def _text(what: str, reasons: list[str]) -> str:
    return f"{what}{': ' if reasons else ''}{'; '.join(reasons)}"[:LONGEST_NOTE]
