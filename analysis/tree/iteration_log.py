"""What happened in one iteration, as columns of their own: the iteration as of any event is a `bisect` into them."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Sequence
from typing import TYPE_CHECKING

from ...collector.kinds import Category, category_of
from ..fold.columns import NONE, OPENS_CALL
from .spent import NOTHING, Spent, spent_at

if TYPE_CHECKING:
    from ..fold.session import Session

_STRUCTURE = frozenset({"iteration_start", "iteration_end"})
_TOOLS = frozenset({"tool_start", "tool_end", "tool", "tool_error"})
_ERRORS = frozenset({"tool_error", "llm_error", "error"})
_ENDS = frozenset(
    {"subagent_complete", "subagent_error", "subagent_timeout", "swarm_task_complete", "swarm_task_failed"}
)
_DELEGATION = (Category.SUBAGENT, Category.SWARM)


class IterationLog:
    """The events of an iteration, and which of them make a node of their own in the tree.

    `standing` are the events at which nodes stand: the first event of a call, spawns, whatever completes nothing
    earlier, and the first events of agents that nobody announced. It only grows, so a node keeps its index among its
    siblings. A call stands at its request; `answers` gives the LLM row by the request.
    """

    __slots__ = ("_llm_rows", "_row", "_silent", "_sums", "answers", "compactions", "errors", "events", "standing",
                 "taken")  # fmt: skip

    def __init__(self, row: int) -> None:
        self.taken = 0
        self._row = row
        self._silent = 0
        self.events = array("I")
        self.standing = array("I")
        self.errors = array("I")
        self.compactions = array("I")
        self.answers: dict[int, int] = {}
        self._llm_rows = array("I")
        self._sums: list[Spent] = []

    def extend(self, session: Session, count: int) -> None:
        """Take in what the first `count` events of the session brought since."""
        known = self.events[-1] + 1 if self.events else 0
        for event in session.stretches.events_of(self._row, known, count):
            self._take(session, event)
        self.taken = count

    def add_silent(self, agent_events: Sequence[int], agents: Sequence[int]) -> None:
        """Take in the agents that appeared here unannounced; `agents` are all of them, `agent_events` when they did."""
        for agent in agents[self._silent :]:
            event = agent_events[agent]
            self.standing.insert(bisect_left(self.standing, event), event)
        self._silent = len(agents)

    def spent(self, rows: int) -> Spent:
        """What its calls took, as of the first `rows` LLM rows."""
        mine = bisect_left(self._llm_rows, rows)
        return self._sums[mine - 1] if mine else NOTHING

    def last(self, at: int) -> int | None:
        """Its newest event as of event `at`."""
        mine = bisect_left(self.events, at)
        return self.events[mine - 1] if mine else None

    def _take(self, session: Session, event: int) -> None:
        kind = session.kinds[session.events.kind[event]]
        self.events.append(event)
        if kind in _ERRORS:
            self.errors.append(event)
        if kind in _STRUCTURE:
            return
        if kind == "llm_response":
            stands = self._respond(session, event)
        elif kind in _TOOLS:
            call = session.tools.call_of(event)
            stands = call is not None and session.tools.event[call] == event
        else:
            category = category_of(kind)
            if category is Category.COMPACTION:
                self._note_compaction(session, event)
            stands = category not in _DELEGATION or _stands_alone(session, event)
        if stands:
            self.standing.append(event)

    def _respond(self, session: Session, event: int) -> bool:
        """Count a response; gives whether a call begins here that was not asked for in this iteration."""
        llm = session.llm
        row = bisect_left(llm.event, event)
        if row == len(llm.event) or llm.event[row] != event:
            return False
        self._llm_rows.append(row)
        self._sums.append((self._sums[-1] if self._sums else NOTHING).plus(spent_at(llm, row)))
        if not llm.flags[row] & OPENS_CALL:
            return False
        request = llm.request[row]
        if request != NONE and session.events.iteration[request] == self._row:
            self.answers[request] = row
            return False
        return True

    def _note_compaction(self, session: Session, event: int) -> None:
        place = bisect_left(session.compactions, event)
        if place < len(session.compactions) and session.compactions[place] == event:
            self.compactions.append(event)


def announced_at(session: Session, event: int) -> int | None:
    """The agent that an event announces."""
    agents = session.agents
    agent = bisect_left(agents.event, event)
    while agent < len(agents.event) and agents.event[agent] == event:
        if agents.announced[agent]:
            return agent
        agent += 1
    return None


def _stands_alone(session: Session, event: int) -> bool:
    """Whether what an event about an agent says is to be seen in the iteration, not under a call or an agent."""
    agent = announced_at(session, event)
    if agent is not None:
        return session.agents.call[agent] == NONE
    return session.kinds[session.events.kind[event]] not in _ENDS
