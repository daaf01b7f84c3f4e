"""Spans that stand under each other."""

from __future__ import annotations

from pathlib import Path

from .reading import read
from .spans import chat


def test_spans_that_stand_under_each_other_or_have_no_time_are_told_all_the_same(tmp_path: Path) -> None:
    timeless = {**chat("z", "", 0, 0, input=1, output=0), "startTimeUnixNano": "x", "endTimeUnixNano": None}
    spans = [
        chat("a", "b", 1, 2, input=1, output=0),
        chat("b", "a", 1, 2),
        chat("s", "s", 5, 6, input=1, output=0),
        timeless,
    ]
    reading = read(tmp_path, *spans)
    assert reading.view.tokens.total == 3
    assert reading.view.time_span == (1_001.0, 1_006.0)
