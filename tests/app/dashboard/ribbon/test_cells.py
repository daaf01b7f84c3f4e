"""The cells of the ribbon: every event has one, and they show the phases."""

from __future__ import annotations

import pytest
from tracetop.app.dashboard.ribbon.cells import Axis, legend

from .pictures import event, picture, session_of, tools


def line(session, width, at=None, total=None):
    return "".join(glyph for glyph, _ in picture(session, width, at, total).cells)


# -- where events are


@pytest.mark.parametrize(
    ("total", "width"), [(1, 1), (1, 40), (3, 40), (39, 40), (40, 40), (41, 40), (1000, 7), (5, 1)]
)
def test_every_event_has_a_cell_and_every_cell_an_event(total, width):
    axis = Axis(total, width)
    bins = axis.bins()
    assert [each.start for each in bins] == [0, *(each.end for each in bins[:-1])]
    assert bins[-1].end == total
    for each in bins:
        for number in range(each.start, each.end):
            assert axis.cell_of(number) == each.cell
    assert bins[-1].cell == axis.cell_of(total - 1) == width - 1
    assert axis.cells_of(0, total - 1) == range(width)
    seen = [cell for number in range(min(total, width)) for cell in axis.cells_of(number, number)]
    assert total > width or seen == list(range(width))


def test_a_million_events_take_no_longer_than_their_cells():
    bins = Axis(1_000_000, 118).bins()
    assert len(bins) == 118
    assert {each.end - each.start for each in bins} == {8474, 8475}


# -- phases


def test_phases_are_bars_by_event_number():
    session = session_of(tools("read", 4) + tools("edit", 4) + tools("bash", 8) + [event("llm_response", 2)] * 4)
    assert line(session, 20) == "▂▂▂▂▄▄▄▄▆▆▆▆▆▆▆▆▁▁▁▁"
    assert line(session, 10) == "▂▂▄▄▆▆▆▆▁▁"
    assert line(session, 5) == "▂▄▆▆▁"


def test_a_cell_shows_the_phase_of_most_of_its_calls():
    events = [each for _ in range(4) for each in tools("read", 2) + tools("bash", 3)]
    assert line(session_of(events), 4) == "▆▆▆▆"


def test_long_stretches_are_named():
    session = session_of(tools("read", 3) + tools("edit", 3) + tools("bash", 2))
    assert line(session, 80) == (" exploring ▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂ editing ▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄ running ▆▆▆▆▆▆▆▆▆▆▆")
    assert line(session, 32) == "▂▂▂▂▂▂▂▂▂▂▂▂ editing ▄▄▄▆▆▆▆▆▆▆▆"


def test_a_name_never_lies_over_a_mark():
    session = session_of([*tools("read", 3), event("error"), *tools("read", 16)])
    assert line(session, 20) == "▂▂▂✗ exploring ▂▂▂▂▂"


def test_few_events_are_stretched_and_one_is_all():
    assert line(session_of([event("session_start", None)]), 12) == "············"
    assert line(session_of(tools("bash", 1)), 10) == "▆▆▆▆▆▆▆▆▆▆"
    assert line(session_of([*tools("bash", 1), event("error"), *tools("edit", 1)]), 9) == "▆▆▆▆▆✗▄▄▄"


def test_a_view_shows_nothing_of_what_came_later():
    events = [*tools("read", 8), event("error"), *tools("bash", 8), event("compaction_start")]
    whole = session_of(events)
    for at in range(1, len(events) + 1):
        assert picture(whole, 12, at) == picture(session_of(events[:at]), 12), at


def test_events_to_come_are_a_line_as_far_as_they_are_counted():
    session = session_of([*tools("bash", 10), event("error"), *tools("edit", 9)])
    assert line(session, 20, at=10, total=20) == "▆▆▆▆▆▆▆▆▆▆──────────"
    assert line(session, 20, at=11, total=20) == "▆▆▆▆▆▆▆▆▆▆✗─────────"
    assert line(session, 5, at=10, total=20) == "▆▆▆──"
    assert picture(session, 5, at=10, total=20).events == [0, 4, 8, 12, 19]


# -- what they mean


def test_the_legend_names_every_glyph():
    words = {word: glyph for glyph, word, _ in legend()}
    assert words["exploring"] == "▂"
    assert words["cache break"] == "○"
    assert len({glyph for glyph, _, _ in legend()}) == 9
