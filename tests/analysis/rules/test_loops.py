"""Loops: one finding that grows, in one lane, with what its rounds cost."""

from __future__ import annotations

from typing import Any

from tracetop.analysis.rules.second_pass import SecondPass
from tracetop.analysis.rules.waste import assess
from tracetop.analysis.tree.tree import Tree

from .calls import run, turns
from .found import findings


def test_a_cycle_that_goes_on_is_one_finding_that_grows(trace: Any) -> None:
    turns("make a", "make b", rounds=7)(trace)
    (finding,) = [finding for finding in findings(trace) if finding.category == "cycle"]
    assert finding.title.startswith("7 rounds of bash → bash")
    assert finding.count == 14


def test_what_the_rounds_after_the_first_cost_is_counted(trace: Any) -> None:
    for number in range(1, 5):
        trace.add("iteration_start", number)
        trace.llm(number, cost=0.5, tokens=1_000)
        run(trace, number, "make a")
        run(trace, number, "make b")
    trace.add("iteration_start", 5)
    view = trace.view()
    found = SecondPass(view.session)
    found.extend_to_end()
    (episode,) = [episode for episode in found.standing(view.at) if episode.category == "cycle"]
    toll = assess(episode, Tree(view)).toll
    assert (toll.tokens, toll.cost, toll.is_derived) == (3_000, 1.5, True)
    assert toll.words() == ["~$1.50", "~3.00k tokens"]


def test_lanes_are_judged_apart(trace: Any) -> None:
    for number in range(1, 4):
        trace.tool(number, "bash", args={"command": "make a"}, agent="a")
        trace.tool(number, "bash", args={"command": "make b"}, agent="b")
    assert not findings(trace)
