"""Results that fill the context."""

from __future__ import annotations

from typing import Any

from tracetop.analysis.rules.second_pass import SecondPass
from tracetop.analysis.rules.waste import assess
from tracetop.analysis.tree.tree import Tree

from .found import finding_of, titles
from .prompts import result_of


def test_large_results_of_one_tool_are_one_finding_with_their_rent(trace: Any) -> None:
    result_of(12_000)(trace)
    trace.llm(4, input_tokens=13_300, cost=0.1331 + 0.05)
    view = trace.view()
    found = SecondPass(view.session)
    found.extend_to_end()
    (episode,) = [episode for episode in found.standing(view.at) if episode.category == "oversized_result"]
    toll = assess(episode, Tree(view)).toll
    assert toll.tokens == 2 * 12_000
    assert toll.is_derived
    assert "put ~12.0k tokens" in finding_of(trace, "oversized_result").title


def test_results_whose_size_nothing_tells_are_not_large(trace: Any) -> None:
    trace.llm(1, input_tokens=1_000)
    trace.tool(1, "read_file", args={"path": "big.log"})
    trace.llm(2, input_tokens=None)
    assert not titles(trace, "oversized_result")
