"""Runs that are stuck: from where on, until when, and which agent."""

from __future__ import annotations

from typing import Any

from tracetop.analysis.rules.second_pass import SecondPass
from tracetop.analysis.rules.waste import assess
from tracetop.analysis.tree.tree import Tree

from .calls import after_a_loop, run


def test_a_run_is_stuck_from_the_loop_on_and_what_came_after_is_told_exactly(trace: Any) -> None:
    for number in range(1, 7):
        trace.add("iteration_start", number)
        trace.llm(number, cost=0.5, tokens=1_000)
        run(trace, number, "make x", failed=True)
    trace.add("session_start", goal="again")
    trace.llm(1, cost=9.0)
    view = trace.view()
    found = SecondPass(view.session)
    found.extend_to_end()
    (episode,) = [episode for episode in found.standing(view.at) if episode.category == "stuck"]
    assert trace.events[episode.raised].iteration == 3
    assessment = assess(episode, Tree(view))
    assert (assessment.toll.tokens, assessment.toll.cost, assessment.is_final) == (3_000, 1.5, True)
    assert assessment.toll.words()[:2] == ["$1.50", "3.00k tokens"]


def test_a_run_that_makes_progress_again_was_not_stuck(trace: Any) -> None:
    after_a_loop()(trace)
    stuck_at = len(trace.events)
    run(trace, 4, "make y")
    found = SecondPass(trace.view().session)
    found.extend_to_end()
    assert "stuck" in {episode.category for episode in found.standing(stuck_at)}
    assert "stuck" not in {episode.category for episode in found.standing(len(trace.events))}


def test_another_agent_that_is_stuck_leaves_the_others_alone(trace: Any) -> None:
    for number in range(1, 4):
        run(trace, number, "make x", agent="a", failed=True)
        run(trace, number, f"make {'abc'[number - 1]}")
    trace.llm(4, cost=0.5, tokens=100)
    trace.llm(4, cost=0.25, tokens=50, agent="a")
    view = trace.view()
    found = SecondPass(view.session)
    found.extend_to_end()
    (episode,) = [episode for episode in found.standing(view.at) if episode.category == "stuck"]
    toll = assess(episode, Tree(view)).toll
    assert (view.session.lanes.names.name(episode.lane), toll.tokens, toll.cost) == ("a", 50, 0.25)
