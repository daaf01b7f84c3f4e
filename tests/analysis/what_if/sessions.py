"""Sessions of round figures: prompts that grow, a cache that breaks, a compaction, a file that is read again."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from tracetop.collector.events import TraceEvent

MILLION = 1_000_000


def answer(
    trace: Any, number: int | None = None, *, sent: int = 0, read: int = 0, written: int = 0, **data: Any
) -> str:
    tokens = {"input_tokens": sent, "cache_read_tokens": read, "cache_write_tokens": written, "output_tokens": 0}
    return str(trace.llm(number, **{"model": "m", **tokens, **data}))


def plain(trace: Any, prompts: Iterable[int], **data: Any) -> None:
    """Responses of a provider without a cache."""
    for prompt in prompts:
        trace.llm(model="m", input_tokens=prompt, output_tokens=0, **data)


def broken(trace: Any, between: str = "", pause: float = 1.0) -> list[TraceEvent]:
    """A million tokens are written, and then written again where they would have been read."""
    answer(trace, written=MILLION)
    if between:
        trace.add(between)
    trace.now += pause - 1.0
    answer(trace, written=MILLION)
    return list(trace.events)


def compacted(trace: Any) -> list[TraceEvent]:
    """A session that compacts itself, from 60k to 30k."""
    trace.add("budget_check", context_limit=100_000)
    answer(trace, written=60_000)
    trace.add("compaction_start")
    trace.add("compaction_end")
    answer(trace, written=30_000)
    answer(trace, read=30_000, written=1_000)
    return list(trace.events)


def reads(trace: Any, *others: int) -> list[TraceEvent]:
    """A file of 100k tokens is read three times, the iterations in `others` call something else too."""
    for number, prompt in enumerate((10_000, 110_000, 210_000, 310_000, 310_000), 1):
        trace.llm(number, model="m", input_tokens=prompt, output_tokens=0)
        if number <= 3:
            trace.tool(number, "read_file", args={"path": "a.py"})
        if number in others:
            trace.tool(number, "bash", args={"command": f"make {number}"})
    return list(trace.events)
