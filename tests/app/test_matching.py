"""What searches and filters mean."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from tracetop.app.matching import Query
from tracetop.app.trace import Trace, load_trace


@pytest.fixture
def trace(tmp_path: Path, line: Callable[..., bytes]) -> Trace:
    path = tmp_path / "t.jsonl"
    path.write_bytes(
        b"".join(
            (
                line("session_start", goal="Find it"),
                line("tool_start", 1, tool_name="bash", args={"command": "pytest -q"}),
                line("tool_error", 1, tool_name="bash", args={"command": "pytest -q"}, error="No such file"),
                line("llm_response", 1, model="claude-sonnet-4", tokens=5),
                line("llm_response", 1, model="gpt-5", tokens=5, agent_id="scout"),
                line("swarm_decision", decision="go"),
            )
        )
    )
    return load_trace(path)


@pytest.mark.parametrize(
    ("text", "events"),
    [
        ("pytest", [1, 2]),
        ("PYTEST", [1, 2]),
        ('"no such file"', [2]),
        ("no such file", [2]),
        ("kind:tool", [1, 2]),
        ("kind:tool_error", [2]),
        ("category:llm", [3, 4]),
        ("cat:swarm", [5]),
        ("tool:bash", [1, 2]),
        ("model:gpt", [4]),
        ("agent:scout", [4]),
        ("agent:main llm_response", [3]),
        ("errors", [2]),
        ("errors pytest", [2]),
        ("kind:llm pytest", []),
        ('"', [0, 1, 2, 3, 4, 5]),
    ],
)
def test_all_words_must_match(trace: Trace, text: str, events: list[int]) -> None:
    assert list(Query(text).find(trace, 0, trace.session.count)) == events


def test_an_unknown_field_is_told(trace: Trace) -> None:
    with pytest.raises(ValueError, match="unknown field colour"):
        Query("colour:red")


@pytest.mark.parametrize("text", ["http://x", "a/b:c/d", "C:x"])
def test_a_colon_in_plain_text_is_plain_text(trace: Trace, text: str) -> None:
    assert list(Query(text).find(trace, 0, trace.session.count)) == []


def test_stops_when_told(trace: Trace) -> None:
    assert list(Query("pytest").find(trace, 0, trace.session.count, stopped=lambda: True)) == []


def test_looks_at_the_asked_range_only(trace: Trace) -> None:
    assert list(Query("pytest").find(trace, 2, 3)) == [2]
