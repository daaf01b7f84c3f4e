"""Tokens and cost, iteration by iteration."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from ...analysis import figures
from ...analysis.cost_origins import cost_origins
from ...analysis.flow_point import TokenFlowPoint
from ...analysis.fold.lanes import MAIN_AGENT
from ...analysis.tokens import Buckets, hit_rate
from ...analysis.view import View
from ..trace import Trace
from .json_text import json_text, known
from .layout import exact, table, wrapped
from .price_notes import price_notes

_LOWER_BOUND = (
    "≥ The log tells of some answers only how long they were at least: there was more output, and it cost more."
)
_HEADERS = ("iter", "input", "cached", "written", "output", "total", "hit", "cost", "so far")


def tokens_json(trace: Trace) -> Iterator[str]:
    """One line per iteration."""
    for point in trace.view().token_flow():
        yield json_text(
            {
                "iteration": point.iteration,
                "run": point.run,
                "agent": point.agent or MAIN_AGENT,
                "input_tokens": point.input_tokens,
                "output_tokens": point.output_tokens,
                "cache_read_tokens": point.cache_read_tokens,
                "cache_write_tokens": point.cache_write_tokens,
                "total_tokens": point.total_tokens,
                "cost": known(point.cost),
                "cumulative_cost": known(point.cumulative_cost),
                **({"output_is_lower_bound": True} if point.output_is_lower_bound else {}),
                **({"cost_estimated": True} if point.cost_estimated else {}),
                **({"cumulative_cost_estimated": True} if point.cumulative_cost_estimated else {}),
                "cache_hit_rate": known(hit_rate(point.input_tokens, point.cache_read_tokens)),
            }
        )


def buckets_object(tokens: Buckets, output_is_lower_bound: bool) -> dict[str, Any]:
    """Tokens by bucket, as JSON has them."""
    return {
        "input": tokens.input,
        "output": tokens.output,
        **({"output_is_lower_bound": True} if output_is_lower_bound else {}),
        "cache_read": tokens.cache_read,
        "cache_write": tokens.cache_write,
        "total": tokens.total,
    }


def tokens_text(trace: Trace, width: int) -> Iterator[str]:
    """A table with a row per iteration and one of totals."""
    view = trace.view()
    flow = view.token_flow()
    if not flow:
        yield "No LLM calls."
        return
    extra = list(_extra_columns(view, flow))
    headers = [*(name for name, _ in extra), *_HEADERS]
    rows = [[*(tell(point) for _, tell in extra), *_row(point)] for point in flow]
    rows.append([*("" for _ in extra), *_totals(view)])
    agent = frozenset({headers.index("agent")} if "agent" in headers else ())
    lines = table(headers, rows, width, left=agent, elastic=min(agent, default=0))
    yield from lines[:-1]
    yield "  " + "─" * (max(map(len, lines)) - 2)
    yield lines[-1]
    yield from notes(view, width)


def notes(view: View, width: int) -> Iterator[str]:
    """What must be known to read the token figures right."""
    if view.bill.input_included_cache:
        yield ""
        yield "  Some responses report input with the cached part in it, by their model's custom; it was taken out."
    if view.output_is_lower_bound:
        yield ""
        yield from wrapped(_LOWER_BOUND, width, "  ")
    origins = cost_origins(view)
    sources = view.bill.price_sources
    yield from price_notes(sources, origins.unpriced, width, own=len(origins.own), untold=origins.untold)


def _extra_columns(view: View, flow: list[TokenFlowPoint]) -> Iterator[tuple[str, Callable[[TokenFlowPoint], str]]]:
    """The columns that only some traces need, to tell iterations of the same number apart."""
    if view.runs > 1:
        yield "run", lambda point: str(point.run)
    if len({point.agent for point in flow}) > 1:
        yield "agent", lambda point: point.agent or MAIN_AGENT


def _row(point: TokenFlowPoint) -> list[str]:
    return [
        figures.UNKNOWN if point.iteration is None else str(point.iteration),
        exact(point.input_tokens),
        exact(point.cache_read_tokens),
        exact(point.cache_write_tokens),
        figures.at_least(exact(point.output_tokens), point.output_is_lower_bound),
        exact(point.total_tokens),
        figures.share(hit_rate(point.input_tokens, point.cache_read_tokens)),
        _dollars(point.cost, point.cost_estimated),
        _dollars(point.cumulative_cost, point.cumulative_cost_estimated),
    ]


def _totals(view: View) -> list[str]:
    tokens = view.tokens
    return [
        "total",
        exact(tokens.input),
        exact(tokens.cache_read),
        exact(tokens.cache_write),
        figures.at_least(exact(tokens.output), view.output_is_lower_bound),
        exact(tokens.total),
        figures.share(view.cache_hit_rate),
        _dollars(view.cost, view.cost_estimated),
        _dollars(view.cost, view.cost_estimated),
    ]


def _dollars(cost: float | None, estimated: bool) -> str:
    """Money with as many places in every row."""
    return figures.UNKNOWN if cost is None else f"{'~' if estimated else ''}${cost:,.4f}"
