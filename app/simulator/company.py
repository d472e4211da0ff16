"""Norrfjord Drives: three plants, their systems, what they make, who they buy from and sell to. All of it is invented."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Plant:
    """One site. `night` and `sunday` say how much of the work goes on then, against a weekday morning."""

    name: str
    zone: str
    code: str
    short: str
    place: int  # which part of every number range is this plant's
    share: float  # of the whole company's traffic
    behind: float  # how many of its orders it makes later than they are wanted
    currency: str
    rate: float  # of one euro
    night: float
    saturday: float
    sunday: float
    makes: tuple[str, ...]
    buys: tuple[str, ...]
    work_centers: tuple[str, ...]
    users: tuple[str, ...]
    suppliers: tuple[str, ...]
    carriers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Item:
    """A material with its price in euro."""

    number: str
    title: str
    price: float
    lot: int  # a usual order quantity
    uom: str = "PC"


@dataclass(frozen=True, slots=True)
class Intake:
    """How the middleware hands a message to a system: by which protocol, to what address."""

    protocol: str  # http, queue, idoc, as2
    address: str
    version: str  # of the messages it takes


@dataclass(frozen=True, slots=True)
class System:
    """One role with its instance. A central instance has one name for all plants."""

    role: str
    name: str
    service: str
    database: str | None = None  # db.system.name
    intake: Intake | None = None
    is_central: bool = True
    speaks_logs: bool = False

    def instance(self, plant: Plant) -> str:
        return self.name if self.is_central else f"{self.name}-{plant.short}"

    def host(self, plant: Plant) -> str:
        return f"{self.service}.norrfjord.example" if self.is_central else f"{self.service}.{plant.short.lower()}.norrfjord.example"


SYSTEMS = {
    system.role: system
    for system in (
        System("erp", "SAP-S4-PRD", "s4hana", "sap.hana", Intake("idoc", "/sap/bc/srt/idoc?sap-client=100", "IDoc 740")),
        System("scm", "APS-GLOBAL", "aps", "postgresql", Intake("http", "/planning/v3/signals", "3")),
        System("mes", "MES", "mes", "postgresql", Intake("http", "/api/v2/b2mml", "B2MML 7.0"), is_central=False),
        System("qms", "QMS", "qms", "microsoft.sql_server", is_central=False),
        System("wms", "WMS", "wms", "oracle.db", Intake("queue", "WMS.INBOUND", "2.1"), is_central=False),
        System("tms", "TMS-CLOUD", "tms", "mysql", Intake("http", "/v1/shipments", "1")),
        System("fin", "SAP-FIN-PRD", "s4finance", "sap.hana", Intake("idoc", "/sap/bc/srt/idoc?sap-client=110", "IDoc 740")),
        System("supplier", "SUPPLIER-EDI", "supplier-edi", None, Intake("as2", "/as2/receive", "X12 004010")),
        System("middleware", "INTEGRATION-HUB", "integration-hub", None),
        System("plm", "PLM-PRD", "plm", None, speaks_logs=True),
        System("iiot", "EDGE", "edge-gateway", None, is_central=False, speaks_logs=True),
    )
}

NEWER = {("mes", "kulim"): "B2MML 7.1"}  # where one plant is ahead of the others

ITEMS = {
    item.number: item
    for item in (
        Item("GBX-040-12", "Helical gearbox 40, ratio 12", 412.0, 40),
        Item("GBX-063-20", "Helical gearbox 63, ratio 20", 688.0, 24),
        Item("GBX-080-35", "Bevel gearbox 80, ratio 35", 1240.0, 12),
        Item("PLG-115-5", "Planetary gearbox 115, ratio 5", 890.0, 30),
        Item("SHF-250-H", "Output shaft 250 mm, hardened", 64.0, 200),
        Item("MTR-2203", "Motor 2.2 kW, IE4", 265.0, 60),
        Item("MTR-5503", "Motor 5.5 kW, IE4", 431.0, 40),
        Item("MTR-7504-B", "Motor 7.5 kW with brake", 598.0, 24),
        Item("STA-2200", "Stator 2.2 kW, wound", 88.0, 150),
        Item("RTR-5500", "Rotor 5.5 kW, balanced", 71.0, 120),
        Item("DRV-IE5-11", "Frequency inverter 11 kW", 742.0, 50),
        Item("DRV-IE5-22", "Frequency inverter 22 kW", 1130.0, 25),
        Item("CTL-400", "Motion controller 400", 520.0, 80),
        Item("PCB-CTL-400", "Controller board, tested", 118.0, 300),
        Item("ENC-1024", "Encoder 1024 pulses", 46.0, 400),
        Item("BRG-6206", "Ball bearing 6206", 6.4, 2000),
        Item("BRG-6310", "Ball bearing 6310", 17.9, 1200),
        Item("STL-42CR", "Bar 42CrMo4, 60 mm", 3.1, 4000, "KG"),
        Item("CAS-080", "Housing casting 80", 54.0, 400),
        Item("CUW-080", "Copper wire 0.80 mm", 9.8, 2500, "KG"),
        Item("LAM-M400", "Lamination M400-50A", 2.7, 6000, "KG"),
        Item("MAG-N42", "Magnet N42 40x12", 3.9, 5000),
        Item("IGBT-75A", "IGBT module 75 A", 31.0, 900),
        Item("CAP-470", "Capacitor 470 µF 450 V", 4.6, 3000),
        Item("MCU-H7", "Controller H7 480 MHz", 11.2, 1500),
        Item("CON-M12", "Connector M12, 8 pole", 2.2, 5000),
    )
}

PLANTS = (
    Plant(
        "augsburg",
        "Europe/Berlin",
        "1000",
        "AUG",
        0,
        0.42,
        0.02,
        "EUR",
        1.0,
        night=0.03,
        saturday=0.35,
        sunday=0.04,
        makes=("GBX-040-12", "GBX-063-20", "GBX-080-35", "PLG-115-5", "SHF-250-H"),
        buys=("BRG-6206", "BRG-6310", "STL-42CR", "CAS-080"),
        work_centers=("HOB-01", "HOB-02", "GRD-11", "HRD-03", "ASM-GB-1", "ASM-GB-2", "TST-07"),
        users=("KBRANDT", "SWEISS", "TLANGE", "MOKAFOR"),
        suppliers=("20017 Brennermann Castings", "20041 Isartal Bearings", "20063 Vellinghaus Steel"),
        carriers=("Rhenus-Alp Freight", "Donau Express"),
    ),
    Plant(
        "monterrey",
        "America/Monterrey",
        "2000",
        "MTY",
        1,
        0.33,
        0.09,
        "USD",
        1.09,
        night=0.35,
        saturday=0.55,
        sunday=0.12,
        makes=("MTR-2203", "MTR-5503", "MTR-7504-B", "STA-2200", "RTR-5500"),
        buys=("CUW-080", "LAM-M400", "MAG-N42", "BRG-6206"),
        work_centers=("WND-01", "WND-04", "IMP-02", "BAL-01", "ASM-MT-1", "ASM-MT-3", "TST-21"),
        users=("LHERNANDEZ", "PGARZA", "ASOLIS", "RCANTU"),
        suppliers=("20108 Cobre del Norte", "20115 Laminados Sierra", "20122 Magnetek Saltillo"),
        carriers=("Autotransportes Regio", "Lone Star Haul"),
    ),
    Plant(
        "kulim",
        "Asia/Kuala_Lumpur",
        "3000",
        "KUL",
        2,
        0.25,
        0.05,
        "MYR",
        4.95,
        night=0.45,
        saturday=0.6,
        sunday=0.25,
        makes=("DRV-IE5-11", "DRV-IE5-22", "CTL-400", "PCB-CTL-400", "ENC-1024"),
        buys=("IGBT-75A", "CAP-470", "MCU-H7", "CON-M12"),
        work_centers=("SMT-01", "SMT-02", "WAV-01", "ICT-03", "ASM-DR-1", "BRN-02"),
        users=("NAZLAN", "WLTAN", "SKUMAR", "FIBRAHIM"),
        suppliers=("20203 Bayan Semicon", "20210 Penang Passives", "20236 Straits Connect"),
        carriers=("Selat Logistics", "Kedah Air Cargo"),
    ),
)
PLANT = {plant.name: plant for plant in PLANTS}
HABITS = {  # supplier → how many of its answers, and of its shipping notices, come late
    "20017 Brennermann Castings": (0.01, 0.03),
    "20041 Isartal Bearings": (0.0, 0.01),
    "20063 Vellinghaus Steel": (0.02, 0.12),
    "20108 Cobre del Norte": (0.03, 0.05),
    "20115 Laminados Sierra": (0.14, 0.06),
    "20122 Magnetek Saltillo": (0.02, 0.02),
    "20203 Bayan Semicon": (0.0, 0.01),
    "20210 Penang Passives": (0.04, 0.18),
    "20236 Straits Connect": (0.05, 0.04),
}

CUSTOMERS = (
    "Aldermoor Conveyors",
    "Kestrel Packaging",
    "Vantaa Lifts",
    "Ostrava Mill Works",
    "Casa Rioja Bottling",
    "Blue Heron Pumps",
    "Tannenberg Cranes",
    "Sarawak Palm Mills",
    "Great Lakes Sorting",
    "Minato Textile",
    "Hollister Foods",
    "Quarzwerk Nord",
)
