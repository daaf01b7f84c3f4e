"""What a finding says: its severity, how sure it is, title, description, what to do, and by which thresholds it fires.

What is asked here of an issue of the documented categories is what `issues.issue` says.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ..issues import issue as documented
from ..issues.episodes import Episode
from ..issues.issue import SEVERITIES, Issue
from ..view import View
from .thresholds import DEFAULT_TUNING, Tuning
from .words import agents, cache, calls, context
from .words.wording import Wording


@dataclass(frozen=True, slots=True)
class Finding(Issue):
    """An issue that a rule of the second pass found.

    `confidence` is `high`, `medium` or `low`: how likely it is what it says. `thresholds` says what the rule fires by.
    """

    confidence: str = ""
    thresholds: tuple[str, ...] = ()


_WORDINGS: dict[str, Wording] = {**calls.WORDINGS, **context.WORDINGS, **agents.WORDINGS, **cache.WORDINGS}

CATEGORIES: tuple[str, ...] = tuple(_WORDINGS)
"""The categories of findings, in the order in which they are listed."""

ALL_CATEGORIES = (*documented.CATEGORIES, *CATEGORIES)
"""The documented ones first."""


def severity_of(category: str) -> str:
    """The severity of a category, of findings or documented."""
    wording = _WORDINGS.get(category)
    return documented.severity_of(category) if wording is None else wording.severity


def confidence_of(episode: Episode) -> str:
    """How sure a finding is; empty for the documented issues, which are what they say."""
    wording = _WORDINGS.get(episode.category)
    return "" if wording is None else wording.confidence_of(episode)


def title_of(episode: Episode, at: int) -> str:
    """The title of what an episode is as of event `at`."""
    wording = _WORDINGS.get(episode.category)
    if wording is None:
        return documented.title_of(episode, at)
    return wording.title(episode, episode.value(at), episode.count(at))


def occurrences(category: str, evidence: int) -> int:
    """How often something occurred that so many events prove."""
    return evidence if category in _WORDINGS else documented.occurrences(category, evidence)


def describe(
    episode: Episode, view: View, event_id: Callable[[int], str] | None = None, tuning: Tuning = DEFAULT_TUNING
) -> Issue:
    """The issue or the finding that an episode is as of a view; `event_id` looks up ids of events by their numbers."""
    wording = _WORDINGS.get(episode.category)
    if wording is None:
        return view.issue(episode, event_id)
    evidence, value = episode.evidence_at(view.at), episode.value(view.at)
    return Finding(
        severity=wording.severity,
        category=episode.category,
        title=wording.title(episode, value, len(evidence)),
        description=wording.description(episode, value, len(evidence)),
        suggestion=wording.suggest(episode, value, len(evidence)),
        iteration=episode.iteration,
        event_ids=tuple(event_id(event) for event in evidence) if event_id is not None else (),
        events=tuple(evidence),
        raised=episode.raised,
        count=len(evidence),
        agent=view.session.lanes.names.name(episode.lane),
        confidence=wording.confidence_of(episode),
        thresholds=tuning.words(episode.category),
    )


def rank(issue: Issue) -> tuple[int, int]:
    """By this the worst come first, and like stand beside like."""
    return SEVERITIES.index(issue.severity), ALL_CATEGORIES.index(issue.category)
