"""Configurations that are right and wrong, as texts, and how a test reads them."""

from __future__ import annotations

from pathlib import Path

from app.settings import ConfigurationError, Settings, load_settings

# The shape of the configuration that the kit writes.
PLANT = """\
version: 1
home: ./home
timezone: Europe/Berlin
sites:
  - {name: hamburg, timezone: Europe/Berlin}
  - {name: monterrey, timezone: America/Monterrey}
calendars:
  default: {days: [mon, tue, wed, thu, fri], from: "08:00", to: "17:00"}
workflows: [default]
objects:
  purchase_order: {keys: [strip_leading_zeros]}
sources:
  - {name: traces, kind: otlp_file, path: "traces/*.jsonl", complete: true}
  - name: wms-log
    kind: csv
    complete: true
    path: "tables/wms_log.csv"
    position: LOG_ID
    map:
      event_type: {column: ACTION}
      event_time: {column: CHANGED_AT}
      system: {value: wms}
      objects: {type: {column: REF_TYPE}, id: {column: REF_NO}}
      outcome: {column: RESULT, values: {OK: ok, NOK: error}}
  - name: stock
    kind: inventory_csv
    path: "stock/inventory.csv"
"""

PACK = """\
version: 1
workflows:
  - name: order
    object: sales_order
    milestones:
      - {name: created, event: order.created, system: erp}
      - {name: released, event: order.released, system: erp, after: created, within: 5m}
"""


# One table of three events: an order complete, an order waiting.
ORDERS_SETTINGS = """\
version: 1
workflows: [pack.yaml]
sources:
  - name: orders
    kind: csv
    path: "orders*.csv"
    complete: true
    position: NO
    map:
      event_type: {column: WHAT}
      event_time: {column: AT}
      system: {value: erp}
      objects: {type: {value: sales_order}, id: {column: ORDER}}
"""
ORDERS = """\
NO,WHAT,AT,ORDER
1,order.created,2026-03-23T08:00:00Z,SO-1
2,order.released,2026-03-23T08:01:00.5Z,SO-1
3,order.created,2026-03-23T09:00:00Z,=SO-2
"""


def settings_of(folder: Path, text: str, environment: dict[str, str] | None = None, **files: str) -> Settings:
    """The settings of a file with this text; `files` lie beside it."""
    for name, content in files.items():
        (folder / f"{name}.yaml").write_text(content, encoding="utf-8")
    file = folder / "syncline.yaml"
    file.write_text(text, encoding="utf-8")
    return load_settings(file, environment or {})


def problems_of(folder: Path, text: str, environment: dict[str, str] | None = None, **files: str) -> str:
    """What a person is told about these files, without the folder's name."""
    try:
        settings_of(folder, text, environment, **files)
    except ConfigurationError as error:
        return str(error).replace(f"{folder}/", "")
    raise AssertionError("the configuration is right")
