"""The documented analysers: a session in memory, and the answers as plain objects."""

from __future__ import annotations

from dataclasses import dataclass

from ..collector.events import TraceEvent, TraceSession
from .flow_point import TokenFlowPoint
from .fold.session import Session
from .issues.issue import Issue
from .summary import Summary
from .timeline.timeline import TimelineEntry, entry
from .tree.tree import TreeNode, whole_tree
from .view import View

BEFORE_ALL = -1
"""Where what the session says apart from its events stands among these."""


@dataclass(frozen=True, slots=True)
class _Folded:
    """A fold, and what it is of: a session in memory may be changed."""

    events: list[TraceEvent]
    said: tuple[str, str, str]
    view: View


def view_of(session: TraceSession) -> View:
    """The view of a whole session in memory; of one that has not changed since it was asked for last, the same."""
    said = (session.session_id, session.goal, session.model)
    kept = session.kept
    # The same objects are found to be equal without being looked into.
    if isinstance(kept, _Folded) and kept.said == said and kept.events == session.events:
        return kept.view
    view = _view_of(session)
    session.kept = _Folded(list(session.events), said, view)
    return view


def _view_of(session: TraceSession) -> View:
    fold = Session()
    fold.apply_events(session.events)
    if session.session_id:
        fold.session_id, fold.session_id_event = session.session_id, BEFORE_ALL
    if session.goal and not fold.goals:
        fold.goals.append((BEFORE_ALL, session.goal))
    if session.model and not fold.models:
        fold.models.append((BEFORE_ALL, fold.labels.number(session.model)))
    return fold.view()


class SessionAnalyzer:
    """What a session did: headline figures, timeline, iteration tree, token flow."""

    def __init__(self, session: TraceSession) -> None:
        self._session = session
        self._view = view_of(session)

    def summary(self) -> Summary:
        """The headline figures."""
        return self._view.summary()

    def timeline(self) -> list[TimelineEntry]:
        """One entry per event, in the order of the trace."""
        fold = self._view.session
        return [
            entry(event, fold.iterations.number_of(row))
            for event, row in zip(self._session.events, fold.events.iteration, strict=True)
        ]

    def tree(self) -> list[TreeNode]:
        """The runs, each with its iterations, calls and sub-agents."""
        return whole_tree(self._view, self._session.events.__getitem__)

    def token_flow(self) -> list[TokenFlowPoint]:
        """Tokens and cost per iteration."""
        return self._view.token_flow()


class TokenAnalyzer:
    """Where a session's tokens and money went."""

    def __init__(self, session: TraceSession) -> None:
        self._view = view_of(session)

    def token_flow(self) -> list[TokenFlowPoint]:
        """Tokens and cost per iteration."""
        return self._view.token_flow()

    def total_cost(self) -> float | None:
        """Dollars; None where the trace gives no cost."""
        return self._view.cost

    def cost_by_iteration(self) -> dict[int | None, float]:
        """Dollars by iteration number; runs and sub-agents that share a number are added up. None: outside any."""
        costs: dict[int | None, float] = {}
        for point in self._view.token_flow():
            if point.cost is not None:
                costs[point.iteration] = costs.get(point.iteration, 0.0) + point.cost
        return costs

    def cache_efficiency(self) -> float | None:
        """The cache hit rate, 0 to 1; None without data."""
        return self._view.cache_hit_rate

    def token_breakdown(self) -> dict[str, int | None]:
        """Tokens in the four disjoint buckets; None where the trace does not say."""
        tokens = self._view.tokens
        return {
            "input": tokens.input,
            "output": tokens.output,
            "cache_read": tokens.cache_read,
            "cache_write": tokens.cache_write,
        }


class InefficiencyDetector:
    """What a session wasted."""

    def __init__(self, session: TraceSession) -> None:
        self._session = session
        self._view = view_of(session)

    def detect(self) -> list[Issue]:
        """The issues of the eleven documented categories, in the order in which they were raised."""
        events = self._session.events
        return self._view.issues(lambda event: events[event].event_id)
