"""What a finding says: its severity, how sure it is, title, description, what to do, and by which thresholds it fires.

What is asked here of an issue of the documented categories is what `issues.issue` says.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from .. import figures
from ..arguments import preview
from ..issues import issue as documented
from ..issues.episodes import Episode
from ..issues.issue import SEVERITIES, Issue
from ..view import View
from .thresholds import DEFAULT_TUNING, Tuning


@dataclass(frozen=True, slots=True)
class Finding(Issue):
    """An issue that a rule of the second pass found.

    `confidence` is `high`, `medium` or `low`: how likely it is what it says. `thresholds` says what the rule fires by.
    """

    confidence: str = ""
    thresholds: tuple[str, ...] = ()


Told = Callable[[Episode, float, int], str]
"""Says something of an episode by its figure and how many events prove it."""


@dataclass(frozen=True, slots=True)
class _Wording:
    severity: str
    confidence: str
    title: Told
    description: Told
    suggestion: str


def _about(episode: Episode, limit: int = 60) -> str:
    return f"{episode.label} {preview(episode.detail, limit)}".rstrip()


_WORDINGS: dict[str, _Wording] = {
    "cycle": _Wording(
        "high",
        "high",
        lambda episode, value, count: f"{value:.0f} rounds of {episode.label}",
        lambda episode, value, count: (
            f"The same {episode.detail} calls, {episode.label}, arguments and all, came {value:.0f} times in turns. "
            "No file was changed between."
        ),
        "Tell the agent what it has tried already, or stop it after the second round.",
    ),
    "near_repeat": _Wording(
        "medium",
        "medium",
        lambda episode, value, count: f"{value:.0f}× alike but for numbers: {_about(episode)}",
        lambda episode, value, count: (
            f"{episode.label} ran {value:.0f} commands that differ in nothing but their numbers, and no file was "
            f"changed between: {preview(episode.detail, 160)}"
        ),
        "Do it in one command (a loop, a range), or see whether the agent is guessing at a number.",
    ),
    "polling": _Wording(
        "medium",
        "medium",
        lambda episode, value, count: f"asked {value:.0f}× how it stands: {_about(episode)}",
        lambda episode, value, count: (
            f"{_about(episode, 160)} was asked {value:.0f} times at regular gaps with nothing but waiting between; "
            "each question sends the whole context again."
        ),
        "Wait in one call until it is done (--wait, --watch, a loop in the shell), or have the host wake the agent.",
    ),
    "no_progress": _Wording(
        "high",
        "medium",
        lambda episode, value, count: f"{value:.0f} iterations without progress",
        lambda episode, value, count: (
            f"Through {value:.0f} iterations with tool calls no file was changed, nothing was read that had not been "
            "read before, and nothing that was run went well."
        ),
        "Stop here and ask: the goal may be out of reach, or something may be missing that the agent cannot find out.",
    ),
    "duplicate_read": _Wording(
        "low",
        "high",
        lambda episode, value, count: f"read {value:.0f}× unchanged: {preview(episode.detail, 60)}",
        lambda episode, value, count: (
            f"{_about(episode, 160)} was read {value:.0f} times with the same arguments. Nothing that the trace tells "
            "of changed it, and the context was not compacted between."
        ),
        "Have the tool answer `unchanged since you read it`, or keep what was read where the agent finds it again.",
    ),
    "serial_reads": _Wording(
        "low",
        "low",
        lambda episode, value, count: f"{value:.0f} files read one by one",
        lambda episode, value, count: (
            f"{value:.0f} different files were read in as many iterations in a row, each of which did nothing else. "
            "Where one read does not depend on the one before, one iteration can make them all."
        ),
        "Allow parallel tool calls, and say in the prompt that reads may be made together.",
    ),
    "blind_edit": _Wording(
        "low",
        "medium",
        lambda episode, value, count: (
            f"edited unread: {preview(episode.detail, 60)}"
            if value == 1
            else f"{value:.0f} edits of unread files: {preview(episode.detail, 40)}"
        ),
        lambda episode, value, count: (
            f"{value:.0f} edit{'' if value == 1 else 's'} of files that this agent had neither read nor written, nor "
            f"named in a command; the first: {preview(episode.detail, 160)}"
        ),
        "Have the edit tool refuse files that were not read; where the text came with the prompt all is well.",
    ),
    "edit_churn": _Wording(
        "medium",
        "medium",
        lambda episode, value, count: f"{value:.0f} edits, runs still failing: {preview(episode.detail, 60)}",
        lambda episode, value, count: (
            f"{preview(episode.detail, 160)} was edited {value:.0f} times within few iterations, with runs that failed "
            "between."
        ),
        "Have the agent say what it expects before the next edit, and go back to the last state that worked.",
    ),
    "error_loop": _Wording(
        "high",
        "high",
        lambda episode, value, count: f"failed {value:.0f}× alike: {_about(episode)}",
        lambda episode, value, count: (
            f"{_about(episode, 160)} failed {value:.0f} times in a row with the same arguments, or ones alike, and no "
            "file was changed between."
        ),
        "Read the first of these errors: it will not go away by itself. Let the tool say what to do instead.",
    ),
    "failure_rate": _Wording(
        "medium",
        "high",
        lambda episode, value, count: f"{value:.0%} of the latest calls failed: {episode.label}",
        lambda episode, value, count: f"Up to {value:.0%} of the latest calls of {episode.label} failed.",
        "See whether the tool is broken, or the agent holds it wrongly: its description may be unclear.",
    ),
    "slow_outlier": _Wording(
        "low",
        "medium",
        lambda episode, value, count: (
            f"{episode.label} took {figures.duration(value)}, usually {_usual(episode)}"
            + (f" ({count:,} such calls)" if count > 1 else "")
        ),
        lambda episode, value, count: (
            f"{figures.count(count, 'call')} of {episode.label} took up to {figures.duration(value)}. When the first "
            f"of them ended, 95 % of its calls so far had taken {_usual(episode)} or less."
        ),
        "See what these calls worked on, or whether they waited for somebody's leave; give the tool a time limit.",
    ),
    "hung_call": _Wording(
        "medium",
        "medium",
        lambda episode, value, count: (
            f"{episode.label} has no end" if value == 1 else f"{value:.0f} calls of {episode.label} have no end"
        ),
        lambda episode, value, count: (
            f"{figures.count(int(value), 'call')} of {episode.label} began and did not end, though the agent that made "
            "them went on, or the session ended."
        ),
        "See whether the tool hangs, or whether its end is not recorded.",
    ),
    "retry_storm": _Wording(
        "medium",
        "high",
        lambda episode, value, count: f"{value:.0f} errors and retries of the model at once",
        lambda episode, value, count: f"The model's provider was tried again, or failed, {value:.0f} times in a row.",
        "Wait longer between tries, ask for a higher limit, or run fewer agents at once.",
    ),
    "tail_spin": _Wording(
        "medium",
        "low",
        lambda episode, value, count: f"ended with {value:.0f} iterations that brought nothing",
        lambda episode, value, count: (
            f"In the last {value:.0f} iterations with tool calls before the session ended, the agent called nothing "
            "that it had not called before since its last change."
        ),
        "See what these were for: a clear end of the task in the prompt saves them.",
    ),
    "unverified_finish": _Wording(
        "medium",
        "medium",
        lambda episode, value, count: f"ended with {figures.count(int(value), 'edit')} that nothing was run after",
        lambda episode, value, count: (
            f"The session ended after {figures.count(int(value), 'edit')}, the last of {preview(episode.detail, 120)}, "
            "and nothing was run behind them: no test, no build, no program."
        ),
        "Have the agent run the tests, or whatever shows that it works, before it ends.",
    ),
}

CATEGORIES: tuple[str, ...] = tuple(_WORDINGS)
"""The categories of findings, in the order in which they are listed."""

ALL_CATEGORIES = (*documented.CATEGORIES, *CATEGORIES)
"""The documented ones first."""


def severity_of(category: str) -> str:
    """The severity of a category, of findings or documented."""
    wording = _WORDINGS.get(category)
    return documented.severity_of(category) if wording is None else wording.severity


def confidence_of(category: str) -> str:
    """How sure findings of a category are; empty for the documented ones, which are what they say."""
    wording = _WORDINGS.get(category)
    return "" if wording is None else wording.confidence


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
        suggestion=wording.suggestion,
        iteration=episode.iteration,
        event_ids=tuple(event_id(event) for event in evidence) if event_id is not None else (),
        events=tuple(evidence),
        raised=episode.raised,
        count=len(evidence),
        agent=view.session.lanes.names.name(episode.lane),
        confidence=wording.confidence,
        thresholds=tuning.words(episode.category),
    )


def rank(issue: Issue) -> tuple[int, int]:
    """By this the worst come first, and like stand beside like."""
    return SEVERITIES.index(issue.severity), ALL_CATEGORIES.index(issue.category)


def _usual(episode: Episode) -> str:
    return figures.duration(float(episode.detail))
