"""The efficiency score, by hand."""

from __future__ import annotations

from typing import Any

import pytest
from tracetop.analysis.efficiency import WEIGHTS, Efficiency, rate

NOTHING: dict[str, Any] = {
    "cache_hit_rate": None,
    "errors": 0,
    "tool_calls": 0,
    "failed_tools": 0,
    "compactions": 0,
    "iterations": 0,
    "output": None,
    "prompt_tokens": None,
}


def rated(**known: Any) -> Efficiency:
    return rate(**{**NOTHING, **known})


def test_the_weights_make_a_hundred() -> None:
    assert sum(WEIGHTS.values()) == 100


def test_the_formula() -> None:
    efficiency = rated(
        cache_hit_rate=0.5,
        errors=3,
        tool_calls=10,
        failed_tools=2,
        compactions=1,
        iterations=5,
        output=300,
        prompt_tokens=1000,
    )
    assert efficiency.score == pytest.approx(30 * 0.5 + 25 * 0.7 + 15 * 0.8 + 20 * 0.8 + 10 * 0.3)
    assert efficiency.components.ratios() == pytest.approx(
        {
            "cache_hit_rate": 0.5,
            "error_rate": 0.7,
            "compaction_frequency": 0.8,
            "tool_success_rate": 0.8,
            "token_efficiency": 0.3,
        }
    )


def test_without_any_data_there_is_no_score() -> None:
    assert rated() == Efficiency(None, rated().components)
    assert rated().components.ratios() == {}
    assert rated().weakest is None


def test_components_without_data_leave_their_weight_to_the_others() -> None:
    assert rated(cache_hit_rate=0.5).score == 50.0
    assert rated(cache_hit_rate=0.5, iterations=10, compactions=5).score == 50.0
    assert rated(cache_hit_rate=1.0, tool_calls=2, failed_tools=1, errors=1).score == pytest.approx(
        (30 + 12.5 + 10) * 100 / 75, abs=0.05
    )


def test_every_ratio_is_held_between_nothing_and_one() -> None:
    components = rated(
        errors=50, tool_calls=10, failed_tools=10, compactions=9, iterations=3, output=9000, prompt_tokens=10
    ).components
    assert components.error_rate == 0.0
    assert components.compaction_frequency == 0.0
    assert components.tool_success_rate == 0.0
    assert components.token_efficiency == 1.0


def test_an_empty_prompt_tells_nothing_about_tokens() -> None:
    assert rated(output=5, prompt_tokens=0).components.token_efficiency is None
    assert rated(output=None, prompt_tokens=100).components.token_efficiency is None


def test_the_weakest_component_is_the_one_that_costs_most_points() -> None:
    assert rated(cache_hit_rate=0.9, iterations=10, compactions=5).weakest == "compaction_frequency"
    assert rated(cache_hit_rate=1.0).weakest is None


def test_a_session_is_rated_by_its_counters(trace: Any) -> None:
    trace.add("iteration_start", 1)
    trace.cached(read=600, sent=400, output_tokens=100)
    for failed in (True, False, False, False):
        trace.tool(1, failed=failed)
    components = trace.view().efficiency.components
    assert components.ratios() == pytest.approx(
        {
            "cache_hit_rate": 0.6,
            "error_rate": 0.75,
            "compaction_frequency": 1.0,
            "tool_success_rate": 0.75,
            "token_efficiency": 0.1,
        }
    )
