"""What findings on the prompt cache say: what broke it, and the patterns that no single response shows."""

from __future__ import annotations

from math import isnan

from ... import figures
from ...cache.break_causes import WORDS, BreakClass
from ...cache.patterns import ALTERNATING, CHURN, EXPIRING, FROZEN, NEVER
from ...issues.episodes import Episode
from .wording import Told, Wording

BREAK = "cache_break"

_REMEDIES = {
    WORDS[BreakClass.TOOLS]: "Connect MCP servers and choose the tools before the first request, and keep their order.",
    WORDS[BreakClass.SYSTEM]: "Keep the system prompt as it is; say what changes, such as the mode, in a message.",
    WORDS[
        BreakClass.MODEL
    ]: "Stay with one model, or give the other its own, short conversation: each has its own cache.",
    WORDS[BreakClass.HISTORY]: "Only append to the history; where it must be cut, cut much of it at once and rarely.",
    WORDS[BreakClass.EXPIRY]: "Use the cache that lives an hour, or keep it warm over short pauses.",
    WORDS[
        BreakClass.COLD
    ]: "Let the first sub-agent be answered before the others are asked, or give all the same prefix.",
}
_REMEDY = "Compare the two requests around it: something before the cache breakpoint is not what it was."


def _tell_break(episode: Episode, value: float, count: int) -> str:
    return f"cache broken {count:,}×: {_cause(episode)} · ~{figures.tokens(int(value))} re-billed"


def _cause(episode: Episode) -> str:
    return "cause unknown" if episode.label == WORDS[BreakClass.UNKNOWN] else episode.label


def _describe_break(episode: Episode, value: float, count: int) -> str:
    return (
        f"{figures.count(count, 'response')} did not find in the cache what the one before had left there "
        f"({_cause(episode)}), and paid again for ~{figures.tokens(int(value))} tokens."
    )


def prompts_of(episode: Episode) -> list[int]:
    """What a pattern's rule noted of its first response: tokens of the prompt, and of what came from the cache."""
    return list(map(int, episode.detail.split()))


def _prompts(episode: Episode, value: float, count: int) -> str:
    return f"prompts {figures.tokens(prompts_of(episode)[0])} to {figures.tokens(int(value))}"


def _frozen(episode: Episode, value: float, count: int) -> str:
    return f"boundary at {figures.tokens(prompts_of(episode)[1])}, {_prompts(episode, value, count)}"


def _saving(episode: Episode, value: float, count: int) -> str:
    if isnan(value):
        return ""
    money = figures.cost(abs(value), estimated=True)
    return f": {'saves' if value >= 0 else 'here it would have cost'} {money}"


def _pattern(severity: str, confidence: str, title: str, told: Told, why: str, advice: str) -> Wording:
    """The words of a pattern: `title: 5 responses, prompts 5.00k to 9.00k`."""

    def tell(episode: Episode, value: float, count: int) -> str:
        return f"{title}: {figures.count(count, 'response')}, {told(episode, value, count)}"

    def describe(episode: Episode, value: float, count: int) -> str:
        return f"{why} ({figures.count(count, 'response')}, {told(episode, value, count)})."

    return Wording(severity, confidence, tell, describe, advice)


WORDINGS: dict[str, Wording] = {
    BREAK: Wording(
        "medium",
        lambda episode: episode.detail,
        _tell_break,
        _describe_break,
        lambda episode, value, count: _REMEDIES.get(episode.label, _REMEDY),
    ),
    NEVER: _pattern(
        "medium",
        "medium",
        "the cache is never read",
        _prompts,
        "Long prompts were sent whole again and again, and nothing of them came from the cache",
        "look whether caching is on, and whether something at the start of the prompt changes every time",
    ),
    CHURN: _pattern(
        "medium",
        "medium",
        "the cache is written and hardly read",
        _prompts,
        "Most of the prompts was written to the cache, at a higher price, and hardly anything was read from there",
        "keep what changes behind the cache breakpoint, or do not cache it",
    ),
    ALTERNATING: _pattern(
        "medium",
        "medium",
        "hit and miss take turns",
        _prompts,
        "The cache was found and missed by turns",
        "look for two prompts or two endpoints that take turns; give both the same cache key",
    ),
    FROZEN: _pattern(
        "medium",
        "medium",
        "the boundary is frozen",
        _frozen,
        "What came from the cache stayed the same while the prompt grew away from it",
        "move the cache breakpoint forward with the conversation",
    ),
    EXPIRING: Wording(
        "medium",
        "medium",
        lambda episode, value, count: f"the cache runs out again and again: {figures.count(count, 'time')}",
        lambda episode, value, count: (
            f"{figures.count(count, 'pause')} were longer than the cache of the agent lived, and shorter than an hour."
        ),
        lambda episode, value, count: f"use the cache that lives an hour{_saving(episode, value, count)}",
    ),
}

CATEGORIES: tuple[str, ...] = tuple(WORDINGS)
"""The categories that are about the cache: its breaks, then the patterns, the most expensive kind first."""
