"""The span of every prefix, against the plain minimum and maximum."""

from __future__ import annotations

import math
import random
from array import array

from tracetop.analysis.fold.columns import EventColumns
from tracetop.analysis.fold.times import TimeRange


def plain(times: list[float]) -> tuple[float, float] | None:
    known = [time for time in times if not math.isnan(time)]
    return (min(known), max(known)) if known else None


def test_no_times_no_span() -> None:
    assert TimeRange(EventColumns()).span(0) is None
    assert TimeRange(EventColumns(time=array("d", [math.nan] * 3))).span(3) is None


def test_every_prefix_over_several_blocks_in_any_chunking() -> None:
    chance = random.Random(7)
    times = [chance.choice([math.nan, chance.uniform(0, 1e9), chance.uniform(5e8, 6e8)]) for _ in range(5000)]
    column: array[float] = array("d")
    span = TimeRange(EventColumns(time=column))
    while len(column) < len(times):
        column.extend(times[len(column) : len(column) + chance.randint(0, 900)])
        span.extend()
    for at in [0, 1, 1023, 1024, 1025, 2048, 5000, *(chance.randint(0, 5000) for _ in range(200))]:
        assert span.span(at) == plain(times[:at])


def test_blocks_without_any_time_are_skipped() -> None:
    column = array("d", [math.nan] * 3000 + [5.0, 3.0])
    span = TimeRange(EventColumns(time=column))
    span.extend()
    assert span.span(3000) is None
    assert span.span(3002) == (3.0, 5.0)
