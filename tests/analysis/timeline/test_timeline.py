"""A line for people about every event, whatever its payload holds."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tracetop.analysis.timeline.timeline import duration_of, entry, summarize, summarized_kinds
from tracetop.collector.events import KINDS, TOOL_END_ALIAS, TraceEvent

ALL_KINDS = [*KINDS, TOOL_END_ALIAS]

TYPICAL: dict[str, tuple[dict[str, Any], str]] = {
    "session_start": ({"goal": "Fix it", "model": "m"}, "Fix it · m"),
    "session_end": ({"status": "complete", "iterations": 3}, "session ends · complete · 3 iterations"),
    "iteration_start": ({}, "iteration starts"),
    "iteration_end": ({}, "iteration ends"),
    "llm_request": ({"model": "m", "messages_count": 12}, "asks · m · 12 messages"),
    "llm_response": (
        {"model": "m", "input_tokens": 200, "cache_read_tokens": 1800, "output_tokens": 50, "cost": 0.5},
        "2.00k → 50 · 1.80k cached · $0.50 · m",
    ),
    "llm_error": ({"error": "overloaded", "status_code": 529}, "overloaded · 529"),
    "llm_retry": ({"attempt": 2, "delay": 1.5}, "retries · attempt 2 · in 1.5s"),
    "tool_start": ({"tool_name": "bash", "args": {"command": "ls"}}, "bash ls"),
    "tool_end": ({"tool_name": "bash", "args": {"command": "ls"}, "result": "a.py"}, "bash ls → a.py"),
    "tool": ({"tool": "bash", "args": {"command": "ls"}, "result": "a.py"}, "bash ls → a.py"),
    "tool_error": ({"tool_name": "bash", "error": "no"}, "bash → no"),
    "tool_approval": ({"tool_name": "bash", "approved": False}, "bash · denied"),
    "budget_check": ({"usage_fraction": 0.5, "status": "ok"}, "budget · 50% used · ok"),
    "budget_warning": ({"usage_fraction": 0.8}, "budget · 80% used"),
    "budget_exhausted": ({"usage_fraction": 1.0}, "budget · 100% used"),
    "compaction_start": ({"usage": 0.9}, "compaction starts · 90%"),
    "compaction_end": (
        {"messages_before": 90, "messages_after": 20, "tokens_saved": 41_200},
        "compacted · 90 → 20 messages · 41.2k tokens saved",
    ),
    "context_overflow": ({"truncations": 1}, "context overflow · 1 truncation"),
    "subagent_spawn": ({"agent_id": "a", "task": "look"}, "sub-agent a spawned · look"),
    "subagent_complete": ({"agent_id": "a", "tokens": 500}, "sub-agent a done · 500 tokens"),
    "subagent_error": ({"agent_id": "a", "error": "no"}, "sub-agent a failed · no"),
    "subagent_timeout": ({}, "sub-agent timed out"),
    "swarm_start": ({}, "swarm starts"),
    "swarm_complete": ({}, "swarm done"),
    "swarm_wave_start": ({"wave": 2}, "wave starts · wave 2"),
    "swarm_wave_complete": ({"wave": 2}, "wave done · wave 2"),
    "swarm_task_start": ({"task_id": "t1", "agent_id": "w"}, "task starts · t1 · w"),
    "swarm_task_complete": ({"task_id": "t1"}, "task done · t1"),
    "swarm_task_failed": ({"task_id": "t1", "skipped": ["t2"]}, 'task failed · t1 · skips ["t2"]'),
    "plan_created": ({"steps": ["a", "b"]}, "plan · 2 steps · a, b"),
    "plan_step_start": ({"step": "a"}, "step starts · a"),
    "plan_step_complete": ({"step": "a"}, "step done · a"),
    "quality_check": ({"score": 0.9}, "quality check · score 0.9"),
    "learning_proposed": ({"text": "use rg"}, "learned · use rg"),
    "error": ({"error_type": "ValueError", "error": "no", "context": "loading"}, "ValueError: no: while loading"),
    "recovery": ({"strategy": "retry"}, "recovers · retry"),
    "mode_change": ({"from_mode": "build", "to_mode": "plan"}, "mode build → plan"),
    "mcp_connect": ({"server": "fs", "tools": 3}, "fs connected · 3 tools"),
    "mcp_disconnect": ({"server": "fs"}, "fs disconnected"),
    "file_change": ({"path": "a.py", "added": 3, "removed": 1}, "a.py · +3 −1"),
    "checkpoint": ({"checkpoint_id": "c1"}, "checkpoint · c1"),
    "custom": ({"message": "hello"}, "hello"),
}


def event(kind: str, data: Any = None, **fields: Any) -> TraceEvent:
    return TraceEvent(kind=kind, timestamp=1.0, session_id="s", data={} if data is None else data, **fields)


def test_every_documented_kind_has_a_summary_of_its_own() -> None:
    assert set(ALL_KINDS) == summarized_kinds() == set(TYPICAL)


@pytest.mark.parametrize("kind", ALL_KINDS)
def test_a_typical_event_is_told_in_a_line(kind: str) -> None:
    data, line = TYPICAL[kind]
    assert summarize(event(kind, data)) == line


@pytest.mark.parametrize("kind", ALL_KINDS)
def test_a_payload_under_metadata_is_told_the_same(kind: str) -> None:
    data, line = TYPICAL[kind]
    assert summarize(event(kind, {"metadata": data})) == line


@pytest.mark.parametrize("kind", [*ALL_KINDS, "swarm_decision", "brand_new"])
def test_an_empty_payload_still_gives_a_line(kind: str) -> None:
    assert summarize(event(kind)).strip()


def test_input_that_includes_the_cache_is_not_counted_twice() -> None:
    data = {"model": "gpt-5", "input_tokens": 2000, "cache_read_tokens": 1800, "output_tokens": 50}
    assert summarize(event("llm_response", data)) == "2.00k → 50 · 1.80k cached · gpt-5"


def test_an_unknown_kind_tells_what_it_says() -> None:
    assert summarize(event("brand_new")) == "brand new"
    assert summarize(event("brand_new", {"a": 1, "b": "c"})) == "a=1 b=c"
    assert summarize(event("swarm_decision", {"decision": "go", "reasoning": "why not"})) == "go · why not"


NUMBERED = "     1→import os\n     2→\n    13→print()\n\n<system-reminder>\nCheck it.\n</system-reminder>"


@pytest.mark.parametrize(
    ("result", "told"),
    [
        (NUMBERED, "lines 1–13"),
        ("   535→\tagent, err", "line 535"),
        ("7\tx\n8\ty", "lines 7–8"),
        ("     1→import os\n…[+900 chars] #ab", "1→import os\n…[+900 chars] #ab"),
        ("3 passed", "3 passed"),
    ],
)
def test_a_file_read_with_line_numbers_is_told_by_its_lines(result: str, told: str) -> None:
    assert summarize(event("tool_end", {"tool_name": "Read", "result": result})) == f"Read → {told}"


FIELDS = [
    "model",
    "goal",
    "status",
    "iterations",
    "messages_count",
    "attempt",
    "delay",
    "chunk_type",
    "content",
    "text",
    "input_tokens",
    "output_tokens",
    "cache_read_tokens",
    "cache_write_tokens",
    "tokens",
    "cost",
    "stop_reason",
    "error",
    "status_code",
    "tool_name",
    "tool",
    "args",
    "result",
    "approved",
    "reason",
    "usage_fraction",
    "message",
    "usage",
    "trigger",
    "messages_before",
    "messages_after",
    "tokens_saved",
    "truncations",
    "agent_id",
    "task",
    "task_id",
    "decision",
    "skipped",
    "tokens_used",
    "wave",
    "steps",
    "plan",
    "step",
    "score",
    "passed",
    "error_type",
    "context",
    "strategy",
    "from_mode",
    "to_mode",
    "mode",
    "server",
    "tools",
    "path",
    "added",
    "removed",
    "checkpoint_id",
    "name",
    "duration_ms",
    "metadata",
]

anything = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from(["", "12", "nan", 10**400, -1e308, "\ud800", "\x1b[31m"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=6,
)
payloads = st.dictionaries(st.sampled_from(FIELDS), anything, max_size=10)


@given(payloads)
@settings(deadline=None, max_examples=250)
def test_no_payload_makes_it_fail(data: dict[str, Any]) -> None:
    for kind in [*ALL_KINDS, "swarm_decision", "brand_new"]:
        told = entry(event(kind, data))
        assert told.summary.strip()
        assert told.duration_ms is None or told.duration_ms >= 0


@pytest.mark.parametrize("kind", ALL_KINDS)
def test_a_payload_nested_deep_or_of_huge_numbers_does_not_either(kind: str) -> None:
    deep: Any = []
    for _ in range(5000):
        deep = [deep]
    for value in (deep, {"a": deep}, 10**5000, [10**5000], {"path": {1: {2}}}, b"\xff", object(), "x" * 1_000_000):
        line = summarize(event(kind, dict.fromkeys(FIELDS, value)))
        assert 0 < len(line) < 5000


def test_an_entry_has_the_documented_fields() -> None:
    told = entry(event("tool_end", {"tool_name": "ls", "duration_ms": 12}, iteration=3))
    assert (told.timestamp, told.event_kind, told.iteration, told.summary, told.duration_ms) == (
        1.0,
        "tool_end",
        3,
        "ls",
        12.0,
    )
    assert told.data == {"tool_name": "ls", "duration_ms": 12}


def test_an_entry_is_in_the_iteration_it_was_placed_in_unless_it_says_another() -> None:
    assert entry(event("custom"), 4).iteration == 4
    assert entry(event("custom", iteration=3), 4).iteration == 3


@pytest.mark.parametrize(
    ("top", "data", "told"),
    [
        (1.0, {"duration_ms": 2}, 1.0),
        (None, {"duration_ms": "2"}, 2.0),
        (None, {"metadata": {"duration_ms": 3}}, 3.0),
        (-1.0, {"duration_ms": float("nan")}, None),
        (None, {"metadata": "none"}, None),
    ],
)
def test_where_an_event_says_how_long_it_took(top: float | None, data: dict[str, Any], told: float | None) -> None:
    assert duration_of(event("tool_end", data, duration_ms=top)) == told
