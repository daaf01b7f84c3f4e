"""Turns: what an agent did by one answer of its model."""

from __future__ import annotations

from bisect import bisect_left
from typing import TYPE_CHECKING

from .columns import OPENS_CALL, Branch
from .lane_branches import LaneBranches

if TYPE_CHECKING:
    from .session import Session

NO_TURN = 0


class Turns:
    """The turns of a session, by number: iterations where the trace tells them, by their rows; else what comes from one
    answer to the next, by -1 less the LLM row of that answer. `NO_TURN` is what comes before any.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self._branches = LaneBranches(session)

    def of(self, event: int) -> int:
        """The turn that an event stands in, as of that event."""
        row = self._session.events.iteration[event]
        if row:
            return row
        llm, branch = self._session.llm, self._branch_at(event)
        if branch is None:
            return NO_TURN
        rows = branch.llm_rows
        place = bisect_left(rows, llm.rows(event + 1)) - 1
        while place > 0 and not llm.flags[rows[place]] & OPENS_CALL:
            place -= 1
        if place < 0:
            return NO_TURN
        return self._session.events.iteration[llm.event[rows[place]]] or -1 - rows[place]

    def llm_rows(self, turn: int, at: int) -> list[int]:
        """The LLM rows of a turn as of event `at`, oldest first."""
        llm = self._session.llm
        if turn > 0:
            return llm.in_iteration(self._session.iterations.last_llm[turn], at)
        branch = self._branch_at(llm.event[-1 - turn]) if turn else None
        if branch is None:
            return []
        rows = branch.llm_rows
        found: list[int] = []
        for place in range(bisect_left(rows, -1 - turn), bisect_left(rows, llm.rows(at))):
            row = rows[place]
            if found and (llm.flags[row] & OPENS_CALL or self._session.events.iteration[llm.event[row]]):
                break
            found.append(row)
        return found

    def ordinal(self, turn: int) -> int:
        """How many turns of its lane, or of its lane's run, came before it."""
        if turn > 0:
            return self._session.iterations.ordinal[turn]
        branch = self._branch_at(self._session.llm.event[-1 - turn]) if turn else None
        return 0 if branch is None else bisect_left(branch.llm_rows, -1 - turn)

    def _branch_at(self, event: int) -> Branch | None:
        """The run of its lane that an event stands in."""
        branches = self._branches.of(self._session.events.lane[event])
        place = bisect_left(branches, event + 1, key=lambda branch: branch.first)
        return branches[place - 1] if place else None
