"""Every rule: a trace that must fire, near misses that must not, muting, and what holds for many of them."""

from __future__ import annotations

from typing import Any

import pytest
from tracetop.analysis.rules.catalogue import RULES
from tracetop.analysis.rules.findings import CATEGORIES
from tracetop.analysis.rules.thresholds import THRESHOLDS, Tuning
from tracetop.collector.events import TraceEvent

from ..conftest import without_iterations
from .calls import Made
from .cases import FIRES, MISSES, cases
from .found import findings


def test_every_rule_has_its_words_its_thresholds_and_its_traces() -> None:
    categories = [rule.CATEGORY for rule in RULES]
    assert sorted(categories) == sorted(CATEGORIES) == sorted(FIRES) == sorted(MISSES)
    assert {threshold.rule for threshold in THRESHOLDS} == set(categories)
    assert all(threshold.least <= threshold.default <= threshold.most for threshold in THRESHOLDS)


@pytest.mark.parametrize(("rule", "make"), cases(FIRES))
def test_it_fires_once(rule: str, make: Made, trace: Any) -> None:
    make(trace)
    (finding,) = [finding for finding in findings(trace) if finding.category == rule]
    assert finding.events
    assert list(finding.events) == sorted(finding.events)
    assert finding.confidence in ("high", "medium", "low")
    assert finding.title
    assert finding.description
    assert finding.thresholds


@pytest.mark.parametrize(("rule", "make"), cases(MISSES))
def test_it_leaves_a_near_miss_alone(rule: str, make: Made, trace: Any) -> None:
    make(trace)
    assert rule not in {finding.category for finding in findings(trace)}


@pytest.mark.parametrize(("rule", "make"), cases(FIRES))
def test_a_muted_rule_says_nothing(rule: str, make: Made, trace: Any) -> None:
    make(trace)
    assert rule not in {finding.category for finding in findings(trace, Tuning(muted=frozenset({rule})))}


LOOPS = ("cycle", "near_repeat", "polling", "no_progress", "duplicate_read", "error_loop", "tail_spin")


@pytest.mark.parametrize(
    ("rule", "make"), cases({**{rule: FIRES[rule] for rule in LOOPS}, "stuck": FIRES["stuck"][:3]})
)
@pytest.mark.parametrize("field", ["path", "file_path"])
def test_a_file_changed_between_is_work_whoever_tells_of_it(rule: str, make: Made, field: str, trace: Any) -> None:
    make(trace)
    made, trace.events = trace.events, []
    for event in made:
        trace.events.append(event)
        if event.kind in ("tool_end", "tool_error"):
            data = {field: "/repo/a.py", "agent_id": event.data.get("agent_id")}
            trace.events.append(TraceEvent("file_change", event.timestamp, "s1", iteration=event.iteration, data=data))
    assert rule not in {finding.category for finding in findings(trace)}


@pytest.mark.parametrize("rule", ["no_progress", "edit_churn", "serial_reads", "tail_spin"])
def test_rules_that_count_iterations_count_answers_where_none_are_told(rule: str, trace: Any) -> None:
    FIRES[rule][0](trace)
    made, trace.events, last = trace.events, [], 0
    for event in made:
        if event.iteration not in (last, None):
            trace.llm()
            last = event.iteration
        trace.events += without_iterations([event])
    trace.llm()
    assert rule in {finding.category for finding in findings(trace)}
