"""Each trap of Claude Code's logs, as small as it can be made."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tracetop.collector.events import TraceEvent
from tracetop.collector.formats.claude_code.files import companions
from tracetop.collector.formats.claude_code.format import CLAUDE_CODE
from tracetop.collector.formats.claude_code.records import time_of
from tracetop.collector.formats.claude_code.translation import Translation
from tracetop.collector.formats.native import event_from_line
from tracetop.collector.formats.registry import recognise
from tracetop.collector.formats.translator import Merged, Origin
from tracetop.collector.reading.listing import list_traces
from tracetop.collector.reading.translated import translated

SESSION = "11111111-2222-3333-4444-555555555555"
MODEL = "claude-opus-4-5-20251101"


class Log:
    """Records as Claude Code writes them, a second apart, and what they are translated to."""

    def __init__(self, agent: str = "") -> None:
        self.records: list[dict[str, Any]] = []
        self.agent = agent
        self.second = 0.0

    def add(self, kind: str, after: float = 1.0, **fields: Any) -> dict[str, Any]:
        self.second += after
        minute, second = divmod(self.second, 60)
        record = {
            "type": kind,
            "uuid": f"{self.agent}u{len(self.records)}",
            "sessionId": SESSION,
            "timestamp": f"2026-01-28T02:{int(minute):02d}:{second:06.3f}Z",
            "isSidechain": bool(self.agent),
            "version": "2.1.20",
            **({"agentId": self.agent} if self.agent else {}),
            **fields,
        }
        self.records.append(record)
        return record

    def bare(self, kind: str, **fields: Any) -> None:
        """A record without id and time."""
        self.records.append({"type": kind, "sessionId": SESSION, **fields})

    def prompt(self, said: str, **fields: Any) -> None:
        self.add("user", message={"role": "user", "content": said}, **fields)

    def answer(self, id: str, *blocks: dict[str, Any], output: int = 1, stop: str | None = None, **fields: Any) -> None:
        usage = {
            "input_tokens": 3,
            "cache_read_input_tokens": 1_000,
            "cache_creation_input_tokens": 200,
            "cache_creation": {"ephemeral_1h_input_tokens": 150, "ephemeral_5m_input_tokens": 50},
            "output_tokens": output,
            **fields.pop("usage", {}),
        }
        message = {"id": id, "model": MODEL, "role": "assistant", "content": list(blocks), "usage": usage}
        self.add("assistant", message={**message, "stop_reason": stop}, **fields)

    def calls(self, id: str, tool: str, tool_id: str, **args: Any) -> None:
        self.answer(id, {"type": "tool_use", "id": tool_id, "name": tool, "input": args})

    def result(self, tool_id: str, said: Any = "fine", *, error: bool = False, told: Any = None, **fields: Any) -> None:
        block = {"type": "tool_result", "tool_use_id": tool_id, "content": said, "is_error": error}
        told = {} if told is None else {"toolUseResult": told}
        self.add("user", message={"role": "user", "content": [block]}, **told, **fields)

    def text(self) -> str:
        return "".join(json.dumps(record) + "\n" for record in self.records)


class Told:
    """The events of records, and what tests ask of them."""

    def __init__(self, *logs: Log, path: Path = Path("/nowhere/session.jsonl")) -> None:
        translation = Translation(path)
        self.merged: Merged = translation.merged
        records = [record for log in logs for record in log.records]
        self.events = [event for record in records for event in translation.take(record, Origin(path, 1))]

    @property
    def kinds(self) -> list[str]:
        return [event.kind for event in self.events]

    def of(self, *kinds: str) -> list[TraceEvent]:
        return [event for event in self.events if event.kind in kinds]

    def the(self, kind: str) -> TraceEvent:
        [event] = self.of(kind)
        return event


@pytest.fixture
def log() -> Log:
    """Return a log in which a user asked for something."""
    log = Log()
    log.prompt("count the files")
    return log


TEXT = {"type": "text", "text": "Let me see."}
THOUGHT = {"type": "thinking", "thinking": "hm", "signature": "secret"}


def test_a_call_is_as_many_records_as_it_has_blocks(log: Log) -> None:
    log.answer("m1", THOUGHT, output=4)
    log.answer("m1", TEXT, output=4)
    log.calls("m1", "Bash", "t1", command="ls")
    log.answer("m1", TEXT, output=180, stop="tool_use")
    told = Told(log)
    first, *more = told.of("llm_response")
    assert (first.data["input_tokens"], first.data["output_tokens"], first.data["cache_read_tokens"]) == (3, 4, 1_000)
    assert (first.data["cache_write_tokens"], first.data["cache_write_1h_tokens"]) == (200, 150)
    assert first.data["output_lower_bound"] is True
    assert [event.data["revises"] for event in more] == ["m1"] * 3
    assert [event.data["output_tokens"] for event in more] == [0, 0, 176], "only what came in addition"
    assert not any("input_tokens" in event.data for event in more)
    assert more[-1].data["output_lower_bound"] is False
    assert more[-1].data["whole"]["output_tokens"] == 180
    assert [event.duration_ms for event in (first, *more)] == [1_000, 2_000, 3_000, 4_000]
    assert "secret" not in json.dumps([dict(event.data) for event in told.events])
    assert told.kinds.count("iteration_start") == 1
    assert told.the("llm_request").timestamp == told.the("iteration_start").timestamp < first.timestamp


def test_an_answer_goes_on_after_a_result(log: Log) -> None:
    log.calls("m1", "Bash", "t1", command="ls")
    log.result("t1")
    log.calls("m1", "Bash", "t2", command="pwd")
    log.result("t2")
    log.answer("m2", TEXT, output=9, stop="end_turn")
    told = Told(log)
    assert [event.iteration for event in told.of("tool_start")] == [1, 1]
    assert sum(event.data["output_tokens"] for event in told.of("llm_response")) == 10
    assert [event.iteration for event in told.of("iteration_start")] == [1, 2]
    assert told.of("llm_response")[-1].iteration == 2
    assert "output_lower_bound" not in told.of("llm_response")[-1].data


def test_a_record_that_comes_twice_adds_nothing(log: Log) -> None:
    log.answer("m1", TEXT, output=9)
    log.records.append(log.records[-1])
    log.records.append({**log.records[-1], "uuid": "another"})  # a copy in another file: the same message id
    told = Told(log)
    assert told.merged.duplicates == 1
    assert sum(event.data["output_tokens"] for event in told.of("llm_response")) == 9
    assert len({event.event_id for event in told.events}) == len(told.events)


def test_what_was_denied_or_cancelled_is_no_error(log: Log) -> None:
    for number, (said, fields) in enumerate(
        (
            ("The user doesn't want to proceed with this tool use. The tool use was rejected.", {}),
            ("no, not there", {"toolDenialKind": "user"}),
            ("<tool_use_error>Sibling tool call errored</tool_use_error>", {}),
            ("<tool_use_error>File does not exist.</tool_use_error>", {}),
        )
    ):
        log.calls(f"m{number}", "Bash", f"t{number}", command=str(number))
        log.result(f"t{number}", said, error=True, **fields)
    told = Told(log)
    assert [event.kind for event in told.of("tool_end", "tool_error")] == ["tool_end"] * 3 + ["tool_error"]
    assert [event.data["approved"] for event in told.of("tool_approval")] == [False, False]
    assert told.of("tool_end")[2].data["cancelled"] is True
    assert told.the("tool_error").data["error"].endswith("File does not exist.</tool_use_error>")


def test_the_wait_for_the_user_is_not_how_long_a_tool_took(log: Log) -> None:
    log.calls("m1", "Edit", "t1", file_path="a.py")
    log.result("t1", after=100.0)
    log.calls("m2", "Bash", "t2", command="make")
    log.add("progress", 80.0, data={"type": "bash_progress", "elapsedTimeSeconds": 2}, parentToolUseID="t2")
    log.result("t2", after=30.0)
    log.calls("m3", "Bash", "t3", command="ls")
    log.result("t3", after=50.0)
    log.calls("m4", "Bash", "t4", command="pwd")
    log.result("t4", after=1.0)
    told = Told(log)
    assert [event.duration_ms for event in told.of("tool_end")] == [None, 32_000, None, 1_000]
    assert [event.data["waited_ms"] for event in told.of("tool_approval")] == [100_000, 78_000, 50_000]
    assert all(event.data["inferred"] for event in told.of("tool_approval"))


def test_to_ask_again_how_a_task_stands_is_no_repeat(log: Log) -> None:
    log.calls("m1", "TaskOutput", "t1", task_id="b1")
    told = Told(log)
    assert "args" not in told.the("tool_start").data
    assert told.the("tool_start").data["waits_for"] == {"task_id": "b1"}


def test_messages_that_no_model_wrote(log: Log) -> None:
    silent = {"id": "x", "model": "<synthetic>", "content": [{"type": "text", "text": "No response requested."}]}
    failed = {"id": "y", "model": "<synthetic>", "content": [{"type": "text", "text": "API Error: 529"}]}
    log.add("assistant", message=silent, isApiErrorMessage=False)
    log.prompt("again")
    error = {"type": "overloaded_error", "message": "Overloaded", "status": 529}
    retry = {"subtype": "api_error", "error": error, "retryInMs": 1_500.0, "maxRetries": 10}
    log.add("system", retryAttempt=1, **retry)
    log.add("system", retryAttempt=10, **retry)
    log.add("assistant", message=failed, isApiErrorMessage=True, apiErrorStatus=529)
    told = Told(log)
    assert not told.of("llm_response")
    assert told.merged.skipped["synthetic message"] == 1
    assert (told.the("llm_retry").data["attempt"], told.the("llm_retry").data["delay"]) == (1, 1.5)
    assert told.the("llm_error").data == {"error": "Overloaded", "status_code": 529, "attempt": 10, "max_attempts": 10}


def test_compactions(log: Log) -> None:
    log.answer("m1", TEXT)
    meta = {"trigger": "auto", "preTokens": 150_000, "postTokens": 20_000, "durationMs": 4_000}
    log.add("system", 9.0, subtype="compact_boundary", compactMetadata=meta)
    log.prompt("This session is being continued …", isCompactSummary=True)
    log.answer("m2", TEXT)
    micro = {"trigger": "auto", "preTokens": 60_000, "tokensSaved": 21_000, "compactedToolIds": ["t1"]}
    log.add("system", subtype="microcompact_boundary", microcompactMetadata=micro)
    told = Told(log)
    start, (end, small) = told.the("compaction_start"), told.of("compaction_end")
    assert end.timestamp - start.timestamp == pytest.approx(4.0)
    assert (end.data["tokens_saved"], end.data["trigger"], end.duration_ms) == (130_000, "auto", 4_000)
    assert (small.data["micro"], small.data["tokens_saved"]) == (True, 21_000)
    assert told.the("session_start").data["goal"] == "count the files", "a summary is no prompt"
    assert [event.iteration for event in told.of("llm_response")] == [1, 2]


def test_what_the_user_says(log: Log) -> None:
    log.prompt("<local-command-caveat>Caveat: …</local-command-caveat>", isMeta=True)
    log.prompt(
        "<command-name>/model</command-name>\n<command-message>model</command-message>\n<command-args>opus</command-args>"
    )
    log.prompt("<local-command-stdout>Set model</local-command-stdout>")
    log.prompt("<bash-input>ls -l</bash-input>")
    log.prompt("[Request interrupted by user]")
    log.prompt("and now the folders", permissionMode="default")
    log.calls("m1", "Bash", "t1", command="ls")
    log.result("t1")
    log.answer("m2", TEXT)
    log.prompt("and more", permissionMode="plan")
    told = Told(log)
    prompts = [event.data.get("prompt") for event in told.of("iteration_start")]
    assert [prompt for prompt in prompts if prompt] == ["count the files", "and now the folders", "and more"]
    assert [event.data["turn"] for event in told.of("iteration_start") if event.data] == [1, 2, 3]
    assert [event.data["message"] for event in told.of("custom")] == [
        "/model opus", "! ls -l", "Request interrupted by user",
    ]  # fmt: skip
    assert told.the("mode_change").data == {"from_mode": "default", "to_mode": "plan"}
    assert told.merged.skipped["user: local output"] == 2


def test_a_model_that_was_asked_to_hurry_has_a_name_of_its_own(log: Log) -> None:
    log.answer("m1", TEXT, usage={"speed": "fast"})
    log.answer("m1", TEXT, output=9, usage={"speed": "fast"})
    log.answer("m2", TEXT, usage={"speed": "standard"})
    assert [event.data["model"] for event in Told(log).of("llm_response")] == [f"{MODEL}-fast"] * 2 + [MODEL]


def test_titles(log: Log) -> None:
    log.bare("summary", summary="Somebody else's work", leafUuid="not-of-this-file")
    log.answer("m1", TEXT)
    log.bare("summary", summary="Counting", leafUuid="u2")
    log.bare("ai-title", aiTitle="Count files")
    log.bare("ai-title", aiTitle="Count files")
    log.bare("custom-title", customTitle="My count")
    log.bare("ai-title", aiTitle="Something else")
    told = Told(log)
    assert told.the("session_start").data["goal"] == "count the files"
    assert [event.data["goal"] for event in told.of("custom")] == ["Counting", "Count files", "My count"]


def test_the_start_knows_the_goal_though_hooks_ran_before_it() -> None:
    log = Log()
    log.bare("ai-title", aiTitle="Count files")
    log.bare(
        "file-history-snapshot", messageId="abc", snapshot={"timestamp": "2026-01-28T02:00:00Z"}, isSnapshotUpdate=False
    )
    log.add("progress", data={"type": "hook_progress"})
    assert not Told(log).events
    log.prompt("count the files", cwd="/home/me/x", gitBranch="main")
    told = Told(log)
    assert told.kinds == ["session_start", "checkpoint", "iteration_start", "llm_request"]
    start = told.events[0].data
    assert (start["goal"], start["prompt"], start["cwd"], start["version"]) == (
        "Count files",
        "count the files",
        "/home/me/x",
        "2.1.20",
    )


def test_files_and_plans(log: Log) -> None:
    patch = [{"oldStart": 1, "lines": [" a", "-b", "+c", "+d"]}]
    log.calls("m1", "Edit", "t1", file_path="/x/a.py")
    log.result("t1", told={"filePath": "/x/a.py", "structuredPatch": patch, "originalFile": "…"})
    log.calls("m2", "Write", "t2", file_path="/x/b.py")
    log.result("t2", told={"type": "create", "filePath": "/x/b.py", "content": "1\n2\n3\n", "structuredPatch": []})
    todos = [{"content": name, "status": "pending"} for name in ("one", "two")]
    done = [{"content": "one", "status": "completed"}, {"content": "two", "status": "in_progress"}]
    log.calls("m3", "TodoWrite", "t3", todos=todos)
    log.result("t3", told={"oldTodos": [], "newTodos": todos})
    log.calls("m4", "TodoWrite", "t4", todos=done)
    log.result("t4", told={"oldTodos": todos, "newTodos": done})
    log.calls("m5", "ExitPlanMode", "t5", plan="do it")
    log.result("t5", told={"plan": "do it", "filePath": None})
    told = Told(log)
    changes = [(event.data["path"], event.data["added"], event.data["removed"]) for event in told.of("file_change")]
    assert changes == [("/x/a.py", 2, 1), ("/x/b.py", 3, 0)]
    assert [event.data for event in told.of("plan_created")] == [{"steps": ["one", "two"]}, {"plan": "do it"}]
    assert (told.the("plan_step_complete").data["step"], told.the("plan_step_start").data["step"]) == ("one", "two")


def test_tasks_are_steps_of_a_plan(log: Log) -> None:
    log.calls("m1", "TaskCreate", "t1", subject="one")
    log.result("t1", told={"task": {"id": "7", "subject": "one"}})
    for number, status in enumerate(("in_progress", "completed"), 2):
        log.calls(f"m{number}", "TaskUpdate", f"t{number}", taskId="7", status=status)
        log.result(f"t{number}", told={"success": True, "statusChange": {"from": "pending", "to": status}})
    told = Told(log)
    assert [event.kind for event in told.events if event.data.get("step") == "one"] == [
        "plan_step_start", "plan_step_complete",
    ]  # fmt: skip


def test_notices(log: Log) -> None:
    log.answer("m1", TEXT)
    log.add("system", subtype="stop_hook_summary", hookErrors=["lint failed"], preventedContinuation=True)
    log.add("attachment", attachment={"type": "budget_usd", "used": 2, "total": 8, "remaining": 6})
    log.prompt("go on", permissionMode="default")
    log.add("attachment", attachment={"type": "plan_mode"})
    log.add("system", subtype="turn_duration", durationMs=1)
    log.add("attachment", attachment={"type": "hook_success", "hookEvent": "SessionEnd"})
    told = Told(log)
    assert told.the("quality_check").data == {"passed": False, "issues": "lint failed"}
    assert told.the("budget_check").data["usage_fraction"] == 0.25
    assert told.the("mode_change").data["to_mode"] == "plan"
    assert told.kinds[-1] == "session_end"
    assert [event.data["seconds"] for event in told.of("custom")] == [0.001]


def test_the_end_of_a_turn_is_told_once(log: Log) -> None:
    log.calls("m1", "Bash", "t1", command="ls")
    log.result("t1")
    log.answer("m2", TEXT, stop="end_turn")
    log.add("system", subtype="stop_hook_summary", hookErrors=[])
    log.add("system", subtype="turn_duration", durationMs=7)
    log.prompt("and the folders")
    log.answer("m3", TEXT)
    log.add("system", subtype="turn_duration", durationMs=9)
    told = Told(log)
    assert [(event.data["name"], event.data["turn"]) for event in told.of("custom")] == [
        ("turn_end", 1), ("turn_end", 2),
    ]  # fmt: skip
    assert told.merged.skipped["system: turn_duration"] == 1


def test_a_sub_agent_that_is_done_ends_no_turn(log: Log) -> None:
    log.answer("m1", TEXT)
    agent = Log("a1")
    agent.prompt("look around")
    agent.answer("m2", TEXT, stop="end_turn")
    assert not Told(log, agent).of("custom")


def test_calls_that_a_calls_usage_leaves_out(log: Log) -> None:
    tokens = {"input_tokens": 10, "output_tokens": 20, "cache_read_input_tokens": 30}
    parts = [{"type": "message", **tokens}, {"type": "advisor_message", "model": "claude-opus-4-6", **tokens}]
    for output in (1, 9):
        log.answer("m1", TEXT, output=output, usage={"iterations": parts})
    told = Told(log)
    advice = next(event for event in told.of("llm_response") if event.data["model"] != MODEL)
    assert (advice.data["model"], advice.data["output_tokens"], advice.iteration) == ("claude-opus-4-6", 20, 1)
    assert sum(event.data["output_tokens"] for event in told.of("llm_response")) == 29


def test_what_is_said_while_the_model_is_at_it_begins_no_iteration(log: Log) -> None:
    log.calls("m1", "Bash", "t1", command="ls")
    log.result("t1")
    log.prompt("and hurry")
    log.answer("m2", TEXT)
    told = Told(log)
    assert told.kinds.count("iteration_start") == 2
    assert (told.the("custom").data["message"], told.the("custom").iteration) == ("and hurry", 2)


def test_a_call_without_an_end_does_not_hold_up_what_follows(log: Log) -> None:
    log.calls("m1", "Bash", "t1", command="ls")
    log.prompt("again")
    log.calls("m2", "Bash", "t2", command="ls")
    log.result("t2")
    told = Told(log)
    assert told.kinds[-2:] == ["iteration_start", "llm_request"]
    assert len(told.of("tool_start")) - len(told.of("tool_end")) == 1


def test_what_a_session_cost_is_kept_as_it_is_told(log: Log) -> None:
    log.answer("m1", TEXT)
    for _ in range(2):
        log.bare("cost-state", totalCostUSD=0.03, modelUsage={"m": {"costUSD": 0.03}}, totalAPIDuration=7_914)
    told = Told(log)
    end = told.the("session_end")
    assert (end.data["reported_cost"], end.data["api_ms"]) == (0.03, 7_914)
    assert "cost" not in end.data
    assert told.merged.duplicates == 1


def test_what_is_private_or_encoded_is_not_taken_over(log: Log) -> None:
    log.add("attachment", attachment={"type": "session_context", "email": "me@example.org"})
    image = {"type": "image", "source": {"type": "base64", "data": "A" * 5_000, "media_type": "image/png"}}
    log.calls("m1", "Read", "t1", file_path="a.png", picture=image)
    log.result("t1", [{"type": "text", "text": "here"}, image])
    told = Told(log)
    written = json.dumps([dict(event.data) for event in told.events])
    assert "example.org" not in written
    assert "AAAA" not in written
    assert told.the("tool_end").data["result"] == "here\n[image, 5,000 characters]"
    assert told.merged.skipped["attachment: session_context"] == 1


def session_with_agent(log: Log) -> Log:
    """A session that had a sub-agent count, and the sub-agent's own log."""
    log.calls("m1", "Task", "t1", subagent_type="Explore", description="count", prompt="count them all")
    agent = Log("a1")
    agent.second = log.second
    agent.prompt("count them all")
    agent.answer("m7", TEXT, output=50)
    agent.calls("m7", "Bash", "t9", command="ls")
    agent.result("t9")
    agent.answer("m8", TEXT, output=60)
    log.second = agent.second
    log.result(
        "t1", "12 files", told={"status": "completed", "agentId": "a1", "totalDurationMs": 6_000, "totalTokens": 99}
    )
    log.answer("m2", TEXT, stop="end_turn")
    return agent


