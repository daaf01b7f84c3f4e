"""Lines about sub-agents, swarms and plans."""

from __future__ import annotations

from collections.abc import Callable

from .. import figures
from .payload_text import Data, counted, first, join, number_of, text


def subagent(verb: str) -> Callable[[Data], str]:
    def summary(data: Data) -> str:
        agent = first(data, "agent_id", "agent", "name")
        spent = number_of(data.get("tokens"))
        return join(
            f"sub-agent {agent} {verb}".replace("  ", " "),
            first(data, "task", "description", "error", "message", "result"),
            "" if spent is None else f"{figures.tokens(spent)} tokens",
        )

    return summary


def swarm(data: Data) -> str:
    skipped = data.get("skipped")
    return join(
        first(data, "task_id"),
        first(data, "agent_id"),
        first(data, "decision", "message", "description", "cause", "error", "resolution"),
        first(data, "reasoning", "evidence", "file_path"),
        f"skips {text(skipped)}" if skipped else "",
        counted(data, "tokens_used", "token"),
    )


def swarm_step(verb: str) -> Callable[[Data], str]:
    def summary(data: Data) -> str:
        wave = data.get("wave")
        return join(verb, "" if wave is None else f"wave {text(wave)}", swarm(data))

    return summary


def plan_created(data: Data) -> str:
    steps = data.get("steps")
    count = figures.count(len(steps), "step") if isinstance(steps, list | tuple) else ""
    listed = ", ".join(text(step, 40) for step in steps[:6]) if isinstance(steps, list | tuple) else text(steps)
    return join("plan", count, listed, first(data, "plan", "goal"))


def plan_step(verb: str) -> Callable[[Data], str]:
    return lambda data: join(verb, first(data, "step", "description", "title", "step_id", "index"))
