"""An issue or a finding as reports tell it: in brief, in full, as JSON, and how many of each severity there are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from ...analysis import figures
from ...analysis.issues.issue import SEVERITIES, Issue
from ...analysis.issues.toll import Toll
from ...analysis.ledger.entry import Wasted
from ...analysis.rules.findings import Finding
from ..safe_text import fit
from .layout import more, wrapped

_EVENTS_SHOWN = 12
_BRIEF_INDENT = " " * 22


@dataclass(frozen=True, slots=True)
class Told:
    """An issue or a finding with what it cost: all that went into it, and what of the bill is its own waste."""

    issue: Issue
    toll: Toll
    wasted: Wasted | None
    wasted_words: str


def issue_object(issue: Issue) -> dict[str, Any]:
    """An issue as JSON has it."""
    return {
        "category": issue.category,
        "severity": issue.severity,
        "title": issue.title,
        "description": issue.description,
        "suggestion": issue.suggestion,
        "iteration": issue.iteration,
        "event_ids": list(issue.event_ids),
    }


def issue_lines(issues: Sequence[Issue], width: int, most: int, noun: str = "issues") -> Iterator[str]:
    """At most `most` issues in brief: severity, iteration, title, and below those of one category what to do."""
    for (_, _, suggestion), group in groupby(
        issues[:most], key=lambda each: (each.severity, each.category, each.suggestion)
    ):
        for issue in group:
            where = f"  {issue.severity:<8}  {fit(place(issue), 8)}  "
            first, *rest = wrapped(issue.title, width, _BRIEF_INDENT)
            yield where + first.lstrip()
            yield from rest
        yield from wrapped(f"→ {suggestion}", width, _BRIEF_INDENT)
    if len(issues) > most:
        yield f"  {more(len(issues) - most, noun)}"


def tally(issues: Sequence[Issue], noun: str = "issue") -> str:
    """`3 issues: 1 critical, 2 low`."""
    counts = [(severity, sum(issue.severity == severity for issue in issues)) for severity in SEVERITIES]
    parts = ", ".join(f"{count} {severity}" for severity, count in counts if count)
    return f"{figures.count(len(issues), noun)}{f': {parts}' if parts else ''}"


def place(issue: Issue) -> str:
    """The iteration an issue was raised in."""
    return f"it {figures.UNKNOWN if issue.iteration is None else issue.iteration}"


def in_full(told: Told, width: int) -> Iterator[str]:
    """All there is to say of an issue or a finding but what to do."""
    issue = told.issue
    first, *rest = wrapped(issue.title, width, "  ")
    yield first
    yield from rest
    agent = f" · agent {issue.agent}" if issue.agent else ""
    sure = f" · {issue.confidence} confidence" if isinstance(issue, Finding) else ""
    yield from wrapped(f"{issue.category}{sure} · {place(issue)}{agent} · {_events(issue)}", width, "    ")
    yield from wrapped(issue.description, width, "    ")
    wasted = f"; wasted of its own: {told.wasted_words}" if told.wasted_words else ""
    yield from wrapped(f"cost: {', '.join(told.toll.words()) or figures.UNKNOWN}{wasted}", width, "    ")


def _events(issue: Issue) -> str:
    numbers = ", ".join(f"#{number + 1}" for number in issue.events[:_EVENTS_SHOWN])
    hidden = len(issue.events) - _EVENTS_SHOWN
    return f"event{'' if len(issue.events) == 1 else 's'} {numbers}{f' {more(hidden)}' if hidden > 0 else ''}"
