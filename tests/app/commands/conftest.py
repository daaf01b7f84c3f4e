"""What tests of commands share: a trace to tell of, and a terminal that could show it."""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType

import pytest
from tracetop.app.commands import headless
from tracetop.collector.recording.recorder import TraceCollector


@pytest.fixture
def trace(tmp_path: Path) -> Path:
    with TraceCollector(tmp_path / "traces", "session-1") as collector:
        path = collector.start_session("fix the parser", "claude-sonnet-4")
        for iteration in range(1, 4):
            collector.record("iteration_start", iteration=iteration)
            collector.record_llm_response(1200, 0.01, 900.0, iteration=iteration)
            collector.record_tool_call("bash", {"command": "pytest -q"}, "1 failed", 150.0, iteration=iteration)
    return path


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Path | None, bool]]:
    """What a dashboard was opened on, on a terminal that could show it."""
    calls: list[tuple[Path | None, bool]] = []
    stand_in = ModuleType("tracetop.app.standalone")
    stand_in.run_dashboard = lambda path, *, debug, theme, everything, latest: calls.append((path, debug))  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "tracetop.app.standalone", stand_in)
    monkeypatch.setattr(headless, "has_screen", lambda: True)
    return calls
