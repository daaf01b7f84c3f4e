"""The columns of the timeline are as wide as needed and fill a row at any size."""

from __future__ import annotations

import pytest
from rich.cells import cell_len
from tracetop.analysis.fold.session import Session
from tracetop.app.bookmarks.bookmark import Bookmark, Change, line_of
from tracetop.app.panes.timeline.columns import GLYPH_CELLS, WORD_CELLS, Measure, Needs
from tracetop.collector.events import TraceEvent

from .axes import START
from .shown import LIST


@pytest.mark.parametrize("size", [(40, 12), (80, 24), (200, 60)])
async def test_rows_fit_whatever_the_size(show, calls, size):
    async with show(calls, size) as it:
        for keys in (("1",), ("x",), ("z",), ("w",), ("x",)):
            await it.press(*keys)
            lines = it.text.split("\n")
            assert {cell_len(line) for line in lines} == {size[0]}
            assert "dashboard error" not in it.text


@pytest.mark.parametrize("width", range(1, 200, 7))
@pytest.mark.parametrize("waterfall", [False, True])
@pytest.mark.parametrize("needs", [Needs(4, 0, False), Needs(10, 10, True)])
def test_columns_take_all_of_a_row(width, waterfall, needs):
    columns = needs.columns(width, waterfall)
    left = columns.before_axis - 1
    whole = left + (columns.axis + 1 if columns.axis else 0)
    assert columns.text >= 0
    assert whole == max(width, GLYPH_CELLS + WORD_CELLS)


def test_columns_are_as_wide_as_the_events_so_far_need():
    session = Session()
    session.apply_events(
        TraceEvent("custom", START, "s", iteration=number, data={"agent_id": agent})
        for number, agent in ((1, ""), (2, "ab"), (123456, "ab"), (3, "a-long-name-of-an-agent"))
    )
    measure = Measure(session)
    told = [measure.needs(session.view(at)) for at in range(5)]
    assert [(needs.iteration, needs.agent) for needs in told] == [(4, 0), (4, 0), (4, 2), (6, 2), (6, 10)]


async def test_marks_keep_the_columns_in_line(show, calls):
    path = calls.with_name("calls.jsonl.bookmarks")
    notes = enumerate(("", "a note", "文字 " * 40, "x" * 500, "y", "\x1b[31m[/oops]"))
    path.write_bytes(b"".join(line_of(Change(Bookmark(2 * number, note, f"e{2 * number}"))) for number, note in notes))
    async with show(calls, (200, 60)) as it:
        for keys in (("1", "z"), ("w",), ("w", "x")):
            await it.press(*keys)
            for size in ((200, 60), (120, 36), (80, 24), (50, 20), (34, 16), (24, 14), (12, 10)):
                await it.resize(*size)
                for row in it.crop(LIST).split("\n"):
                    assert cell_len(row) == it.screen.query_one(LIST).region.width
            await it.resize(200, 60)
        assert it.screen._failure == ""
