"""The table of the token pane: a row per iteration."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ...analysis import figures
from ...analysis.flow_point import TokenFlowPoint
from ...analysis.fold.lanes import MAIN_AGENT
from .table import Column, Table


@dataclass(frozen=True, slots=True)
class TokenRow:
    """An iteration, and whether the context was compacted before it."""

    point: TokenFlowPoint
    compacted: bool


def iteration_name(point: TokenFlowPoint) -> str:
    """The iteration's number; an en dash for calls outside any."""
    return figures.UNKNOWN if point.iteration is None else str(point.iteration)


def _tokens(count: int | None) -> str:
    return figures.tokens(count)


def _output(point: TokenFlowPoint) -> str:
    return figures.at_least(figures.tokens(point.output_tokens), point.output_is_lower_bound)


_ITERATION: Column[TokenRow] = Column(
    "iter", 7, lambda row: f"{'▼ ' if row.compacted else ''}{iteration_name(row.point)}", "text"
)
_AGENT: Column[TokenRow] = Column("agent", 12, lambda row: row.point.agent or MAIN_AGENT, "agent", left=True, rank=1)
_FIGURES: tuple[Column[TokenRow], ...] = (
    Column("calls", 5, lambda row: f"{row.point.calls:,}", "muted", rank=5),
    Column("cached", 6, lambda row: _tokens(row.point.cache_read_tokens), "cache_read", rank=1),
    Column("written", 7, lambda row: _tokens(row.point.cache_write_tokens), "cache_write", rank=2),
    Column("fresh", 6, lambda row: _tokens(row.point.input_tokens), "input", rank=1),
    Column("output", 6, lambda row: _output(row.point), "output", rank=1),
    Column("total", 6, lambda row: _tokens(row.point.total_tokens), "title"),
    Column("context", 7, lambda row: _tokens(row.point.context_tokens), "context", rank=4),
    Column("cost", 8, lambda row: figures.cost(row.point.cost, row.point.cost_estimated), "cost"),
    Column(
        "so far",
        8,
        lambda row: figures.cost(row.point.cumulative_cost, row.point.cumulative_cost_estimated),
        "cost",
        rank=3,
    ),
)


class TokenTable(Table[TokenRow]):
    """Iterations; their agents are told where there are several."""

    def __init__(self, item: Callable[[int], TokenRow]) -> None:
        super().__init__((_ITERATION, *_FIGURES), item)

    def tell_agents(self, several: bool) -> None:
        """Say whose iteration each is, or not."""
        self.columns = (_ITERATION, *((_AGENT,) if several else ()), *_FIGURES)
