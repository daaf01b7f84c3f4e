"""The issues of a trace, by severity."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any

from ...analysis import figures
from ...analysis.issues.issue import CATEGORIES, SEVERITIES, Issue
from ...analysis.issues.toll import Toll, toll_of
from ...analysis.rules.findings import Finding
from ...analysis.tree import Tree
from ..safe_text import fit
from ..trace import Trace
from .json_text import json_text
from .layout import heading, more, wrapped

_EVENTS_SHOWN = 12
_BRIEF_INDENT = " " * 22


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

    issues = _with_tolls(trace)
    if issues:
        yield from _issues_text(issues, width)
    else:
        yield "No issues."
    yield from findings_text(trace, width)


def _issues_text(issues: list[tuple[Issue, Toll]], width: int) -> Iterator[str]:
    yield tally([issue for issue, _ in issues])
    for severity in SEVERITIES:
        group = [(issue, toll) for issue, toll in issues if issue.severity == severity]
        if group:
            yield ""
            yield heading(severity, figures.count(len(group), "issue"), width)
        for _, alike in groupby(group, key=lambda pair: pair[0].category):
            suggestion = ""
            for issue, toll in alike:
                yield ""
                yield from in_full(issue, toll, width)
                suggestion = issue.suggestion
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


def _with_tolls(trace: Trace) -> list[tuple[Issue, Toll]]:
    """The same issues in the same order, each with what it cost."""
    view = trace.view()
    tree = Tree(view)
    tolls = [toll_of(episode, tree) for episode in view.episodes()]
    return sorted(zip(view.issues(trace.event_id), tolls, strict=True), key=lambda pair: _rank(pair[0]))


def _rank(issue: Issue) -> tuple[int, int]:
    return SEVERITIES.index(issue.severity), CATEGORIES.index(issue.category)


def in_full(issue: Issue, toll: Toll, width: int) -> Iterator[str]:
    """All there is to say of an issue or a finding but what to do."""
    first, *rest = wrapped(issue.title, width, "  ")
    yield first
    yield from rest
    agent = f" · agent {issue.agent}" if issue.agent else ""
    sure = f" · {issue.confidence} confidence" if isinstance(issue, Finding) else ""
    yield from wrapped(f"{issue.category}{sure} · {place(issue)}{agent} · {_events(issue)}", width, "    ")
    yield from wrapped(issue.description, width, "    ")
    yield from wrapped(f"cost: {', '.join(toll.words()) or figures.UNKNOWN}", width, "    ")


def _events(issue: Issue) -> str:
    numbers = ", ".join(f"#{number + 1}" for number in issue.events[:_EVENTS_SHOWN])
    hidden = len(issue.events) - _EVENTS_SHOWN
    return f"event{'' if len(issue.events) == 1 else 's'} {numbers}{f' {more(hidden)}' if hidden > 0 else ''}"
