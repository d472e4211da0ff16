"""What goes wrong, in the words that senders really use: SAP messages, SQL errors, HTTP answers, EDI acknowledgements."""

from __future__ import annotations

from dataclasses import replace
from random import Random

from app.simulator.act import Act, Trouble
from app.simulator.company import SYSTEMS, Plant

HTTP_503 = Trouble(
    "transient", "http:503", "503", "503 Service Unavailable: upstream connect error or disconnect/reset before headers", in_middleware=True
)
READ_TIMEOUT = Trouble(
    "transient", None, "java.net.SocketTimeoutException", "Read timed out: no answer from {host} within 30000 ms", in_middleware=True
)
REFUSED = Trouble("transient", None, "java.net.ConnectException", "Connection refused: {host}:8443", in_middleware=True)
TOKEN = Trouble("configuration", "http:401", "401", "401 Unauthorized: token of client integration-hub was rejected", in_middleware=True)
CERTIFICATE = Trouble(
    "configuration",
    None,
    "javax.net.ssl.SSLHandshakeException",
    "PKIX path validation failed: the certificate of {host} expired on {yesterday}",
    in_middleware=True,
)
LOCKED = Trouble("transient", "idoc:51", "IDoc status 51", "Order {order} is locked by user {user}")
PERIOD = Trouble("business", "idoc:51", "IDoc status 51", "Posting period {period} is not open (account type M, company code {plant})")
BLOCKED = Trouble(
    "business", "idoc:51", "IDoc status 51", "Material {item} in plant {plant} is blocked by physical inventory, document 100048213"
)
NO_MATERIAL = Trouble("business", "idoc:51", "IDoc status 51", "Material {item} not maintained in plant {plant}")
WAITING = Trouble("dependency", "idoc:66", "IDoc status 66", "IDoc is waiting for predecessor IDoc (serialization channel MATMAS_{plant})")
DEFICIT = Trouble("unknown", "sap:M7/021", "BAPI return type E", "Deficit of SL Unrestricted-use 12 PC : {item} {plant} FG01")
NO_PARTNER = Trouble("configuration", "idoc:56", "IDoc status 56", "EDI: Partner profile not available (partner {partner}, LS)")
MES_SCHEMA = Trouble(
    "contract", "http:400", "400", "400 Bad Request: B2MML V0701 schema: mandatory element ProductionRequest/SegmentRequirement is absent"
)
MES_PARSE = Trouble(
    "contract",
    None,
    "com.fasterxml.jackson.databind.exc.InvalidFormatException",
    "Malformed quantity '1.240,00' at ProductionRequest[1]/Quantity, parsing stopped",
    is_nameless=True,
)
MES_ROUTING = Trouble("business", "http:422", "422", "422 Unprocessable: routing of {item} does not exist at work center {work_center}")
DEADLOCK = Trouble(
    "transient",
    None,
    "org.postgresql.util.PSQLException",
    "ERROR: deadlock detected. Process 18412 waits for ShareLock on transaction 77120934; blocked by process 18399",
)
ROW_LOCK = Trouble(
    "transient",
    "ora:54",
    "java.sql.SQLException",
    "ORA-00054: resource busy and acquire with NOWAIT specified or timeout expired, row lock on STOCK_QUANT",
)
WMS_BIN = Trouble(
    "business", None, "com.norrfjord.wms.ValidationException", "Validation failed: bin {location} is blocked for putaway of {item}"
)
WMS_NULL = Trouble("unknown", None, "java.lang.NullPointerException", 'Cannot invoke "Quant.getOwner()" because "quant" is null')
APS_CALENDAR = Trouble("business", "http:409", "409", "409 Conflict: planning version 000 is frozen, change not allowed")
TMS_LIMIT = Trouble("transient", "http:429", "429", "429 Too Many Requests: tenant norrfjord, 600 per minute")
EDI_997 = Trouble("contract", "x12.997:R", "X12 997", "AK5*R*5: one or more segments in error (PO1 segment 3, PO107)", in_middleware=True)
SUPPLIER_REJECTS = Trouble("business", "x12.855:RJ", "X12 855", "ACK*IR: item {item} rejected, quantity exceeds the agreed weekly capacity")
ITEM_CLASS = Trouble("business", "http:422", "422", "422 Unprocessable: material class IE5 of {item} does not exist in {host}")
TAX = Trouble("business", "idoc:51", "IDoc status 51", "Tax code A1 not maintained in country of {customer}")

UNREADABLE = Trouble(
    "contract",
    "x12.997:R",
    "com.norrfjord.edi.X12ParserException",
    "Unexpected segment 'BSN' at position 1182: parser stopped before ST02",
    is_nameless=True,
)

TRANSIENT = {
    "erp": (LOCKED, REFUSED, READ_TIMEOUT),
    "mes": (DEADLOCK, HTTP_503, READ_TIMEOUT),
    "wms": (ROW_LOCK, READ_TIMEOUT),
    "scm": (HTTP_503, READ_TIMEOUT, DEADLOCK),
    "tms": (TMS_LIMIT, HTTP_503),
    "fin": (REFUSED, READ_TIMEOUT),
    "supplier": (READ_TIMEOUT, REFUSED),
}
LASTING = {  # needs a person or a rule
    "erp": (PERIOD, NO_MATERIAL, DEFICIT, WAITING, NO_PARTNER),
    "mes": (MES_SCHEMA, MES_PARSE, MES_ROUTING, TOKEN),
    "wms": (WMS_BIN, WMS_NULL),
    "scm": (APS_CALENDAR, TOKEN),
    "tms": (CERTIFICATE, TOKEN),
    "fin": (TAX, PERIOD),
    "supplier": (EDI_997, SUPPLIER_REJECTS),
}
LASTING_OF_EVENT = {
    "purchase_order.sent": (NO_PARTNER,),
    "purchase_order_change.sent": (NO_PARTNER,),
    "item.synced": (ITEM_CLASS, WAITING, TOKEN),
}


def any_transient(act: Act, random: Random) -> Trouble:
    return _fitting(TRANSIENT[act.system], act, random)


def any_lasting(act: Act, random: Random) -> Trouble:
    return _fitting(LASTING_OF_EVENT.get(act.event) or LASTING[act.system], act, random)


def _fitting(troubles: tuple[Trouble, ...], act: Act, random: Random) -> Trouble:
    """What no message brought cannot fail in the middleware, nor be unreadable."""
    fitting = [trouble for trouble in troubles if act.receives or not (trouble.in_middleware or trouble.is_nameless)]
    return random.choice(fitting or troubles)


def worded(trouble: Trouble, system: str, plant: Plant, details: dict[str, str]) -> Trouble:
    """The trouble with the names of what it is about in its text."""
    blanks = {"plant": plant.code, "host": SYSTEMS[system].host(plant), **details}
    return replace(trouble, text=trouble.text.format_map(blanks))