@pytest.mark.parametrize("where", ["nested", "beside", "workflow"])
def test_the_logs_of_sub_agents_are_found_and_read_as_lanes(log: Log, tmp_path: Path, where: str) -> None:
    agent = session_with_agent(log)
    path = tmp_path / f"{SESSION}.jsonl"
    folders = {"nested": f"{SESSION}/subagents", "beside": ".", "workflow": f"{SESSION}/subagents/workflows/wf_1"}
    folder = tmp_path / folders[where]
    folder.mkdir(parents=True, exist_ok=True)
    path.write_text(log.text())
    (folder / "agent-a1.jsonl").write_text(agent.text())
    stranger = Log("a2")
    stranger.prompt("another session's", sessionId="other")
    (tmp_path / "agent-a2.jsonl").write_text(stranger.text())
    assert list(companions(path)) == [folder / "agent-a1.jsonl"]
    events = [event_from_line(line) for lines, _ in translated(path, CLAUDE_CODE) for line in lines]
    spawn, done = (event for event in events if event.kind.startswith("subagent_"))
    assert (spawn.kind, spawn.parent_event_id, spawn.data["description"]) == (
        "subagent_spawn",
        "t1:start",
        "Explore: count",
    )
    assert (done.kind, done.data["result"], done.data["duration_ms"]) == ("subagent_complete", "12 files", 6_000)
    assert "tokens" not in done.data, "what the log tells is only the length of its last prompt"
    lanes = Counter(
        event.data.get("agent_id", "")
        for event in events
        if event.kind == "llm_response" and "revises" not in event.data
    )
    assert lanes == {"": 2, "a1": 2}
    assert [
        event.iteration for event in events if event.data.get("agent_id") == "a1" and event.kind == "iteration_start"
    ] == [1, 2]


