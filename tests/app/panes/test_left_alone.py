"""Of a session that was left alone without an end nothing is shown as if it went on."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any


async def test_what_never_ended_runs_no_more_once_the_session_is_idle(
    show: Any, line: Callable[..., bytes], tmp_path: Path
) -> None:
    path = tmp_path / "open.jsonl"
    lines = (
        line("session_start", goal="find it"),
        line("iteration_start", 1),
        line("subagent_spawn", 1, agent_id="a1", task="look in the logs"),
        line("tool_start", 1, tool_name="bash", tool_id="t", args={"command": "sleep 9"}),
    )
    path.write_bytes(b"".join(lines))
    async with show(path, (120, 36)) as it:
        last = it.screen.source.trace.session.events.time[3]

        async def told(silence: float) -> tuple[str, str, str]:
            it.screen._clock = lambda: last + silence
            it.screen.paint()
            await it.settle()
            timeline, tree = it.crop("#trace-timeline"), it.crop("#trace-tree")
            await it.press("a")
            agents = it.crop("#trace-agents")
            await it.press("escape")
            return timeline, tree, agents

        timeline, tree, agents = await told(60.0)
        assert "running" in timeline and "s…" in tree and "runs" in agents
        timeline, tree, agents = await told(7200.0)
        assert "running" not in timeline and "runs" not in agents and "idle" in agents
        assert "s…" not in tree, tree
        assert "● LIVE" in (await told(60.0), it.text)[1], "it goes on after all"
        assert "running" in it.crop("#trace-timeline")
