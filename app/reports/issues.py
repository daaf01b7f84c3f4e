"""The issues of a trace, by severity."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from ...analysis import figures
from ...analysis.issues.issue import CATEGORIES, SEVERITIES, Issue
from ...analysis.issues.toll import toll_of
from ...analysis.tree.tree import Tree
from ..trace import Trace
from .findings import finding_objects, findings_text
from .json_text import json_text
from .layout import heading, wrapped
from .told import Told, in_full, issue_object, tally
from .waste import bill_line, ledger_of, told_wasted


def issues_of(trace: Trace) -> list[Issue]:
    """The issues that stand, worst first and like beside like, each with the ids of the events that prove it."""
    return sorted(trace.view().issues(trace.event_id), key=_rank)


def issues_json(trace: Trace) -> Iterator[str]:
    """One line per issue; then one with all `findings`, where there are any."""
    yield from (json_text(issue_object(issue)) for issue in issues_of(trace))
    findings = finding_objects(trace)
    if findings:
        yield json_text({"findings": findings})


def issues_text(trace: Trace, width: int) -> Iterator[str]:
    """All issues in full, grouped by severity; what to do stands once below those of a category. Then the findings."""
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


def at_least(issues: Sequence[Issue], severity: str) -> list[Issue]:
    """The issues of this severity or worse."""
    worst = SEVERITIES[: SEVERITIES.index(severity) + 1]
    return [issue for issue in issues if issue.severity in worst]


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
