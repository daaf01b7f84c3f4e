"""Sub-agents: those that fall silent, and what others took."""

from __future__ import annotations

from typing import Any

from tracetop.analysis.cache.losses import CacheLosses
from tracetop.analysis.rules.second_pass import SecondPass
from tracetop.analysis.rules.waste import assess
from tracetop.analysis.tree.tree import Tree

from .agents import quiet_agent, sent, worker
from .found import findings


def test_an_agent_that_speaks_again_was_not_silent(trace: Any) -> None:
    quiet_agent(302)(trace)
    silent_until = len(trace.events)
    trace.llm(2, agent="w")
    session = trace.view().session
    found = SecondPass(session)
    found.extend_to_end()
    assert "silent_agent" in {episode.category for episode in found.standing(silent_until)}
    assert "silent_agent" not in {episode.category for episode in found.standing(session.count)}


def test_an_agent_that_waits_for_an_agent_of_its_own_is_not_silent(trace: Any) -> None:
    trace.add("subagent_spawn", 1, agent="w", task="look around")
    trace.llm(1, agent="w")
    trace.add("subagent_spawn", 1, agent="x", parent_agent_id="w", task="look closer")
    for _ in range(20):
        trace.now += 100
        trace.llm(1, agent="x")
    assert "silent_agent" not in {finding.category for finding in findings(trace)}


def test_what_agents_took_is_told(trace: Any) -> None:
    sent("find the callers", "find the callers")(trace)
    worker(60_000, result="none")(trace)
    view = trace.view()
    found = SecondPass(view.session, losses=CacheLosses(view.session, trace.events.__getitem__))
    found.extend_to_end()
    tolls = {each.category: assess(each, Tree(view)).toll.tokens for each in found.standing(view.at)}
    assert tolls["low_yield_agent"] == 60_000
    assert tolls["redone_agent"] is None
