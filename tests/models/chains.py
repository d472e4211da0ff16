"""Workflows and stretches of events that several tests of states tell about."""

from __future__ import annotations

from tests.models.told import workflow

CHAIN = workflow("""
object: order
related: [sales]
retry_grace: 15m
cancel: [{event: cancelled, system: erp}]
milestones:
  - {name: created,   event: created,   system: erp, required: false}
  - {name: released,  event: released,  system: erp}
  - {name: received,  event: received,  system: mes, after: released, within: 5m}
  - {name: scheduled, event: scheduled, system: mes, after: received, within: 30m}
""")
PURCHASE = workflow("""
object: order
related: [asn]
milestones:
  - {name: sent,     event: sent,     system: erp}
  - {name: received, event: received, system: wms, after: sent, within: 5d, until: ordered_quantity}
""")
BELONGING = workflow("""
object: order
related: [sales, asn]
cancel: [{event: cancelled, system: erp}]
milestones:
  - {name: created,  event: created,  system: erp, required: false}
  - {name: released, event: released, system: erp}
  - {name: received, event: received, system: mes, after: released, within: 5m}
""")
DONE = """
        08:01  received@mes   order A  ok
        08:02  scheduled@mes  order A  ok
"""
