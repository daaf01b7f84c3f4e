"""A whole trace told, in process and as whole processes, beside orjson.loads and attocode: time and peak memory.

Contestants take turns, each time in a fresh process, and must have read the same number of events.

Usage: python benchmarks/performance.py --only processes
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import readers
from figures import Figure, Of, at_least, at_most, not_measured, ratios
from launch import Taken, launch
from plan import Plan

SMALL, LARGE = 100_000, 1_000_000
IN_PROCESS, SMALL_PROCESS, LARGE_PROCESS = 20.0, 8.0, 12.0
REPORT_MEGABYTES = 130.0
LARGE_ROUNDS = 3
"""attocode needs most of a minute and two GB for a million events."""


def figures(plan: Plan) -> Iterator[Figure]:
    """In process at 100k events; `tracetop report` at 100k and 1M."""
    yield from in_process(plan)
    yield from whole_processes(plan, plan.sized(SMALL), plan.repeated(), SMALL_PROCESS, None)
    yield from whole_processes(plan, plan.sized(LARGE), plan.repeated(LARGE_ROUNDS), LARGE_PROCESS, REPORT_MEGABYTES)


def in_process(plan: Plan) -> Iterator[Figure]:
    """CPU seconds of reading and telling all, imports not counted."""
    events = plan.sized(SMALL)
    path = plan.trace(events, documented=True)
    why_not = readers.why_no_attocode()
    names = [name for name in readers.READERS if name != "attocode" or not why_not]
    seconds: dict[str, list[float]] = {name: [] for name in names}
    for _ in range(plan.repeated()):
        for name in names:
            told = json.loads(launch([sys.executable, readers.__file__, name, str(path)]).output)
            if told["events"] != events:
                raise ValueError(f"{name} read {told['events']} events of {events}")
            seconds[name].append(told["seconds"] * 1000)
    base = seconds["orjson"]
    other = seconds.get("attocode")
    yield Figure(f"orjson.loads alone, {events:,} events", base, "ms CPU")
    yield Figure(
        f"all told over columns, {events:,} events",
        seconds["tracetop"],
        "ms CPU",
        at_least(IN_PROCESS, Of.ATTOCODE),
        ratios(seconds["tracetop"], base),
        ratios(other, seconds["tracetop"]) if other else (),
        note="fold, figures, issues, token flow; a screenful of timeline and tree",
    )
    yield Figure(
        f"all told as objects, {events:,} events",
        seconds["tracetop-objects"],
        "ms CPU",
        None,
        ratios(seconds["tracetop-objects"], base),
        ratios(other, seconds["tracetop-objects"]) if other else (),
        note="load_session and every analyser: as many objects as attocode makes",
    )
    if other:
        yield Figure(f"attocode, all told, {events:,} events", other, "ms CPU", None, ratios(other, base))
    else:
        yield not_measured(f"attocode, all told, {events:,} events", why_not)


def whole_processes(plan: Plan, events: int, rounds: int, times: float, megabytes: float | None) -> Iterator[Figure]:
    """From the start of a process to its end: `tracetop report --json`, and a script that asks attocode."""
    path = plan.trace(events, documented=True)
    why_not = readers.why_no_attocode()
    ours: list[Taken] = []
    theirs: list[Taken] = []
    for _ in range(rounds):
        ours.append(report(path, events))
        if not why_not:
            theirs.append(launch([sys.executable, readers.__file__, "attocode", str(path)]))
            if (read := json.loads(theirs[-1].output)["events"]) != events:
                raise ValueError(f"attocode read {read} events of {events}")

    def of(taken: list[Taken], what: Callable[[Taken], float]) -> list[float]:
        return [what(one) for one in taken]

    yield Figure(
        f"tracetop report, {events:,} events",
        of(ours, _wall),
        "s",
        at_least(times, Of.ATTOCODE),
        attocode=ratios(of(theirs, _wall), of(ours, _wall)) if theirs else (),
        note="the whole process, no index",
    )
    yield Figure(
        f"tracetop report, peak memory, {events:,} events",
        of(ours, _megabytes),
        "MB",
        at_most(megabytes) if megabytes else None,
        attocode=ratios(of(theirs, _megabytes), of(ours, _megabytes)) if theirs else (),
    )
    if why_not:
        yield not_measured(f"attocode, {events:,} events", why_not)
    else:
        yield Figure(f"attocode, {events:,} events", of(theirs, _wall), "s", note="the whole process")
        yield Figure(f"attocode, peak memory, {events:,} events", of(theirs, _megabytes), "MB")


def report(path: Path, events: int) -> Taken:
    """`tracetop report --json` of a trace that was never opened before."""
    with tempfile.TemporaryDirectory() as home:
        alone = {"XDG_CACHE_HOME": home, "XDG_CONFIG_HOME": home}
        taken = launch([sys.executable, "-m", "tracetop", "report", str(path), "--json"], alone)
    if (read := json.loads(taken.output)["events"]) != events:
        raise ValueError(f"tracetop report read {read} events of {events}")
    return taken


def _wall(taken: Taken) -> float:
    return taken.wall


def _megabytes(taken: Taken) -> float:
    return taken.peak_bytes / 1e6