def copies_of(agent: Log) -> list[dict[str, Any]]:
    """What the caller's log has of an agent's: copies of its records within progress records."""
    return [
        {
            "type": "progress",
            "uuid": f"copy-{record['uuid']}",
            "timestamp": record["timestamp"],
            "sessionId": SESSION,
            "parentToolUseID": "t1",
            "data": {"type": "agent_progress", "agentId": "a1", "message": record},
        }
        for record in agent.records
    ]


def test_copies_of_a_sub_agents_records_are_never_counted(log: Log, tmp_path: Path) -> None:
    agent = session_with_agent(log)
    log.records[2:2] = copies_of(agent)
    alone = Told(log)
    assert {event.data.get("agent_id", "") for event in alone.of("llm_response", "tool_start")} == {""}
    assert alone.merged.uncounted == 2
    assert [event.data["tool_name"] for event in alone.of("custom") if "is_copy" in event.data] == ["Bash"]
    assert alone.kinds.index("subagent_spawn") < alone.kinds.index("custom")
    path = tmp_path / f"{SESSION}.jsonl"
    folder = tmp_path / SESSION / "subagents"
    folder.mkdir(parents=True)
    path.write_text(log.text())
    (folder / "agent-a1.jsonl").write_text(agent.text())
    pieces = list(translated(path, CLAUDE_CODE))
    events = [event_from_line(line) for lines, _ in pieces for line in lines]
    assert pieces[-1][1].uncounted == 0
    assert pieces[-1][1].duplicates == len(agent.records)
    assert sum(event.data["output_tokens"] for event in events if event.kind == "llm_response") == 112
    assert not [event for event in events if "is_copy" in event.data]


