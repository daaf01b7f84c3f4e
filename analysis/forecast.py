"""What will happen if the session goes on as it did: turns to the next compaction, and to the end of the budget; and
when the cache runs out if it does not.

Each with a band: where it may well come instead. As of a view; nothing here knows what time it is.
"""

from __future__ import annotations

import math
from array import array
from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import mean, median, stdev
from typing import TYPE_CHECKING

from ..collector.events import TraceEvent
from ..collector.records import record_from_event
from .budget import Budget, told_by
from .cache.boundary import reports_cache
from .fold.columns import NONE
from .fold.lanes import MAIN_LANE
from .fold.llm_calls import written_1h

if TYPE_CHECKING:
    from .fold.session import Session
    from .view import View

FEWEST_TURNS = 4
"""Of fewer prompts nothing is concluded."""

_MOST_TURNS = 24
MOST_BUDGETS = _MOST_TURNS + 1
"""So many of the latest budget events tell of the pace."""

_MOST_CUTS = 3
_MOST_CHECKS = 64
_BAND = 1.5
"""Standard errors to either side: some 87 of 100 means lie within."""

_FARTHEST_TURNS = 1_000.0
"""What is farther off is not worth telling."""


@dataclass(frozen=True, slots=True)
class Band:
    """How many turns are left, between `low` and `high`; the latter is infinite where it may never come."""

    turns: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Compaction:
    """The main agent's next compaction. `limit` is how long its prompt will be: as the trace tells it, or, with
    `is_guess`, as long as prompts were before it was compacted the last times.
    """

    left: Band
    limit: int
    is_guess: bool


@dataclass(frozen=True, slots=True)
class BudgetEnd:
    """When the budget is used up: iterations (calls of the model where a trace tells none), and seconds at the present
    pace, None where times do not say.
    """

    left: Band
    seconds: float | None


@dataclass(frozen=True, slots=True)
class CacheExpiry:
    """When what the main agent's latest response left in the cache runs out: between two moments, in epoch seconds.

    `life` is how many seconds it lives. A miss would make `tokens` be paid for again, for `dollars` more than reading
    them (None unknown). All of it is estimated: no trace says when a provider lets a cache go.
    """

    earliest: float
    latest: float
    life: float
    tokens: int
    dollars: float | None


def cache_expiry(view: View, read: Callable[[int], TraceEvent]) -> CacheExpiry | None:
    """When the main agent's cache runs out unless it is used again; `read` gives the event of a number.

    It lives from its last use, which is some time between request and response. None where no cache is reported or
    nothing is left in it, where times are unknown, or after a compaction, of which nobody knows what it left.
    """
    llm, events = view.session.llm, view.session.events
    rows = [row for row in _main_rows(view, _MOST_TURNS * 2) if reports_cache(llm.flags[row])]
    if not rows or llm.event[rows[0]] < _last_compaction(view):
        return None
    newest, event = rows[0], llm.event[rows[0]]
    left = _delta(llm.sum_read, newest) + _delta(llm.sum_write, newest)
    answered = events.time[event]
    if not left or not math.isfinite(answered):
        return None
    limits, prices = view.session.cache_breaks.limits, view.session.cache_breaks.prices
    wrote = next((row for row in rows if _delta(llm.sum_write, row)), None)
    is_long = wrote is not None and 2 * _long_writes(read(llm.event[wrote])) >= _delta(llm.sum_write, wrote)
    life = limits.long_life if is_long else limits.short_life
    return CacheExpiry(
        earliest=_asked(view, newest, answered) + life,
        latest=answered + life,
        life=life,
        tokens=left,
        dollars=prices.miss(newest, left, is_written=wrote is not None, is_long=is_long),
    )


def _asked(view: View, row: int, answered: float) -> float:
    """When a response was asked for, as far as anything says so; never after it was there."""
    llm, events = view.session.llm, view.session.events
    request, duration = llm.request[row], events.duration[llm.event[row]]
    asked = answered - duration / 1000.0 if request == NONE else events.time[request]
    return min(asked, answered) if math.isfinite(asked) else answered


def _long_writes(event: TraceEvent) -> int:
    """How many tokens a response wrote to the cache for an hour."""
    data = record_from_event(event).data
    return 0 if data is None else written_1h(data)


def _delta(sums: array[int], row: int) -> int:
    return sums[row] - (sums[row - 1] if row else 0)


def next_compaction(view: View, limit: float | None) -> Compaction | None:
    """When the main agent's context will be compacted; `limit` is the longest prompt, where that is told.

    None where its prompts do not grow, are too few, or nobody knows how long they may be.
    """
    prompts = _prompts_since_cut(view)
    if len(prompts) < FEWEST_TURNS + 1:
        return None
    longest = limit
    if longest is None:
        cuts = _prompts_before_cuts(view)
        longest = median(cuts) if cuts else None
    if longest is None or longest <= prompts[-1]:
        return None
    growth = [later - earlier for earlier, later in pairwise(prompts)]
    band = _band(longest - prompts[-1], growth)
    return None if band is None else Compaction(band, round(longest), limit is None)


