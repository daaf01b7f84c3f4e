"""Traces of what is sent to the model: what of it is cached, compactions, large results, the budget."""

from __future__ import annotations

from typing import Any

from .calls import Made, edit, read, run


def responses(*requests: tuple[int, int, int], pause: float = 1.0, between: str = "") -> Made:
    """What each read from the cache, sent uncached and wrote."""

    def make(trace: Any) -> None:
        for number, (cached, sent, written) in enumerate(requests, 1):
            trace.add("iteration_start", number)
            trace.now += pause - 2.0
            trace.llm(number, cache_read_tokens=cached, input_tokens=sent, cache_write_tokens=written)
            if between:
                trace.add(between, number)

    return make


def prompts(*lengths: int | str, agent: str | None = None) -> Made:
    """Responses to prompts of these lengths; where a word stands, an event of that kind."""

    def make(trace: Any) -> None:
        for number, length in enumerate(lengths, 1):
            if isinstance(length, str):
                trace.add(length, agent=agent)
            else:
                trace.llm(number, input_tokens=length, output_tokens=10, agent=agent)

    return make


CUT = ("compaction_start", "compaction_end")


def refills(*peaks: int, responses: int = 3) -> Made:
    """A compaction at each of these lengths of the prompt, which then grows again over so many responses."""

    def make(trace: Any) -> None:
        for peak in peaks:
            prompts(*[round(peak * step / responses) for step in range(1, responses + 1)], *CUT)(trace)

    return make


def forgetful(*again: str, change: str = "", calls: int = 0) -> Made:
    """Reads of four files, a compaction, then reads of these."""

    def make(trace: Any) -> None:
        for path in ("a.py", "b.py", "c.py", "d.py"):
            read(trace, 1, path)
        trace.add("compaction_end", 1)
        if change:
            edit(trace, 2, change)
        for number in range(calls):
            run(trace, 2, f"step {number}{'x' * number}")
        for path in again:
            read(trace, 3, path)

    return make


def result_of(tokens: int) -> Made:
    """A result that the prompt grows by so much for, beyond the answer before it."""

    def make(trace: Any) -> None:
        trace.llm(1, input_tokens=1_000, output_tokens=100)
        read(trace, 1, "big.log")
        trace.llm(2, input_tokens=1_100 + tokens, output_tokens=100)
        trace.llm(3, input_tokens=1_200 + tokens, output_tokens=100)

    return make


def budgets(*shares: float) -> Made:
    """An iteration for each of these shares of the budget that are used."""

    def make(trace: Any) -> None:
        for number, share in enumerate(shares, 1):
            trace.add("iteration_start", number)
            trace.add("budget_check", number, usage_fraction=share, status="ok")

    return make


def prompt(trace: Any, length: int, **data: Any) -> None:
    trace.llm(1, input_tokens=length, output_tokens=10, **data)
