"""The issues of a trace, by severity."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from ...analysis import figures
from ...analysis.issues.issue import CATEGORIES, SEVERITIES, Issue
from ...analysis.issues.toll import Toll, toll_of
from ...analysis.ledger.entry import Wasted
from ...analysis.rules.findings import Finding
from ...analysis.tree.tree import Tree
from ..safe_text import fit
from ..trace import Trace
from .json_text import json_text
from .layout import heading, more, wrapped
from .waste import bill_line, ledger_of, told_wasted

_EVENTS_SHOWN = 12
_BRIEF_INDENT = " " * 22


@dataclass(frozen=True, slots=True)
class Told:
    """An issue or a finding with what it cost: all that went into it, and what of the bill is its own waste."""

    issue: Issue
    toll: Toll
    wasted: Wasted | None
    wasted_words: str


def issues_of(trace: Trace) -> list[Issue]:
    """The issues that stand, worst first and like beside like, each with the ids of the events that prove it."""
    return sorted(trace.view().issues(trace.event_id), key=_rank)


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


def issues_json(trace: Trace) -> Iterator[str]:
    """One line per issue; then one with all `findings`, where there are any."""
    from .findings import finding_objects  # it tells findings as issues are told here

    yield from (json_text(issue_object(issue)) for issue in issues_of(trace))
    findings = finding_objects(trace)
    if findings:
        yield json_text({"findings": findings})


def issues_text(trace: Trace, width: int) -> Iterator[str]:
    """All issues in full, grouped by severity; what to do stands once below those of a category. Then the findings."""
    from .findings import findings_text

    issues = _told(trace)
    if issues:
        yield from _issues_text(issues, width)
    else:
        yield "No issues."
    yield from findings_text(trace, width)
    yield from bill_line(trace)


def _issues_text(issues: list[Told], width: int) -> Iterator[str]:
    yield tally([told.issue for told in issues])
    for severity in SEVERITIES:
        group = [told for told in issues if told.issue.severity == severity]
        if group:
            yield ""
            yield heading(severity, figures.count(len(group), "issue"), width)
        for _, alike in groupby(group, key=lambda told: told.issue.category):
            suggestion = ""
            for told in alike:
                yield ""
                yield from in_full(told, width)
                suggestion = told.issue.suggestion
            yield from wrapped(f"→ {suggestion}", width, "    ")


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


def at_least(issues: Sequence[Issue], severity: str) -> list[Issue]:
    """The issues of this severity or worse."""
    worst = SEVERITIES[: SEVERITIES.index(severity) + 1]
    return [issue for issue in issues if issue.severity in worst]


def place(issue: Issue) -> str:
    """The iteration an issue was raised in."""
    return f"it {figures.UNKNOWN if issue.iteration is None else issue.iteration}"


def _told(trace: Trace) -> list[Told]:
    """The same issues in the same order, each with what it cost."""
    view, ledger = trace.view(), ledger_of(trace)
    tree = Tree(view)
    told = [
        Told(issue, toll_of(episode, tree), ledger.wasted_by(episode, view.at), told_wasted(ledger, episode, view))
        for issue, episode in zip(view.issues(trace.event_id), view.episodes(), strict=True)
    ]
    return sorted(told, key=lambda each: _rank(each.issue))


def _rank(issue: Issue) -> tuple[int, int]:
    return SEVERITIES.index(issue.severity), CATEGORIES.index(issue.category)


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
