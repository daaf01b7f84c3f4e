"""Goes over a session as of an event, in slices, and tells what its bill would have been, had things been otherwise."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from ..view import View
from .cache import BreaksMended, HourCache
from .calls import Calls
from .compaction import Compaction, context_of
from .models import OtherModels
from .results import CAPS, CappedOutput, RepeatedReads
from .scenario import Choice

if TYPE_CHECKING:
    from ..rules.second_pass import SecondPass

OVERLAP = "Scenarios overlap: what they save does not add up."

_BREAKS, _ROWS, _GLANCES, _RESULTS, _STARTS = 64, 400, 10_000, 2_000, 40_000
"""Some 5 ms of work each."""


class WhatIf:
    """The scenarios of a session as of any event, one at a time. `look` begins, `extend` goes on. For one thread.

    Whatever is needed of the breaks of the cache and of findings is looked for along the way. With `listed` False no
    list of prices is asked for other models: it may have to be loaded for that.
    """

    def __init__(self, found: SecondPass, *, listed: bool = True) -> None:
        prices = found.session.prices
        self._prices = prices if listed or prices is None else replace(prices, listed=None)
        self.found = found
        self.session = found.session
        self.choices: tuple[Choice, ...] = ()
        """What was found out last, in a fixed order of families."""
        self.at = -1
        """The event that it is as of; -1 before anything is known."""
        self._rent = self.session.rent
        self._work: Iterator[None] | None = None

    @property
    def is_looking(self) -> bool:
        """Whether there is more to do for what was asked last."""
        return self._work is not None

    def look(self, at: int) -> None:
        """Begin to find out what holds as of event `at`; whatever was begun before is given up."""
        self._work = self._look(self.session.view(at))

    def extend(self) -> bool:
        """Go on, some milliseconds' worth. Gives whether there is more."""
        if self._work is not None and next(self._work, self) is self:
            self._work = None
        return self._work is not None

    def all(self, at: int) -> tuple[Choice, ...]:
        """The scenarios as of event `at`, in one go."""
        self.look(at)
        while self.extend():
            pass
        return self.choices

    def _look(self, view: View) -> Iterator[None]:
        yield from self._prepare(view.at)
        losses, calls = self.found.losses, Calls(self.session, view.at, self._prices)
        mended, hour = BreaksMended(view, losses), HourCache(view, losses)
        for index in range(losses.breaks.count(view.at)):
            mended.take(index)
            hour.take_break(index)
            if index % _BREAKS == _BREAKS - 1:
                yield
        longest, used = 0, Counter[str]()
        for first in range(0, calls.rows, _GLANCES):
            more, labels = _glance(calls, range(first, min(calls.rows, first + _GLANCES)))
            longest = max(longest, more)
            used.update(labels)
            yield
        compaction = Compaction(view, context_of(view, calls, longest, losses.event_of, self._prices))
        models = OtherModels(view, used, self._prices)
        yield
        for row in range(calls.rows):
            call = calls.call(row)
            if call is not None:
                hour.take(call)
                compaction.take(call)
                models.take(call)
            if row % _ROWS == _ROWS - 1:
                yield
        reads, capped = RepeatedReads(view, self.found), CappedOutput(view, self._rent, calls, longest > 0)
        yield from self._results(view, reads, capped)
        self.choices = (
            mended.tell(),
            hour.tell(),
            compaction.tell(),
            reads.tell(),
            capped.tell(),
            *models.tell(),
        )
        self.at = view.at

    def _prepare(self, at: int) -> Iterator[None]:
        """Have breaks, findings and rent known up to an event."""
        breaks = self.found.losses.breaks
        while breaks.extend():
            yield
        while self.found.taken < at and self.found.extend():
            yield
        while self._rent.extend():
            yield

    def _results(self, view: View, reads: RepeatedReads, capped: CappedOutput) -> Iterator[None]:
        rent, least = self._rent, CAPS[0]
        for index in range(rent.count(view.at)):
            if rent.size(index) > least:
                capped.take(index)
            if rent.result(index) in reads.repeats:
                reads.take(rent.tell(index, view.at))
            if index % _RESULTS == _RESULTS - 1:
                yield
        starts = view.session.tools.event
        begun = view.tool_calls + view.running_tools
        for first in range(0, begun, _STARTS):
            reads.take_calls(starts[first : min(begun, first + _STARTS)])
            yield


def _glance(calls: Calls, rows: range) -> tuple[int, Counter[str]]:
    """The longest of some prompts, and which models answered how often."""
    session = calls.session
    labels, events = session.events.label, session.llm.event
    longest = max((calls.prompt(row) or 0 for row in rows), default=0)
    told = Counter(labels[events[row]] for row in rows if calls.prompt(row) is not None)
    return longest, Counter({session.labels.name(label): count for label, count in told.items() if label})
