"""What tests of the analysis share: a builder of traces, the fold, and a picture of everything a view tells."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import Any

import pytest
from tracetop.analysis import Issue, Session, View
from tracetop.analysis.cache.losses import CacheLosses
from tracetop.analysis.extents import extent_of
from tracetop.analysis.fold.columns import NONE
from tracetop.analysis.fold.joins import completed_by
from tracetop.analysis.lane_calls import LaneCalls
from tracetop.analysis.lane_figures import LaneSums
from tracetop.analysis.tree.tree import Node, Tree
from tracetop.collector.events import TraceEvent, TraceSession

START = 1_700_000_000.0


def without_iterations(events: list[TraceEvent]) -> list[TraceEvent]:
    """The same of a writer that knows no iterations."""
    told = [event for event in events if not event.kind.startswith("iteration_")]
    return [
        TraceEvent(
            event.kind,
            event.timestamp,
            event.session_id,
            event.event_id,
            None,
            event.data,
            event.parent_event_id,
            event.duration_ms,
        )
        for event in told
    ]


class Trace:
    """Events one after another, a second apart unless told otherwise."""

    def __init__(self, agent: str | None = None) -> None:
        self.events: list[TraceEvent] = []
        self.agent = agent
        self.now = START

    def add(
        self,
        kind: str,
        iteration: int | None = None,
        *,
        parent: str | None = None,
        duration_ms: float | None = None,
        at: float | None = None,
        agent: str | None = None,
        payload: dict[str, Any] | None = None,
        **data: Any,
    ) -> str:
        """Append an event; gives its id. `at` is seconds from the start, `payload` more data."""
        self.now += 1.0
        agent = agent or self.agent
        data.update(payload or {})
        event_id = f"e{len(self.events)}"
        self.events.append(
            TraceEvent(
                kind=kind,
                timestamp=self.now if at is None else START + at,
                session_id="s1",
                event_id=event_id,
                iteration=iteration,
                data=data if agent is None else {"agent_id": agent, **data},
                parent_event_id=parent,
                duration_ms=duration_ms,
            )
        )
        return event_id

    def llm(self, iteration: int | None = None, **data: Any) -> str:
        """A response; 100 tokens out unless told otherwise."""
        return self.add("llm_response", iteration, **{"input_tokens": 1000, "output_tokens": 100, **data})

    def cached(self, read: int, sent: int, **data: Any) -> str:
        """A response whose prompt came from the cache in part."""
        return self.llm(cache_read_tokens=read, input_tokens=sent, **data)

    def tool(self, iteration: int | None = None, name: str = "bash", *, failed: bool = False, **data: Any) -> str:
        """A whole call, start and end; gives the id of its end."""
        agent = data.pop("agent", None)
        duration_ms = data.pop("duration_ms", None)
        args = data.pop("args", {"command": f"step {len(self.events)}"})
        start = self.add("tool_start", iteration, agent=agent, tool_name=name, args=args)
        kind = "tool_error" if failed else "tool_end"
        return self.add(
            kind, iteration, parent=start, duration_ms=duration_ms, agent=agent, tool_name=name, args=args, **data
        )

    def quiet(self, numbers: Iterable[int], **data: Any) -> None:
        """Iterations with a response each and no tool call."""
        for number in numbers:
            self.add("iteration_start", number, agent=data.get("agent"))
            self.llm(number, **data)

    def busy(self, numbers: Iterable[int], tools: int = 2, tokens: int = 1000) -> None:
        """Iterations with a response and tool calls each."""
        for number in numbers:
            self.add("iteration_start", number)
            self.add("llm_response", number, tokens=tokens)
            for _ in range(tools):
                self.tool(number)

    def session(self, **fields: Any) -> TraceSession:
        return TraceSession(**{"session_id": "s1", "events": self.events, **fields})

    def view(self, at: int | None = None) -> View:
        return fold_events(self.events).view(at)

    def issues(self, category: str, at: int | None = None) -> list[Issue]:
        """The issues of a category, with the ids of the events that prove them."""
        issues = self.view(at).issues(lambda event: self.events[event].event_id)
        return [issue for issue in issues if issue.category == category]

    def placed(self) -> list[tuple[str, int, int | None]]:
        """Agent, run and iteration of every event; the run is 0 outside any iteration."""
        session = fold_events(self.events)
        return [placement(session, event) for event in range(session.count)]


def placement(session: Session, event: int) -> tuple[str, int, int | None]:
    row = session.events.iteration[event]
    agent = session.lanes.names.name(session.events.lane[event])
    if not row:
        return agent, 0, None
    return agent, session.lanes.branches[session.iterations.branch[row]].run, session.iterations.number[row]


def fold_events(events: Iterable[TraceEvent]) -> Session:
    session = Session()
    session.apply_events(list(events))
    return session


def known(value: float) -> float | None:
    return None if math.isnan(value) else value


def tool_rows(view: View) -> list[tuple[Any, ...]]:
    tools, at = view.session.tools, view.at
    rows: list[tuple[Any, ...]] = []
    for call, event in enumerate(tools.event):
        if event < at:
            ended = tools.end[call] < at
            outcome = (tools.end[call], tools.failed[call], known(tools.duration[call])) if ended else NONE
            rows.append((event, tools.label[call], outcome))
    return rows


def timeline_row(view: View, event: int) -> tuple[Any, ...]:
    # As text, for a time that is not known is not equal to itself.
    extents = (extent_of(view, event, joined=joined) for joined in (True, False))
    return completed_by(view.session, event), *map(repr, extents)


def whole_tree(view: View) -> list[Any]:
    tree = Tree(view)

    def grow(node: Node) -> Any:
        return node, tree.facts(node), tree.expandable(node), [grow(child) for child in tree.children(node)]

    return [grow(root) for root in tree.roots()]


def cache_losses(view: View) -> dict[str, Any]:
    """The breaks of the cache; what only payloads tell is left out."""
    losses = CacheLosses(view.session)
    losses.breaks.extend_all()
    return {
        "breaks": list(map(repr, losses.all(view))),  # as text, for a time that is not known is not equal to itself
        "rebilled": losses.breaks.rebilled_before(losses.breaks.count(view.at)),
    }


def lanes_of(view: View) -> list[str]:
    """What each agent took; as text, for a cost that is no number is not equal to itself."""
    sums = LaneSums(LaneCalls(view.session))
    while sums.extend():
        pass
    return list(map(repr, sums.figures(view)))


def picture(view: View) -> dict[str, Any]:
    """Everything a view tells, comparable."""
    cache, tree = view.cache, Tree(view)
    return {
        "at": view.at,
        "summary": view.summary(),
        "flow": view.token_flow(),
        "issues": view.issues(str),
        "issue_version": view.issue_version,
        "runs": view.runs,
        "ended": view.ended,
        "span": view.time_span,
        "tokens": view.tokens,
        "inclusive": view.bill.input_included_cache,
        "efficiency": view.efficiency,
        "running": view.running_tools,
        **cache_losses(view),
        "cache": (list(cache), cache.hit_rate, cache.boundary_position),
        "rates": [cache.hit_rate_at(requests) for requests in range(cache.requests + 1)],
        "tools": tool_rows(view),
        "llm": [view.llm_call(row) for row in range(view.llm_rows)],
        "placed": [placement(view.session, event) for event in range(view.at)],
        "tree": whole_tree(view),
        "paths": [tree.path_of(event) for event in range(view.at)],
        "timeline": [timeline_row(view, event) for event in range(view.at)],
        "lanes": lanes_of(view),
    }


@pytest.fixture
def trace() -> Trace:
    return Trace()


@pytest.fixture(scope="session")
def new_trace() -> type[Trace]:
    return Trace


@pytest.fixture(scope="session")
def fold() -> Callable[[Iterable[TraceEvent]], Session]:
    return fold_events


@pytest.fixture(scope="session", name="picture")
def picture_fixture() -> Callable[[View], dict[str, Any]]:
    return picture
