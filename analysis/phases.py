"""What an agent is doing: exploring, editing, running, talking; told by the names of the tools it calls."""

from __future__ import annotations

import re
from array import array
from bisect import bisect_left
from enum import IntEnum
from itertools import accumulate
from typing import TYPE_CHECKING

from ..collector.kinds import Category, category_of
from .fold.columns import append_all
from .fold.names import Names

if TYPE_CHECKING:
    from .fold.session import Session

_ROWS_AT_A_TIME = 20_000
"""Some 5 ms of work."""


class Phase(IntEnum):
    """What a stretch of a session is spent on. IDLE is what lies outside all of it, such as the start of a session."""

    EXPLORE = 0
    EDIT = 1
    RUN = 2
    TALK = 3
    IDLE = 4


_VOCABULARY = {
    Phase.EXPLORE: """
        read view open cat show display get list listdir ls dir tree find glob grep rg search lookup look query fetch
        webfetch websearch browse crawl navigate scroll goto inspect describe head tail diff status outline symbol
        reference definition explore scan stat retrieve recall readfile
    """,
    Phase.EDIT: """
        write writefile edit editor multiedit patch apply create replace insert append add update modify change rewrite
        delete remove rename move mkdir touch refactor format fix save undo
    """,
    Phase.RUN: """
        run bash shell sh exec execute command cmd terminal python ipython pytest test build compile make install start
        stop kill launch deploy eval process task agent subagent spawn delegate
    """,
    Phase.TALK: """
        ask answer respond reply say message chat think thinking sequentialthinking reason plan todo finish final submit
        complete completion
    """,
}
_WORDS = {word: phase for phase, words in _VOCABULARY.items() for word in words.split()}
_ALWAYS_EDITS = frozenset({"edit", "multiedit", "replace", "patch"})
_NAMESPACES = re.compile(r"__|[./:]")
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")

_BY_WEIGHT = (Phase.EDIT, Phase.RUN, Phase.EXPLORE, Phase.TALK)
"""The phases a tool can be of; of two with as many calls in a stretch, the one that comes first here."""
_IS = {phase: bytes(number == phase for number in range(256)) for phase in _BY_WEIGHT}
_OF_AGENTS = (Category.SUBAGENT, Category.SWARM)


def phase_of(tool: str) -> Phase:
    """The phase that a call of a tool belongs to.

    A name begins with its verb (`read_test_file`), so the first word that is known decides, but for `edit`, `replace`
    and `patch`, which do wherever they stand (`search_replace`). Words end at `_`, `-` and capitals; what follows a
    server or a namespace (`mcp__server__tool`, `server.tool`) counts before what precedes it. A tool of unknown name
    is RUN: whatever it does, it does something.
    """
    for part in reversed(_NAMESPACES.split(tool)):
        words = [word.lower() for word in _WORD.findall(part)]
        if not _ALWAYS_EDITS.isdisjoint(words):
            return Phase.EDIT
        for word in words:
            phase = _WORDS.get(word, _WORDS.get(word.removesuffix("s")))
            if phase is not None:
                return phase
    return Phase.RUN


class PhaseIndex:
    """The phases of a session's tool calls as running sums, so that any stretch of events is told by two bisects.

    Grows with the session by `extend`; calls it has not come to yet count as if they were not there. For one thread.
    """

    def __init__(self, session: Session) -> None:
        self.session = session
        self._phase_of = _PhaseOfLabel(session.labels)
        self._phases = bytearray()
        self._sums = [array("I", [0]) for _ in _BY_WEIGHT]

    def __len__(self) -> int:
        return len(self._phases)

    def extend(self, most: int = _ROWS_AT_A_TIME) -> bool:
        """Take in at most so many tool calls of those that came since; return whether these were all."""
        tools, first = self.session.tools, len(self._phases)
        known = len(tools.event)
        end = min(known, first + most)
        if first < end:
            phases = bytes(map(self._phase_of.__getitem__, tools.label[first:end]))
            for phase, sums in zip(_BY_WEIGHT, self._sums, strict=True):
                running = list(accumulate(phases.translate(_IS[phase]), initial=sums[-1]))
                append_all(sums, running[1:])
            self._phases += phases
        return end == known

    def dominant(self, start: int, end: int, at: int) -> Phase:
        """The phase of most of the tool calls that began in events `start` to `end - 1`, as of the first `at` events.

        Where none began, the phase of what the last of these events is part of: its iteration's latest call before
        it, else the iteration's first call, else TALK. The index must not be asked of an empty stretch.
        """
        end = min(end, at)
        calls = self.session.tools.event
        last = min(bisect_left(calls, end), len(self._phases))
        first = bisect_left(calls, start, hi=last)
        if first == last:
            return self._around(end - 1, last, at)
        if last - first == 1:
            return Phase(self._phases[first])
        counts = [sums[last] - sums[first] for sums in self._sums]
        return _BY_WEIGHT[counts.index(max(counts))]

    def _around(self, event: int, row: int, at: int) -> Phase:
        """The phase of an event that is no call, with `row` calls before it."""
        events, calls = self.session.events, self.session.tools.event
        iteration = events.iteration[event]
        if not iteration:
            return self._outside_iterations(event, row, at)
        if row and events.iteration[calls[row - 1]] == iteration:
            return Phase(self._phases[row - 1])
        first = self.session.iterations.first_tool[iteration]
        return self._phase_at(bisect_left(calls, first)) if first < at else Phase.TALK

    def _outside_iterations(self, event: int, row: int, at: int) -> Phase:
        """The same where no iteration is open: a response and the calls up to the next one stand for an iteration."""
        session = self.session
        calls, answers = session.tools.event, session.llm.event
        answered = bisect_left(answers, event + 1)
        answer = answers[answered - 1] if answered else -1
        called = calls[row - 1] if row else -1
        if (answer < 0 and called < 0) or session.events.iteration[max(answer, called)]:
            kind = session.kinds[session.events.kind[event]]
            return Phase.RUN if category_of(kind) in _OF_AGENTS else Phase.IDLE
        if called > answer:
            return Phase(self._phases[row - 1])
        next_answer = answers[answered] if answered < len(answers) else at
        if row < len(calls) and calls[row] < min(next_answer, at):
            return self._phase_at(row)
        return Phase.TALK

    def _phase_at(self, row: int) -> Phase:
        return Phase(self._phases[row]) if row < len(self._phases) else Phase.IDLE


class _PhaseOfLabel(dict[int, Phase]):
    """Phase by the number of a tool's name, found at first use."""

    def __init__(self, names: Names) -> None:
        super().__init__()
        self._names = names

    def __missing__(self, label: int) -> Phase:
        phase = self[label] = phase_of(self._names.name(label))
        return phase
