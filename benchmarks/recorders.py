"""The recorders that record.py compares, each as people set it up, and what is measured of one in a fresh process.

Usage, by record.py: python benchmarks/recorders.py NAME EVENTS FOLDER [WRITER_COUNT]
"""

from __future__ import annotations

import inspect
import logging
import os
import random
import sys
import time
from array import array
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import asdict, dataclass
from importlib import import_module
from math import ceil
from pathlib import Path
from time import perf_counter_ns
from typing import Any

import orjson
from make_trace import WORDS

Data = dict[str, Any]
Record = Callable[[int, Data, float], object]
"""Record event `number` with its data and duration in ms: the call that is timed."""
Recorder = Callable[[Path], AbstractContextManager[Record]]
"""Sets up recording into a folder; leaving it is the final flush and shutdown."""

SESSION = "bench"
SPAN_COUNT = "spans.txt"


class Skip(Exception):
    """Why a contestant cannot run here."""


@dataclass(frozen=True)
class Contestant:
    """A recorder and what it leaves in its folder."""

    start: Recorder
    kinds: tuple[str, ...] = ("tool_end",)
    """Kinds of the lines that one recorded event becomes; the first carries the arguments. None: no file at all."""
    kind_key: str = "kind"
    session: bool = False
    """Whether a session_start and a session_end stand around the events."""


@dataclass(frozen=True)
class Measures:
    """One run. Times in µs; `cpu` per event, over all threads, final flush included."""

    cpu: float
    p50: float
    p99: float
    p999: float
    slowest: float
    per_second: float
    disk_bytes: int
    """What another process wrote meanwhile."""


def needs(module: str, package: str) -> Any:
    """Import an optional module, or skip the contestant."""
    try:
        return import_module(module)
    except ImportError as error:
        raise Skip(f"not installed ({error}): pip install {package}") from None


def event_of(number: int, data: Data, duration: float) -> Data:
    """What every recorder has to write about one call of a tool."""
    return {
        "event_id": f"{number:018x}",
        "kind": "tool_end",
        "timestamp": time.time(),
        "session_id": SESSION,
        "iteration": number,
        "data": data,
        "duration_ms": duration,
    }


@contextmanager
def floor(folder: Path) -> Iterator[Record]:
    """The least that can be done: a dict, its JSON, one write."""
    fd = os.open(folder / "floor.jsonl", os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)

    def record(number: int, data: Data, duration: float) -> None:
        os.write(fd, orjson.dumps(event_of(number, data, duration), option=orjson.OPT_APPEND_NEWLINE))

    yield record
    os.close(fd)


def tracetop(**options: Any) -> Recorder:
    """`TraceCollector.record` with these options."""

    @contextmanager
    def start(folder: Path) -> Iterator[Record]:
        from tracetop.collector.recording.recorder import TraceCollector

        if missing := options.keys() - inspect.signature(TraceCollector).parameters.keys():
            raise Skip(f"this tracetop's TraceCollector does not know {', '.join(missing)}")
        with TraceCollector(folder, SESSION, **options) as collector:
            collector.start_session("benchmark")
            yield lambda number, data, duration: collector.record(
                "tool_end", data, iteration=number, duration_ms=duration
            )

    return start


@contextmanager
def tracetop_spans(folder: Path) -> Iterator[Record]:
    """A `with` block per call of a tool: two events."""
    from tracetop.collector.recording.recorder import TraceCollector

    if not hasattr(TraceCollector, "tool"):
        raise Skip("this tracetop's TraceCollector has no spans: no tool()")
    collector: Any = TraceCollector(folder, SESSION)

    def record(number: int, data: Data, duration: float) -> None:
        with collector.tool(data["tool_name"], data["args"]) as call:
            call.result = data["result"]

    with collector:
        collector.start_session("benchmark")
        yield record


@contextmanager
def stdlib_logging(folder: Path) -> Iterator[Record]:
    """A logger with a FileHandler, given the finished JSON."""
    handler = logging.FileHandler(folder / "logging.jsonl", encoding="utf-8")
    handler.setFormatter(logging.Formatter("%(message)s"))
    logger = logging.getLogger(SESSION)
    logger.setLevel(logging.INFO)
    logger.propagate = False
    logger.addHandler(handler)
    yield lambda number, data, duration: logger.info(orjson.dumps(event_of(number, data, duration)).decode())
    logging.shutdown()


@contextmanager
def structlog_bytes(folder: Path) -> Iterator[Record]:
    """The set-up that structlog's page on performance calls as fast as it gets, into a file."""
    structlog = needs("structlog", "structlog")
    with (folder / "structlog.jsonl").open("ab") as file:
        structlog.configure(
            cache_logger_on_first_use=True,
            wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
            processors=[
                structlog.contextvars.merge_contextvars,
                structlog.processors.add_log_level,
                structlog.processors.format_exc_info,
                structlog.processors.TimeStamper(fmt="iso", utc=True),
                structlog.processors.JSONRenderer(serializer=orjson.dumps),
            ],
            logger_factory=structlog.BytesLoggerFactory(file),
        )
        log = structlog.get_logger().bind(session_id=SESSION)
        yield lambda number, data, duration: log.info(
            "tool_end", event_id=f"{number:018x}", iteration=number, data=data, duration_ms=duration
        )


