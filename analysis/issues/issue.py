"""What an issue says: its severity, title, description and what to do about it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from .. import figures
from ..arguments import preview
from .episodes import Episode

SEVERITIES = ("critical", "high", "medium", "low")


@dataclass(frozen=True, slots=True)
class Issue:
    """An issue as of some event.

    `events` are the numbers of the events that prove it, `event_ids` their ids where the caller could look them up;
    `raised` the number of the event that raised it; `count` how often it occurred within its episode.
    """

    severity: str
    category: str
    title: str
    description: str
    suggestion: str
    iteration: int | None
    event_ids: tuple[str, ...]
    events: tuple[int, ...]
    raised: int
    count: int
    agent: str = ""


@dataclass(frozen=True, slots=True)
class _Wording:
    severity: str
    title: Callable[[Episode, float, int], str]
    description: Callable[[Episode, float, int], str]
    suggestion: str
    after_pause: str = ""
    """What is suggested instead where the episode has a pause for its label."""


def _times(count: float) -> str:
    return f"{count:.0f}×"


_WORDINGS: dict[str, _Wording] = {
    "excessive_iterations": _Wording(
        "high",
        lambda episode, value, count: f"{value:.0f} iterations without a tool call",
        lambda episode, value, count: (
            f"The agent went through {value:.0f} consecutive iterations without a tool call (more than 15 raise this)."
        ),
        "See whether the agent is stuck in reasoning; end the run when nothing is left to do, or prompt for an action.",
    ),
    "repeated_tool_calls": _Wording(
        "high",
        lambda episode, value, count: f"same call {_times(value)}: {episode.label} {_short(episode.detail)}".rstrip(),
        lambda episode, value, count: (
            f"{episode.label} was called {value:.0f} times with identical arguments: {_short(episode.detail, 160)}"
        ),
        "Feed the earlier result back, cache it, or stop the agent after the second identical call.",
    ),
    "cache_drop": _Wording(
        "medium",
        lambda episode, value, count: (
            f"cache hit fell {episode.detail} → {value:.0%}{f' in a pause of {episode.label}' if episode.label else ''}"
        ),
        lambda episode, value, count: (
            f"The cache hit rate fell from {episode.detail} to {value:.0%} from one response of the agent to the next."
            + (f" {episode.label} lay between them, and caches last 5 minutes or an hour." if episode.label else "")
        ),
        "Look for what changed at the start of the prompt: tools, system prompt, model, or a rewritten history.",
        "It may just have run out: go on within 5 minutes, have it kept for an hour, or compact before a longer pause.",
    ),
    "token_spike": _Wording(
        "medium",
        lambda episode, value, count: f"{value:,.0f} tokens, over twice the mean of {float(episode.detail):,.0f}",
        lambda episode, value, count: (
            f"A response took {value:,.0f} tokens; the agent's responses before it took {float(episode.detail):,.0f} "
            f"on average."
        ),
        "See what entered the context just before: a large file, a long tool result, a pasted log.",
    ),
    "compaction_frequency": _Wording(
        "medium",
        lambda episode, value, count: f"{value:.0f} compactions within 20 iterations",
        lambda episode, value, count: (
            f"The context was compacted {value:.0f} times within 20 iterations (more than 3 raise this)."
        ),
        "Keep large results out of the context, or compact further each time so that it lasts longer.",
    ),
    "empty_response": _Wording(
        "high",
        lambda episode, value, count: "empty response" if value == 1 else f"{value:.0f} empty responses in a row",
        lambda episode, value, count: (
            "The model answered with 0 output tokens."
            if value == 1
            else f"The model answered {value:.0f} times in a row with 0 output tokens."
        ),
        "Check the request for a full context, a stop sequence that fires at once, or a refusal by the provider.",
    ),
    "tool_error_rate": _Wording(
        "high",
        lambda episode, value, count: f"{value:.0%} of tool calls failed",
        lambda episode, value, count: f"{count} tool calls failed, {value:.0%} of all (more than 30 % raise this).",
        "Look at the first failure: wrong arguments, a missing file, or a tool the agent should not have.",
    ),
    "long_tool_execution": _Wording(
        "low",
        lambda episode, value, count: f"{episode.label or 'a tool'} took {figures.duration(value)}",
        lambda episode, value, count: (
            f"A call of {episode.label or 'a tool'} took {figures.duration(value)} (over 30s)."
        ),
        "Give the command a time limit, run it in the background, or narrow what it works on.",
    ),
    "context_overflow": _Wording(
        "critical",
        lambda episode, value, count: "context overflow" if value == 1 else f"context overflow {_times(value)}",
        lambda episode, value, count: (
            f"The context ran over and was truncated in an emergency{'' if value == 1 else f', {value:.0f} times'}."
        ),
        "Compact earlier, limit the size of tool results, or choose a model with a larger context.",
    ),
    "budget_warning_ignored": _Wording(
        "medium",
        lambda episode, value, count: (
            "budget warning ignored" if value == 1 else f"{value:.0f} budget warnings ignored"
        ),
        lambda episode, value, count: (
            "After a budget warning the agent went on as before: within 3 iterations no mode change, no compaction, "
            "and neither tool calls nor tokens per iteration came down to half."
        ),
        "Act on the warning: switch to a summary or finishing mode, compact, or stop.",
    ),
    "subagent_timeout": _Wording(
        "medium",
        lambda episode, value, count: f"sub-agent {episode.label} {episode.detail}",
        lambda episode, value, count: f"The delegated task of {episode.label} {episode.detail}.",
        "Give the task a smaller scope or more time, and let the agent see why it failed.",
    ),
}

CATEGORIES: tuple[str, ...] = tuple(_WORDINGS)
"""The eleven documented categories."""


def severity_of(category: str) -> str:
    """The severity of a category."""
    return _WORDINGS[category].severity


def occurrences(category: str, evidence: int) -> int:
    """How often an issue occurred that so many events prove: a fall of the cache takes the response before it too."""
    if category == "subagent_timeout":
        return 1
    return evidence - 1 if category == "cache_drop" else evidence


def title_of(episode: Episode, at: int) -> str:
    """The title of the issue that an episode is as of event `at`: `describe`, without what all of it costs."""
    return _WORDINGS[episode.category].title(episode, episode.value(at), episode.count(at))


def describe(episode: Episode, at: int, agent: str, event_id: Callable[[int], str] | None) -> Issue:
    """The issue that an episode is as of event `at`. `event_id` looks up the id of an event by its number."""
    wording = _WORDINGS[episode.category]
    evidence = episode.evidence_at(at)
    value, count = episode.value(at), len(evidence)
    return Issue(
        severity=wording.severity,
        category=episode.category,
        title=title_of(episode, at),
        description=wording.description(episode, value, count),
        suggestion=wording.after_pause if wording.after_pause and episode.label else wording.suggestion,
        iteration=episode.iteration,
        event_ids=tuple(event_id(event) for event in evidence) if event_id is not None else (),
        events=tuple(evidence),
        raised=episode.raised,
        count=occurrences(episode.category, count),
        agent=agent,
    )


def _short(detail: str, limit: int = 60) -> str:
    return preview(detail, limit)