@pytest.mark.parametrize(("status", "kind"), [("completed", "subagent_complete"), ("failed", "subagent_error")])
def test_a_sub_agent_in_the_background_ends_by_a_notification(log: Log, status: str, kind: str) -> None:
    log.calls("m1", "Agent", "t1", description="count", prompt="count them all")
    log.result("t1", "launched", told={"isAsync": True, "status": "async_launched", "agentId": "a1"})
    tags = {"task-id": "a1", "status": status, "summary": "it is over"}
    note = "\n".join(("<task-notification>", *(f"<{tag}>{said}</{tag}>" for tag, said in tags.items())))
    told = Told(log)
    assert told.the("subagent_spawn").data["agent_id"] == "a1"
    assert not told.of("subagent_complete")
    log.bare("queue-operation", operation="enqueue", content=note)
    log.prompt(note, origin={"kind": "task-notification"})
    told = Told(log)
    assert told.the(kind).data["agent_id"] == "a1"
    assert told.merged.duplicates == 1
    assert told.the("session_start").data["prompt"] == "count the files"


def test_sidechains_within_the_main_log_are_lanes(log: Log) -> None:
    log.calls("m1", "Task", "t1", description="count", prompt="count them all")
    log.prompt("count them all", isSidechain=True, parentUuid=None)
    log.answer("m5", TEXT, isSidechain=True, parentUuid="u2")
    log.answer("m6", TEXT, isSidechain=True, parentUuid="u3")
    told = Told(log)
    assert len({event.data["agent_id"] for event in told.of("llm_response")[1:]}) == 1
    assert told.the("subagent_spawn").data["tool_id"] == "t1"


