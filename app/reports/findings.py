"""What the rules of the second pass found in a trace, beside its documented issues."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import Any

from ...analysis.cache.miss_prices import Basis
from ...analysis.rules.findings import Finding, describe, rank
from ...analysis.rules.waste import assess
from ...analysis.rules.words.cache import CATEGORIES as CACHE
from ...analysis.tree.tree import Tree
from ..trace import Trace
from .json_text import known
from .layout import heading, wrapped
from .told import Told, in_full, issue_lines, issue_object, tally
from .waste import ledger_of, told_wasted

_SHOWN = 20


def findings_of(trace: Trace) -> list[Told]:
    """The findings that stand, worst first, each with what it cost."""
    view = trace.view()
    ledger = ledger_of(trace)
    tree = Tree(view)
    told = [
        Told(
            describe(episode, view, trace.event_id, trace.tuning),
            assess(episode, tree).toll,
            ledger.wasted_by(episode, view.at),
            told_wasted(ledger, episode, view),
        )
        for episode in ledger.found.standing(view.at)
    ]
    return sorted(told, key=lambda each: rank(each.issue))


def finding_objects(trace: Trace) -> list[dict[str, Any]]:
    """Findings as JSON has them: `basis` says how figures are known, None where none is; cost is in dollars."""
    return [
        {
            **issue_object(finding),
            "confidence": finding.confidence,
            "thresholds": list(finding.thresholds),
            "tokens": told.toll.tokens,
            "cost": known(told.toll.cost),
            "seconds": known(told.toll.seconds, 6),
            "basis": told.toll.basis,
            **({"at_least": True} if told.toll.at_least else {}),
            "wasted_tokens": None if told.wasted is None else told.wasted.tokens,
            "wasted_cost": None if told.wasted is None else known(told.wasted.cost),
            "wasted_basis": None if told.wasted is None else Basis.DERIVED.value,
        }
        for told in findings_of(trace)
        if isinstance(finding := told.issue, Finding)
    ]


def findings_text(trace: Trace, width: int) -> Iterator[str]:
    """All findings in full, below a heading; nothing where there are none."""
    findings = findings_of(trace)
    if not findings:
        return
    yield ""
    yield heading("findings", tally([told.issue for told in findings], "finding"), width)
    for (_, suggestion), alike in groupby(findings, key=lambda told: (told.issue.category, told.issue.suggestion)):
        for told in alike:
            yield ""
            yield from in_full(told, width)
            if isinstance(told.issue, Finding):
                yield from wrapped(f"fires from: {'; '.join(told.issue.thresholds)}", width, "    ")
        yield from wrapped(f"→ {suggestion}", width, "    ")


def finding_lines(trace: Trace, width: int) -> Iterator[str]:
    """Findings in brief, below a heading; nothing where there are none. Those on the cache stand with the cache."""
    findings = [told.issue for told in findings_of(trace) if told.issue.category not in CACHE]
    if findings:
        yield ""
        yield heading("findings", tally(findings, "finding"), width)
        yield from issue_lines(findings, width, _SHOWN, "findings")
