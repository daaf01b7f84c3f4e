"""What fits a terminal, and what JSON holds."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pytest
from tracetop.app.reports.issues import issues_text
from tracetop.app.reports.json_text import json_text
from tracetop.app.reports.layout import MIN_WIDTH, heading, table, terminal_width, wrapped
from tracetop.app.reports.report import report_json, report_text
from tracetop.app.reports.timeline import choice, timeline_json, timeline_text
from tracetop.app.reports.tokens import tokens_text
from tracetop.app.reports.tools import tools_text
from tracetop.app.safe_text import width_of

from .conftest import Traces, event, parsed, sessions_list

WIDE = "修正 the パーサー and 테스트 everything twice over again until it is well " * 3


@pytest.mark.parametrize("width", [80, 100, 160])
def test_no_line_is_wider_than_the_terminal(width: int, make: Traces, tmp_path: Path) -> None:
    data = dict.fromkeys(("goal", "model", "tool_name", "args", "error", "agent_id"), WIDE)
    common = {"iteration": 10**9, "data": data, "session_id": WIDE}
    kinds = ["session_start", "subagent_spawn", "subagent_timeout", *["tool_error"] * 4, WIDE]
    trace = make(*(event(kind, number, **common) for number, kind in enumerate(kinds)))
    texts = {
        "report": [line for line in report_text(trace, width) if not line.startswith("  file")],
        "issues": issues_text(trace, width),
        "timeline": timeline_text(trace, choice((), (), ""), width),
        "tokens": tokens_text(trace, width),
        "tools": tools_text(trace, width),
        "sessions": sessions_list(tmp_path, width),
    }
    for name, lines in texts.items():
        for line in lines:
            assert width_of(line) <= width, (name, line)


def test_json_holds_what_json_cannot(make: Traces) -> None:
    assert json_text({"a": math.nan, "b": [math.inf, -math.inf]}) == '{"a":null,"b":[null,null]}'
    assert json.loads(json_text({"n": 10**30, "f": math.nan})) == {"n": 10**30, "f": None}
    assert json.loads(json_text({"s": "\ud800 \u202e"})) == {"s": "\ud800 \u202e"}
    deep: Any = "x"
    for _ in range(500):
        deep = [deep]
    assert json.loads(json_text(deep))
    assert json_text("\x1b\x7f\x9b\u2028\U000e0041") == '"\\u001b\\u007f\\u009b\\u2028\\udb40\\udc41"'
    trace = make('{"kind":"custom","timestamp":NaN,"data":{"a":NaN,"b":"\\ud800"},"duration_ms":Infinity}')
    assert parsed(timeline_json(trace))[0]["data"] == {"a": None, "b": "\ud800"}
    assert "NaN" not in report_json(trace)


def test_layout(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    assert terminal_width() == MIN_WIDTH
    monkeypatch.setenv("COLUMNS", "200")
    assert terminal_width() == 200
    assert len(heading("title", "note", 80)) == 80
    assert wrapped("one two " * 10, 40, "  ")[0] == "  one two one two one two one two one"
    assert [len(line) for line in wrapped("x" * 100, 40)] == [40]
    assert table(["name", "n"], [["a\x1b", "1"], ["bb", "100"]], 80) == ["  name    n", "  a␛      1", "  bb    100"]