def test_the_log_of_a_sub_agent_may_be_opened_alone() -> None:
    agent = Log("a1")
    agent.prompt("count them all")
    agent.answer("m1", TEXT)
    told = Told(agent)
    assert not any("agent_id" in event.data for event in told.events)
    assert told.the("session_start").data["goal"] == "count them all"


def test_times() -> None:
    assert time_of({"timestamp": "1970-01-01T00:00:01.500Z"}) == 1.5
    assert [time_of({"timestamp": told}) for told in ("[trimmed]", 5, None, "9999-99-99")] == [None] * 4


def test_a_time_that_runs_backwards_loses_nothing(log: Log) -> None:
    log.answer("m1", TEXT, after=60.0)
    log.answer("m2", TEXT, after=-30.0)
    told = Told(log)
    assert len(told.of("llm_response")) == 2
    assert all(event.duration_ms is None or event.duration_ms >= 0 for event in told.events)


def test_only_its_own_records_are_taken_for_claude_codes() -> None:
    assert recognise([{"type": "summary", "summary": "x", "leafUuid": "y"}]) is CLAUDE_CODE
    assert recognise([{"type": "queue-operation", "sessionId": "x"}]) is CLAUDE_CODE
    for strange in (
        {"type": "session_meta", "payload": {}},
        {"resourceSpans": []},
        {"type": "user"},
        {"sessionId": "x"},
    ):
        assert recognise([strange]) is not CLAUDE_CODE


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
NAMES = (
    "type", "uuid", "sessionId", "timestamp", "message", "agentId", "toolUseResult", "data", "subtype", "content",
    "usage", "attachment", "id", "parentToolUseID", "compactMetadata", "snapshot", "isSidechain", "operation",
)  # fmt: skip
TYPES = (
    "assistant", "user", "system", "attachment", "progress", "queue-operation", "permission-mode", "cost-state",
    "file-history-snapshot", "summary", "ai-title",
)  # fmt: skip


