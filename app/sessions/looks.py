"""Looks at many traces, one after the other, or in threads where they are many: a slow disk answers several at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import islice

from ...analysis.prices import Prices
from ...analysis.rules.thresholds import Tuning
from ...collector.reading.listing import ListedTrace
from .entry import Entry
from .glance import look_at

_LOOKERS = 4
_LOOKS_AT_A_TIME = 32
_LOOKS_ALONE = 64
"""Fewer looks than this are not worth other threads."""


def looks_at(
    traces: Sequence[ListedTrace], prices: Prices | None, tuning: Tuning, *, go_on: Callable[[], bool]
) -> Iterator[Entry]:
    """What a look at each trace tells, in their order where they are few; no more once `go_on` gives False.

    All that a small trace tells is found out only where they are few.
    """
    if len(traces) < _LOOKS_ALONE:
        for trace in traces:
            if not go_on():
                return
            yield look_at(trace, prices, tuning)
        return
    with ThreadPoolExecutor(_LOOKERS, "tracetop look") as pool:
        left = iter(traces)
        while go_on() and (some := list(islice(left, _LOOKS_AT_A_TIME * _LOOKERS))):
            pieces = [some[start::_LOOKERS] for start in range(_LOOKERS)]
            for entries in pool.map(_look_at_ends, pieces):
                yield from entries


def _look_at_ends(traces: Sequence[ListedTrace]) -> list[Entry]:
    return [look_at(trace, whole=False) for trace in traces]
