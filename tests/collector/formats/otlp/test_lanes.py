"""Agents of spans as lanes: sub-agents, agents of one name, workers."""

from __future__ import annotations

from pathlib import Path

import pytest

from .reading import event_of, kinds_of, lanes_of, read
from .spans import agent, chat, span, sub_agent


@pytest.mark.parametrize("names_agents", [True, False])
def test_a_sub_agent_is_a_lane_under_the_call_that_started_it(tmp_path: Path, names_agents: bool) -> None:
    reading = read(tmp_path, *sub_agent(names_agents))
    assert lanes_of(reading) == {"": 302, "explorer": 11} or set(lanes_of(reading).values()) == {302, 11}
    session = reading.session
    assert len(session.agents.event) == 1
    assert session.agents.failed[0] == 0
    assert session.tools.label[session.agents.call[0]] == session.labels.number("delegate")
    spawn = event_of(reading, "subagent_spawn")
    assert (spawn["data"]["agent_id"], spawn["data"]["task"]) == ("explorer", "look around")
    assert [event_of(reading, "tool_start", each)["iteration"] for each in range(2)] == [1, 1]
    assert event_of(reading, "session_end")["data"] == {"status": "complete"}


def test_agents_of_one_name_at_the_same_time_have_lanes_of_their_own(tmp_path: Path) -> None:
    spans = [
        chat("m", "A", 1, 2, input=100, output=0),
        *(chat(f"c{n}", f"B{n}", 4, 5 + n, name="worker", input=10 + n, output=0) for n in range(3)),
        *(agent(f"B{n}", "A", 3, 6 + n, "worker") for n in range(3)),
        agent("A", "", 0, 11, "boss"),
    ]
    assert sorted(lanes_of(read(tmp_path, *spans)).values()) == [10, 11, 12, 100]


def test_agents_side_by_side_under_a_workflow_are_its_workers(tmp_path: Path) -> None:
    spans = [
        chat("c1", "A", 1, 2, input=10, output=0), agent("A", "W", 0.5, 3, "writer"),
        chat("c2", "B", 4, 5, input=20, output=0), agent("B", "W", 3.5, 6, "critic"),
        span("W", "", 0, 7, attributes={"gen_ai.operation.name": "invoke_workflow", "gen_ai.workflow.name": "essay"}),
    ]  # fmt: skip
    reading = read(tmp_path, *spans)
    assert kinds_of(reading)[:2] == ["session_start", "swarm_start"]
    assert kinds_of(reading)[-2:] == ["swarm_complete", "session_end"]
    assert len(reading.session.agents.event) == 2
    assert "" not in lanes_of(reading)
