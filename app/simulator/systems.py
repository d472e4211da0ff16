"""The systems as programs: each instance at each plant has OpenTelemetry providers of its own, as separate processes would."""

from __future__ import annotations

from random import Random

from opentelemetry._logs import Logger
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk._logs.export import BatchLogRecordProcessor
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.id_generator import IdGenerator
from opentelemetry.trace import Tracer

from app.simulator.company import SYSTEMS, Plant
from app.simulator.gateway import Gateway, LogsToGateway, Then, ToGateway

SCHEMA = "https://opentelemetry.io/schemas/1.44.0"
QUEUE, BATCH, DELAY_MILLIS = 16_384, 512, 5_000


class SeededIds(IdGenerator):
    """Trace and span ids from whatever `random` is at the moment, so that an episode has the same ids whenever it is told."""

    def __init__(self) -> None:
        self.random = Random(0)

    def generate_trace_id(self) -> int:
        return self.random.getrandbits(128) or 1

    def generate_span_id(self) -> int:
        return self.random.getrandbits(64) or 1


class Systems:
    """Tracers and loggers by role and plant, made when first needed. `written` counts their spans and log records."""

    def __init__(self, endpoint: str, token: str | None) -> None:
        self.ids = SeededIds()
        self.written = 0
        self.gateway = Gateway(endpoint.rstrip("/"), {"authorization": f"Bearer {token}"} if token else {})
        self._tracers: dict[tuple[str, str], tuple[TracerProvider, Tracer]] = {}
        self._loggers: dict[tuple[str, str], tuple[LoggerProvider, Logger]] = {}

    def tracer(self, role: str, plant: Plant) -> Tracer:
        if (role, plant.name) not in self._tracers:
            provider = TracerProvider(resource=_resource(role, plant), id_generator=self.ids, shutdown_on_exit=False)
            provider.add_span_processor(BatchSpanProcessor(ToGateway(self.gateway), QUEUE, DELAY_MILLIS, BATCH))
            self._tracers[role, plant.name] = provider, provider.get_tracer("norrfjord.integration", "2.3.0", SCHEMA)
        return self._tracers[role, plant.name][1]

    def logger(self, role: str, plant: Plant) -> Logger:
        if (role, plant.name) not in self._loggers:
            provider = LoggerProvider(resource=_resource(role, plant), shutdown_on_exit=False)
            processor = BatchLogRecordProcessor(LogsToGateway(self.gateway), DELAY_MILLIS, BATCH, max_queue_size=QUEUE)
            provider.add_log_record_processor(processor)
            self._loggers[role, plant.name] = provider, provider.get_logger("norrfjord.integration", "2.3.0", SCHEMA)
        return self._loggers[role, plant.name][1]

    def send(self, then: Then | None = None) -> None:
        """Everything said so far leaves together; `then` is done when it has arrived."""
        for provider in self._providers():
            provider.force_flush()
        self.gateway.send(then)

    def close(self) -> None:
        self.send()
        for provider in self._providers():
            provider.shutdown()
        self.gateway.close()

    def _providers(self) -> list[TracerProvider | LoggerProvider]:
        return [provider for provider, _ in self._tracers.values()] + [provider for provider, _ in self._loggers.values()]


def _resource(role: str, plant: Plant) -> Resource:
    system = SYSTEMS[role]
    return Resource.create(
        {
            "service.name": system.service,
            "service.namespace": "norrfjord",
            "service.instance.id": f"{system.instance(plant)}@{plant.name}",
            "host.name": system.host(plant),
            "deployment.environment.name": "production",
            "mfg.system": role,
            "mfg.system.name": system.instance(plant),
            "mfg.site": plant.name,
        }
    )
