"""What findings of a category say: how grave, how sure, and in which words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ...arguments import preview
from ...issues.episodes import Episode

Told = Callable[[Episode, float, int], str]
"""Says something of an episode by its figure and how many events prove it."""


@dataclass(frozen=True, slots=True)
class Wording:
    """What findings of a category say. `severity` is the same for all of them (`high`, `medium`, `low`).

    So is `confidence`, unless an episode tells its own; and what to do, unless that depends on the episode.
    """

    severity: str
    confidence: str | Callable[[Episode], str]
    title: Told
    description: Told
    suggestion: str | Told

    def confidence_of(self, episode: Episode) -> str:
        """How sure a finding is."""
        return self.confidence if isinstance(self.confidence, str) else self.confidence(episode)

    def suggest(self, episode: Episode, value: float, count: int) -> str:
        """What to do about it."""
        return self.suggestion if isinstance(self.suggestion, str) else self.suggestion(episode, value, count)


def about(episode: Episode, limit: int = 60) -> str:
    """What an episode is about: a tool, and what it worked on."""
    return f"{episode.label} {preview(episode.detail, limit)}".rstrip()
