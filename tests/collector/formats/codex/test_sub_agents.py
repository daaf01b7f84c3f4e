"""Sub-agents and reviews as lanes of the session that began them."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from tracetop.collector.formats.codex.companions import companions
from tracetop.collector.reading.open_tail import open_tail

from .reading import Read, figures
from .rollouts import message, meta, read, spawned


def test_sub_agents_are_lanes_of_the_session_that_began_them(tmp_path: Path) -> None:
    path = spawned(tmp_path)
    assert [found.name[-7] for found in companions(path)] == ["b", "c"]
    got = Read(open_tail(path))
    by_agent = Counter(event.data.get("agent_id") for event in got.of("llm_response"))
    assert by_agent == {None: 2, "Ada": 1, "explorer 000000cc": 1}
    spawns = [(event.data["agent_id"], event.data.get("parent_agent_id")) for event in got.of("subagent_spawn")]
    assert spawns == [("Ada", None), ("explorer 000000cc", "Ada")]
    assert got.of("subagent_spawn")[0].data["task"] == "look around"
    assert [event.data["result"] for event in got.of("subagent_complete")] == ["seen"]
    assert figures(got)["input_tokens"] == 2200 + 4000 + 700
    assert got.merged.duplicates == 3, "its parent's history"
    alone = Read(open_tail(companions(path)[0]))
    assert alone.session.view().goal == "look around"
    assert figures(alone)["input_tokens"] == 4000 + 700


def test_reviews_are_agents_too(tmp_path: Path) -> None:
    got = read(
        tmp_path,
        meta(0),
        message(1, "user_message", message="x"),
        message(2, "entered_review_mode", user_facing_hint="changes"),
        message(5, "exited_review_mode"),
    )
    assert [(event.kind, event.data["agent_id"]) for event in got.events[2:]] == [
        ("subagent_spawn", "review"),
        ("subagent_complete", "review"),
    ]