@settings(
    max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], deadline=None
)
@given(
    st.lists(
        st.tuples(st.sampled_from(TYPES), st.dictionaries(st.sampled_from(NAMES), anything, max_size=8)), max_size=6
    )
)
def test_no_record_raises(records: list[tuple[str, dict[str, Any]]]) -> None:
    log = Log()
    log.prompt("count")
    log.calls("m1", "Task", "t1", prompt="x")
    for kind, fields in records:
        log.records.append({**log.add(kind), **fields, "type": kind})
    told = Told(log)
    assert all(isinstance(event.event_id, str) and event.timestamp == event.timestamp for event in told.events)


def test_the_logs_of_sub_agents_are_no_sessions_of_their_own(tmp_path: Path) -> None:
    nested = tmp_path / "project" / SESSION / "subagents" / "workflows" / "wf_1" / "agent-a1.jsonl"
    orphan = tmp_path / "project" / "gone" / "subagents" / "agent-a2.jsonl"
    session = tmp_path / "project" / f"{SESSION}.jsonl"
    for path in (nested, orphan, session):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("{}\n")
    assert {trace.path for trace in list_traces(tmp_path)} == {session, orphan}


def test_what_a_record_does_not_tell_is_unknown(log: Log) -> None:
    log.add("assistant", message=[])
    log.add("assistant", message={"id": "m1", "model": MODEL, "content": [TEXT], "usage": {"output_tokens": 5}})
    told = Told(log)
    assert told.merged.skipped["assistant: no message"] == 1
    data = told.the("llm_response").data
    assert [name for name in data if name.endswith("_tokens")] == ["output_tokens"]
