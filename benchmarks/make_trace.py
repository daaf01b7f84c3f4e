"""Write a large trace with a fixed seed: a realistic mix of events, about 400 bytes a line, some of 5 to 50 kB.

Usage: python benchmarks/make_trace.py EVENTS OUT.jsonl
"""

from __future__ import annotations

import random
import sys
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import orjson

SEED = 20261122
TOOLS = ("read_file", "bash", "grep", "edit_file", "write_file", "mcp__fs__list")
WORDS = ("session", "cursor", "cache", "token", "prefix", "tree", "column", "event", "fold", "view", "lane", "run")


def events(count: int, seed: int = SEED) -> Iterator[dict[str, Any]]:
    """`count` events of one session, as they would be recorded."""
    rng = random.Random(seed)
    return islice(_Trace(rng).play(), count)


class _Trace:
    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self.time = 1_780_000_000.0
        self.made = 0
        self.context = 8_000

    def event(self, kind: str, data: dict[str, Any], **more: Any) -> dict[str, Any]:
        self.made += 1
        self.time += self.rng.random() * 0.2
        return {
            "event_id": f"{self.made:012x}",
            "kind": kind,
            "timestamp": round(self.time, 6),
            "session_id": "bench",
            "data": data,
            **more,
        }

    def play(self) -> Iterator[dict[str, Any]]:
        yield self.event("session_start", {"goal": "benchmark", "model": "claude-sonnet-4"})
        iteration = 0
        while True:
            iteration += 1
            yield from self.iteration(iteration)

    def iteration(self, number: int) -> Iterator[dict[str, Any]]:
        rng = self.rng
        yield self.event("iteration_start", {}, iteration=number)
        yield self.event("budget_check", {"status": "ok", "usage_fraction": rng.random()}, iteration=number)
        request = self.event(
            "llm_request", {"messages_count": number % 80, "model": "claude-sonnet-4"}, iteration=number
        )
        yield request
        fresh = rng.randrange(200, 4_000)
        broken = rng.random() < 0.03
        yield self.event(
            "llm_response",
            {
                "model": "claude-sonnet-4",
                "tokens": self.context + fresh + 300,
                "input_tokens": self.context + fresh if broken else fresh,
                "output_tokens": rng.randrange(50, 900),
                "cache_read_tokens": 0 if broken else self.context,
                "cache_write_tokens": fresh,
                "cost": round(rng.random() * 0.05, 6),
                "duration_ms": rng.random() * 9000,
                "stop_reason": "tool_use",
                "text": self.text(rng.randrange(100, 600)),
            },
            iteration=number,
            parent_event_id=request["event_id"],
            duration_ms=rng.random() * 9000,
        )
        self.context += fresh
        if self.context > 150_000:
            yield self.event(
                "compaction_end",
                {"messages_before": 120, "messages_after": 20, "tokens_saved": self.context - 20_000},
                iteration=number,
            )
            self.context = 20_000
        for _ in range(rng.choice((0, 1, 1, 1, 2, 3))):
            yield from self.tool_call(number)
        yield self.event("iteration_end", {}, iteration=number, duration_ms=rng.random() * 20_000)

    def tool_call(self, iteration: int) -> Iterator[dict[str, Any]]:
        rng = self.rng
        tool = rng.choice(TOOLS)
        args = {"path": f"src/{rng.choice(WORDS)}_{rng.randrange(4000)}.py", "pattern": self.text(30)}
        start = self.event("tool_start", {"tool_name": tool, "args": args}, iteration=iteration)
        yield start
        size = rng.choice((100, 250, 500, 1_000, 2_000))
        if rng.random() < 0.01:
            size = rng.randrange(5_000, 50_000)
        failed = rng.random() < 0.05
        outcome = {"error": self.text(80)} if failed else {"result": self.text(size)}
        yield self.event(
            "tool_error" if failed else "tool_end",
            {"tool_name": tool, "args": args, **outcome},
            iteration=iteration,
            parent_event_id=start["event_id"],
            duration_ms=rng.expovariate(1 / 800),
        )

    def text(self, size: int) -> str:
        words = self.rng.choices(WORDS, k=size // 7 + 1)
        return " ".join(words)[:size]


def write(path: Path, count: int, seed: int = SEED) -> None:
    """Write a trace of `count` events to `path`."""
    with path.open("wb") as file:
        for event in events(count, seed):
            file.write(orjson.dumps(event) + b"\n")


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    write(Path(sys.argv[2]), int(sys.argv[1]))
