"""Names as small numbers, so that a column can hold them."""

from __future__ import annotations

from collections.abc import Callable

_LONGEST_NAME = 1000


class Names:
    """Gives every distinct text the next free number; number 0 is no name.

    When `capacity` numbers are used up the rest share the last one, named `overflow`: a trace of garbage cannot make
    the table grow without bound. `number` is a plain look-up for a name that was seen before.
    """

    def __init__(self, capacity: int, overflow: str) -> None:
        self._capacity = capacity
        self._overflow = overflow
        self._numbers = _Numbers(self._new)
        self._numbers[""] = 0
        self._names: list[str] = [""]
        self.number = self._numbers.__getitem__
        """The number of a name, a new one if it was never seen."""
        self.known = self._numbers.get
        """The number of a name that has one of its own, else None."""

    def __len__(self) -> int:
        return len(self._names)

    def find(self, name: str) -> int | None:
        """The number of a name if it has one already."""
        known = self._numbers.get(name[:_LONGEST_NAME])
        return self._capacity - 1 if known is None and len(self._names) >= self._capacity else known

    def name(self, number: int) -> str:
        """The name with this number."""
        return self._names[number]

    def all(self) -> list[str]:
        """All names by number."""
        return self._names

    def restore(self, names: list[str]) -> None:
        """Have these names, and no others, by these numbers."""
        self._names = names
        self._numbers.clear()
        self._numbers.update((name, number) for number, name in enumerate(names[: self._capacity - 1]))

    def _new(self, name: str) -> int:
        if len(name) > _LONGEST_NAME:
            return self.number(name[:_LONGEST_NAME])
        if len(self._names) >= self._capacity:
            return self._capacity - 1
        if len(self._names) == self._capacity - 1:
            self._names.append(self._overflow)
            return self._capacity - 1
        number = self._numbers[name] = len(self._names)
        self._names.append(name)
        return number


class _Numbers(dict[str, int]):
    def __init__(self, make: Callable[[str], int]) -> None:
        super().__init__()
        self._make = make

    def __missing__(self, name: str) -> int:
        return self._make(name)
