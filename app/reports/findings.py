"""What the rules of the second pass found in a trace, beside its documented issues."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import Any

from ...analysis.issues.toll import Toll
from ...analysis.rules.findings import Finding, describe, rank
from ...analysis.rules.waste import assess
from ...analysis.rules.words.cache import CATEGORIES as CACHE
from ...analysis.tree import Tree
from ..trace import Trace
from .issues import in_full, issue_lines, issue_object, tally
from .json_text import known
from .layout import heading, wrapped

_SHOWN = 20


def findings_of(trace: Trace) -> list[tuple[Finding, Toll]]:
    """The findings that stand, worst first, each with what it cost."""
    view = trace.view()
    found = trace.second_pass(view.session)
    found.extend_to_end()
    tree = Tree(view)
    told = [
        (describe(episode, view, trace.event_id, trace.tuning), assess(episode, tree).toll)
        for episode in found.standing(view.at)
    ]
    findings = [(finding, toll) for finding, toll in told if isinstance(finding, Finding)]
    return sorted(findings, key=lambda pair: rank(pair[0]))


def finding_objects(trace: Trace) -> list[dict[str, Any]]:
    """Findings as JSON has them: `tokens` and `cost` in dollars are derived, None where they cannot be told."""
    return [
        {
            **issue_object(finding),
            "confidence": finding.confidence,
            "thresholds": list(finding.thresholds),
            "tokens": toll.tokens,
            "cost": known(toll.cost),
        }
        for finding, toll in findings_of(trace)
    ]


def findings_text(trace: Trace, width: int) -> Iterator[str]:
    """All findings in full, below a heading; nothing where there are none."""
    findings = findings_of(trace)
    if not findings:
        return
    yield ""
    yield heading("findings", tally([finding for finding, _ in findings], "finding"), width)
    for (_, suggestion), alike in groupby(findings, key=lambda pair: (pair[0].category, pair[0].suggestion)):
        for finding, toll in alike:
            yield ""
            yield from in_full(finding, toll, width)
            fires = "; ".join(finding.thresholds)
            yield from wrapped(f"fires from: {fires}", width, "    ")
        yield from wrapped(f"→ {suggestion}", width, "    ")


def finding_lines(trace: Trace, width: int) -> Iterator[str]:
    """Findings in brief, below a heading; nothing where there are none. Those on the cache stand with the cache."""
    findings = [finding for finding, _ in findings_of(trace) if finding.category not in CACHE]
    if findings:
        yield ""
        yield heading("findings", tally(findings, "finding"), width)
        yield from issue_lines(findings, width, _SHOWN, "findings")
