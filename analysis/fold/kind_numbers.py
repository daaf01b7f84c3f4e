"""Kinds by number: the documented ones first, then others as they are met."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ...collector.kinds import KINDS, TOOL_END_ALIAS
from ...collector.records import EventRecord

MOST_KINDS = 256
"""How many kinds are told apart, as many as a byte can; all that come later share the last number."""


class KindNumbers:
    """Gives each kind a number, for good."""

    def __init__(self) -> None:
        self.names: list[str] = [*KINDS, TOOL_END_ALIAS]
        """The kinds by their numbers."""
        self._numbers = {kind: number for number, kind in enumerate(self.names)}
        self._told: Callable[[int, str], None] | None = None

    def tell(self, told: Callable[[int, str], None]) -> None:
        """Call `told(number, kind)` for each kind that is known, and from now on for each new one."""
        self._told = told
        for number, kind in enumerate(self.names):
            told(number, kind)

    def restore(self, names: Sequence[str]) -> None:
        """Know the kinds that were known when these were the `names`."""
        self.names = [*names[: len(KINDS) + 1]]
        for kind in names[len(self.names) :]:
            self._add(kind)

    def of(self, records: Sequence[EventRecord]) -> list[int]:
        """The numbers of a batch's kinds."""
        known = self._numbers
        try:
            return [known[record.kind] for record in records]
        except KeyError:
            return [self.number(record.kind) for record in records]

    def number(self, kind: str) -> int:
        """The number of a kind; a new one, where it was never met."""
        number = self._numbers.get(kind)
        return self._add(kind) if number is None else number

    def _add(self, kind: str) -> int:
        if len(self.names) >= MOST_KINDS:
            return MOST_KINDS - 1
        if len(self.names) == MOST_KINDS - 1:
            kind = "(other kinds)"
        number = self._numbers[kind] = len(self.names)
        self.names.append(kind)
        if self._told is not None:
            self._told(number, kind)
        return number
