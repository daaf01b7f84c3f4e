"""Write a large trace with a fixed seed: a realistic mix of events, about 400 bytes a line, some of 5 to 50 kB.

Mostly iterations of one agent: request, answer, up to three calls of tools. Now and then a sub-agent works for some
iterations, an answer is streamed, a call fails or is tried again, the context is compacted, a server connects; one
event in some hundreds is of a kind that the format does not know.

Usage: python benchmarks/make_trace.py EVENTS OUT.jsonl [--documented]
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
MODEL = "claude-sonnet-4"
TOOLS = ("read_file", "bash", "grep", "edit_file", "write_file", "mcp__fs__list")
WORDS = ("session", "cursor", "cache", "token", "prefix", "tree", "column", "event", "fold", "view", "lane", "run")
UNKNOWN_KINDS = ("agent_thought", "memory_recall", "swarm_vote")

Event = dict[str, Any]


def events(count: int, seed: int = SEED, *, documented: bool = False) -> Iterator[Event]:
    """`count` events of one session, as they would be recorded; of the documented kinds only, where asked for."""
    rng = random.Random(seed)
    return islice(_Trace(rng, documented).play(), count)


class _Trace:
    def __init__(self, rng: random.Random, documented: bool) -> None:
        self.rng = rng
        self.documented = documented
        self.time = 1_780_000_000.0
        self.made = 0
        self.agents = 0
        self.context = 8_000

    def event(self, kind: str, data: Event, **more: Any) -> Event:
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

    def happens(self, share: float) -> bool:
        return self.rng.random() < share

    def play(self) -> Iterator[Event]:
        yield self.event("session_start", {"goal": "benchmark", "model": MODEL})
        yield self.event("mcp_connect", {"server": "fs", "tools": 12})
        iteration = 0
        while True:
            iteration += 1
            yield from self.iteration(iteration, {})
            if self.happens(0.02):
                yield from self.aside(iteration)
            if self.happens(0.004):
                yield from self.sub_agent(iteration)

    def iteration(self, number: int, agent: Event) -> Iterator[Event]:
        """One round of the main agent, or of the one that `agent` names."""
        rng = self.rng
        yield self.event("iteration_start", {**agent}, iteration=number)
        if not agent:
            yield self.event("budget_check", {"status": "ok", "usage_fraction": rng.random()}, iteration=number)
        request = self.event("llm_request", {"messages_count": number % 80, "model": MODEL, **agent}, iteration=number)
        yield request
        if self.happens(0.005):
            yield self.event("llm_error", {"error": "529 overloaded", **agent}, iteration=number)
            yield self.event("llm_retry", {"attempt": 1, "delay_ms": 500, **agent}, iteration=number)
        if self.happens(0.01):
            for _ in range(rng.randrange(3, 15)):
                chunk = {"metadata": {"chunk_type": "text"}, "text": self.text(40), **agent}
                yield self.event("llm_response", chunk, iteration=number)
        yield from self.answer(number, request["event_id"], agent)
        if not agent and self.context > 150_000:
            yield self.event(
                "compaction_end",
                {"messages_before": 120, "messages_after": 20, "tokens_saved": self.context - 20_000},
                iteration=number,
            )
            self.context = 20_000
        for _ in range(rng.choice((0, 1, 1, 1, 2, 3))):
            yield from self.tool_call(number, agent)
        yield self.event("iteration_end", {**agent}, iteration=number, duration_ms=rng.random() * 20_000)

    def answer(self, iteration: int, request: str, agent: Event) -> Iterator[Event]:
        rng = self.rng
        fresh = rng.randrange(200, 4_000)
        broken = self.happens(0.03)
        yield self.event(
            "llm_response",
            {
                "model": MODEL,
                "tokens": self.context + fresh + 300,
                "input_tokens": self.context + fresh if broken else fresh,
                "output_tokens": rng.randrange(50, 900),
                "cache_read_tokens": 0 if broken else self.context,
                "cache_write_tokens": fresh,
                "cost": round(rng.random() * 0.05, 6),
                "duration_ms": rng.random() * 9000,
                "stop_reason": "tool_use",
                "text": self.text(rng.randrange(100, 600)),
                **agent,
            },
            iteration=iteration,
            parent_event_id=request,
            duration_ms=rng.random() * 9000,
        )
        self.context += fresh

    def tool_call(self, iteration: int, agent: Event) -> Iterator[Event]:
        rng = self.rng
        tool = rng.choice(TOOLS)
        args = {"path": f"src/{rng.choice(WORDS)}_{rng.randrange(4000)}.py", "pattern": self.text(30)}
        start = self.event("tool_start", {"tool_name": tool, "args": args, **agent}, iteration=iteration)
        yield start
        size = rng.choice((100, 250, 500, 1_000, 2_000))
        if self.happens(0.01):
            size = rng.randrange(5_000, 50_000)
        failed = self.happens(0.05)
        outcome = {"error": self.text(80)} if failed else {"result": self.text(size)}
        yield self.event(
            "tool_error" if failed else "tool_end",
            {"tool_name": tool, "args": args, **outcome, **agent},
            iteration=iteration,
            parent_event_id=start["event_id"],
            duration_ms=rng.expovariate(1 / 800),
        )

    def sub_agent(self, iteration: int) -> Iterator[Event]:
        """A sub-agent works for some iterations of its own."""
        self.agents += 1
        agent = {"agent_id": f"{self.rng.choice(WORDS)}-{self.agents}"}
        yield self.event("subagent_spawn", {**agent, "task": self.text(120)}, iteration=iteration)
        for number in range(1, self.rng.randrange(2, 7)):
            yield from self.iteration(number, agent)
        failed = self.happens(0.1)
        outcome = {"error": "gave up"} if failed else {"result": self.text(300)}
        yield self.event("subagent_error" if failed else "subagent_complete", {**agent, **outcome}, iteration=iteration)

    def aside(self, iteration: int) -> Iterator[Event]:
        """One of the things that happen now and then."""
        rng = self.rng
        unknown = "custom" if self.documented else rng.choice(UNKNOWN_KINDS)
        kind, data = rng.choice(
            (
                ("checkpoint", {"name": self.text(12)}),
                ("file_change", {"path": f"src/{rng.choice(WORDS)}.py", "lines": rng.randrange(90)}),
                ("mode_change", {"from": "build", "to": "plan"}),
                ("error", {"error": self.text(60), "context": "agent"}),
                (unknown, {"text": self.text(150)}),
            )
        )
        yield self.event(kind, data, iteration=iteration)

    def text(self, size: int) -> str:
        words = self.rng.choices(WORDS, k=size // 7 + 1)
        return " ".join(words)[:size]


def write(path: Path, count: int, seed: int = SEED, *, documented: bool = False) -> None:
    """Write a trace of `count` events to `path`."""
    with path.open("wb") as file:
        for event in events(count, seed, documented=documented):
            file.write(orjson.dumps(event) + b"\n")


if __name__ == "__main__":
    options = [argument for argument in sys.argv[1:] if argument.startswith("-")]
    places = [argument for argument in sys.argv[1:] if not argument.startswith("-")]
    if len(places) != 2 or options not in ([], ["--documented"]):
        sys.exit(__doc__)
    write(Path(places[1]), int(places[0]), documented=bool(options))
