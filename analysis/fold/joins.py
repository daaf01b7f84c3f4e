"""Which events complete an earlier one: the end of a call, the answer to a request, a piece of a streamed answer.

The timeline shows such an event in the row of the one it completes. All other events stand for themselves, those that
are completed among them.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from typing import TYPE_CHECKING

from ...collector.kinds import KINDS, TOOL_END_ALIAS
from .columns import NONE, OPENS_CALL

if TYPE_CHECKING:
    from .session import Session

MOST_BETWEEN = 256
"""How many LLM rows of other agents may stand between those of one call."""

_BLOCK = 1024
_KINDS = (*KINDS, TOOL_END_ALIAS)
_TOOL_ENDS = frozenset({"tool_end", "tool_error", TOOL_END_ALIAS})
_COMPLETING = bytes(kind in _TOOL_ENDS | {"llm_response", "iteration_end"} for kind in _KINDS).ljust(256, b"\0")


class Joins:
    """A byte for each event that says whether it completes another.

    What is asked costs some steps of a binary search, however long the trace.
    """

    def __init__(self) -> None:
        self._completes = bytearray()
        self._before_block: array[int] = array("I", [0])

    def extend(self, kinds: Iterable[int], apart: Iterable[int]) -> None:
        """Append the events of a batch: those of `apart` have nothing to complete, whatever their kind."""
        completes, first = self._completes, len(self._completes)
        fresh = bytearray(bytes(kinds).translate(_COMPLETING))
        for event in apart:
            fresh[event - first] = 0
        completes += fresh
        before = self._before_block
        while len(before) * _BLOCK <= len(completes):
            end = len(before) * _BLOCK
            before.append(before[-1] + completes.count(1, end - _BLOCK, end))

    def completes(self, event: int) -> bool:
        """Whether an event completes another."""
        return bool(self._completes[event])

    def before(self, at: int) -> int:
        """How many of the first `at` events complete another."""
        block = min(at // _BLOCK, len(self._before_block) - 1)
        return self._before_block[block] + self._completes.count(1, block * _BLOCK, at)

    def standing(self, index: int) -> int:
        """The number of the `index`-th event that stands for itself. There must be that many."""
        before, completes = self._before_block, self._completes
        block = bisect_right(range(len(before)), index, key=lambda row: row * _BLOCK - before[row]) - 1
        first = block * _BLOCK
        rest = index - (first - before[block])
        stretch = range(first, min(first + _BLOCK, len(completes)) + 1)
        return first + bisect_right(stretch, rest, key=lambda event: completes.count(0, first, event)) - 1


def completed_by(session: Session, event: int) -> int | None:
    """The event that `event` completes; None if it stands for itself."""
    if not session.joins.completes(event):
        return None
    kind = session.kinds[session.events.kind[event]]
    if kind in _TOOL_ENDS:
        call = session.tools.call_of(event)
        return None if call is None else session.tools.event[call]
    if kind == "iteration_end":
        return session.iterations.start[session.events.iteration[event]]
    return _asked_by(session, event)


def answer_to(session: Session, event: int, rows: int) -> tuple[int, int] | None:
    """The first and the last of the first `rows` LLM rows that answer a request, or that a first piece belongs to.

    They are the same, unless the answer streamed in. None where there is no answer.
    """
    llm = session.llm
    first = bisect_left(llm.event, event)
    for row in range(first, min(rows, first + MOST_BETWEEN)):
        if event in (llm.request[row], llm.event[row]):
            return row, _end_of_stream(session, row, rows)
    return None


def _end_of_stream(session: Session, opening: int, rows: int) -> int:
    llm, lanes = session.llm, session.events.lane
    lane = lanes[llm.event[opening]]
    last = opening
    for row in range(opening + 1, min(rows, opening + MOST_BETWEEN)):
        if lanes[llm.event[row]] == lane:
            if llm.flags[row] & OPENS_CALL:
                break
            last = row
    return last


def _asked_by(session: Session, event: int) -> int | None:
    """The request of an answer, or of a piece of one; the first piece where nobody was seen to ask."""
    llm, lanes = session.llm, session.events.lane
    last = bisect_right(llm.event, event) - 1
    for row in range(last, max(-1, last - MOST_BETWEEN), -1):
        if llm.flags[row] & OPENS_CALL and lanes[llm.event[row]] == lanes[event]:
            return llm.event[row] if llm.request[row] == NONE else llm.request[row]
    return None
