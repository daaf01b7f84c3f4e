"""Findings are followed as issues are: by keys, the ribbon, stops, words, the wall and the folder's report."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tracetop.analysis.phases import PhaseIndex
from tracetop.analysis.rules.second_pass import SecondPass
from tracetop.analysis.rules.thresholds import Tuning
from tracetop.app.dashboard.ribbon.marks import IssueMarks
from tracetop.app.dashboard.ribbon.ribbon import Axis, draw
from tracetop.app.dashboard.time_travel.stops import parse_stops
from tracetop.app.fold_apart import Folding
from tracetop.app.query.matching import Query
from tracetop.app.reports.folder import folder_json, folder_text
from tracetop.app.sessions.folding import Fold
from tracetop.app.trace import Trace, load_trace

LOOP = 6
"""The event at which a third failure of the same command is known: `error_loop`, of high severity, and `stuck`."""


@pytest.fixture
def path(line: Callable[..., bytes], tmp_path: Path, utc: None) -> Path:
    """Four failures of one command, a look at a file between the first two; no documented issue but for them."""
    path = tmp_path / "traces" / "loop.jsonl"
    path.parent.mkdir()
    lines = [line("session_start", goal="g", model="m")]
    for number in range(1, 5):
        lines.append(line("iteration_start", number))
        lines.append(line("tool_error", number, tool_name="bash", args={"command": f"make {number}"}))
    path.write_bytes(b"".join(lines))
    return path


def looked_through(path: Path, tuning: Tuning | None = None) -> Trace:
    trace = load_trace(path, tuning=tuning or Tuning())
    trace.second_pass(trace.session).extend_to_end()
    return trace


def categories(trace: Trace, at: int) -> set[str]:
    return {episode.category for episode in trace.view(at).all_episodes()}


def test_a_view_has_them_as_of_its_event(path: Path) -> None:
    trace = looked_through(path)
    assert "error_loop" not in categories(trace, LOOP)
    assert {"error_loop", "stuck"} <= categories(trace, LOOP + 1)
    raised = [episode.raised for episode in trace.view().all_episodes()]
    assert raised == sorted(raised)
    assert trace.view(LOOP).all_version < trace.view(LOOP + 1).all_version


def test_a_replay_stops_at_them_by_severity(path: Path) -> None:
    trace = looked_through(path)
    stop = parse_stops("high").first(trace.session, LOOP - 1, 8)
    assert stop is not None and stop.event == LOOP
    assert stop.reason.startswith("high issue: ")
    assert parse_stops("critical").first(trace.session, -1, 8) is None


def test_the_ribbon_marks_them(path: Path) -> None:
    trace = looked_through(path)
    phases, marks = PhaseIndex(trace.session), IssueMarks(trace.session)
    while not (phases.extend() and marks.extend()):
        pass
    cells = draw(trace.view(), phases, marks, Axis(trace.session.count, trace.session.count)).cells
    assert cells[LOOP] == ("!", "high")


def test_rules_that_begin_anew_are_followed_too(path: Path) -> None:
    trace = looked_through(path)
    marks = IssueMarks(trace.session)
    while not marks.extend():
        pass
    known = len(marks)
    SecondPass(trace.session, Tuning(muted=frozenset({"error_loop", "stuck"}))).extend_to_end()
    while not marks.extend():
        pass
    assert len(marks) < known


def test_the_word_issues_finds_what_proves_them(path: Path) -> None:
    trace = looked_through(path)
    assert {2, 4, 6, 8} <= set(Query("issues").find(trace, 0, trace.session.count))


async def test_keys_go_to_them(show: Any, path: Path) -> None:
    async with show(path) as it:
        raised = sorted({episode.raised for episode in it.screen.frame.view.all_episodes()})
        assert LOOP in raised
        await it.press("home", *["i"] * (raised.index(LOOP) + 1))
        assert it.place == LOOP
        await it.press("I")
        assert it.place == max([event for event in raised if event < LOOP], default=LOOP)


async def test_a_replay_stops_there_on_the_screen_and_the_tab_counts_them(show: Any, path: Path) -> None:
    async with show(path, (80, 24)) as it:
        standing = len(it.screen.frame.view.all_episodes())
        assert standing > len(it.screen.frame.view.episodes())
        assert f"5 issues ({standing})" in it.text


def test_a_session_that_is_folded_behind_the_browser_counts_them(path: Path) -> None:
    fold = Fold(path)
    while not fold.step(100):
        pass
    entry = fold.entry(1, 1.0)
    assert entry is not None and entry.figures is not None
    assert entry.figures.issues == len(looked_through(path).view().all_episodes())
    muted = Fold(path, tuning=Tuning(muted=frozenset({"error_loop", "stuck"})))
    while not muted.step():
        pass
    other = muted.entry(1, 1.0)
    assert other is not None and other.figures is not None and other.figures.issues < entry.figures.issues


def test_the_report_of_a_folder_counts_them_beside_issues_and_adds_up_the_waste(
    path: Path, line: Callable[..., bytes]
) -> None:
    with path.open("ab") as file:
        file.write(line("llm_response", 4, input_tokens=900, output_tokens=100, cost=0.5, model="m"))
    folded = [Folding().fold(path), Folding().fold(path)]
    totals = folded[0].totals.plus(folded[1].totals)  # type: ignore[union-attr,arg-type]
    told = json.loads(folder_json("f", folded, totals))
    assert told["findings"]["error_loop"] == 2
    assert told["wasted"] == {"tokens": 2_000, "cost": 1.0, "basis": "derived"}
    text = "\n".join(folder_text("f", folded, totals, 120))
    assert "~$1.00 of $1.00 wasted (100%)" in text
    assert [line.split() for line in text.splitlines() if "error_loop" in line] == [
        ["high", "error_loop", "2", "finding"]
    ]
