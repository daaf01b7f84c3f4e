"""Where the rules of the second pass put what they find."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from ..cache.between import EventOf
from ..cache.losses import CacheLosses
from ..fold.lane_branches import LaneBranches
from ..issues.episodes import Episode, IssueLog
from .acts import Act, Acts
from .changes import Changes
from .ears import Ears
from .payloads import Payloads

if TYPE_CHECKING:
    from ..fold.session import Session


class Findings:
    """Where rules put what they find; keeps the names they need for it, and what else was found out of the session.

    `event_of` reads an event with its payload again: some 50 µs, so only of the few events that a rule is about. None
    where nobody can.
    """

    def __init__(self, session: Session, acts: Acts, losses: CacheLosses, event_of: EventOf | None) -> None:
        self.session = session
        self.acts = acts
        self.losses = losses
        self.event_of = event_of
        self.log = IssueLog()
        self.ears = Ears(())
        self.calls: dict[int, int] = {}
        """By lane how many calls have ended."""
        self.waiting: dict[int, dict[Callable[[int, int], None], None]] = {}
        """By lane who wants to be told, once, when it goes on: an iteration begins, or a call begins or ends."""
        self.changes = Changes(Payloads(event_of))
        self._branches = LaneBranches(session)

    def open(
        self,
        category: str,
        event: int,
        value: float,
        evidence: Iterable[int],
        *,
        lane: int,
        label: str = "",
        detail: str = "",
    ) -> Episode:
        """Raise a finding at `event`, in the iteration that the event stands in."""
        row = self.session.events.iteration[event]
        number = self.session.iterations.number_of(row)
        return self.log.open(
            category, event, value, sorted(evidence), iteration=number, lane=lane, label=label, detail=detail
        )

    def tell_when_going_on(self, lane: int, told: Callable[[int, int], None]) -> None:
        """Have somebody told, once, when a lane goes on: of the event, and of the lane."""
        self.waiting.setdefault(lane, {})[told] = None

    def time(self, event: int) -> float:
        """When an event was; NaN unknown."""
        return self.session.events.time[event]

    def tool(self, label: int) -> str:
        """The name of a tool."""
        return self.session.labels.name(label) or "a tool"

    def agent(self, agent: int) -> str:
        """The name of a sub-agent, by its row."""
        return self.session.lanes.names.name(self.session.agents.lane[agent])

    def spent_by(self, agent: int, event: int) -> int:
        """Tokens that a sub-agent took from its spawn up to an event."""
        session = self.session
        first, last = session.llm.rows(session.agents.event[agent]), session.llm.rows(event)
        branches = self._branches.of(session.agents.lane[agent])
        return sum(
            (each.spent(session.llm, last)[0] or 0) - (each.spent(session.llm, first)[0] or 0) for each in branches
        )

    def target(self, target: int) -> str:
        """What a call is about; empty where that is unknown."""
        return self.session.targets.name(target)

    def note_change(self, act: Act, target: int, event: int) -> None:
        """A call that ended at an event changed a file; one in a shell may have changed any."""
        self.changes.note(self.target(target) if act is not Act.SHELL_EDIT else "", event)

    def is_changed(self, target: int, since: int, at: int) -> bool:
        """Whether a file may have been changed after event `since`; asked at event `at`."""
        return self.changes.is_changed(self.target(target), since, at)

    def ordinal(self, turn: int) -> int:
        """How many turns of its lane came before one."""
        return self.session.turns.ordinal(turn)
