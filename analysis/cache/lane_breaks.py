"""Which breaks of the cache are told of: all of a session, or those of one agent."""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from .breaks import CacheBreaks


class ToldBreaks(Protocol):
    """Some breaks, oldest first: the responses that broke the cache, as events."""

    events: array[int]

    def extend(self) -> None:
        """Look at the breaks that were found since."""
        ...

    def number(self, index: int) -> int:
        """The number that one of these has among all breaks, from 0."""
        ...

    def rebilled_before(self, count: int) -> int:
        """Tokens that the first `count` of these re-billed."""
        ...


class AllBreaks:
    """Those of all agents."""

    def __init__(self, breaks: CacheBreaks) -> None:
        self._breaks = breaks
        self.events = breaks.events

    def extend(self) -> None:
        """They are the same."""

    def number(self, index: int) -> int:
        """The same."""
        return index

    def rebilled_before(self, count: int) -> int:
        """Tokens that the first `count` of these re-billed."""
        return self._breaks.rebilled_before(count)


class LaneBreaks:
    """Those of one lane, as far as `extend` has looked."""

    def __init__(self, breaks: CacheBreaks, lane: int) -> None:
        self._breaks = breaks
        self._lane = lane
        self._looked_at = 0
        self.events: array[int] = array("I")
        self._numbers: array[int] = array("I")
        self._rebilled: array[int] = array("q", [0])

    def extend(self) -> None:
        """Look at the breaks that were found since."""
        breaks, lanes = self._breaks, self._breaks.session.events.lane
        count = len(breaks)
        for number in range(self._looked_at, count):
            event = breaks.events[number]
            if lanes[event] == self._lane:
                self.events.append(event)
                self._numbers.append(number)
                self._rebilled.append(self._rebilled[-1] + breaks.rebilled_by(number))
        self._looked_at = count

    def number(self, index: int) -> int:
        """The number that one of these has among all breaks, from 0."""
        return self._numbers[index]

    def rebilled_before(self, count: int) -> int:
        """Tokens that the first `count` of these re-billed."""
        return self._rebilled[count]
