"""XML is read within bounds, found by paths, and cut into documents; hostile documents are refused with a reason."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from collectors.event import Refused
from collectors.formats import FORMATS
from collectors.formats.xml_document import DEEPEST, documents_in, lookup_in, read_document, steps_of
from collectors.message import Message
from collectors.paths import NoPath
from collectors.said import Said, Unsaid
from tests.sources.idocs import BERLIN, ORDER, control, document, idoc, status

BOMB = "<!DOCTYPE a [<!ENTITY b 'bbbbbbbbbb'>" + "".join(
    f"<!ENTITY {chr(after)} '{f'&{chr(before)};' * 10}'>" for before, after in pairwise(range(98, 110))
)
ORDERS = read_document(
    b"""<o:ORDERS05 xmlns:o="urn:sap"><IDOC><E1EDK01 SEGMENT="1"><BELNR> 4711 </BELNR></E1EDK01>
    <E1EDK02><QUALF>009</QUALF><BELNR>A</BELNR></E1EDK02><E1EDK02><QUALF>001</QUALF><BELNR/></E1EDK02>
    <E1EDK02><QUALF>001</QUALF><BELNR>B</BELNR></E1EDK02>
    <E1EDP01><WERKS>1010</WERKS></E1EDP01><E1EDP01/><E1EDP01><WERKS>1020</WERKS></E1EDP01></IDOC></o:ORDERS05>"""
)


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("E1EDK01/BELNR", "4711"),
        ("E1EDK01/@SEGMENT", "1"),
        ("E1EDK02/BELNR", "A"),
        ("E1EDK02[QUALF=001]/BELNR", "B"),
        ("E1EDK01[@SEGMENT=1]/BELNR", "4711"),
        ("E1EDK01[@SEGMENT=2]/BELNR", None),
        ("E1EDP01[]/WERKS", ["1010", "1020"]),
        ("E1EDP01[]/MENGE", None),
        ("/IDOC/E1EDK01/BELNR", "4711"),
        ("@topic", "orders"),
        ("E1EDK09/BELNR", None),
    ],
)
def test_a_path_finds_what_stands_there(path: str, found: object) -> None:
    (part,) = ORDERS.root
    assert lookup_in(part, ORDERS.root, {"topic": "orders"})(path) == found
    assert (ORDERS.root.tag, ORDERS.namespace) == ("ORDERS05", "urn:sap")


@pytest.mark.parametrize("path", ["", "a//b", "a[", "a[b]", "a[=b]", "@a/b", "a]b"])
def test_what_is_no_path_is_told(path: str) -> None:
    with pytest.raises(NoPath, match=r"is no path|goes on behind an attribute"):
        steps_of(path)


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (f"{BOMB}]><a>&m;</a>".encode(), "has a document type definition"),
        (b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>', "has a document type definition"),
        (b'<!DOCTYPE a SYSTEM "http://127.0.0.1:9/a.dtd"><a/>', "has a document type definition"),
        (b"<a>" * (DEEPEST + 1), f"has more than {DEEPEST} elements within each other"),
        (b"<a>" * 1_000_000, f"has more than {DEEPEST} elements within each other"),
        (b"<a><b></a>", "is not well-formed: mismatched tag"),
        (b"<a", "is not well-formed: unclosed token"),
        (b"", "is not well-formed: no element found"),
        (b"<a>&x;</a>", "is not well-formed: undefined entity"),
        (b"<?xml version='1.0' encoding='klingon'?><a/>", "cannot be read in the encoding it names: unknown encoding: klingon"),
        (b"<?xml version='1.0' encoding='utf-16'?><a/>", "is not well-formed: encoding specified in XML declaration is incorrect"),
        (b"<a>\xff</a>", "is not well-formed: not well-formed (invalid token)"),
        ("<a>ü</a>".encode("latin-1"), "is not well-formed: not well-formed (invalid token)"),
        (b"<a>\0</a>", "is not well-formed: not well-formed (invalid token)"),
    ],
)
def test_hostile_and_broken_documents_are_refused_with_a_reason(body: bytes, reason: str) -> None:
    with pytest.raises(Refused) as caught:
        read_document(body)
    assert str(caught.value).startswith(reason)


def test_documents_beyond_the_bounds_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("collectors.formats.xml_document.MOST_ELEMENTS", 10)
    monkeypatch.setattr("collectors.formats.xml_document.LARGEST", 100)
    with pytest.raises(Refused, match="more than 10 elements"):
        read_document(b"<a>" + b"<b/>" * 10 + b"</a>")
    with pytest.raises(Refused, match="is larger than"):
        read_document(b"<a>" + b" " * 100 + b"</a>")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "latin-1", "cp1252"])
def test_a_document_is_read_in_the_encoding_it_names(encoding: str) -> None:
    named = {"utf-8-sig": "utf-8"}.get(encoding, encoding)
    body = f"<?xml version='1.0' encoding='{named}'?><a>Müller</a>".encode(encoding)
    assert read_document(body).root.text == "Müller"
    assert [body[cut.start : cut.end] for cut in documents_in(body)] == [body]


def test_documents_one_behind_the_other_are_cut_apart() -> None:
    parts = [b"\xef\xbb\xbf<?xml version='1.0'?>\n<!-- <a> --><A x='>'><a/></A>", b"\n<A/>", b"\n<?xml version='1.0'?><b><A></A></b >"]
    cuts = list(documents_in(b"".join([*parts, b"\n"])))
    assert [b"".join(parts)[cut.start : cut.end] for cut in cuts] == parts
    assert all(cut.is_whole for cut in cuts)


@pytest.mark.parametrize("rest", [b"<", b"<?xml ", b"<!-- <b></b>", b"<b", b"<b><c></c>", b"<b></b"])
def test_a_document_whose_end_has_not_come_is_not_whole(rest: bytes) -> None:
    assert [(cut.start, cut.end, cut.is_whole) for cut in documents_in(b"<a></a>" + rest)] == [(0, 7, True), (7, 7 + len(rest), False)]


def test_what_is_no_xml_is_one_document_and_refused_as_such() -> None:
    assert [tuple(cut) for cut in documents_in(b"ISA*00*>~<a>")] == [(0, 12, True)]


PIECES = st.sampled_from(
    ["<", ">", "/", "IDOC", "EDI_DC40", " ", "&lt;", "&x;", "<![CDATA[", "]]>", "<!--", "-->", "<?xml ?>", "STATUS", "51", "\0", "é"]
)
FIELDS = st.dictionaries(
    st.sampled_from(["DOCNUM", "MESTYP", "DIRECT", "STATUS", "CREDAT", "CRETIM", "SNDPRN"]), st.text("0123456789ORDESAL -", max_size=9)
)
VALUES = {"idoc": BERLIN, "b2mml": {"site": "hamburg"}}


@given(st.lists(PIECES, max_size=30).map("".join), st.integers(0, 400), st.integers(0, 400))
@example("<IDOC></IDOC>", 0, 0)
@settings(max_examples=60)
def test_any_damage_leaves_events_or_reasons(noise: str, at: int, until: int) -> None:
    """Noise in place of any stretch of a good document, and alone: every format says something or nothing, and never fails."""
    good = document(idoc(control(), ORDER, status("51", "090000"))).decode()
    for body in (noise, good[:at] + noise + good[max(at, until) :]):
        said(body.encode(), *FORMATS_READ)


@given(FIELDS, st.lists(st.tuples(st.text("0123456789 ", max_size=3), st.text("0123456789 ", max_size=9)), max_size=4))
@settings(max_examples=60)
def test_any_content_of_the_fields_leaves_events_or_reasons(fields: dict[str, str], history: list[tuple[str, str]]) -> None:
    records = [status(code, time) for code, time in history]
    assert all(isinstance(each, Said | Unsaid) for each in said(document(idoc(control(**fields), ORDER, *records)), "idoc"))


NAMES = (
    "OperationsRequest",
    "ID",
    "RequestState",
    "EndTime",
    "Quantity",
    "QuantityString",
    "MaterialLot",
    "HierarchyScope",
    "SegmentResponse",
    "x",
)
TREES = st.recursive(
    st.text("0123456789:-TZReleasd ", max_size=12),
    lambda inner: st.lists(st.tuples(st.sampled_from(NAMES), inner), max_size=4),
    max_leaves=12,
)


@given(st.sampled_from(["ProcessOperationsSchedule", "SyncProductionPerformance", "SyncMaterialInformation", "ConfirmBOD"]), TREES)
@settings(max_examples=60)
def test_any_tree_of_b2mml_leaves_events_or_reasons(root: str, tree: object) -> None:
    noun = root.removeprefix("Process").removeprefix("Sync").replace("ConfirmBOD", "BOD")
    assert all(
        isinstance(each, Said | Unsaid)
        for each in said(f"<{root}><DataArea><{noun}>{xml(tree)}</{noun}></DataArea></{root}>".encode(), "b2mml")
    )


def xml(tree: object) -> str:
    return tree if isinstance(tree, str) else "".join(f"<{name}>{xml(inner)}</{name}>" for name, inner in tree)


FORMATS_READ = ("idoc", "b2mml")


def said(body: bytes, *names: str) -> list[Said | Unsaid]:
    return [each for name in names for each in FORMATS[name](None, VALUES[name]).said(Message(body))]
