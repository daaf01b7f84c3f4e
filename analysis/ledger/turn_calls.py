"""How many calls were begun in each turn so far."""

from __future__ import annotations

from array import array


class TurnCalls:
    """Counts by turn: an iteration's number, or a negative one for what is outside all iterations."""

    def __init__(self) -> None:
        self._of_iteration: array[int] = array("I")
        self._loose: dict[int, int] = {}

    def add(self, turn: int) -> None:
        """A call was begun in a turn."""
        if turn < 0:
            self._loose[turn] = self._loose.get(turn, 0) + 1
            return
        calls = self._of_iteration
        if turn >= len(calls):
            calls.frombytes(bytes(calls.itemsize * (turn + 1 - len(calls))))
        calls[turn] += 1

    def of(self, turn: int) -> int:
        """How many there were in it."""
        if turn < 0:
            return self._loose.get(turn, 0)
        return self._of_iteration[turn] if turn < len(self._of_iteration) else 0
