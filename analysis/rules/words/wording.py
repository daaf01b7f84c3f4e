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
    """`severity` and `confidence` (`high`, `medium`, `low`) are the same for all of a category."""

    severity: str
    confidence: str
    title: Told
    description: Told
    suggestion: str


def about(episode: Episode, limit: int = 60) -> str:
    """What an episode is about: a tool, and what it worked on."""
    return f"{episode.label} {preview(episode.detail, limit)}".rstrip()
