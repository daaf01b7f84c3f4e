"""Results of tools that fill the context."""

from __future__ import annotations

from ..issues.episodes import Episode
from .second_pass import Rule
from .thresholds import Tuning


class OversizedResult(Rule):
    """Results that put very many tokens into the context, one finding for each tool of an agent."""

    CATEGORY = "oversized_result"

    def tune(self, tuning: Tuning) -> None:
        self._tokens = tuning.count(self.CATEGORY, "tokens")
        self._taken = 0
        self._tools: dict[tuple[int, int], Episode] = {}

    def response(self, event: int, lane: int) -> None:
        session = self.findings.session
        arrivals = session.rent.arrivals(self._taken, event)
        self._taken += len(arrivals)
        for end, tokens in arrivals:
            call = session.tools.call_of(end)
            if tokens < self._tokens or call is None:
                continue
            label, owner = session.tools.label[call], session.events.lane[end]
            known = self._tools.get((owner, label))
            if known is not None:
                known.update(event, known.values[-1] + tokens, [end])
                continue
            self._tools[owner, label] = self.findings.open(
                self.CATEGORY, event, tokens, [end], lane=owner, label=self.findings.tool(label)
            )
