"""A quick look at a trace: what its ends tell, and that nothing else is told."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tracetop.app.sessions.entry import Entry
from tracetop.app.sessions.glance import END_BYTES, look_at
from tracetop.app.trace import load_trace
from tracetop.collector.reading.listing import list_traces

Line = Callable[..., bytes]


def look(path: Path, **options: bool) -> Entry:
    return next(look_at(trace, **options) for trace in list_traces(path.parent) if trace.path == path)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "session.jsonl"


def filler(line: Line, size: int = 3 * END_BYTES) -> bytes:
    one = line("tool_end", 3, tool_name="bash", result="x" * 500)
    return one * (size // len(one))


def test_a_small_trace_is_known_whole(path: Path, line: Line) -> None:
    path.write_bytes(line("session_start", goal="g", model="m") + line("llm_response", 4, tokens=9, cost=0.5))
    entry = look(path)
    assert entry.figures is not None
    assert (entry.goal, entry.model, entry.figures.events, entry.figures.cost) == ("g", "m", 2, 0.5)


@pytest.mark.parametrize("whole", [True, False])
def test_of_a_large_one_no_figure_is_told(path: Path, line: Line, whole: bool) -> None:
    path.write_bytes(line("session_start", goal="g", model="m") + filler(line) + line("llm_response", 7, cost=1))
    entry = look(path, whole=whole)
    assert entry.figures is None
    assert entry.is_waiting
    glance = entry.glance
    assert glance is not None
    assert (glance.goal, glance.model, glance.iteration, glance.ended, glance.session_id) == ("g", "m", 7, False, "s1")
    assert glance.start is not None
    assert glance.newest is not None
    assert glance.start < glance.newest


def test_a_second_run_at_the_end_has_the_last_word(path: Path, line: Line) -> None:
    start = line("session_start", goal="first", model="m")
    path.write_bytes(start + filler(line) + line("session_start", goal="second") + line("session_end"))
    entry = look(path)
    assert (entry.goal, entry.model, entry.ended) == ("second", "m", True)


def test_a_model_that_nobody_named_is_the_one_that_answered(path: Path, line: Line) -> None:
    path.write_bytes(line("session_start", goal="g") + filler(line) + line("llm_response", 1, model="opus"))
    assert look(path).model == "opus"


def test_lines_longer_than_what_is_read_break_nothing(path: Path, line: Line) -> None:
    long = line("tool_end", 2, result="y" * (2 * END_BYTES))
    path.write_bytes(long)
    assert look(path).glance is not None
    assert look(path).ended is False
    path.write_bytes(line("session_start", goal="g") + long)
    glance = look(path).glance
    assert glance is not None
    assert (glance.goal, glance.newest, glance.ended) == ("g", None, None)
    path.write_bytes(long + line("session_end", 5))
    assert look(path).ended
    assert look(path).goal is None


@pytest.mark.parametrize("torn", [b'{"kind": "session_end", "times', b"}", b"\xff\x00", b""])
def test_a_torn_last_line_is_passed_over(path: Path, line: Line, torn: bytes) -> None:
    for content in (line("session_start", goal="g"), line("session_start", goal="g") + filler(line)):
        path.write_bytes(content + line("iteration_start", 12) + torn)
        glance = look(path).glance
        assert glance is not None
        assert (glance.goal, glance.iteration, glance.ended) == ("g", 12, False)


def test_a_last_line_that_only_lacks_its_newline_counts(path: Path, line: Line) -> None:
    path.write_bytes(line("session_start", goal="g") + filler(line) + line("session_end").rstrip())
    assert look(path).ended


def test_bad_lines_at_the_ends_are_passed_over(path: Path, line: Line) -> None:
    path.write_bytes(
        b"123\n\n{]\n" + line("session_start", goal="g") + filler(line) + line("session_end") + b"null\n\n"
    )
    entry = look(path)
    assert (entry.goal, entry.ended, entry.error) == ("g", True, "")


def test_the_parts_of_a_trace_are_looked_at_from_both_sides(path: Path, line: Line) -> None:
    path.write_bytes(line("session_start", goal="g"))
    path.with_name("session~002.jsonl").write_bytes(line("session_end", 4))
    entry = look(path)
    assert (entry.goal, entry.ended, entry.figures) == ("g", True, None)


def test_what_is_no_trace_is_known_where_it_was_all_read(path: Path) -> None:
    path.write_text("nothing\n")
    assert "not a trace" in look(path).error
    path.write_bytes(b"")
    assert not look(path).error
    path.write_bytes(b"nothing\n" * END_BYTES)
    entry = look(path)
    assert entry.is_waiting
    assert entry.glance is not None
    assert entry.glance.ended is None


def test_a_pipe_in_its_place_does_not_stop_the_look(path: Path, line: Line) -> None:
    path.write_bytes(line("session_start"))
    trace = next(iter(list_traces(path.parent)))
    path.unlink()
    os.mkfifo(path)
    assert look_at(trace).error


KINDS = st.sampled_from(["session_start", "session_end", "llm_response", "tool_end", "iteration_start"])
EVENTS = st.lists(st.tuples(KINDS, st.one_of(st.none(), st.integers(0, 99)), st.booleans()), min_size=1, max_size=12)


@given(EVENTS)
def test_a_look_at_the_ends_never_disagrees_with_the_whole_trace(
    tmp_path_factory: pytest.TempPathFactory, events: list[tuple[str, int | None, bool]]
) -> None:
    path = tmp_path_factory.mktemp("glance", numbered=True) / "t.jsonl"
    lines = []
    for number, (kind, iteration, named) in enumerate(events):
        data = f'{{"goal": "g{number}", "model": "m{number}"}}' if named else "{}"
        it = "null" if iteration is None else iteration
        lines.append(f'{{"kind": "{kind}", "timestamp": {1e9 + number}, "iteration": {it}, "data": {data}}}\n')
    path.write_text("".join(lines))
    entry, view = look(path, whole=False), load_trace(path).view()
    assert entry.figures is None
    assert (entry.goal, entry.ended) == (view.goal, view.ended)
    if view.session.models:
        assert entry.model == view.model
    assert entry.glance is not None
    assert (entry.glance.start, entry.glance.newest) == view.time_span
