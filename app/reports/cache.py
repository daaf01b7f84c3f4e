"""The cache of a trace: what broke it, what that cost, and the patterns behind it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from ...analysis import figures
from ...analysis.break_causes import WORDS, BreakClass
from ...analysis.cache_losses import CacheBreak, CacheLosses, Loss, sum_of
from ...analysis.cache_patterns import PATTERNS
from ...analysis.finding_words import CacheFinding, findings_of
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
    return [_finding_object(trace, finding) for finding in findings_of(losses_of(trace), view)]


def cache_lines(trace: Trace, view: View, width: int) -> Iterator[str]:
    """The section of the report; nothing where no response reports its cache."""
    if not view.cache.requests:
        return
    losses = losses_of(trace)
    breaks, findings = losses.all(view), findings_of(losses, view)
    yield ""
    yield heading("cache", _headline(breaks, view), width)
    if breaks:
        yield from _classes(breaks, width)
        yield ""
        yield from _worst(breaks, width)
    else:
        yield "  It never broke."
    for pattern in PATTERNS:
        alike = [finding for finding in findings if finding.pattern == pattern]
        yield from _pattern(alike, width)


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


def _pattern(alike: list[CacheFinding], width: int) -> Iterator[str]:
    """The findings of one pattern; what to do stands once below them, but for what it saves."""
    for finding in alike[:_FINDINGS_SHOWN]:
        yield from wrapped(f"! {finding.title}{_whose(finding)}", width, "  ")
        if finding.saving.dollars is not None:
            yield from wrapped(f"→ {finding.advice}", width, "    ")
    if len(alike) > _FINDINGS_SHOWN:
        yield f"  {more(len(alike) - _FINDINGS_SHOWN, 'of these')}"
    if alike:
        advice, trigger = alike[0].advice, alike[0].trigger
        yield from wrapped(
            f"({trigger})" if alike[0].saving.dollars is not None else f"→ {advice} ({trigger})", width, "    "
        )


def _whose(finding: CacheFinding) -> str:
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
        "rebilled_cost": known(broken.loss.dollars),
        "cost_basis": None if broken.loss.basis is None else broken.loss.basis.value,
        "pause_seconds": known(broken.pause, 6),
    }


def _finding_object(trace: Trace, finding: CacheFinding) -> dict[str, Any]:
    return {
        "pattern": finding.pattern,
        "title": finding.title,
        "trigger": finding.trigger,
        "advice": finding.advice,
        "agent": finding.agent,
        "iteration": finding.iteration,
        "events": [event + 1 for event in finding.events],
        "event_ids": [trace.event_id(event) for event in finding.events],
        "saving": known(finding.saving.dollars),
        "saving_basis": None if finding.saving.basis is None else finding.saving.basis.value,
    }
