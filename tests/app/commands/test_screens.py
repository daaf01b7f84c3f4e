"""The commands that draw the dashboard: on which path it is opened, shots of it, the demo."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from tracetop.app.trace import UnreadableTraceError

from .command_line import only_line, run


def test_a_path_opens_the_dashboard(trace: Path, opened: list[tuple[Path | None, bool]]) -> None:
    assert run(trace).exit_code == 0
    assert run(trace.parent, "--debug").exit_code == 0
    assert run("--debug").exit_code == 0
    assert run().exit_code == 0
    assert opened == [(trace, False), (trace.parent, True), (None, True), (None, False)]


def test_the_dashboard_may_wait_for_a_file_but_not_for_its_folder(
    tmp_path: Path, opened: list[tuple[Path | None, bool]]
) -> None:
    assert run(tmp_path / "soon.jsonl").exit_code == 0
    assert opened == [(tmp_path / "soon.jsonl", False)]
    result = run(tmp_path / "never" / "soon.jsonl")
    assert result.exit_code == 3
    assert "never" in only_line(result)
    assert len(opened) == 1


def test_the_dashboard_does_not_open_what_is_no_file(opened: list[tuple[Path | None, bool]]) -> None:
    result = run(os.devnull)
    assert result.exit_code == 3
    assert only_line(result) == f"{os.devnull}: is not a regular file"
    assert not opened


@pytest.fixture
def shots(monkeypatch: pytest.MonkeyPatch) -> Callable[[Exception | None], list[tuple[Any, ...]]]:
    """Replace the camera by one that only notes what it should take, or fails."""

    def replace(failure: Exception | None) -> list[tuple[Any, ...]]:
        taken: list[tuple[Any, ...]] = []

        def take_shot(*args: Any) -> None:
            if failure:
                raise failure
            taken.append(args)

        stand_in = ModuleType("tracetop.app.offscreen.shot")
        stand_in.take_shot = take_shot  # type: ignore[attr-defined]
        monkeypatch.setitem(sys.modules, "tracetop.app.offscreen.shot", stand_in)
        return taken

    return replace


def test_shot(trace: Path, tmp_path: Path, shots: Callable[[Exception | None], list[tuple[Any, ...]]]) -> None:
    taken = shots(None)
    out = tmp_path / "out.svg"
    assert run("shot", trace, "-o", out).exit_code == 0
    flags = ["--size", "120X36", "--pane", "tokens", "--at", 12, "--theme", "textual-light"]
    assert run("shot", trace, "--out", out, *flags).exit_code == 0
    assert taken == [
        (trace, out, (160, 48), None, None, None),
        (trace, out, (120, 36), "tokens", "12", "textual-light"),
    ]


def test_a_failing_shot(trace: Path, shots: Callable[[Exception | None], list[tuple[Any, ...]]]) -> None:
    shots(ValueError("no pane nope"))
    result = run("shot", trace, "-o", "out.svg", "--pane", "nope")
    assert result.exit_code == 2
    assert only_line(result).startswith("no pane nope")
    shots(UnreadableTraceError(f"{trace}: is odd"))
    result = run("shot", trace, "-o", "out.svg")
    assert result.exit_code == 3
    assert only_line(result) == f"{trace}: is odd"


def test_demo_passes_its_options_on(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    calls: list[dict[str, Any]] = []
    stand_in = ModuleType("tracetop.app.demo.command")
    stand_in.run_demo = lambda **options: calls.append(options)  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "tracetop.app.demo.command", stand_in)
    assert run("demo").exit_code == 0
    assert run("demo", "--speed", "4", "--keep", tmp_path, "--debug").exit_code == 0
    assert calls == [
        {"debug": False, "speed": 1.0, "keep": None, "theme": None},
        {"debug": True, "speed": 4.0, "keep": tmp_path, "theme": None},
    ]
