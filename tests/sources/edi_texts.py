"""EDI as partners write it, for tests: whole interchanges around the segments that matter."""

from __future__ import annotations

ISA = "ISA*00*          *00*          *ZZ*{sender:<15}*ZZ*{receiver:<15}*260302*1400*U*00401*{control:0>9}*{asks}*T*>~"
GROUPS = {"850": "PO", "855": "PR", "856": "SH", "810": "IN", "860": "PC", "865": "CA", "861": "RC", "940": "OW", "945": "SW", "997": "FA"}


def x12(kind: str, *segments: str, sender: str = "ACME", receiver: str = "BOLT", control: int = 7, asks: str = "0") -> bytes:
    """An interchange of one transaction set; its group and set have the numbers `control` and 1."""
    head = ISA.format(sender=sender, receiver=receiver, control=control, asks=asks)
    group = f"GS*{GROUPS.get(kind, 'FA')}*{sender}*{receiver}*20260302*1400*{control}*X*004010~"
    body = [f"ST*{kind}*0001", *segments, f"SE*{len(segments) + 2}*0001"]
    return f"{head}\n{group}\n{''.join(f'{each}~' + chr(10) for each in body)}GE*1*{control}~\nIEA*1*{control:0>9}~\n".encode()


def edifact(kind: str, *segments: str, sender: str = "ACME", receiver: str = "BOLT", control: int = 7) -> bytes:
    """An interchange of one message, whose number is 1."""
    body = [f"UNH+1+{kind}:D:96A:UN", *segments, f"UNT+{len(segments) + 2}+1"]
    text = "\n".join(f"{each}'" for each in body)
    return f"UNA:+.? '\nUNB+UNOC:3+{sender}:14+{receiver}:ZZ+260302:1400+{control}'\n{text}\nUNZ+1+{control}'\n".encode()


ORDER = ("BEG*00*SA*4500012345**20260302", "DTM*002*20260309", "PO1*1*100*EA*8.90**VP*GEAR-100", "PO1*2*40*EA*3.95**VP*CABLE-2M", "CTT*2")
ORDERS = ("BGM+220+4500012345+9", "DTM+2:20260309:102", "LIN+1++GEAR-100:SA", "QTY+21:100:PCE", "PRI+AAA:8.90", "UNS+S")
