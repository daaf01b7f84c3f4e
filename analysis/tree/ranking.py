"""A ranking that grows, shrinks and changes one member at a time, and never sorts all of its members at once."""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from itertools import chain

CHUNK = 8_192
"""So many members are sorted at once: some milliseconds of work."""
_LONGEST_RUN = 8 * CHUNK
_FEW = 64
_WINDOW = 128


class Ranking:
    """Members 0, 1, 2 … by their figures, highest first, equal ones in the order of their numbers.

    They are kept in sorted runs: each of consecutive members, twice as long as the next up to a limit. A place in the
    whole is found by bisecting all runs. So ranking a member costs some microseconds whatever the number of members: a
    million have ten runs or so.
    """

    def __init__(self) -> None:
        self._negated = array("d")
        self._firsts: list[int] = []
        self._runs: list[array[int]] = []
        self._window: Sequence[int] = ()
        self._window_start = 0

    def __len__(self) -> int:
        return len(self._negated)

    @property
    def runs(self) -> int:
        """How many runs there are: what finding a place costs."""
        return len(self._runs)

    def figure(self, member: int) -> float:
        """The figure of a member."""
        return -self._negated[member]

    def highest(self) -> float | None:
        """The highest figure, None without members."""
        return max((-self._negated[run[0]] for run in self._runs), default=None)

    def extend(self, figures: Sequence[float]) -> None:
        """Append members: a few one by one, many sorted together."""
        first = len(self._negated)
        self._negated.extend([-figure for figure in figures])
        self._window = ()
        if len(figures) <= _FEW and self._runs and len(self._runs[-1]) < CHUNK:
            for member in range(first, len(self._negated)):
                self._runs[-1].insert(self._place_in(len(self._runs) - 1, member), member)
            return
        for begin in range(first, len(self._negated), CHUNK):
            self._append(begin, min(begin + CHUNK, len(self._negated)))

    def change(self, member: int, figure: float) -> None:
        """Give a member another figure."""
        if self._negated[member] == -figure:
            return
        number = self._run_of(member)
        del self._runs[number][self._place_in(number, member)]
        self._negated[member] = -figure
        self._runs[number].insert(self._place_in(number, member), member)
        self._window = ()

    def truncate(self, count: int) -> None:
        """Keep the first `count` members only."""
        del self._negated[count:]
        while self._firsts and self._firsts[-1] >= count:
            self._firsts.pop()
            self._runs.pop()
        if self._runs and self._firsts[-1] + len(self._runs[-1]) > count:
            self._runs[-1] = array("I", [member for member in self._runs[-1] if member < count])
        self._window = ()

    def place(self, member: int) -> int:
        """Where a member stands, from 0 for the highest."""
        return sum(self._before(member, *self._ends()))

    def member(self, place: int) -> int:
        """The member that stands at a place."""
        if len(self._runs) == 1:
            return self._runs[0][place]
        if not 0 <= place - self._window_start < len(self._window):
            self._window_start = max(0, place - _WINDOW // 2)
            self._window = self._from(self._window_start, _WINDOW)
        return self._window[place - self._window_start]

    def _append(self, begin: int, end: int) -> None:
        """Sort members into a run of their own, and runs of like length into one."""
        self._firsts.append(begin)
        self._runs.append(self._sorted(range(begin, end)))
        while (
            len(self._runs) > 1
            and len(self._runs[-2]) <= 2 * len(self._runs[-1])
            and len(self._runs[-2]) + len(self._runs[-1]) <= _LONGEST_RUN
        ):
            last = self._runs.pop()
            self._firsts.pop()
            self._runs[-1] = self._sorted(self._runs[-1] + last)

    def _sorted(self, members: Sequence[int]) -> array[int]:
        return array("I", sorted(members, key=self._negated.__getitem__))

    def _run_of(self, member: int) -> int:
        return bisect_right(self._firsts, member) - 1

    def _place_in(self, number: int, member: int) -> int:
        """Where a member of a run stands in it, or would if it were taken out."""
        run, negated, key = self._runs[number], self._negated[member], self._negated.__getitem__
        low = bisect_left(run, negated, key=key)
        return bisect_left(run, member, low, bisect_right(run, negated, low, key=key))

    def _before(self, member: int, low: Sequence[int], high: Sequence[int]) -> list[int]:
        """How many members of each run stand before a member, looked for between `low` and `high`."""
        negated, own, key = self._negated[member], self._run_of(member), self._negated.__getitem__
        return [
            bisect_right(run, negated, low[number], high[number], key=key)
            if number < own
            else bisect_left(run, negated, low[number], high[number], key=key)
            if number > own
            else self._place_in(own, member)
            for number, run in enumerate(self._runs)
        ]

    def _from(self, place: int, count: int) -> Sequence[int]:
        """Members from a place on: all that may stand there, sorted."""
        starts, _ = self._around(place)
        _, ends = self._around(place + count)
        runs = (run[start:end] for run, start, end in zip(self._runs, starts, ends, strict=True))
        first = place - sum(starts)
        return self._sorted(sorted(chain.from_iterable(runs)))[first : first + count]

    def _around(self, place: int) -> tuple[list[int], list[int]]:
        """How many members of each run stand before a place at least and at most: halved until few are in doubt."""
        low, high = self._ends()
        while sum(high) - sum(low) > _WINDOW:
            widest = max(range(len(low)), key=lambda number: high[number] - low[number])
            middle = (low[widest] + high[widest]) // 2
            before = self._before(self._runs[widest][middle], low, high)
            if sum(before) < place:
                low = before
                low[widest] = middle + 1
            else:
                high = before
        return low, high

    def _ends(self) -> tuple[list[int], list[int]]:
        return [0] * len(self._runs), [len(run) for run in self._runs]
