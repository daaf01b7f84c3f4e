"""Pane 3: where the tokens go, iteration by iteration."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from itertools import accumulate
from typing import ClassVar

from ...analysis import figures
from ...analysis.bill import Bill
from ...analysis.budget import Budget, budget_as_of
from ...analysis.flow import FlowGroup, TokenFlow
from ...analysis.flow_point import TokenFlowPoint
from ...analysis.fold.lanes import MAIN_LANE
from ...analysis.forecast import budget_end, next_compaction
from ..contain import contained
from ..safe_text import fit
from ..widgets.block_chart import BlockChart, Limit, Mark, Series, Track
from ..widgets.event_list import EventList
from ..widgets.palette import Cell
from .chart_pane import ChartPane
from .pane import Frame
from .token_table import TokenRow, TokenTable, iteration_name
from .token_words import axis_tokens, budget_text, turns_text

_MOST_COLUMNS = 500
_MOST_CALLS = 5_000
"""With more calls, or more iterations than columns, a column is told from running sums."""
_MOST_COMPACTIONS = 1_000
_ROOMY = 60
_ABOUT_ONE_CALL = 2.0
"""Bars up to so many times as high as the longest prompt may be held against its limit: iterations of one call."""

Stack = tuple[float, ...]
"""Cached, written, fresh, output, and what is in a total that tells no bucket."""


@contained
class TokensPane(ChartPane):
    """Stacked bars: tokens per iteration in the four buckets; below them the context, and the cost so far."""

    NUMBER: ClassVar[int] = 3
    NAME: ClassVar[str] = "token flow"

    SERIES: ClassVar[tuple[Series, ...]] = (
        Series("cached", "cache_read", "░", cap="cache_read_cap"),
        Series("written", "cache_write", "▒", cap="cache_write_cap"),
        Series("fresh", "input", "█"),
        Series("out", "output", "▓", cap="output_cap"),
        Series("not told apart", "bar", "█"),
    )

    def __init__(self, *, id: str) -> None:
        self._chart = BlockChart(
            self.SERIES[:4],
            group="mean",
            format_value=axis_tokens,
            format_label=self._label,
            empty_text="no tokens reported yet",
            id=f"{id}-chart",
        )
        self._rows = TokenTable(self._row)
        super().__init__(self._chart, self._rows, EventList(self._rows, can_follow=False, id=f"{id}-list"), id=id)
        self._flow: TokenFlow | None = None
        self._lane: int | None = None
        """The agent that is shown; None for all."""
        self._per_column = 1
        self._groups: dict[tuple[int, int], FlowGroup] = {}
        self._cliffs: dict[int, int] = {}
        self._cliff_rows: frozenset[int] = frozenset()
        self._drawn: tuple[object, ...] = ()
        self._budget: Budget | None = None
        self._ahead: list[str] = []

    def show(self, frame: Frame) -> None:
        view = frame.view
        if self._flow is None or self._flow.view.session is not view.session or self._lane != frame.only_lane:
            self._lane = frame.only_lane
            only = None if frame.only is None else frame.only.calls
            self._flow = TokenFlow(view, only, self._lane or MAIN_LANE)
            self._groups, self._cliffs = {}, {}
        flow = self._flow
        flow.view = view
        drawn = (view.session, self._lane, flow.bill.rows, view.compactions, view.budget_events, view.ended)
        changed = drawn != self._drawn
        if changed:
            self._drawn = drawn
            self._budget = budget_as_of(view, frame.trace.event) if self._is_of_main else None
            self._ahead = self._forecast(frame)
            self._draw(flow)
        row = None if frame.cursor is None else flow.index_of(frame.cursor)
        column = self.column_of(frame.cursor)
        if changed or column != self._chart.cursor:
            self._chart.captions = self._captions(flow, column)
            self._chart.cursor = column
            self._chart.redraw()
        self.headline_parts([*frame.only_words, *self._figures(flow)])
        self._rows.tell_agents(flow.has_several_agents)
        self.show_table(flow.count, row, changed=changed)

    @property
    def _is_of_main(self) -> bool:
        """Whether the main agent is shown, whose budget and context are those that forecasts are of."""
        return not self._lane

    def _figures(self, flow: TokenFlow) -> list[str]:
        bill = flow.bill
        tokens = bill.tokens
        if not bill.rows:
            return [figures.UNKNOWN]
        parts = [figures.tokens(tokens.total), figures.cost(bill.cost, bill.cost_estimated)]
        if self._budget is not None and self._lane is None:
            parts.append(budget_text(self._budget, tokens.total, brief=self.content_size.width < _ROOMY))
        context = self._context_now(flow)
        if context is not None:
            parts.append(f"context {context}")
        parts += self._ahead
        if tokens.output is not None:
            parts.append(f"{figures.at_least(figures.tokens(tokens.output), bill.output_is_lower_bound)} out")
        if bill.input_included_cache:
            parts.append("input taken as including cache")
        if bill.cost_estimated:
            parts.append(f"~ by {' and '.join(bill.price_sources)}")
        return parts

    def _forecast(self, frame: Frame) -> list[str]:
        """What comes if it goes on like this; nothing of a session that is over."""
        view, parts = frame.view, []
        if view.ended or not self._is_of_main:
            return []
        compaction = next_compaction(view, self._budget.context_limit if self._budget is not None else None)
        if compaction is not None:
            parts.append(f"compaction in {turns_text(compaction.left)}")
        end = budget_end(view, frame.trace.event) if self._budget is not None else None
        if end is not None:
            lasts = "" if end.seconds is None else f", ~{figures.duration(end.seconds * 1000)}"
            parts.append(f"budget lasts {turns_text(end.left)}{lasts}")
        return parts

    def _context_now(self, flow: TokenFlow) -> str | None:
        if not flow.count:
            return None
        context = flow.newest_context()
        if context is None:
            return None
        limit = self._budget.context_limit if self._budget is not None else None
        return figures.tokens(context) + (f" of {figures.tokens(limit)}" if limit else "")

    def _draw(self, flow: TokenFlow) -> None:
        count = flow.count
        whole = count <= _MOST_COLUMNS and flow.bill.rows <= _MOST_CALLS
        self._per_column = 1
        while count > _MOST_COLUMNS * self._per_column:
            self._per_column *= 2
        if whole:
            points = [flow.point(index) for index in range(count)]
            stacks = [stack_of(point) for point in points]
            context = [flow.context_of(point) for point in points]
            costs = [point.cumulative_cost for point in points]
        else:
            groups = [self._group(flow, first) for first in range(0, count, self._per_column)]
            stacks = [_stack_of_group(group) for group in groups]
            context = [group.context_tokens for group in groups] if self._per_column == 1 else []
            costs = [group.cumulative_cost for group in groups]
        self._find_cliffs(flow)
        self._show(flow.bill, stacks, context, costs)
        self._chart.marks = [Mark(column, "▼", "compaction") for column in self._compacted_columns(flow)]
        self._chart.data_group = self._per_column

    def _show(self, bill: Bill, stacks: list[Stack], context: list[int | None], costs: list[float | None]) -> None:
        """Show the bars, and below them on scales of their own the context and the cost."""
        used = slice(0, 4)
        if any(stack[4] for stack in stacks):
            used = slice(0, 5) if any(any(stack[:4]) for stack in stacks) else slice(4, 5)
        self._chart.series = self.SERIES[used]
        self._chart.set_columns([stack[used] for stack in stacks])
        limit = self._budget.context_limit if self._budget is not None else None
        longest = max((length for length in context if length is not None), default=0)
        comparable = limit is not None and max(map(sum, stacks), default=0.0) <= longest * _ABOUT_ONE_CALL
        self._chart.limit = Limit(f"limit {figures.tokens(limit)}", limit) if limit and comparable else None
        self._chart.tracks = [*_context_track(context, limit), *_cost_track(bill, costs)]

    def _group(self, flow: TokenFlow, first: int) -> FlowGroup:
        """A column of several iterations; those before the last are kept, for nothing is added to them."""
        end = min(first + self._per_column, flow.count)
        group = self._groups.get((self._per_column, first))
        if group is None:
            group = flow.group(first, end)
            if end < flow.count:
                self._groups[self._per_column, first] = group
        return group

    def _find_cliffs(self, flow: TokenFlow) -> None:
        """Look for the iterations in which the newest compactions show."""
        newest = flow.compactions(_MOST_COMPACTIONS)
        for event in newest:
            if event not in self._cliffs:
                row = flow.cliff_of(event)
                if row is not None:
                    self._cliffs[event] = row
        last = flow.count - 1
        self._cliff_rows = (
            frozenset(min(last, self._cliffs.get(event, last)) for event in newest) if flow.count else frozenset()
        )

    def _compacted_columns(self, flow: TokenFlow) -> list[int]:
        if self._per_column == 1:
            return sorted(self._cliff_rows)
        compactions = flow.compactions()
        return [
            first // self._per_column
            for first in range(0, flow.count, self._per_column)
            if self._has_compaction(flow, compactions, first)
        ]

    def _has_compaction(self, flow: TokenFlow, compactions: Sequence[int], first: int) -> bool:
        """Whether a compaction came before the first call of one of the iterations of a column."""
        last = min(first + self._per_column, flow.count) - 1
        start = flow.event(first - 1) if first else 0
        return bisect_left(compactions, start) < bisect_left(compactions, flow.event(last))

    def _captions(self, flow: TokenFlow, column: int | None) -> list[list[Cell]]:
        """What the iteration under the cursor took in all."""
        if column is None or self._per_column > 1:
            return []
        point = flow.point(column)
        name = fit(point.agent, 12).rstrip() + " " if point.agent else ""
        total: list[Cell] = [
            (f"{name}it {iteration_name(point)} ", "muted"),
            (figures.tokens(point.total_tokens), "text"),
        ]
        cost: Cell = (f" {figures.cost(point.cost, point.cost_estimated)}", "cost")
        return [[*total, cost], total] if point.cost is not None else [total]

    def _row(self, index: int) -> TokenRow:
        assert self._flow is not None
        return TokenRow(self._flow.point(index), index in self._cliff_rows)

    def _label(self, index: int) -> str:
        flow = self._flow
        if flow is None or index * self._per_column >= flow.count:
            return ""
        session = flow.view.session
        row = flow.iteration(index * self._per_column)
        number = session.iterations.number_of(row)
        lane = session.lanes.branches[session.iterations.branch[row]].lane if row else 0
        return f"{'·' if lane else ''}{figures.UNKNOWN if number is None else number}"

    def column_of(self, event: int | None) -> int | None:
        """The column an event belongs to."""
        row = None if event is None or self._flow is None else self._flow.index_of(event)
        return None if row is None else row // self._per_column

    def event_of(self, column: int) -> int:
        return self.event_of_row(column * self._per_column)

    def event_of_row(self, row: int) -> int:
        assert self._flow is not None
        return self._flow.event(row)

    def event_after(self) -> int | None:
        assert self._flow is not None
        return self._flow.event_after()

    event_after_rows = event_after


def _context_track(context: list[int | None], limit: float | None) -> list[Track]:
    """How long the prompts were, of what they may be where that is known. On the bars' scale it would often be flat."""
    known = [length for length in context if length is not None]
    if not any(known):
        return []
    full = limit if limit is not None and max(known) <= limit else None
    return [Track(figures.tokens(known[-1]), "context", context, full=full, name="context")]


def _cost_track(bill: Bill, costs: list[float | None]) -> list[Track]:
    """What it had cost by the end of each column, which never falls though agents overlap."""
    if not any(cost is not None for cost in costs):
        return []
    highest = accumulate((cost or 0.0 for cost in costs), max)
    so_far = [None if cost is None else high for cost, high in zip(costs, highest, strict=True)]
    return [Track(figures.cost(bill.cost, bill.cost_estimated), "idle", so_far)]


def stack_of(point: TokenFlowPoint) -> Stack:
    """The layers of an iteration's bar."""
    cached, written = float(point.cache_read_tokens or 0), float(point.cache_write_tokens or 0)
    fresh, output = float(point.input_tokens or 0), float(point.output_tokens or 0)
    return cached, written, fresh, output, _rest(float(point.total_tokens or 0), cached, written, fresh, output)


def _stack_of_group(group: FlowGroup) -> Stack:
    split = group.cache_read_tokens, group.cache_write_tokens, group.input_tokens, group.output_tokens
    return (*split, _rest(group.total_tokens, *split))


def _rest(total: float, *split: float) -> float:
    """What of a total no bucket accounts for; a total that leaves the cache out leaves no rest."""
    return max(0.0, total - sum(split)) if not any(split) else 0.0
