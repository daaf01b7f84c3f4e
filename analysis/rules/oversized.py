"""Results of tools that fill the context."""

from __future__ import annotations

from collections import deque

from ..issues.episodes import Episode
from .rule import Rule
from .thresholds import Tuning


class OversizedResult(Rule):
    """Results that put very many tokens into the context, one finding for each tool of an agent."""

    CATEGORY = "oversized_result"

    def tune(self, tuning: Tuning) -> None:
        self._tokens = tuning.count(self.CATEGORY, "tokens")
        self._taken = self._due = 0
        """How many results were looked through, and the next response to look at."""
        self._long: deque[int] = deque()
        self._tools: dict[tuple[int, int], Episode] = {}

    def response(self, event: int, lane: int) -> None:
        if event < self._due:
            return
        rent, long = self.findings.session.rent, self._long
        rent.extend_through(event)
        long += rent.long_results(self._taken, self._tokens)
        self._taken = len(rent)
        while long and rent.arrived_at(long[0]) <= event:
            index = long.popleft()
            self._arrived(event, rent.result(index), rent.size(index))
        self._due = rent.arrived_at(long[0]) if long else rent.known_through + 1

    def _arrived(self, event: int, end: int, tokens: int) -> None:
        """By a response came a long result into a prompt: that of the call which an event ended."""
        session = self.findings.session
        call = session.tools.call_of(end)
        if call is None:
            return
        label, owner = session.tools.label[call], session.events.lane[end]
        known = self._tools.get((owner, label))
        if known is not None:
            known.update(event, known.values[-1] + tokens, [end])
            return
        self._tools[owner, label] = self.findings.open(
            self.CATEGORY, event, tokens, [end], lane=owner, label=self.findings.tool(label)
        )
