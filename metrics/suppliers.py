"""How each supplier or carrier does: what is open with it, how fast it answers, whether it keeps what it promised."""

from __future__ import annotations

import pandas as pd

from metrics.read import Reader

COUNTED = ("kept", "broken", "whole", "not_whole")  # what promised times count as


class Suppliers:
    """What is asked since `from_ns`, of all of them or of one `partner`; its weeks since `weeks_from_ns`."""

    def __init__(self, reader: Reader, from_ns: int, partner: str | None = None, weeks_from_ns: int | None = None) -> None:
        self._reader = reader
        reader.leave("suppliers/asked", partner=partner, from_ns=from_ns, weeks_from_ns=weeks_from_ns)
        if partner:
            reader.leave("suppliers/kept")

    def standing(self) -> pd.DataFrame:
        """Per partner named since then or in what is open, the most overdue first: open, failed, overdue, unjudged, started (since then),
        newest_event_ns; of its answers since then good, bad, waiting, clock_faults, p50 and p90 in seconds of its working time; of the
        times it had promised for since then kept and broken, and with all that was ordered whole and not_whole; receipts since then,
        which are no answers, and unread: those of what it could not read. Of what it alone can say: unanswered (missing), said_ns (when
        it last said anything; only where something is unanswered) and is_quiet (nothing since what is unanswered was asked)."""
        return self._reader.frame("suppliers/standing")

    def promises(self, counted: str | None = None, start: int = 0, stop: int = 200) -> pd.DataFrame:
        """Rows start … stop (excluded) of what the partner promised for a time since then, what was not kept first: workflow,
        transaction_id, site, timezone, promised_ns, sent_ns, full_due_ns, full_ns, on_time and in_full (kept, late, missing, open,
        unjudged), and `promises`, how many there are in all. `counted`: only those that count as one of COUNTED."""
        return self._reader.frame("suppliers/promises", {"counted": counted, "start": start, "stop": stop})

    def waits(self) -> pd.DataFrame:
        """What the partner should have said and has not: workflow, title, transaction_id, milestone, event_type, system, opened_ns, due_ns,
        state."""
        return self._reader.frame("suppliers/waits")

    def receipts(self, stop: int = 10) -> pd.DataFrame:
        """The partner's receipts (997, CONTRL) since then, what it could not read first, then the newest: event_ns, timezone, is_error,
        error_code, error_text, workflow, transaction_id, and `receipts`, how many there are in all."""
        return self._reader.frame("suppliers/receipts", {"stop": stop})

    def orders(self, stop: int = 20) -> pd.DataFrame:
        """What is open with the partner, the earliest due first: workflow, title, transaction_id, site, timezone, status, next_due_ns, and
        `orders`, how many there are in all."""
        return self._reader.frame("suppliers/orders", {"stop": stop})

    def weeks(self) -> pd.DataFrame:
        """The partner's answers week by week, the newest first: week, good, bad, waiting, clock_faults, p50 in seconds of its working
        time."""
        return self._reader.frame("suppliers/weeks")
