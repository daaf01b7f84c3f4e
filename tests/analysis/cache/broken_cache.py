"""Traces whose cache breaks, written response by response, and what is told of their breaks."""

from __future__ import annotations

from typing import Any

from tracetop.analysis.cache.break_causes import BreakClass, Confidence
from tracetop.analysis.cache.losses import CacheBreak, CacheLosses
from tracetop.analysis.fold.session import Session
from tracetop.analysis.prices import Prices

MODEL = "claude-test"


def response(trace: Any, read: int, sent: int = 100, written: int = 0, **data: Any) -> int:
    """A response with what it read, sent uncached and wrote; gives the number of its event."""
    trace.llm(
        **{"model": MODEL, "cache_read_tokens": read, "input_tokens": sent, "cache_write_tokens": written, **data}
    )
    return len(trace.events) - 1


def warm(trace: Any, **data: Any) -> int:
    """A response that leaves 10,000 tokens in the cache."""
    return response(trace, 9_000, 100, 1_000, **data)


def breaks(trace: Any, at: int | None = None, *, prices: Prices | None = None) -> list[CacheBreak]:
    session = Session(prices)
    session.apply_events(trace.events)
    losses = CacheLosses(session, lambda number: trace.events[number])
    losses.breaks.extend_all()
    return losses.all(session.view(at))


def cause(trace: Any) -> tuple[BreakClass, int | None, Confidence]:
    (broken,) = breaks(trace)
    return broken.cause.kind, broken.cause.culprit, broken.cause.confidence


def request(trace: Any, **data: Any) -> int:
    trace.add("llm_request", model=MODEL, **data)
    return len(trace.events) - 1
