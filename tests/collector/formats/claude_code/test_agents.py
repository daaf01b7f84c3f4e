"""Sub-agents: their logs, copies of them in that of the session, and how they end."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from tracetop.collector.formats.claude_code.files import companions
from tracetop.collector.formats.claude_code.format import CLAUDE_CODE
from tracetop.collector.formats.native import event_from_line
from tracetop.collector.reading.listing import list_traces
from tracetop.collector.reading.translated import translated

from .logs import SESSION, TEXT, Log
from .told import Told


def test_a_sub_agent_that_is_done_ends_no_turn(log: Log) -> None:
    log.answer("m1", TEXT)
    agent = Log("a1")
    agent.prompt("look around")
    agent.answer("m2", TEXT, stop="end_turn")
    assert not Told(log, agent).of("custom")


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


def test_the_logs_of_sub_agents_are_no_sessions_of_their_own(tmp_path: Path) -> None:
    nested = tmp_path / "project" / SESSION / "subagents" / "workflows" / "wf_1" / "agent-a1.jsonl"
    orphan = tmp_path / "project" / "gone" / "subagents" / "agent-a2.jsonl"
    session = tmp_path / "project" / f"{SESSION}.jsonl"
    for path in (nested, orphan, session):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("{}\n")
    assert {trace.path for trace in list_traces(tmp_path)} == {session, orphan}
