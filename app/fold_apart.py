"""Traces folded side by side, in processes of their own where there is enough to do."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

from ..analysis.prices import Prices
from ..analysis.rules.thresholds import DEFAULT_TUNING, Tuning
from ..analysis.summary import Summary
from ..analysis.totals import Totals, totals_of
from ..collector.parts import parts_from
from .trace import UnreadableTraceError, load_trace

WORTH_BYTES = 16 << 20
"""Less is folded before another process is up."""

_MOST_PROCESSES = 8


@dataclass(frozen=True, slots=True)
class Folded:
    """What a trace came to; without totals where it cannot be read, and `error` says why."""

    path: Path
    summary: Summary | None = None
    totals: Totals | None = None
    error: str = ""


@dataclass(frozen=True, slots=True)
class Folding:
    """How traces are folded: by which prices and rules, and whether indexes are used and made."""

    prices: Prices | None = None
    index: bool = False
    tuning: Tuning = DEFAULT_TUNING

    def fold(self, path: Path) -> Folded:
        """One trace."""
        try:
            trace = load_trace(path, prices=self.prices, index=self.index, tuning=self.tuning)
        except UnreadableTraceError as error:
            return Folded(path, error=str(error).removeprefix(f"{path}: "))
        trace.second_pass(trace.session).extend_to_end()
        ledger = trace.ledger(trace.session)
        ledger.extend_to_end()
        view = trace.view()
        return Folded(path, view.summary(), totals_of(view, ledger.wasted(view.at)))


def fold_all(paths: Sequence[Path], folding: Folding, processes: int | None = None) -> Iterator[Folded]:
    """Fold traces, in as many processes as pay where their number is not given. In the order in which they are done."""
    sizes = {path: _size(path) for path in paths}
    if processes is None:
        processes = min(len(paths), os.cpu_count() or 1, _MOST_PROCESSES) if sum(sizes.values()) > WORTH_BYTES else 1
    if processes < 2:
        yield from map(folding.fold, paths)
        return
    waiting = sorted(paths, key=lambda path: -sizes[path])  # the longest first, or all would wait for it
    # Not forked: the interpreter may have threads, and a process that is forked off them may hang.
    pool = ProcessPoolExecutor(processes, get_context("spawn"))
    try:
        for folded in pool.map(folding.fold, waiting):
            waiting = waiting[1:]
            yield folded
    except BrokenProcessPool:  # one was killed, or none can be started here
        yield from map(folding.fold, waiting)
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def _size(path: Path) -> int:
    try:
        return sum(part.stat().st_size for part in parts_from(path))
    except OSError:
        return 0
