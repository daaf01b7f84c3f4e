"""The cache of a trace: what broke it, what that cost, and the patterns behind it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from math import isnan, nan
from typing import Any

from ...analysis import figures
from ...analysis.cache.break_causes import WORDS, BreakClass
from ...analysis.cache.losses import CacheBreak, CacheLosses
from ...analysis.cache.miss_prices import Basis, Loss, sum_of
from ...analysis.cache.patterns import EXPIRING, PATTERNS
from ...analysis.issues.issue import Issue
from ...analysis.rules.findings import Finding, describe
from ...analysis.view import View
from ..trace import Trace
from .json_text import known
from .layout import heading, more, table, wrapped

_BREAKS_SHOWN = 5
_FINDINGS_SHOWN = 5


def losses_of(trace: Trace) -> CacheLosses:
    """What tells the breaks of a trace, all of which is looked through."""
    losses = trace.cache_losses(trace.session)
    losses.breaks.extend_all()
    return losses


def break_objects(trace: Trace, view: View) -> list[dict[str, Any]]:
    """The breaks as JSON has them, oldest first; event numbers are from 1."""
    return [_break_object(trace, broken) for broken in losses_of(trace).all(view)]


def finding_objects(trace: Trace, view: View) -> list[dict[str, Any]]:
    """The patterns as JSON has them, oldest first."""
    return [_pattern_object(pattern) for pattern in _patterns_of(trace, view)]


def cache_lines(trace: Trace, view: View, width: int) -> Iterator[str]:
    """The section of the report; nothing where no response reports its cache."""
    if not view.cache.requests:
        return
    breaks, patterns = losses_of(trace).all(view), _patterns_of(trace, view)
    yield ""
    yield heading("cache", _headline(breaks, view), width)
    if breaks:
        yield from _classes(breaks, width)
        yield ""
        yield from _worst(breaks, width)
    else:
        yield "  It never broke."
    for category in PATTERNS:
        yield from _pattern([pattern for pattern in patterns if pattern.finding.category == category], width)


def _headline(breaks: list[CacheBreak], view: View) -> str:
    if not breaks:
        return "no breaks"
    rebilled, prompt = sum(broken.rebilled for broken in breaks), view.tokens.prompt
    share = f" ({figures.share(rebilled / prompt)} of all sent)" if prompt else ""
    money = _money(sum_of([broken.loss for broken in breaks]))
    if any(broken.loss.dollars is None for broken in breaks) and money != figures.UNKNOWN:
        money = f"at least {money}"
    return f"{figures.count(len(breaks), 'break')}, ~{figures.tokens(rebilled)} re-billed{share}, {money}"


def _classes(breaks: list[CacheBreak], width: int) -> Iterator[str]:
    """A row per class of breaks, in the order in which classes are asked for."""
    counts = Counter(broken.cause.kind for broken in breaks)
    rows = []
    for kind in BreakClass:
        if counts[kind]:
            of_kind = [broken for broken in breaks if broken.cause.kind is kind]
            rebilled = sum(broken.rebilled for broken in of_kind)
            unpriced = sum(broken.loss.dollars is None for broken in of_kind)
            remark = f"without {unpriced:,} of unknown price" if 0 < unpriced < len(of_kind) else ""
            money = _money(sum_of([broken.loss for broken in of_kind]))
            rows.append([WORDS[kind], f"{counts[kind]:,}", f"~{figures.tokens(rebilled)}", money, remark])
    yield from table(["cause", "breaks", "re-billed", "cost", ""], rows, width, left=frozenset({0, 4}), elastic=4)


def _worst(breaks: list[CacheBreak], width: int) -> Iterator[str]:
    """The breaks that made most be paid for again."""
    worst = sorted(breaks, key=lambda broken: -broken.rebilled)[:_BREAKS_SHOWN]
    rows = [
        [
            f"#{broken.request + 1:,}",
            f"{broken.event + 1:,}",
            broken.extent,
            broken.culprit,
            broken.cause.confidence.value,
            f"~{figures.tokens(broken.rebilled)}",
            _money(broken.loss),
        ]
        for broken in worst
    ]
    heads = ["request", "event", "extent", "culprit", "sure", "re-billed", "cost"]
    yield from table(heads, rows, width, left=frozenset({2, 3, 4}), elastic=3)
    if len(breaks) > _BREAKS_SHOWN:
        yield f"  {more(len(breaks) - _BREAKS_SHOWN, 'breaks')}"


@dataclass(frozen=True, slots=True)
class _PatternFound:
    """A pattern of the cache, and what the advice would have saved in dollars (a loss below 0, None unknown)."""

    finding: Finding
    saving: float | None


def _patterns_of(trace: Trace, view: View) -> list[_PatternFound]:
    """The patterns that stand, oldest first."""
    found = trace.second_pass(view.session)
    found.extend_to_end()
    patterns = []
    for episode in found.standing(view.at):
        told = describe(episode, view, trace.event_id, trace.tuning) if episode.category in PATTERNS else None
        if isinstance(told, Finding):
            saving = episode.value(view.at) if episode.category == EXPIRING else nan
            patterns.append(_PatternFound(told, None if isnan(saving) else saving))
    return patterns


def _pattern(alike: list[_PatternFound], width: int) -> Iterator[str]:
    """The findings of one pattern; what to do stands once below them, but for what it saves."""
    for pattern in alike[:_FINDINGS_SHOWN]:
        yield from wrapped(f"! {pattern.finding.title}{_whose(pattern.finding)}", width, "  ")
        if pattern.saving is not None:
            yield from wrapped(f"→ {pattern.finding.suggestion}", width, "    ")
    if len(alike) > _FINDINGS_SHOWN:
        yield f"  {more(len(alike) - _FINDINGS_SHOWN, 'of these')}"
    if alike:
        finding = alike[0].finding
        trigger = f"({_trigger(finding)})"
        yield from wrapped(
            trigger if alike[0].saving is not None else f"→ {finding.suggestion} {trigger}", width, "    "
        )


def _trigger(finding: Finding) -> str:
    return "; ".join(finding.thresholds)


def _whose(finding: Issue) -> str:
    return f" · agent {finding.agent}" if finding.agent else ""


def _money(loss: Loss) -> str:
    return figures.cost(loss.dollars, estimated=loss.dollars is not None)


def _break_object(trace: Trace, broken: CacheBreak) -> dict[str, Any]:
    culprit = broken.cause.culprit
    return {
        "event": broken.event + 1,
        "event_id": trace.event_id(broken.event),
        "previous_event": broken.previous + 1,
        "request": broken.request + 1,
        "iteration": broken.iteration,
        "agent": broken.agent,
        "extent": broken.extent,
        "class": broken.cause.kind.value,
        "confidence": broken.cause.confidence.value,
        "provider_reason": broken.cause.told_by or None,
        "culprit_event": None if culprit is None else culprit + 1,
        "culprit_event_id": None if culprit is None else trace.event_id(culprit),
        "other_causes": [
            {
                "class": cause.kind.value,
                "confidence": cause.confidence.value,
                "event": None if cause.culprit is None else cause.culprit + 1,
            }
            for cause in broken.causes[1:]
        ],
        "expected_tokens": broken.expected,
        "read_tokens": broken.read,
        "prompt_tokens": broken.prompt,
        "rebilled_tokens": broken.rebilled,
        "tokens_basis": Basis.DERIVED.value,
        "rebilled_cost": known(broken.loss.dollars),
        "cost_basis": None if broken.loss.basis is None else broken.loss.basis.value,
        "pause_seconds": known(broken.pause, 6),
    }


def _pattern_object(pattern: _PatternFound) -> dict[str, Any]:
    finding = pattern.finding
    return {
        "pattern": finding.category,
        "title": finding.title,
        "trigger": _trigger(finding),
        "advice": finding.suggestion,
        "agent": finding.agent,
        "iteration": finding.iteration,
        "events": [event + 1 for event in finding.events],
        "event_ids": list(finding.event_ids),
        "saving": known(pattern.saving),
        "saving_basis": None if pattern.saving is None else Basis.ESTIMATED.value,
    }
