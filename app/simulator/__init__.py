"""A simulated manufacturer whose systems are instrumented with the real OpenTelemetry SDK: `run(endpoint, seed, start, end)`."""

from __future__ import annotations

from app.simulator.simulation import Report, run

__all__ = ["Report", "run"]
