"""What recording an event costs, as rows of the common table; record.py has the contest, and more of what it finds.

Usage: python benchmarks/performance.py --only recording, or make bench-record for the contest by itself
"""

from __future__ import annotations

from collections.abc import Iterator

from figures import Figure, at_most, not_measured
from plan import Plan
from record import BUSY, PROMISES, QUICK, Outcome, busy_disk
from recorders import CONTESTANTS

EVENTS, QUICK_EVENTS = 50_000, 2_000


def figures(plan: Plan) -> Iterator[Figure]:
    """The cost of an event by recorder, and what is promised of tracetop's. Raises ValueError where one lost events."""
    events = QUICK_EVENTS if plan.quick else EVENTS
    names = [name for name in CONTESTANTS if not plan.quick or name in QUICK]
    idle, busy = Outcome(), Outcome()
    idle.play(names, events, plan.repeated(), plan.folder)
    for name in names:
        yield from _costs(idle, name, events)
    if not plan.quick:
        with busy_disk(plan.folder) as writer_count:
            busy.play([name for name in BUSY if name in idle.runs], events, plan.repeated(), plan.folder, writer_count)
        yield from _promises(idle, busy)
    if broken := {**idle.broken, **busy.broken}:
        raise ValueError("; ".join(f"{name}: {problem}" for name, problem in broken.items()))


def _costs(outcome: Outcome, name: str, events: int) -> Iterator[Figure]:
    """CPU of all threads per event, and the slowest call in a thousand."""
    runs = outcome.runs.get(name)
    if not runs:
        yield not_measured(f"{name}, per event", outcome.skipped.get(name) or outcome.broken.get(name, "not run"))
        return
    note = outcome.notes.get(name, f"{events:,} events")
    yield Figure(f"{name}, per event", [run.cpu for run in runs], "µs CPU", note=note)
    yield Figure(f"{name}, p99.9 of one call", [run.p999 for run in runs], "µs")


def _promises(idle: Outcome, busy: Outcome) -> Iterator[Figure]:
    """Ratios of the same rounds, never of two."""
    for promise in PROMISES:
        found = (busy if promise.busy else idle).ratios("tracetop", promise.base, promise.figure)
        if found:
            yield Figure(f"tracetop's {promise}", found, "×", at_most(promise.limit))
        else:
            yield not_measured(f"tracetop's {promise}", f"{promise.base} did not run", at_most(promise.limit), "×")
