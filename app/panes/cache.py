"""Pane 4: how far the cached prefix reached into each prompt."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import replace
from math import nan
from typing import ClassVar

from ...analysis import figures
from ...analysis.cache.boundary import WINDOW, CacheView
from ...analysis.cache.breaks import CacheBreaks
from ...analysis.cache.lane_breaks import AllBreaks, LaneBreaks, ToldBreaks
from ...analysis.cache.losses import CacheBreak, CacheLosses
from ...analysis.cache.patterns import PATTERNS
from ...analysis.forecast import CacheExpiry, cache_expiry
from ...analysis.rules.second_pass import SecondPass
from ...analysis.view import View
from ..contain import contained
from ..safe_text import width_of
from ..widgets.braille_chart import BrailleChart, Mark, Track
from ..widgets.palette import Cell
from .break_table import LOOKS, BreakList, BreakTable
from .chart_pane import ChartPane
from .expiry_words import expiry_forms, stake_text
from .pane import Frame
from .token_words import axis_tokens

_MOST_COLUMNS = 500
_GAUGE_CELLS = 10
_LONG_COLD = 86_400.0
"""Seconds after which it is no longer told that the cache ran out: nobody goes on with that session."""

Values = tuple[float, float, float | None]
"""Of one column: prompt, cached prefix, and the hit rate as of its last request."""


@contained
class CachePane(ChartPane):
    """The prompt as a line, its cached prefix filled below it, breaks marked; the hit rate below."""

    NUMBER: ClassVar[int] = 4
    NAME: ClassVar[str] = "cache boundary"

    _told_breaks: ToldBreaks
    """Those of the agents that are shown; there from the first frame on."""

    def __init__(self, *, id: str) -> None:
        self._chart = BrailleChart(
            line=("prompt", "input"),
            area=("cached prefix", "cache_read"),
            format_value=axis_tokens,
            format_label=lambda index: f"#{index * self._per_column + 1}",
            empty_text="no response has reported its cache yet",
            id=f"{id}-chart",
        )
        table = BreakTable(self._row)
        self._break_list = BreakList(table, can_follow=False, id=f"{id}-list")
        super().__init__(self._chart, table, self._break_list, id=id)
        self._per_column = 1
        self._columns: list[Values] = []
        self._columns_size = 1
        self._drawn: tuple[object, ...] = ()
        self._view: View | None = None
        self._losses: CacheLosses | None = None
        self._cache: CacheView | None = None
        self._patterns = 0
        self._patterns_of: tuple[object, int, int | None] | None = None
        """What their number was counted in: the rules' findings, how often they had changed, and of which agent."""
        self._lane: int | None = None
        """The agent that is shown; None for all."""
        self._gone: tuple[int, int] | None = None
        """The break that the user went from to its culprit, and that event."""
        self._cursor: int | None = None
        self._expiry: CacheExpiry | None = None
        self._now = nan
        self._told: list[str] = []
        """What the headline says of it."""
        self._before = figures.UNKNOWN
        self._behind: list[str] = []
        """The first figure of the headline, and those behind how long the cache is warm."""

    def show(self, frame: Frame) -> None:
        view = frame.view
        losses = frame.trace.cache_losses(view.session)
        if self._losses is not losses or self._lane != frame.only_lane:
            self._losses, self._gone, self._lane = losses, None, frame.only_lane
            self._told_breaks = _told_breaks(losses.breaks, self._lane)
            self._columns = []
        self._told_breaks.extend()
        self._view, self._cursor, self._cache = view, frame.cursor, _cache_of(frame)
        self._count_patterns(frame.trace.second_pass(view.session), view.at)
        breaks, cache = bisect_left(self._told_breaks.events, view.at), self._cache
        is_priced = losses.breaks.covered >= view.at
        drawn = (
            view.session,
            self._lane,
            cache.requests,
            breaks,
            view.compactions,
            view.ended,
            is_priced,
            frame.loading is None,
        )
        changed = drawn != self._drawn
        if changed:
            self._drawn = drawn
            self._draw(view, breaks)
            is_told = not (view.ended or frame.loading is not None or self._lane)  # it is the main agent's
            self._expiry = cache_expiry(view, frame.trace.event) if is_told else None
        row = None
        if frame.cursor is not None and cache.requests:
            self._chart.cursor = max(0, cache.index_of(frame.cursor)) // self._per_column
            row = self._row_at(frame.cursor, breaks)
        else:
            self._chart.cursor = None
        self._before, *self._behind = [*frame.only_words, *self._figures(cache, breaks)]
        self._show_headline()
        self.show_table(breaks, row, changed=changed)
        if breaks and row is not None and frame.cursor is not None:
            self._break_list.stand(frame.cursor - self._told_breaks.events[row])

    def tell_time(self, now: float) -> None:
        """Have the headline say what is left of the cache's life at a time, in epoch seconds."""
        self._now = now
        if self.display and self.size.width and self._expiry_parts() != self._told:
            self._show_headline()

    def size_met(self) -> None:
        super().size_met()
        self._show_headline()

    def _show_headline(self) -> None:
        self._told = self._expiry_parts()
        self.headline_parts([self._before, *self._told, *self._behind])

    def _expiry_parts(self) -> list[str]:
        """How long the cache is warm, as long as there is room for behind the first figure, and what is at stake."""
        if self._expiry is None or self._now != self._now or self._now - self._expiry.latest > _LONG_COLD:
            return []
        room = self.headline_room - width_of(f"{self._before} · ")
        forms = expiry_forms(self._expiry, self._now)
        form = next((form for form in forms if width_of(form) <= room), forms[-1])
        return [form, stake_text(self._expiry, self._now)]

    def _count_patterns(self, found: SecondPass, at: int) -> None:
        known = found, found.version(at), self._lane
        if self._patterns_of != known:
            self._patterns_of = known
            lanes = [episode.lane for episode in found.standing(at) if episode.category in PATTERNS]
            self._patterns = len(lanes) if self._lane is None else lanes.count(self._lane)

    def _row_at(self, cursor: int, breaks: int) -> int:
        """The break whose culprit the user has gone to, else the last one before the cursor."""
        if self._gone is not None and (self._gone[1] != cursor or self._gone[0] >= breaks):
            self._gone = None
        if self._gone is not None:
            return self._gone[0]
        return max(0, bisect_right(self._told_breaks.events, cursor, hi=breaks) - 1)

    def _figures(self, cache: CacheView, breaks: int) -> list[str]:
        if not cache.requests:
            return [figures.UNKNOWN]
        tokens = cache.bill.tokens
        parts = [f"{figures.share(tokens.hit_rate)} hit"]
        if breaks and tokens.prompt:
            parts.append(f"~{figures.share(self._told_breaks.rebilled_before(breaks) / tokens.prompt)} re-billed")
        parts.append(figures.count(breaks, "break") if breaks else "no breaks")
        if self._patterns:
            parts.append(figures.count(self._patterns, "pattern"))
        parts.append(f"boundary {figures.tokens(cache.boundary_position)}")
        if cache.requests > 1:
            parts.append(f"last {min(WINDOW, cache.requests)}: {figures.share(cache.hit_rate)}")
        return parts

    def _draw(self, view: View, breaks: int) -> None:
        cache = self._cache
        assert cache is not None
        self._per_column = 1
        while cache.requests > _MOST_COLUMNS * self._per_column:
            self._per_column *= 2
        columns = self._values(cache)
        self._chart.set_series([prompt for prompt, _, _ in columns], [read for _, read, _ in columns])
        self._chart.data_group = self._per_column
        self._chart.tracks = [Track("hit", "idle", [rate for _, _, rate in columns], full=1.0)] if columns else []
        self._chart.captions = _gauges(cache)
        self._chart.marks = [*self._compactions(view, cache), *self._break_marks(cache, breaks)]

    def _values(self, cache: CacheView) -> list[Values]:
        """What the columns show; those before the last are kept, for no request is added to them."""
        size = self._per_column
        if size != self._columns_size:
            self._columns, self._columns_size = [], size
        whole = cache.requests // size
        for column in range(len(self._columns), whole):
            self._columns.append(_values_of(cache, column * size, (column + 1) * size))
        values = self._columns[:whole]
        if whole * size < cache.requests:
            values.append(_values_of(cache, whole * size, cache.requests))
        return values

    def _break_marks(self, cache: CacheView, breaks: int) -> list[Mark]:
        """The sign of what broke the cache over each request; of several in a column, of the first."""
        assert self._losses is not None
        losses, told = self._losses, self._told_breaks
        marks = []
        for column in self._columns_of(cache, told.events[:breaks]):
            first = bisect_left(told.events, cache.event(column * self._per_column))
            glyph = LOOKS[losses.causes(told.number(first))[0].kind]
            marks.append(Mark(column, glyph, "cache_break", top=True))
        return marks

    def _compactions(self, view: View, cache: CacheView) -> list[Mark]:
        events, lanes = view.session.compactions[: view.compactions], view.session.events.lane
        mine = events if self._lane is None else [event for event in events if lanes[event] == self._lane]
        return [Mark(column, "▼", "compaction") for column in self._columns_of(cache, mine)]

    def _columns_of(self, cache: CacheView, events: Sequence[int]) -> list[int]:
        """The columns of the requests that came at these events, or first after them."""
        found: list[int] = []
        passed = 0
        for column in range(-(-cache.requests // self._per_column) if events else 0):
            last = min((column + 1) * self._per_column, cache.requests) - 1
            before, passed = passed, bisect_right(events, cache.event(last))
            if passed > before:
                found.append(column)
        return found

    def _row(self, index: int) -> CacheBreak:
        assert self._losses is not None and self._view is not None and self._cache is not None
        broken = self._losses.tell(self._view, self._told_breaks.number(index))
        return broken if self._lane is None else replace(broken, request=self._cache.index_of(broken.event))

    def event_of(self, column: int) -> int:
        cache = self._cache
        assert cache is not None
        return cache.event(min(column * self._per_column, cache.requests - 1))

    def event_of_row(self, row: int) -> int:
        return self._told_breaks.events[row]

    def chosen_row(self, row: int) -> int:
        """The culprit of a break, then the break itself, and so on."""
        assert self._losses is not None
        told = self._told_breaks
        broken, culprit = told.events[row], self._losses.causes(told.number(row))[0].culprit
        if culprit is None or culprit == broken or self._gone == (row, self._cursor):
            return broken
        self._gone = row, culprit
        return culprit

    def chosen_column(self, column: int) -> int:
        """The same where the cursor is on a break, or on the culprit of the one just left."""
        if self._gone is not None and self._gone[1] == self._cursor:
            return self.chosen_row(self._gone[0])
        events, event = self._told_breaks.events, self.event_of(column)
        row = bisect_left(events, event)
        is_break = row < len(events) and events[row] == event
        return self.chosen_row(row) if is_break else event

    def event_after(self) -> int | None:
        assert self._view is not None and self._cache is not None
        beyond = self._cache.event_after()
        return beyond if beyond is not None and beyond < self._view.session.count else None

    def event_after_rows(self) -> int | None:
        assert self._view is not None
        events = self._told_breaks.events
        index = bisect_left(events, self._view.at)
        return events[index] if index < len(events) else None


def _told_breaks(breaks: CacheBreaks, lane: int | None) -> ToldBreaks:
    return AllBreaks(breaks) if lane is None else LaneBreaks(breaks, lane)


def _cache_of(frame: Frame) -> CacheView:
    if frame.only is None:
        return frame.view.cache
    llm = frame.only.calls.llm
    return CacheView(llm, llm.rows(frame.view.at))


def _values_of(cache: CacheView, first: int, end: int) -> Values:
    prompt, read = cache.mean(first, end)
    return prompt, read, cache.hit_rate_at(end)


def _gauges(cache: CacheView) -> list[list[Cell]]:
    """The moving average of the hit rate with a bar, the longest way of saying it first."""
    rate, window = cache.hit_rate, min(WINDOW, cache.requests)
    if rate is None:
        return []
    filled = round(rate * _GAUGE_CELLS)
    gauge: list[Cell] = [(f" {'▇' * filled}", "ok"), ("·" * (_GAUGE_CELLS - filled), "muted")]
    share: Cell = (figures.share(rate), "text")
    long: Cell = (f"hit, {figures.count(window, 'request')} ", "muted")
    return [[long, share, *gauge], [("hit ", "muted"), share, *gauge], [("hit ", "muted"), share]]
