"""The state of a session as of one event. Nothing is rebuilt: every figure is a `bisect` into a column."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from operator import attrgetter
from typing import TYPE_CHECKING

from . import efficiency
from .cache.boundary import CacheView
from .efficiency import Efficiency
from .fold.columns import (
    INPUT_INCLUDED_CACHE,
    KNOWN_COST,
    KNOWN_INPUT,
    KNOWN_OUTPUT,
    KNOWN_READ,
    KNOWN_TOTAL,
    KNOWN_WRITE,
    NONE,
    OPENS_CALL,
)
from .fold.lanes import MAIN_LANE
from .issues.episodes import Episode, IssueLog
from .issues.issue import Issue, describe
from .prices import OWN_PRICES
from .tokens import Buckets

if TYPE_CHECKING:
    from .fold.session import Session


_RAISED = attrgetter("raised")


@dataclass(frozen=True, slots=True)
class Summary:
    """A session's headline figures; None where the trace does not say. Durations in seconds, cost in dollars."""

    session_id: str
    goal: str | None
    model: str | None
    duration_seconds: float | None
    total_tokens: int | None
    total_cost: float | None
    iterations: int
    tool_calls: int
    llm_calls: int
    errors: int
    compactions: int
    efficiency_score: float | None
    cache_hit_rate: float | None
    avg_tokens_per_iteration: float | None
    avg_cost_per_iteration: float | None


@dataclass(frozen=True, slots=True)
class TokenFlowPoint:
    """What one iteration took; `iteration` is None for calls outside any. Buckets are disjoint, cost in dollars.

    `run` and `agent` tell iterations of the same number apart; `row` is the iteration's row in the columns, `calls`
    how many LLM calls it made. `context_tokens` is the length of the last prompt that was told.
    `output_is_lower_bound` says that there was more output than is counted.
    `cost_estimated` says that some of `cost` is estimated, `cumulative_cost_estimated` that some of `cumulative_cost`.
    """

    iteration: int | None
    input_tokens: int | None
    output_tokens: int | None
    cache_read_tokens: int | None
    cache_write_tokens: int | None
    total_tokens: int | None
    cumulative_cost: float | None
    cost: float | None = None
    run: int = 1
    agent: str = ""
    row: int = 0
    cost_estimated: bool = False
    cumulative_cost_estimated: bool = False
    output_is_lower_bound: bool = False
    calls: int = 0
    context_tokens: int | None = None


@dataclass(frozen=True, slots=True)
class LlmCall:
    """One row of the LLM columns, told: tokens None where unknown, cost in dollars, by our prices if estimated."""

    row: int
    event: int
    request: int | None
    model: str
    agent: str
    iteration: int | None
    tokens: Buckets
    cost: float | None
    opens: bool
    cost_estimated: bool = False


