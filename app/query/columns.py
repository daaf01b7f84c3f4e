"""Tests of what the columns say of an event: its kind, tool, agent, iteration, duration. No payload is read.

Columns hold small numbers that stand for names, so a test is asked once per name; per event it is a look into what
was answered. Answers come for many events at once, by way of `map`, without a line of Python per event.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import repeat
from operator import and_
from typing import TypeVar

from ...analysis.fold.session import Session

Test = Callable[[Session, Sequence[int], int], Iterable[object]]
"""Whether each of some events passes, in order, as a session is after so many events; what is true passes."""

_Cell = TypeVar("_Cell", int, float)

NumberTest = Callable[[Session, int], bool]
"""Whether what a number of a column stands for passes."""


class ByNumber:
    """A test of a column of numbers. From any thread: an answer that two threads make is the same."""

    def __init__(self, column: Callable[[Session], Sequence[int]], test: NumberTest) -> None:
        self._column = column
        self._test = test
        self._known: tuple[Session | None, _Answers] = (None, _Answers(lambda number: False))

    def __call__(self, session: Session, events: Sequence[int], at: int) -> Iterable[object]:
        return map(self._answers(session).__getitem__, cells(self._column(session), events))

    def _answers(self, session: Session) -> _Answers:
        of, answers = self._known
        if of is not session:
            answers = _Answers(lambda number: self._test(session, number))
            self._known = session, answers
        return answers


class ByKind(ByNumber):
    """The same for kinds, which fit a byte: of a run of events they are translated in one go."""

    def __init__(self, test: Callable[[str], bool]) -> None:
        super().__init__(lambda session: session.events.kind, lambda session, number: test(session.kinds[number]))

    def __call__(self, session: Session, events: Sequence[int], at: int) -> Iterable[object]:
        if not isinstance(events, range):
            return super().__call__(session, events, at)
        answers = self._answers(session)
        table = bytes(answers[kind] for kind in range(len(session.kinds))).ljust(256, b"\0")
        return session.events.kind[events.start : events.stop].translate(table)


def by_kind_and_number(kind: ByKind, number: ByNumber) -> Test:
    """The test that both pass."""
    return lambda session, events, at: map(and_, map(bool, kind(session, events, at)), number(session, events, at))


def by_duration(compare: Callable[[float, float], bool], limit_ms: float) -> Test:
    """A test of durations; an unknown one passes none."""
    return lambda session, events, at: map(compare, cells(session.events.duration, events), repeat(limit_ms))


def by_issue(session: Session, events: Sequence[int], at: int) -> Iterable[object]:
    """Whether events prove an issue or a finding that stands."""
    first, last = (events[0], events[-1]) if events else (0, -1)
    proof: set[int] = set()
    for episode in session.view(at).all_episodes():
        proof.update(event for event in episode.evidence_at(at) if first <= event <= last)
    return map(proof.__contains__, events)


def cells(column: Sequence[_Cell], events: Sequence[int]) -> Iterable[_Cell]:
    """What a column holds for some events."""
    if isinstance(events, range):
        return column[events.start : events.stop]
    return map(column.__getitem__, events)


class _Answers(dict[int, bool]):
    """Answers by number, made when they are first asked for."""

    def __init__(self, test: Callable[[int], bool]) -> None:
        super().__init__()
        self._test = test

    def __missing__(self, number: int) -> bool:
        answer = self[number] = self._test(number)
        return answer