class CountingExporter:
    """Throws spans away."""

    def __init__(self, success: Any) -> None:
        self.count = 0
        self.success = success

    def export(self, spans: Sequence[object]) -> Any:
        self.count += len(spans)
        return self.success

    def shutdown(self) -> None:
        return


@contextmanager
def opentelemetry(folder: Path) -> Iterator[Record]:
    """A span per call, in batches to an exporter that throws them away: no encoding, no I/O."""
    sdk = needs("opentelemetry.sdk.trace", "opentelemetry-sdk")
    export = needs("opentelemetry.sdk.trace.export", "opentelemetry-sdk")

    exporter = CountingExporter(export.SpanExportResult.SUCCESS)
    provider = sdk.TracerProvider()
    provider.add_span_processor(export.BatchSpanProcessor(exporter))
    tracer = provider.get_tracer(SESSION)

    def record(number: int, data: Data, duration: float) -> None:
        with tracer.start_as_current_span(data["tool_name"]) as span:
            args = data["args"]
            span.set_attribute("iteration", number)
            span.set_attribute("args.command", args["command"])
            span.set_attribute("args.timeout", args["timeout"])
            span.set_attribute("result", data["result"])

    yield record
    provider.shutdown()
    (folder / SPAN_COUNT).write_text(str(exporter.count))


@contextmanager
def attocode(folder: Path) -> Iterator[Record]:
    """Attocode's own collector, as it comes."""
    package = "attocode" if sys.version_info >= (3, 12) else "attocode, with Python 3.12 or newer"
    collector = needs("attocode.tracing.collector", package).TraceCollector(folder, SESSION)
    kind = needs("attocode.tracing.types", package).TraceEventKind.TOOL_END
    collector.start_session("benchmark")
    yield lambda number, data, duration: collector.record(kind, iteration=number, duration_ms=duration, **data)
    collector.end_session()


CONTESTANTS = {
    "floor": Contestant(floor),
    "tracetop": Contestant(tracetop(), session=True),
    "tracetop-event": Contestant(tracetop(durability="event"), session=True),
    "tracetop-spans": Contestant(tracetop_spans, kinds=("tool_start", "tool_end"), session=True),
    "logging": Contestant(stdlib_logging),
    "structlog": Contestant(structlog_bytes, kind_key="event"),
    "opentelemetry": Contestant(opentelemetry, kinds=()),
    "attocode": Contestant(attocode, session=True),
}


class Calls:
    """The calls of a tool that are recorded: about 400 bytes a line, each with its number as the timeout."""

    def __init__(self) -> None:
        rng = random.Random(20261122)
        self.commands = [f"pytest -q tests/test_{rng.choice(WORDS)}.py -k {rng.choice(WORDS)}" for _ in range(211)]
        self.results = [self._result(rng) for _ in range(997)]

    def __getitem__(self, number: int) -> Data:
        args = {"command": self.commands[number % len(self.commands)], "timeout": number}
        return {"tool_name": "bash", "args": args, "result": self.results[number % len(self.results)]}

    @staticmethod
    def _result(rng: random.Random) -> str:
        lines = (f'{rng.choice(WORDS)} "{rng.choice(WORDS)}" [{rng.randrange(100):3}%] passed' for _ in range(7))
        return "\n".join(lines)[: rng.randrange(150, 190)]


def play(record: Record, calls: Calls, latencies: array[int]) -> None:
    """Record as many calls as there is room for latencies, in ns."""
    for number in range(len(latencies)):
        data = calls[number]
        began = perf_counter_ns()
        record(number, data, 12.5)
        latencies[number] = perf_counter_ns() - began


def measure(recorder: Recorder, events: int, folder: Path, writer_count: Path | None) -> Measures:
    """Play so many events. The CPU time of playing alone, with a recorder that does nothing, is taken off."""
    calls, latencies = Calls(), array("q", bytes(8 * events))
    cpu = -time.process_time()
    play(lambda number, data, duration: None, calls, latencies)
    cpu_of_playing = cpu + time.process_time()
    with ExitStack() as stack:
        record = stack.enter_context(recorder(folder))
        written = -_count(writer_count)
        cpu = -time.process_time()
        play(record, calls, latencies)
        closing = -perf_counter_ns()
        stack.close()
        closing += perf_counter_ns()
        cpu += time.process_time()
        written += _count(writer_count)
    in_order = [nanoseconds / 1e3 for nanoseconds in sorted(latencies)]
    return Measures(
        cpu=(cpu - cpu_of_playing) / events * 1e6,
        p50=in_order[ceil(0.5 * events) - 1],
        p99=in_order[ceil(0.99 * events) - 1],
        p999=in_order[ceil(0.999 * events) - 1],
        slowest=in_order[-1],
        per_second=events / (sum(in_order) / 1e6 + closing / 1e9),
        disk_bytes=written,
    )


def _count(path: Path | None) -> int:
    return int.from_bytes(path.read_bytes(), "little") if path else 0


def main() -> None:
    """Measure one contestant and print a line of JSON: the measures, or why it is skipped."""
    name, events, folder, *writer_count = sys.argv[1:]
    try:
        measures = measure(
            CONTESTANTS[name].start, int(events), Path(folder), Path(writer_count[0]) if writer_count else None
        )
        told: Data = asdict(measures)
    except Skip as skip:
        told = {"skip": str(skip)}
    sys.stdout.write(orjson.dumps(told).decode())


if __name__ == "__main__":
    main()
