"""From when to when something lasted that a row of the timeline stands for, and what became of it, as of a view."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import Enum

from ..collector.kinds import FAILURE_KINDS
from .fold.columns import OPENS_CALL
from .fold.joins import answer_to, completed_by
from .view import View

MOST_LOOKED_AT = 256
"""How many events after a request, or after a piece of an answer, are asked whether they end the wait."""

UNTIMED = frozenset(
    {"session_start", "session_end", "iteration_start", "iteration_end", "subagent_spawn", "swarm_task_start"}
)
"""What takes no time itself, whatever duration it tells."""
_ENDS_ASKING = frozenset({"llm_error", "session_start", "session_end", "iteration_start", "iteration_end"})
_ENDS_ANSWER = _ENDS_ASKING | {"llm_request", "tool_start"}


class State(Enum):
    """What became of something."""

    MOMENT = "moment"
    """It takes no time of its own."""
    RUNNING = "running"
    ANSWERING = "answering"
    """An LLM call whose answer streams in."""
    DONE = "done"
    FAILED = "failed"
    LOST = "lost"
    """It began, and will not be heard of any more."""


FINAL = frozenset({State.MOMENT, State.DONE})
"""What stays as it is, whatever comes."""


@dataclass(frozen=True, slots=True)
class Extent:
    """How long something lasted: `start` and `end` in epoch seconds, NaN where unknown.

    What still runs ends, so far, at the latest time of the view. `outcome` is the event that completed it.
    `duration_ms` is how long it took by what the trace says, which need not be the time between the two.
    """

    state: State
    start: float
    end: float
    outcome: int | None = None
    duration_ms: float | None = None


def extent_of(view: View, event: int, *, joined: bool = True) -> Extent:
    """What an event of a view stands for. Unless `joined`, a start is a moment and its end tells how long it took."""
    session = view.session
    began = completed_by(session, event)
    if began is not None:
        failed = session.kinds[session.events.kind[event]] in FAILURE_KINDS
        return _from_to(view, began, event, State.FAILED if failed else State.DONE)
    extent = _BY_KIND.get(session.kinds[session.events.kind[event]], _single) if joined else _single
    return extent(view, event)


def _single(view: View, event: int) -> Extent:
    """What one event tells alone: it ends there, and lasted as long as it says."""
    events = view.session.events
    kind, end, duration = view.session.kinds[events.kind[event]], events.time[event], _known(events.duration[event])
    start = end if duration is None or kind in UNTIMED else end - duration / 1000.0
    state = State.MOMENT if start == end else State.FAILED if kind in FAILURE_KINDS else State.DONE
    return Extent(state, start, end, None, duration)


def _from_to(view: View, first: int, last: int, state: State) -> Extent:
    """What one event began and another completed."""
    events = view.session.events
    start, end, told = events.time[first], events.time[last], _known(events.duration[last])
    between = (end - start) * 1000.0
    duration = told if told is not None else between if between >= 0.0 else None
    return Extent(state, start, max(start, end), last, duration)


def _open(view: View, event: int, state: State = State.RUNNING) -> Extent:
    """What has not ended: it runs as long as the session does."""
    start = view.session.events.time[event]
    if state is State.LOST or view.ended:
        return Extent(State.LOST, start, start)
    latest = view.time_span[1] if view.time_span is not None else start
    return Extent(state, start, max(start, latest))


def _tool(view: View, event: int) -> Extent:
    tools = view.session.tools
    call = tools.call_of(event)
    if call is None:
        return _single(view, event)
    if tools.end[call] >= view.at:
        return _open(view, event)
    return _from_to(view, event, tools.end[call], State.FAILED if tools.failed[call] else State.DONE)


def _llm(view: View, event: int) -> Extent:
    session = view.session
    rows = answer_to(session, event, view.llm_rows)
    if rows is None:
        return _unanswered(view, event)
    first, last = rows
    answer = session.llm.event[last]
    is_whole = session.llm.flags[last] & ~OPENS_CALL or _known(session.events.duration[answer]) is not None
    if is_whole or first != last:
        return _single(view, event) if answer == event else _from_to(view, event, answer, State.DONE)
    return _streamed(view, event, answer)


def _unanswered(view: View, request: int) -> Extent:
    session = view.session
    for event in _same_lane(view, request):
        kind = session.kinds[session.events.kind[event]]
        if kind in _ENDS_ASKING:
            start, end = session.events.time[request], session.events.time[event]
            failed = kind == "llm_error"
            return Extent(State.FAILED, start, max(start, end)) if failed else _open(view, request, State.LOST)
    return _open(view, request, State.LOST if _iteration_is_over(view, request) else State.RUNNING)


def _streamed(view: View, opened: int, piece: int) -> Extent:
    """An answer in pieces of which none told any figures."""
    session, over = view.session, _iteration_is_over(view, opened) or view.ended
    for event in _same_lane(view, piece):
        kind = session.kinds[session.events.kind[event]]
        if kind in _ENDS_ANSWER or (kind == "llm_response" and not session.joins.completes(event)):
            over = True
            break
        if kind == "llm_response":
            piece = event
    if not over:
        return _open(view, opened, State.ANSWERING)
    return _single(view, opened) if piece == opened else _from_to(view, opened, piece, State.DONE)


def _same_lane(view: View, event: int) -> list[int]:
    """The next events of the agent of an event, among those that come soon."""
    lanes = view.session.events.lane
    lane, soon = lanes[event], range(event + 1, min(view.at, event + 1 + MOST_LOOKED_AT))
    return [later for later in soon if lanes[later] == lane]


def _iteration_is_over(view: View, event: int) -> bool:
    row = view.session.events.iteration[event]
    return bool(row) and (view.session.iterations.end[row] < view.at or _after_iteration(view, row) is not None)


def _after_iteration(view: View, row: int) -> int | None:
    """The first event of the next iteration of the same agent and run, or else the end of the agent or session."""
    session, firsts = view.session, view.session.iterations.first
    branch = session.lanes.branches[session.iterations.branch[row]]
    place = bisect_left(branch.iterations, firsts[row] + 1, key=lambda other: firsts[other])
    following = firsts[branch.iterations[place]] if place < len(branch.iterations) else view.at
    if following < view.at:
        return following
    if branch.agent is not None and firsts[row] < session.agents.end[branch.agent] < view.at:
        return session.agents.end[branch.agent]
    return view.at - 1 if view.ended else None


def _iteration(view: View, event: int) -> Extent:
    session = view.session
    row = session.events.iteration[event]
    if not row or session.iterations.start[row] != event:
        return _single(view, event)
    end = session.iterations.end[row]
    if event < end < view.at:
        return _from_to(view, event, end, State.DONE)
    following = _after_iteration(view, row)
    if following is None:
        return _open(view, event)
    start = session.events.time[event]
    return Extent(State.DONE, start, max(start, session.events.time[following]))


def _agent(view: View, event: int) -> Extent:
    agents = view.session.agents
    agent = bisect_left(agents.event, event)
    while agent < len(agents.event) and agents.event[agent] == event and not agents.announced[agent]:
        agent += 1
    if agent == len(agents.event) or agents.event[agent] != event or agents.end[agent] == event:
        return _single(view, event)
    if agents.end[agent] >= view.at:
        return _open(view, event, State.LOST if _starts_again(view, agent) else State.RUNNING)
    state = State.FAILED if agents.failed[agent] else State.DONE
    # That it is done is an event of its own, which tells how long it took.
    return replace(_from_to(view, event, agents.end[agent], state), outcome=None, duration_ms=None)


def _starts_again(view: View, agent: int) -> bool:
    """Whether a sub-agent was started anew soon, so that its first run will not end any more."""
    agents = view.session.agents
    soon = range(agent + 1, min(agent + 1 + MOST_LOOKED_AT, bisect_left(agents.event, view.at)))
    return any(agents.lane[later] == agents.lane[agent] for later in soon)


def _agent_end(view: View, event: int) -> Extent:
    """A moment, for the sub-agent itself is told where it was spawned; how long it took is told here too."""
    agents = view.session.agents
    last = bisect_left(agents.event, event)
    for agent in range(last - 1, max(-1, last - 1 - MOST_LOOKED_AT), -1):
        if agents.end[agent] == event:
            whole = _from_to(view, agents.event[agent], event, State.MOMENT)
            return Extent(State.MOMENT, whole.end, whole.end, None, whole.duration_ms)
    return _single(view, event)


def _known(duration: float) -> float | None:
    return duration if duration == duration else None  # NaN is not equal to itself


_BY_KIND: dict[str, Callable[[View, int], Extent]] = {
    "tool_start": _tool,
    "llm_request": _llm,
    "llm_response": _llm,
    "iteration_start": _iteration,
    "subagent_spawn": _agent,
    "subagent_complete": _agent_end,
    "subagent_error": _agent_end,
    "subagent_timeout": _agent_end,
    "swarm_task_start": _agent,
    "swarm_task_complete": _agent_end,
    "swarm_task_failed": _agent_end,
}
