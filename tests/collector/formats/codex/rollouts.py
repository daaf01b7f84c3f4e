"""Small rollouts: their records, and files of them that are written and read."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tracetop.collector.reading.open_tail import open_tail

from .reading import Read

THREAD = "0199aaaa-0000-7000-8000-00000000000a"
CHILD = "0199aaab-0000-7000-8000-00000000000b"
ITS_TURN = "0199aaaa-0001-7000-8000-000000000003"
NEW_TURN = "0199aaac-0000-7000-8000-000000000002"


def line(at: float, outer: str, **payload: Any) -> dict[str, Any]:
    seconds = int(at)
    stamp = f"2026-01-04T12:{seconds // 60:02}:{seconds % 60:02}.{round((at - seconds) * 1000):03}Z"
    return {"timestamp": stamp, "type": outer, "payload": payload}


def item(at: float, kind: str, **payload: Any) -> dict[str, Any]:
    return line(at, "response_item", type=kind, **payload)


def message(at: float, kind: str, **payload: Any) -> dict[str, Any]:
    return line(at, "event_msg", type=kind, **payload)


def meta(at: float, thread: str = THREAD, **payload: Any) -> dict[str, Any]:
    return line(at, "session_meta", **{"id": thread, "cwd": "/w", "source": "cli", **payload})


def context(at: float, model: str = "gpt-5.1-codex", **payload: Any) -> dict[str, Any]:
    return line(at, "turn_context", **{"model": model, "approval_policy": "never", **payload})


def tokens(sent: int, cached: int, output: int) -> dict[str, int]:
    counts = {"input_tokens": sent, "cached_input_tokens": cached, "output_tokens": output}
    return {**counts, "reasoning_output_tokens": output // 2, "total_tokens": sent + output}


def count(at: float, total: dict[str, int], last: dict[str, int], **more: Any) -> dict[str, Any]:
    return message(at, "token_count", info={"total_token_usage": total, "last_token_usage": last}, **more)


def call(at: float, id: str, name: str = "shell", **args: Any) -> dict[str, Any]:
    return item(at, "function_call", name=name, call_id=id, arguments=json.dumps(args))


def output(at: float, id: str, said: Any) -> dict[str, Any]:
    return item(at, "function_call_output", call_id=id, output=said)


def write(path: Path, *records: dict[str, Any]) -> Path:
    path.write_text("".join(json.dumps(record) + "\n" for record in records))
    return path


def read(folder: Path, *records: dict[str, Any]) -> Read:
    return Read(open_tail(write(folder / "rollout-1.jsonl", *records)))


FIRST = tokens(1000, 400, 100)
SECOND = tokens(2200, 1300, 150)
LAST = tokens(1200, 900, 50)
OWN = (
    message(20, "task_started", turn_id=NEW_TURN),
    message(20, "user_message", message="mine"),
    context(20, turn_id=NEW_TURN),
    count(22, SECOND, LAST),
)


def spawned(folder: Path) -> Path:
    """A rollout with a sub-agent of its own, which repeats its history, and the sub-agent's sub-agent."""
    path = write(
        folder / "rollout-2026-01-04T12-00-00-a.jsonl",
        meta(0),
        message(1, "task_started", turn_id=ITS_TURN),
        message(1, "user_message", message="all"),
        context(1, turn_id=ITS_TURN),
        call(2, "s", "spawn_agent", message="look around"),
        count(2.1, FIRST, FIRST),
        message(11, "collab_agent_spawn_end", call_id="s", new_thread_id=CHILD, new_agent_nickname="Ada"),
        output(11, "s", '{"agent_id":"x"}'),
        count(40, SECOND, LAST),
    )
    parent = {"subagent": {"thread_spawn": {"parent_thread_id": THREAD, "depth": 1, "agent_nickname": "Ada"}}}
    write(
        folder / "rollout-2026-01-04T12-00-10-b.jsonl",
        meta(10, CHILD) | {"payload": {"id": CHILD, "source": parent}},
        meta(10, THREAD),
        message(10, "task_started", turn_id=ITS_TURN),
        count(10, FIRST, FIRST),
        message(12, "task_started", turn_id=NEW_TURN),
        message(12, "user_message", message="look around"),
        context(12, turn_id=NEW_TURN),
        count(14, tokens(5000, 0, 10), tokens(4000, 0, 10)),
        message(15, "task_complete", turn_id=NEW_TURN, last_agent_message="seen"),
    )
    write(
        folder / "rollout-2026-01-04T12-00-13-c.jsonl",
        meta(13, "0199aaad-0000-7000-8000-0000000000cc", parent_thread_id=CHILD, agent_role="explorer"),
        line(14, "turn_context", model="gpt-5.1-codex", turn_id="t"),
        count(14, tokens(700, 0, 7), tokens(700, 0, 7)),
    )
    write(folder / "rollout-2026-01-04T12-00-14-d.jsonl", meta(14, "0199aaae-0000-7000-8000-0000000000dd"))
    return path