def budget_end(view: View, read: Callable[[int], TraceEvent]) -> BudgetEnd | None:
    """When the budget will be used up, by what the latest events said of it; `read` gives the event of a number."""
    return end_of_budget(view, _budgets(view, read))


def end_of_budget(view: View, told: Sequence[Budget]) -> BudgetEnd | None:
    """The same by what was told of the budget, oldest first."""
    if len(told) < FEWEST_TURNS or told[-1].used is None or told[-1].used >= 1.0:
        return None
    ends = turns_before(view.session, [budget.event for budget in told])
    shares = [
        (later.used - earlier.used) / (end - start)
        for (earlier, start), (later, end) in pairwise(zip(told, ends, strict=True))
        if earlier.used is not None and later.used is not None and end > start
    ]
    band = _band(1.0 - told[-1].used, shares) if len(shares) >= FEWEST_TURNS - 1 else None
    if band is None:
        return None
    times = view.session.events.time
    took = (times[told[-1].event] - times[told[0].event]) / max(1, ends[-1] - ends[0])
    return BudgetEnd(band, band.turns * took if took > 0.0 else None)


def turns_before(session: Session, events: Sequence[int]) -> list[int]:
    """How many iterations there were as of each of these events; calls of the model where none were by the last."""
    first = session.iterations.first
    if session.iterations.count(events[-1] + 1):
        return [bisect_left(first, event) for event in events]
    llm = session.llm
    return [llm.calls[row - 1] if (row := llm.rows(event)) else 0 for event in events]


def _band(left: float, steps: Sequence[float]) -> Band | None:
    """How many steps like these it takes; None where they lead nowhere, or too far."""
    step = mean(steps)
    if step <= 0.0 or left / step > _FARTHEST_TURNS:
        return None
    error = _BAND * stdev(steps) / math.sqrt(len(steps)) if len(steps) > 1 else 0.0
    slowest = step - error
    return Band(left / step, left / (step + error), left / slowest if slowest > 0.0 else math.inf)


def _prompts_since_cut(view: View) -> list[int]:
    """The main agent's last prompts, oldest first, since its context was compacted last."""
    prompts: list[int] = []
    since = _last_compaction(view)
    for row in _main_rows(view, _MOST_TURNS * 2):
        if view.session.llm.event[row] < since or len(prompts) > _MOST_TURNS:
            break
        prompt = view.llm_call(row).tokens.prompt
        if prompt is not None:
            prompts.append(prompt)
    return prompts[::-1]


def _prompts_before_cuts(view: View) -> list[int]:
    """How long the main agent's prompts were when it was compacted the last times."""
    session = view.session
    found: list[int] = []
    compactions = session.compactions
    for index in range(view.compactions - 1, max(-1, view.compactions - 1 - 4 * _MOST_CUTS), -1):
        if session.events.lane[compactions[index]] != MAIN_LANE:
            continue
        before = session.llm.rows(compactions[index])
        for row in range(before - 1, max(-1, before - 1 - _MOST_TURNS), -1):
            prompt = view.llm_call(row).tokens.prompt
            if session.events.lane[session.llm.event[row]] == MAIN_LANE and prompt is not None:
                found.append(prompt)
                break
        if len(found) == _MOST_CUTS:
            break
    return found


def _last_compaction(view: View) -> int:
    session = view.session
    for index in range(view.compactions - 1, max(-1, view.compactions - 1 - _MOST_TURNS), -1):
        if session.events.lane[session.compactions[index]] == MAIN_LANE:
            return session.compactions[index]
    return 0


def _main_rows(view: View, most: int) -> list[int]:
    """The main agent's newest LLM rows of its present run, newest first."""
    branch = view.session.lanes.main.branch
    if branch.first >= view.at:
        branches = (each for each in view.session.lanes.branches if each.lane == MAIN_LANE and each.first < view.at)
        branch = max(branches, key=lambda each: each.first, default=branch)
    mine = bisect_left(branch.llm_rows, view.llm_rows)
    return branch.llm_rows[max(0, mine - most) : mine].tolist()[::-1]


def _budgets(view: View, read: Callable[[int], TraceEvent]) -> list[Budget]:
    """What was told of how much of the budget is used, the last times, oldest first; since it was last less."""
    events = view.session.budget_events
    found: list[Budget] = []
    for index in range(view.budget_events - 1, max(-1, view.budget_events - 1 - _MOST_CHECKS), -1):
        budget = told_by(events[index], read(events[index]))
        if budget is None or budget.used is None:
            continue
        if found and found[-1].used is not None and budget.used > found[-1].used:
            break  # another budget
        found.append(budget)
        if len(found) >= MOST_BUDGETS:
            break
    return found[::-1]
