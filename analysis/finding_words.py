"""The patterns of the cache in words: what was seen, by which thresholds, and what to do about it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from . import figures
from .cache_limits import CacheLimits
from .cache_losses import CacheLosses, Loss
from .cache_patterns import ALTERNATING, CHURN, EXPIRING, FROZEN, NEVER, Finding
from .view import LlmCall, View


@dataclass(frozen=True, slots=True)
class CacheFinding:
    """One pattern as of an event. `events` prove it, `saving` is what the advice would have saved."""

    pattern: str
    title: str
    trigger: str
    advice: str
    agent: str
    iteration: int | None
    events: tuple[int, ...]
    saving: Loss = Loss()


@dataclass(frozen=True, slots=True)
class _Wording:
    title: str
    advice: str
    tell: Callable[[list[LlmCall]], str]
    trigger: Callable[[CacheLimits], str]


def finding_of(losses: CacheLosses, finding: Finding, view: View) -> CacheFinding:
    """A pattern in words, as of the view."""
    session, wording = losses.session, _WORDINGS[finding.pattern]
    events = finding.evidence[: finding.count(view.at)]
    calls = [view.llm_call(session.llm.rows(events[index])) for index in (0, -1)]
    saving = losses.longer_life_saves(finding, view.at) if finding.pattern == EXPIRING else Loss()
    iteration = session.iterations.number_of(session.events.iteration[finding.raised])
    return CacheFinding(
        pattern=finding.pattern,
        title=f"{wording.title}: {figures.count(len(events), 'response')}, {wording.tell(calls)}",
        trigger=wording.trigger(losses.breaks.limits),
        advice=_advice(wording.advice, saving),
        agent=session.lanes.names.name(finding.lane),
        iteration=iteration,
        events=tuple(events),
        saving=saving,
    )


def findings_of(losses: CacheLosses, view: View) -> list[CacheFinding]:
    """All patterns as of the view, in the order in which they were found."""
    return [finding_of(losses, finding, view) for finding in losses.findings(view.at)]


def _advice(advice: str, saving: Loss) -> str:
    if saving.dollars is None:
        return advice
    money = figures.cost(abs(saving.dollars), estimated=True)
    return f"{advice}: {'saves' if saving.dollars >= 0 else 'here it would have cost'} {money}"


def _prompts(calls: list[LlmCall]) -> str:
    return f"prompts {figures.tokens(calls[0].tokens.prompt)} to {figures.tokens(calls[-1].tokens.prompt)}"


def _frozen(calls: list[LlmCall]) -> str:
    return f"boundary at {figures.tokens(calls[0].tokens.cache_read)}, {_prompts(calls)}"


_WORDINGS = {
    FROZEN: _Wording(
        "the boundary is frozen",
        "move the cache breakpoint forward with the conversation",
        _frozen,
        lambda limits: (
            f"read stays within {limits.frozen_band:.0%} over {limits.frozen_responses} responses "
            f"while the prompt grows {limits.frozen_growth:.0%}"
        ),
    ),
    NEVER: _Wording(
        "the cache is never read",
        "look whether caching is on, and whether something at the start of the prompt changes every time",
        _prompts,
        lambda limits: (
            f"{limits.never_responses} responses of {limits.never_least_prompt:,} tokens or more read nothing"
        ),
    ),
    CHURN: _Wording(
        "the cache is written and hardly read",
        "keep what changes behind the cache breakpoint, or do not cache it",
        _prompts,
        lambda limits: (
            f"over {limits.churn_responses} responses more than {limits.churn_least_written:.0%} of the prompts is "
            f"written, less than {limits.churn_most_read:.0%} read"
        ),
    ),
    ALTERNATING: _Wording(
        "hit and miss take turns",
        "look for two prompts or two endpoints that take turns; give both the same cache key",
        _prompts,
        lambda limits: (
            f"{limits.alternations} changes between {limits.hit_from:.0%} read and {limits.miss_up_to:.0%}, "
            f"prompts of {limits.alternating_least_prompt:,} tokens or more"
        ),
    ),
    EXPIRING: _Wording(
        "the cache runs out again and again",
        "use the cache that lives an hour",
        _prompts,
        lambda limits: (
            f"{limits.expiries} breaks after pauses of {limits.short_life:.0f} to {limits.long_life:.0f} seconds"
        ),
    ),
}
