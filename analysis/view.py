"""The state of a session as of one event. Nothing is rebuilt: every figure is a `bisect` into a column."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable
from functools import cached_property
from operator import attrgetter
from typing import TYPE_CHECKING

from . import efficiency
from .bill import Bill
from .cache.boundary import CacheView
from .efficiency import Efficiency
from .flow_point import TokenFlowPoint, flow_point
from .issues.episodes import Episode, IssueLog
from .issues.issue import Issue, describe
from .llm_call import LlmCall, llm_call
from .summary import Summary, summary_of
from .tokens import Buckets

if TYPE_CHECKING:
    from .fold.session import Session


_RAISED = attrgetter("raised")
_FIRST = attrgetter("first")
_MOST_RUNS = 64
"""So many runs are passed over in which the main agent was not answered."""


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
        """The model the session was started with, else the one that answered the main agent last, else any agent."""
        models = self.session.models
        row = bisect_left(models, self.at, key=lambda model: model[0])
        if row:
            return self.session.labels.name(models[row - 1][1])
        known = self.llm_rows
        if not known:
            return None
        row, runs = known - 1, self.runs
        for run in reversed(self.session.lanes.main_runs[max(0, runs - _MOST_RUNS) : runs]):
            answered = bisect_left(run.llm_rows, known)
            if answered:
                row = run.llm_rows[answered - 1]
                break
        return self.session.labels.name(self.session.events.label[self.session.llm.event[row]]) or None

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
        return bisect_left(self.session.lanes.main_runs, self.at, key=_FIRST)

    @property
    def llm_calls(self) -> int:
        """LLM calls; the chunks of a streamed response are one."""
        return self.bill.llm_calls

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
    def bill(self) -> Bill:
        """What all calls took."""
        return Bill(self.session.llm, self.llm_rows, self.session.prices)

    @property
    def tokens(self) -> Buckets:
        """All tokens so far."""
        return self.bill.tokens

    @property
    def output_is_lower_bound(self) -> bool:
        """Whether there was more output than is counted: of some call the trace tells only a lower bound."""
        return self.bill.output_is_lower_bound

    @property
    def cost(self) -> float | None:
        """Dollars so far."""
        return self.bill.cost

    @property
    def cost_estimated(self) -> bool:
        """Whether some of the cost so far is no figure of the trace but an estimate by prices."""
        return self.bill.cost_estimated

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
        return summary_of(self)

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
        return llm_call(self.session, row)

    def llm_rows_of(self, iteration_row: int) -> list[int]:
        """The LLM rows of an iteration, oldest first."""
        return self.session.llm.in_iteration(self.session.iterations.last_llm[iteration_row], self.at)

    def flow_rows(self) -> list[int]:
        """The iterations that have LLM calls, in the order of their first; row 0 are calls outside any."""
        rows = self.session.first_calls.row
        return rows[: bisect_left(self.session.first_calls.event, self.at)].tolist()

    def flow_point(self, iteration_row: int) -> TokenFlowPoint:
        """What an iteration took."""
        return flow_point(self, iteration_row)

    def token_flow(self) -> list[TokenFlowPoint]:
        """Every iteration's tokens, in order."""
        return [self.flow_point(row) for row in self.flow_rows()]
