"""The agent that a query is about, where it is one."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from ...analysis.fold.lanes import MAIN_AGENT
from ...analysis.fold.session import Session
from .fields import name_test
from .words import Form, Word

_FIELD = "agent"


class AgentsMeant:
    """The agents that the `agent:` words of a query all mean, as far as agents are known: they only ever get more."""

    def __init__(self, words: Iterable[Word]) -> None:
        self._tests = [_test(word) for word in words if word.form is Form.FIELD and word.field == _FIELD]
        self._session: Session | None = None
        self._looked_at = 0
        self._lanes: list[int] = []

    def sole(self, session: Session) -> int | None:
        """The lane of the one agent meant; None where there is no such word, or where it means none or several."""
        if not self._tests:
            return None
        if self._session is not session:
            self._session, self._looked_at, self._lanes = session, 0, []
        names, known = session.lanes.names, len(session.lanes.names)
        for lane in range(self._looked_at, known):
            name = names.name(lane) or MAIN_AGENT
            if all(test(name) for test in self._tests):
                self._lanes.append(lane)
        self._looked_at = known
        return self._lanes[0] if len(self._lanes) == 1 else None


def _test(word: Word) -> Callable[[str], bool]:
    named = name_test(word.values)
    return (lambda name: not named(name)) if word.negated else named
