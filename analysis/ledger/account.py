"""The account of a turn: what its responses took, and whose it is by the calls that were made for nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from .entry import NO_PART, Part

Claimant = tuple[int, int]
"""The rank of a claim, lower goes first, and the number of the entry it is written to."""

_MOST_OWNERS = 32
"""Entries that may share a turn; what more of them claim of it is not counted."""


@dataclass(slots=True)
class Account:
    """What is left of a turn's bill, in equal parts for its calls, and who claims which part.

    `bill` is that of its responses, without what parts of these were claimed alone; `calls` how many calls were begun
    in it. A turn without calls is one part.
    """

    bill: Part = NO_PART
    calls: int = 0
    given: dict[int, Part] = field(default_factory=dict)
    """What each entry has of it."""
    _claimed: dict[int, list[Claimant]] = field(default_factory=dict)
    _whole: list[Claimant] = field(default_factory=list)
    _owned: dict[int, int] = field(default_factory=dict)

    def claim_call(self, call: int, claimant: Claimant) -> None:
        """Claim the part of one call."""
        claimants = self._claimed.get(call)
        if claimants is None:
            if not self._has_room_for(claimant):
                return
            self._claimed[call] = [claimant]
            self._count(self._owner(self._claimed[call]), 1)
        elif claimant not in claimants and self._has_room_for(claimant):
            self._count(self._owner(claimants), -1)
            claimants.append(claimant)
            claimants.sort()
            self._count(self._owner(claimants), 1)

    def claim_whole(self, claimant: Claimant) -> None:
        """Claim all of it."""
        if claimant not in self._whole and self._has_room_for(claimant):
            self._whole.append(claimant)
            self._whole.sort()
            self._count_anew()

    def give_up(self, entry: int) -> None:
        """Take back all that is claimed for an entry."""
        self._whole = [claimant for claimant in self._whole if claimant[1] != entry]
        for call, claimants in list(self._claimed.items()):
            left = [claimant for claimant in claimants if claimant[1] != entry]
            if left:
                self._claimed[call] = left
            else:
                del self._claimed[call]
        self._count_anew()

    def settle(self) -> Iterator[tuple[int, Part]]:
        """Give each entry what is its own by now: the entry, and how much more than before."""
        parts = max(self.calls, len(self._claimed), 1)
        owned = dict(self._owned)
        if self._whole:
            first = self._whole[0][1]
            owned[first] = owned.get(first, 0) + parts - len(self._claimed)
        for entry in {**self.given, **owned}:
            count = owned.get(entry, 0)
            bill, before = self.bill, self.given.get(entry, NO_PART)
            now = Part(bill.tokens * count // parts, bill.cost * count / parts, bill.unpriced * count // parts)
            if now != before:
                self.given[entry] = now
                yield entry, now.less(before)

    def _owner(self, claimants: list[Claimant]) -> int:
        return min(claimants[0], self._whole[0])[1] if self._whole else claimants[0][1]

    def _count(self, entry: int, parts: int) -> None:
        self._owned[entry] = self._owned.get(entry, 0) + parts

    def _count_anew(self) -> None:
        self._owned = {}
        for claimants in self._claimed.values():
            self._count(self._owner(claimants), 1)

    def _has_room_for(self, claimant: Claimant) -> bool:
        return claimant[1] in self._owned or claimant[1] in self.given or len(self._owned) < _MOST_OWNERS
