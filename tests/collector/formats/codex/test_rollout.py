"""What stands on a line of a rollout: bare items in the oldest ones, and nothing that is too odd."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tracetop.collector.formats.codex import CODEX
from tracetop.collector.formats.translator import Origin
from tracetop.collector.reading.open_tail import open_tail
from tracetop.collector.reading.translated import native_line

from .reading import Read
from .rollouts import CHILD, LAST, NEW_TURN, SECOND, THREAD, context, count, item, line, message, meta, output, write


def test_the_oldest_rollouts_have_items_alone(tmp_path: Path) -> None:
    old = {"id": THREAD, "timestamp": "2025-05-07T17:24:21.123Z", "instructions": None}
    path = write(
        tmp_path / "rollout-old.jsonl",
        old,
        {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "<environment_context>"}]},
        {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "go"}]},
        {"type": "function_call", "name": "shell", "arguments": '{"command":["ls"]}', "call_id": "c"},
        {"type": "function_call_output", "call_id": "c", "output": '{"output":"a","metadata":{"exit_code":0}}'},
        {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "there"}]},
        {"record_type": "state"},
    )
    got = Read(open_tail(path))
    assert got.session.view().goal == "go"
    assert got.kinds().count("llm_request") == 2
    assert got.kinds().count("tool_end") == 1


ODD: tuple[Any, ...] = (None, 7, -1.5, True, "odd", [], [1, None], {}, {"a": 1}, float("inf"), 10**400)


def bent(value: Any) -> Iterator[Any]:
    """A value with one of its parts replaced by something odd, in every way."""
    yield from ODD
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, part in list(inner):
        for other in bent(part):
            copy = value.copy()
            copy[key] = other
            yield copy


def test_nothing_that_a_record_may_hold_is_too_odd(tmp_path: Path) -> None:
    usage = {"thread_id": THREAD, "response_id": "r", "usage": LAST, "thread_token_usage": SECOND}
    rates = {"primary": {"used_percent": 9.0, "window_minutes": 300, "resets_at": 1}, "plan_type": "pro"}
    change = {"a.py": {"update": {"unified_diff": "+x\n-y"}}}
    done = {"type": "FileChange", "id": "z", "status": "completed", "changes": change, "duration": {"secs": 1}}
    spawn = {"subagent": {"thread_spawn": {"parent_thread_id": THREAD, "agent_nickname": "Ada"}}}
    plan = json.dumps({"plan": [{"step": "a", "status": "completed"}]})
    records = [
        meta(0, source=spawn, git={"branch": "b"}, base_instructions={"text": "x"}, subagent_history_start_ordinal=1),
        context(1, collaboration_mode={"mode": "plan"}, turn_id=NEW_TURN),
        message(1, "task_started", turn_id=NEW_TURN, model_context_window=1000),
        message(1, "user_message", message="x"),
        item(2, "message", role="assistant", content=[{"type": "output_text", "text": "x", "image_url": "y"}]),
        item(2, "function_call", name="update_plan", namespace="n", call_id="c", arguments=plan),
        item(2, "custom_tool_call", name="apply_patch", call_id="p", input="*** Begin Patch\n*** Add File: a\n+x"),
        item(2, "local_shell_call", call_id="l", action={"type": "exec", "command": ["ls", "-l"]}),
        item(2, "web_search_call", id="w", action={"query": "q"}, status="completed"),
        message(3, "exec_command_end", call_id="c", exit_code=0, duration={"secs": 1, "nanos": 5}, status="ok"),
        message(3, "mcp_tool_call_end", call_id="p", result={"Ok": {"isError": False}}, success=True),
        message(3, "item_completed", item=done),
        output(4, "c", [{"type": "input_text", "text": "x"}]),
        output(4, "p", {"content": "x", "success": False}),
        output(4, "l", '{"output": "x", "metadata": {"exit_code": 1, "duration_seconds": 2}}'),
        count(5, SECOND, LAST, rate_limits=rates),
        line(5, "token_usage_record", **usage),
        line(6, "compacted", message="x", replacement_history=[{}]),
        message(7, "guardian_assessment", id="g", status="denied", rationale="no"),
        message(7, "error", message="x", codex_error_info={"http": {"code": 1}}),
        message(7, "thread_rolled_back", num_turns=2),
        item(7, "ghost_snapshot", ghost_commit={"id": "x"}),
        message(8, "collab_agent_spawn_end", call_id="c", new_thread_id=CHILD, new_agent_nickname="Ada", model="m"),
        message(8, "collab_close_end", receiver_thread_id=CHILD),
        message(8, "entered_review_mode", user_facing_hint="x"),
        message(8, "exited_review_mode"),
        message(9, "turn_aborted", turn_id=NEW_TURN, reason="interrupted"),
        message(9, "task_complete", turn_id=NEW_TURN, last_agent_message="x"),
    ]
    path = tmp_path / "rollout-1.jsonl"
    assert CODEX.time_of({"timestamp": "2026-01-04T12:00:00"}) == CODEX.time_of({"timestamp": "2026-01-04T12:00:00Z"})
    assert CODEX.time_of({"timestamp": "[trimmed]"}) is None
    for kind in ODD:
        assert not CODEX.recognises([{"type": kind}, {"type": "session_meta"}, {"id": kind, "timestamp": kind}])
        assert not list(CODEX.translator(path).take({"type": kind, "payload": kind}, Origin(path, 1)))
    for place, record in enumerate(records):
        for other in bent(record):
            if not isinstance(other, dict):
                continue
            translator = CODEX.translator(path)
            for each in (*records[:place], other, *records[place + 1 : place + 3]):
                for event in translator.take(each, Origin(path, place)):
                    native_line(event)
