"""What the second pass finds in a trace."""

from __future__ import annotations

from typing import Any

from tracetop.analysis.cache.losses import CacheLosses
from tracetop.analysis.rules.findings import Finding, describe
from tracetop.analysis.rules.second_pass import SecondPass
from tracetop.analysis.rules.thresholds import Tuning


def findings(trace: Any, tuning: Tuning | None = None) -> list[Finding]:
    view = trace.view()
    found = SecondPass(view.session, tuning or Tuning(), CacheLosses(view.session, trace.events.__getitem__))
    found.extend_to_end()
    told = [describe(episode, view, None, found.tuning) for episode in found.standing(view.at)]
    assert all(isinstance(finding, Finding) for finding in told)
    return told  # type: ignore[return-value]


def finding_of(trace: Any, category: str) -> Finding:
    (found,) = [finding for finding in findings(trace) if finding.category == category]
    return found


def second_pass(trace: Any) -> SecondPass:
    session = trace.view().session
    found = SecondPass(session, losses=CacheLosses(session, trace.events.__getitem__))
    found.extend_to_end()
    return found


def titles(trace: Any, category: str) -> list[str]:
    found = second_pass(trace)
    view = found.session.view(found.session.count)
    return [describe(each, view).title for each in found.standing(view.at) if each.category == category]
