"""How fast a trace folds and how much of it is kept, as ratios of one run: never compare figures of two.

Usage: python benchmarks/performance.py --only fold
"""

from __future__ import annotations

import gc
import tracemalloc
from collections.abc import Callable, Iterator
from pathlib import Path
from time import process_time

import orjson
from figures import Figure, Of, at_most, in_turns, ratios
from plan import Plan
from tracetop.analysis.fold.session import Session
from tracetop.collector.formats.native import decode_block
from tracetop.collector.reading.lines import Block
from tracetop.collector.reading.reader import read_batches

FOLD_RATIO = 2.2
KEPT_BYTES = 75.0
FLAT = 1.3
EVENTS = 1_000_000
SIZES = (1_000, 100_000, 1_000_000)
SINGLE_EVENTS = 2_000


def figures(plan: Plan) -> Iterator[Figure]:
    """The fold beside orjson.loads, what it keeps, and one event more by the size of the session."""
    events = plan.sized(EVENTS)
    path = plan.trace(events)
    gc.disable()
    try:
        loads, decoding, folding = in_turns(
            plan.repeated(), *(lambda work=work: per_event(work, path, events) for work in (loads_alone, decode, fold))
        )
    finally:
        gc.enable()
    of = f"CPU per event, {events:,} events"
    yield Figure("orjson.loads alone, nothing kept", loads, "µs", note=of)
    yield Figure("lines to records, nothing kept", decoding, "µs", orjson=ratios(decoding, loads), note=of)
    yield Figure("the whole fold", folding, "µs", at_most(FOLD_RATIO, Of.ORJSON), ratios(folding, loads), note=of)
    note = f"what Python allocated for a session of {events:,}"
    yield Figure("state per event", [bytes_kept(path, events)], "bytes", at_most(KEPT_BYTES), note=note)
    yield from one_more(plan)


def one_more(plan: Plan) -> Iterator[Figure]:
    """One event more, decoded and folded by itself, in sessions of several sizes: in turns, on the same lines."""
    sizes = [plan.sized(size) for size in SIZES]
    lines = first_lines(plan.trace(sizes[-1]), SINGLE_EVENTS)
    sessions = [fold(plan.trace(size)) for size in sizes]
    found = in_turns(plan.repeated(), *(lambda session=session: cost_of_one(session, lines) for session in sessions))
    for size, values in zip(sizes, found, strict=True):
        note = f"CPU, {SINGLE_EVENTS:,} events one by one"
        yield Figure(f"one event more, after {size:,}", values, "µs", note=note)
    yield Figure(
        f"one event more, after {sizes[-1]:,} by after {sizes[0]:,}", ratios(found[-1], found[0]), "×", at_most(FLAT)
    )


def loads_alone(path: Path) -> None:
    """orjson.loads over every line, nothing kept."""
    with path.open("rb") as file:
        for line in file:
            orjson.loads(line)


def decode(path: Path) -> None:
    """Lines to records, nothing kept."""
    for _ in read_batches(path):
        pass


def fold(path: Path) -> Session:
    """The whole analysis."""
    session = Session()
    for batch in read_batches(path):
        session.apply(batch.records, batch.offsets)
    return session


def per_event(work: Callable[[Path], object], path: Path, events: int) -> float:
    """CPU time of one run, in µs per event."""
    start = process_time()
    work(path)
    return (process_time() - start) * 1e6 / events


def cost_of_one(session: Session, lines: list[bytes]) -> float:
    """CPU time of one event that comes by itself, in µs: its line decoded, then folded."""
    start = process_time()
    for line in lines:
        batch = decode_block(Block(line, 0, 1))
        session.apply(batch.records, batch.offsets)
    return (process_time() - start) * 1e6 / len(lines)


def first_lines(path: Path, count: int) -> list[bytes]:
    """The first lines of a trace."""
    with path.open("rb") as file:
        return [next(file) for _ in range(count)]


def bytes_kept(path: Path, events: int) -> float:
    """What the fold keeps, by event: what Python allocated for it and did not free."""
    tracemalloc.start()
    session = fold(path)
    gc.collect()
    kept, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    if session.count != events:
        raise ValueError(f"{path}: {session.count} events were folded, not {events}")
    return kept / events
