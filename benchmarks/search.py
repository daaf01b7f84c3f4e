"""What looking for a text or an expression in a trace of a GB costs, from the key to the first hits and to the last.

Beside it: the file read once from end to end, and `re.finditer` over its mmap, which knows no events and no escapes.
The trace is folded already, as it is when anyone can search; the file is in the page cache.

Usage: python benchmarks/performance.py --only search
"""

from __future__ import annotations

import mmap
import re
from collections.abc import Iterator
from pathlib import Path
from time import perf_counter

from figures import Figure, at_least, at_most, in_turns
from plan import BYTES_PER_EVENT, Plan
from tracetop.app.dashboard.finding import Finding
from tracetop.app.query.matching import Query
from tracetop.app.trace import Trace, load_trace

GIGABYTE, LESS = 1_000_000_000, 400_000_000
QUICK_EVENTS = 20_000
FIRST_MS = 100.0
GIGABYTES_A_SECOND = 0.25
"""Between what a hard disk and what an SSD reads."""
CHUNK = 1 << 20

QUERIES = {
    "a text": "overloaded",
    "two words": "overloaded llm_error",
    "an expression": r"/5\d\d overloaded/",
    "alternatives": r"/(fold|view)_39\d\d\.py/",
    "an expression without a text in it": r"/[56]\d\d [no][uv]/",
}
"""The last must be tried on every line; the others need not."""
_ON_EVERY_LINE = "an expression without a text in it"
_EXPRESSION = rb"5\d\d overloaded"


def figures(plan: Plan) -> Iterator[Figure]:
    """To the first hits and to the end, by query."""
    size = GIGABYTE if plan.has_room(GIGABYTE) else LESS
    path = plan.trace(QUICK_EVENTS if plan.quick else round(size / BYTES_PER_EVENT))
    size = path.stat().st_size
    trace = load_trace(path)
    of = f"{size / 1e9:.2f} GB, {trace.session.count:,} events"
    reading, scanning = in_turns(plan.repeated(3), lambda: read_all(path), lambda: scan(path))
    yield Figure("the file read from end to end", _speed(size, reading), "GB/s", note=of)
    yield Figure("re.finditer over its mmap", _speed(size, scanning), "GB/s", note=of)
    for name, query in QUERIES.items():
        looks = [look(trace, query) for _ in range(plan.repeated(3))]
        found = f"{looks[0][2]:,} found"
        yield Figure(
            f"{name}, first hits", [first * 1000 for first, _, _ in looks], "ms", at_most(FIRST_MS), note=query
        )
        promise = None if name == _ON_EVERY_LINE else at_least(GIGABYTES_A_SECOND)
        yield Figure(f"{name}, all of it", _speed(size, [whole for _, whole, _ in looks]), "GB/s", promise, note=found)


def look(trace: Trace, query: str) -> tuple[float, float, int]:
    """Seconds until the first hits can be seen, and until all was looked at, as the dashboard does; and the hits."""
    finding = Finding(Query(query), trace)
    start = perf_counter()
    first: list[float] = []

    def stopped() -> bool:
        if finding.events and not first:
            first.append(perf_counter() - start)
        return False

    finding.look(stopped=stopped)
    whole = perf_counter() - start
    if not finding.events:
        raise ValueError(f"{query} is nowhere in {trace.name}")
    return first[0] if first else whole, whole, len(finding.events)


def read_all(path: Path) -> float:
    """Seconds to read a file."""
    start, buffer = perf_counter(), bytearray(CHUNK)
    with path.open("rb", buffering=0) as file:
        while file.readinto(buffer):
            pass
    return perf_counter() - start


def scan(path: Path) -> float:
    """Seconds for an expression to be looked for in the bytes of a file."""
    start = perf_counter()
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        for _ in re.finditer(_EXPRESSION, content):
            pass
    return perf_counter() - start


def _speed(size: int, seconds: list[float]) -> list[float]:
    return [size / 1e9 / one for one in seconds]
