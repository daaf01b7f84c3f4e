"""Episodes: what the rules raise, kept so that the list as of any event can be told.

One episode is one issue. Every change to it is appended with the event that caused it, so its state as of event N is
the last change before N; an episode that turned out to be nothing is withdrawn, not deleted.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass, field

from ..fold.columns import NONE


@dataclass(slots=True)
class Episode:
    """One occurrence of an issue and how it went on.

    `raised` is the event that raised it. `label` names what it is about (a tool, an agent), `detail` says more (the
    arguments). `updates`, `values` and `lengths` run in parallel: the event of each change, the figure the rule
    measured then, and how many of `evidence` counted by then. `changes` is the log's, told of every change.
    """

    category: str
    raised: int
    iteration: int | None
    lane: int
    changes: array[int]
    label: str = ""
    detail: str = ""
    withdrawn: int = NONE
    updates: array[int] = field(default_factory=lambda: array("I"))
    values: array[float] = field(default_factory=lambda: array("d"))
    lengths: array[int] = field(default_factory=lambda: array("I"))
    evidence: array[int] = field(default_factory=lambda: array("I"))

    def update(self, event: int, value: float, evidence: Iterable[int] = ()) -> None:
        """The issue went on at `event`: a new figure and more events that prove it."""
        self.evidence.extend(evidence)
        self.values.append(value)
        self.lengths.append(len(self.evidence))
        self.updates.append(event)
        self.changes.append(event)

    def withdraw(self, event: int) -> None:
        """It turned out at `event` to be nothing, or is over and leaves no trace."""
        self.withdrawn = event
        self.changes.append(event)

    def stands(self, at: int) -> bool:
        """Whether it was raised and not withdrawn as of event `at`."""
        return self.raised < at <= self.withdrawn

    def updated(self, at: int) -> int:
        """The last event that changed it, as of event `at`."""
        return self.updates[bisect_left(self.updates, at) - 1]

    def count(self, at: int) -> int:
        """How many events prove it as of event `at`."""
        return self.lengths[bisect_left(self.updates, at) - 1]

    def value(self, at: int) -> float:
        """The rule's figure as of event `at`."""
        return self.values[bisect_left(self.updates, at) - 1]

    def evidence_at(self, at: int) -> list[int]:
        """The events that prove it as of event `at`."""
        return self.evidence[: self.count(at)].tolist()

    def proves(self, event: int, at: int) -> bool:
        """Whether an event is among those that prove it as of event `at`."""
        count = self.count(at)
        place = bisect_left(self.evidence, event, hi=count)
        return place < count and self.evidence[place] == event


class IssueLog:
    """All episodes of a session in the order in which they were raised."""

    def __init__(self) -> None:
        self.episodes: list[Episode] = []
        self.raised: array[int] = array("I")
        self.changes: array[int] = array("I")
        self.shared_proof: array[int] = array("I")
        """All calls that failed: the evidence of every episode of tool_error_rate."""

    def version(self, at: int) -> int:
        """How often anything had changed as of event `at`."""
        return bisect_left(self.changes, at)

    def open(
        self,
        category: str,
        event: int,
        value: float,
        evidence: Iterable[int],
        *,
        iteration: int | None = None,
        lane: int = 0,
        label: str = "",
        detail: str = "",
        proof: array[int] | None = None,
    ) -> Episode:
        """Raise an issue at `event`. Its rule may keep the evidence itself in `proof`, shared by many episodes."""
        episode = Episode(category, event, iteration, lane, self.changes, label, detail)
        if proof is not None:
            episode.evidence = proof
        episode.update(event, value, evidence)
        self.episodes.append(episode)
        self.raised.append(event)
        return episode

    def standing(self, at: int) -> list[Episode]:
        """The episodes that stand as of event `at`, oldest first."""
        # What `stands` says, in line: there may be thousands, and a dashboard asks for every frame.
        return [episode for episode in self.episodes[: bisect_left(self.raised, at)] if episode.withdrawn >= at]
