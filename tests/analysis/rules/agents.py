"""Traces of sub-agents and workers."""

from __future__ import annotations

from typing import Any

from .calls import Made


def quiet_agent(seconds: float, *, calls: bool = False, completes: bool = False, recorded: bool = True) -> Made:
    """A sub-agent that answers once, and nothing of it for so many seconds while the main agent goes on."""

    def make(trace: Any) -> None:
        trace.add("subagent_spawn", 1, agent="w", task="look around")
        if recorded:
            trace.llm(1, agent="w")
        if calls:
            trace.add("tool_start", 1, agent="w", tool_name="bash", args={"command": "make"})
        if completes:
            trace.add("subagent_complete", 1, agent="w")
        trace.now += seconds - 1
        trace.llm(2)

    return make


def worker(tokens: int, *, result: str | None, edits: bool = False, kind: str = "subagent_complete") -> Made:
    def make(trace: Any) -> None:
        trace.add("subagent_spawn", 1, agent="w", task="find all callers")
        trace.llm(1, agent="w", input_tokens=tokens - 100)
        if edits:
            trace.tool(1, "edit_file", args={"path": "a.py", "new": "x"}, agent="w")
        trace.add(kind, 1, agent="w", **({} if result is None else {"result": result}))

    return make


def sent(*tasks: str, ends: str = "subagent_complete") -> Made:
    """One sub-agent after another, each sent for one of these tasks."""

    def make(trace: Any) -> None:
        for number, task in enumerate(tasks):
            trace.add("subagent_spawn", 1, agent=f"w{number}", task=task)
            if ends:
                trace.add(ends, 1, agent=f"w{number}")

    return make


def workers(first: str, second: str, *, apart: bool = False) -> Made:
    """Two workers, each of which edits a file; side by side, or `apart`, one after the other."""

    def make(trace: Any) -> None:
        for name, path in (("a", first), ("b", second)):
            trace.add("swarm_task_start", 1, task_id=name)
            if apart or name == "b":
                edits = (("a", first), ("b", second)) if not apart else ((name, path),)
                for worker_name, file in edits:
                    trace.tool(1, "edit_file", args={"path": file, "new": worker_name}, agent=worker_name)
            if apart:
                trace.add("swarm_task_complete", 1, task_id=name)

    return make
