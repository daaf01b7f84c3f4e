"""Traces folded in processes of their own come to what they come to in this one."""

from __future__ import annotations

import json
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import Any

import pytest
from tracetop import TraceCollector
from tracetop.analysis.prices import Price, Prices
from tracetop.app import fold_apart
from tracetop.app.cli import cli
from tracetop.app.fold_apart import Folded, Folding, fold_all
from tracetop.app.reports.folder import dearest_first, folder_json, folder_text, total_of
from tracetop.app.trace import load_trace


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "traces"
    for number in range(5):
        with TraceCollector(folder, f"s{number}") as collector:
            collector.start_session(goal=f"goal {number}", model="m")
            for iteration in range(number + 1):
                collector.record_llm_response({"input": 100, "output": 10}, None, 5.0, iteration=iteration, model="m")
                collector.record_tool_call("bash", {"command": "true"}, "", 1.0, iteration=iteration)
    (folder / "session-broken.jsonl").write_text("no event\n")
    return folder


def paths_of(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.jsonl"))


def by_path(folded: list[Folded]) -> list[Folded]:
    return sorted(folded, key=lambda each: each.path)


def test_processes_of_their_own_find_what_this_one_finds(folder: Path) -> None:
    folding = Folding(Prices({"m": Price(1.0, 2.0)}))
    apart, here = (by_path(list(fold_all(paths_of(folder), folding, processes))) for processes in (2, 1))
    assert apart == here
    assert [each.error for each in here if each.error] == [
        "not a trace: its only line is no event (line 1: not JSON: Expecting value: line 1 column 1 (char 0))"
    ]


def test_where_processes_die_the_rest_is_folded_here(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Dies:
        def __init__(self, *_: Any) -> None:
            pass

        def map(self, fold: Any, paths: list[Path]) -> Any:
            yield fold(paths[0])
            raise BrokenProcessPool

        def shutdown(self, **_: Any) -> None:
            pass

    monkeypatch.setattr(fold_apart, "ProcessPoolExecutor", Dies)
    assert by_path(list(fold_all(paths_of(folder), Folding(), 2))) == by_path(
        list(fold_all(paths_of(folder), Folding(), 1))
    )


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as left:
        cli.main([*arguments])
    told = capsys.readouterr()
    assert isinstance(left.value.code, int)
    return left.value.code, told.out, told.err


def test_the_report_of_a_folder(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "report", str(folder), "--json")
    told = json.loads(out)
    assert code == 0
    each = [load_trace(path).view() for path in paths_of(folder)[1:]]
    assert (told["sessions"], told["unreadable"]) == (5, 1)
    assert told["events"] == sum(view.at for view in each)
    assert told["tokens"]["total"] == sum(view.tokens.total or 0 for view in each) == 15 * 110
    assert told["tools"]["bash"] | {"total_duration_ms": None} == {
        "calls": 15,
        "errors": 0,
        "repeats": 10,
        "total_duration_ms": None,
    }
    assert told["models"]["m"] == {"calls": 15, "tokens": 15 * 110, "cost": None}
    assert told["issues"] == {"repeated_tool_calls": 3}
    assert [session.get("goal") for session in told["by_session"]] == [*(f"goal {n}" for n in (4, 3, 2, 1, 0)), None]


def test_and_in_words(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "report", str(folder))
    assert code == 0
    for said in ("5 sessions", "goal 4", "repeated_tool_calls", "session-broken.jsonl", "1 of 6 cannot be read"):
        assert said in out


def test_a_gate_over_a_folder(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, _, err = run(capsys, "report", str(folder), "--fail-on", "high")
    assert (code, err) == (1, f"tracetop: {folder}: issues: 3 high (--fail-on high)\n")
    assert run(capsys, "report", str(folder), "--fail-on", "critical")[0] == 0


def test_a_folder_without_traces(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = run(capsys, "report", str(tmp_path))
    assert (code, out, err) == (3, "", f"tracetop: {tmp_path}: no traces in this folder\n")


def test_long_lists_say_that_they_are_cut() -> None:
    some = Folded(Path("x.jsonl"), error="why")
    lines = list(folder_text("x", [some] * 30, total_of([some]), 100))
    assert "  … and 10 more" in lines
    assert total_of([some]).sessions == 0
    assert json.loads(folder_json("x", [some], total_of([some])))["by_session"] == [
        {"source": "x.jsonl", "error": "why"}
    ]
    assert dearest_first([some]) == [some]