class View:
    """A session as of its first `at` events."""

    def __init__(self, session: Session, at: int) -> None:
        self.session = session
        self.at = at
        self._all: list[Episode] = []
        self._all_known: tuple[IssueLog | None, int] = (None, 0)

    @cached_property
    def llm_rows(self) -> int:
        """How many LLM rows there are."""
        return self.session.llm.rows(self.at)

    @property
    def session_id(self) -> str:
        """The id the first event that has one gave."""
        return self.session.session_id if self.at > self.session.session_id_event else ""

    @property
    def goal(self) -> str | None:
        """The last goal that was set."""
        goals = self.session.goals
        row = bisect_left(goals, self.at, key=lambda goal: goal[0])
        return goals[row - 1][1] if row else None

    @property
    def model(self) -> str | None:
        """The model the session was started with, else the one that answered last."""
        models = self.session.models
        row = bisect_left(models, self.at, key=lambda model: model[0])
        if row:
            return self.session.labels.name(models[row - 1][1])
        label = self.session.events.label[self.session.llm.event[self.llm_rows - 1]] if self.llm_rows else 0
        return self.session.labels.name(label) or None

    @cached_property
    def time_span(self) -> tuple[float, float] | None:
        """Epoch seconds of the earliest and the latest event."""
        return self.session.times.span(self.at)

    @property
    def duration_seconds(self) -> float | None:
        """From the earliest to the latest event; never measured against a clock."""
        return self.time_span[1] - self.time_span[0] if self.time_span else None

    @property
    def ended(self) -> bool:
        """Whether the last event is a session_end."""
        return bool(self.at) and self.session.kinds[self.session.events.kind[self.at - 1]] == "session_end"

    @property
    def iterations(self) -> int:
        """Iterations begun, of all agents and runs."""
        return self.session.iterations.count(self.at)

    @property
    def runs(self) -> int:
        """Runs of the main agent that have begun."""
        return sum(1 for branch in self.session.lanes.branches if branch.lane == MAIN_LANE and branch.first < self.at)

    @property
    def llm_calls(self) -> int:
        """LLM calls; the chunks of a streamed response are one."""
        return self.session.llm.calls[self.llm_rows - 1] if self.llm_rows else 0

    @property
    def tool_calls(self) -> int:
        """Tool calls that have ended, well or not."""
        return self.session.tools.ended(self.at)

    @property
    def running_tools(self) -> int:
        """Tool calls that were started and have not ended."""
        return bisect_left(self.session.tools.event, self.at) - self.tool_calls

    @property
    def failed_tools(self) -> int:
        """Tool calls that failed."""
        return self.session.tools.failures(self.at)

    @property
    def errors(self) -> int:
        """tool_error, error and llm_error events."""
        return bisect_left(self.session.errors, self.at)

    @property
    def compactions(self) -> int:
        """Compactions begun."""
        return bisect_left(self.session.compactions, self.at)

    @property
    def budget_events(self) -> int:
        """How many events had spoken of a budget."""
        return bisect_left(self.session.budget_events, self.at)

    @cached_property
    def tokens(self) -> Buckets:
        """All tokens so far."""
        if not self.llm_rows:
            return Buckets()
        llm, last = self.session.llm, self.llm_rows - 1
        seen = llm.seen[last]
        return Buckets(
            input=llm.sum_input[last] if seen & KNOWN_INPUT else None,
            output=llm.sum_output[last] if seen & KNOWN_OUTPUT else None,
            cache_read=llm.sum_read[last] if seen & KNOWN_READ else None,
            cache_write=llm.sum_write[last] if seen & KNOWN_WRITE else None,
            total=llm.sum_total[last] if seen & KNOWN_TOTAL else None,
        )

    @property
    def output_is_lower_bound(self) -> bool:
        """Whether there was more output than is counted: of some call the trace tells only a lower bound."""
        return self.session.llm.bounds(0, self.llm_rows) > 0

    @property
    def input_included_cache(self) -> bool:
        """Whether any response reported its input with the cached part in it, which was then taken out."""
        return bool(self.llm_rows and self.session.llm.seen[self.llm_rows - 1] & INPUT_INCLUDED_CACHE)

    @property
    def cost(self) -> float | None:
        """Dollars so far."""
        llm, last = self.session.llm, self.llm_rows - 1
        return llm.sum_cost[last] if self.llm_rows and llm.seen[last] & KNOWN_COST else None

    @property
    def cost_estimated(self) -> bool:
        """Whether some of the cost so far is no figure of the trace but an estimate by prices."""
        return self.session.llm.estimates(0, self.llm_rows) > 0

    @property
    def price_sources(self) -> list[str]:
        """Whose prices the estimated part of the cost is made by: the name of a list, `OWN_PRICES`, or both."""
        llm, prices = self.session.llm, self.session.prices
        listed = bisect_left(llm.listed_rows, self.llm_rows)
        sources = [prices.listed.name] if listed and prices is not None and prices.listed is not None else []
        return [*sources, OWN_PRICES] if llm.estimates(0, self.llm_rows) > listed else sources

    @property
    def cache_hit_rate(self) -> float | None:
        """`cache_read / (input + cache_read)` over the whole session."""
        return self.tokens.hit_rate

    @cached_property
    def efficiency(self) -> Efficiency:
        """The score and its components."""
        return efficiency.rate_of(self)

    @cached_property
    def cache(self) -> CacheView:
        """How the prompt cache did, request by request."""
        return CacheView(self.session.llm, self.llm_rows)

    def summary(self) -> Summary:
        """The headline figures."""
        iterations, total, cost = self.iterations, self.tokens.total, self.cost
        return Summary(
            session_id=self.session_id,
            goal=self.goal,
            model=self.model,
            duration_seconds=self.duration_seconds,
            total_tokens=total,
            total_cost=cost,
            iterations=iterations,
            tool_calls=self.tool_calls,
            llm_calls=self.llm_calls,
            errors=self.errors,
            compactions=self.compactions,
            efficiency_score=self.efficiency.score,
            cache_hit_rate=self.cache_hit_rate,
            avg_tokens_per_iteration=total / iterations if iterations and total is not None else None,
            avg_cost_per_iteration=cost / iterations if iterations and cost is not None else None,
        )

    def issues(self, event_id: Callable[[int], str] | None = None) -> list[Issue]:
        """The issues that stand, oldest first; `event_id` looks up the id of an event by its number."""
        return [self.issue(episode, event_id) for episode in self.episodes()]

    def episodes(self) -> list[Episode]:
        """What stands behind the issues, oldest first."""
        return self._episodes

    @cached_property
    def _episodes(self) -> list[Episode]:
        return self.session.issues.standing(self.at)

    def all_episodes(self) -> list[Episode]:
        """What stands behind the issues and, as far as rules have looked, behind the findings, oldest first."""
        log = self.session.findings
        known = log, log.version(self.at)
        if known != self._all_known:
            findings = log.standing(self.at)
            # Both are in order already, which sorting makes use of.
            self._all = sorted([*self.episodes(), *findings], key=_RAISED) if findings else self.episodes()
            self._all_known = known
        return self._all

    @property
    def all_version(self) -> int:
        """Changes whenever one of these does, and only then."""
        return self.issue_version + self.session.findings.version(self.at)

    @property
    def issue_version(self) -> int:
        """Changes whenever an issue does, and only then."""
        return self.session.issues.version(self.at)

    def issue(self, episode: Episode, event_id: Callable[[int], str] | None = None) -> Issue:
        """The issue that an episode is."""
        return describe(episode, self.at, self.session.lanes.names.name(episode.lane), event_id)

    def llm_call(self, row: int) -> LlmCall:
        """What row `row` of the LLM columns says."""
        session, llm = self.session, self.session.llm
        flags, before = llm.flags[row], row - 1

        def delta(sums: object, known: int) -> int | None:
            if not flags & known:
                return None
            column: list[int] = sums  # type: ignore[assignment]
            return column[row] - (column[before] if row else 0)

        event = llm.event[row]
        iteration = session.events.iteration[event]
        request = llm.request[row]
        return LlmCall(
            row=row,
            event=llm.event[row],
            request=None if request == NONE else request,
            model=session.labels.name(session.events.label[event]),
            agent=session.lanes.names.name(session.events.lane[event]),
            iteration=session.iterations.number_of(iteration),
            tokens=Buckets(
                input=delta(llm.sum_input, KNOWN_INPUT),
                output=delta(llm.sum_output, KNOWN_OUTPUT),
                cache_read=delta(llm.sum_read, KNOWN_READ),
                cache_write=delta(llm.sum_write, KNOWN_WRITE),
                total=delta(llm.sum_total, KNOWN_TOTAL),
            ),
            cost=llm.cost[row] if flags & KNOWN_COST else None,
            opens=bool(flags & OPENS_CALL),
            cost_estimated=llm.estimates(row, row + 1) > 0,
        )

    def llm_rows_of(self, iteration_row: int) -> list[int]:
        """The LLM rows of an iteration, oldest first."""
        llm, rows = self.session.llm, []
        row = self.session.iterations.last_llm[iteration_row]
        while row:
            if llm.event[row - 1] < self.at:
                rows.append(row - 1)
            row = llm.previous_in_iteration[row - 1]
        return rows[::-1]

    def flow_rows(self) -> list[int]:
        """The iterations that have LLM calls, in the order of their first; row 0 are calls outside any."""
        rows = self.session.first_calls.row
        return rows[: bisect_left(self.session.first_calls.event, self.at)].tolist()

    def flow_point(self, iteration_row: int) -> TokenFlowPoint:
        """What an iteration took."""
        calls = [self.llm_call(row) for row in self.llm_rows_of(iteration_row)]
        branch = self.session.lanes.branches[self.session.iterations.branch[iteration_row]]
        costs = [call.cost for call in calls if call.cost is not None]
        prompts = (call.tokens.prompt for call in reversed(calls))
        return TokenFlowPoint(
            iteration=self.session.iterations.number_of(iteration_row),
            input_tokens=_total(call.tokens.input for call in calls),
            output_tokens=_total(call.tokens.output for call in calls),
            cache_read_tokens=_total(call.tokens.cache_read for call in calls),
            cache_write_tokens=_total(call.tokens.cache_write for call in calls),
            total_tokens=_total(call.tokens.total for call in calls),
            cumulative_cost=self._cost_through(calls[-1].row) if calls else None,
            cost=sum(costs) if costs else None,
            run=branch.run if iteration_row else 1,
            agent=self.session.lanes.names.name(branch.lane) if iteration_row else "",
            row=iteration_row,
            cost_estimated=any(call.cost_estimated for call in calls),
            cumulative_cost_estimated=bool(calls) and self.session.llm.estimates(0, calls[-1].row + 1) > 0,
            output_is_lower_bound=sum(self.session.llm.bounds(call.row, call.row + 1) for call in calls) > 0,
            calls=sum(call.opens for call in calls),
            context_tokens=next((prompt for prompt in prompts if prompt is not None), None),
        )

    def token_flow(self) -> list[TokenFlowPoint]:
        """Every iteration's tokens, in order."""
        return [self.flow_point(row) for row in self.flow_rows()]

    def _cost_through(self, row: int) -> float | None:
        llm = self.session.llm
        return llm.sum_cost[row] if llm.seen[row] & KNOWN_COST else None


def _total(parts: Iterator[int | None]) -> int | None:
    known = [part for part in parts if part is not None]
    return sum(known) if known else None
