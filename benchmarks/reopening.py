"""What opening a large trace once more costs, from what was kept of it, beside reading and folding all of it.

Usage: python benchmarks/performance.py --only reopening
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from time import perf_counter

from figures import Figure, at_least, in_turns, ratios
from plan import Plan
from tracetop.app.trace import load_trace

EVENTS = 1_000_000
QUICK_EVENTS = 20_000
"""Of smaller ones nothing is kept."""
TIMES = 40.0


def figures(plan: Plan) -> Iterator[Figure]:
    """A trace opened without an index, and with one, in turns."""
    events = QUICK_EVENTS if plan.quick else EVENTS
    path = plan.trace(events)
    with tempfile.TemporaryDirectory() as home:
        os.environ["XDG_CACHE_HOME"] = home
        opened(path, events, index=True)
        kept = sum(file.stat().st_size for file in Path(home).rglob("*") if file.is_file())
        if not kept:
            raise ValueError(f"nothing was kept of {path}, {path.stat().st_size:,} bytes")
        first, again = in_turns(
            plan.repeated(), lambda: opened(path, events, index=False), lambda: opened(path, events, index=True)
        )
    yield Figure(f"opened for the first time, {events:,} events", first, "ms")
    yield Figure("opened again", again, "ms")
    yield Figure("first by again", ratios(first, again), "×", at_least(TIMES))
    yield Figure("index per event", [kept / events], "bytes", note="on the disk")


def opened(path: Path, events: int, *, index: bool) -> float:
    """Milliseconds until a trace is read. Raises ValueError where events are missing."""
    start = perf_counter()
    trace = load_trace(path, index=index)
    took = (perf_counter() - start) * 1000
    if trace.session.count != events:
        raise ValueError(f"{trace.session.count} events are known of {path}, not {events}")
    return took
