"""A table of what happened to production orders, with the sender's own code and words of what failed: its heads, and how it is mapped."""

from __future__ import annotations

HEADS = ("T", "AT", "SYSTEM", "SITE", "OUTCOME", "CODE", "ERROR", "ID")
MAP = """\
    map:
      event_type: {column: T}
      event_time: {column: AT}
      system: {column: SYSTEM}
      site: {column: SITE}
      outcome: {column: OUTCOME}
      error_code: {column: CODE}
      error_text: {column: ERROR}
      objects: {type: {value: production_order}, id: {column: ID}}
"""
