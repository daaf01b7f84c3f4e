"""The runs of each lane, looked up without going over all runs: there may be one for each of 80,000 agents."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from .columns import Branch

if TYPE_CHECKING:
    from .session import Session


class LaneBranches:
    """The branches of a session by lane, in order. Takes in new ones when it is asked."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._taken = 0
        self._by_lane: dict[int, list[Branch]] = {}

    def of(self, lane: int) -> Sequence[Branch]:
        """The branches of a lane."""
        branches = self._session.lanes.branches
        for branch in branches[self._taken :]:
            self._by_lane.setdefault(branch.lane, []).append(branch)
            self._taken += 1
        return self._by_lane.get(lane, ())
