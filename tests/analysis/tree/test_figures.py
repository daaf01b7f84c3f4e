"""What each node took: tokens, cost and time, errors, compactions and breaks, rolled up."""

from __future__ import annotations

from typing import Any

from tracetop.analysis import Session
from tracetop.analysis.prices import Price, Prices
from tracetop.analysis.tree.tree import Node, NodeType, Tree

from .nodes import every_node, facts_named


def test_tokens_and_cost_add_up_to_the_run(trace: Any) -> None:
    trace.add("iteration_start", 1)
    trace.llm(1, cost=1.0)
    trace.add("subagent_spawn", 1, agent_id="helper")
    trace.llm(1, agent="helper", cost=2.0)
    trace.add("iteration_start", 2)
    trace.llm(2, cost=4.0)
    run = Tree(trace.view()).facts(Node(NodeType.RUN, 0))
    assert (run.tokens, run.cost, run.iterations) == (3300, 7.0, 2)
    assert run.tokens == trace.view().tokens.total
    first = facts_named(trace.view(), "iteration 1")
    assert (first.tokens, first.cost) == (2200, 3.0)


def test_errors_and_compactions_are_counted_where_they_were(trace: Any) -> None:
    trace.add("iteration_start", 1)
    trace.tool(1, failed=True)
    trace.add("iteration_start", 2)
    trace.add("compaction_start", 2)
    trace.add("compaction_end", 2)
    trace.add("context_overflow", 2)
    one, two = facts_named(trace.view(), "iteration 1"), facts_named(trace.view(), "iteration 2")
    assert [(facts.errors, facts.compactions) for facts in (one, two)] == [(1, 0), (0, 1)]
    run = facts_named(trace.view(), "run 1")
    assert (run.errors, run.compactions) == (1, 1)


def test_durations_run_from_start_to_end(trace: Any) -> None:
    trace.add("session_start", at=0)
    trace.add("iteration_start", 1, at=1)
    trace.add("subagent_spawn", 1, agent_id="helper", at=2)
    trace.add("custom", agent="helper", at=4)
    trace.add("subagent_complete", 1, agent_id="helper", at=5)
    trace.add("session_end", at=9)
    seconds = {name: facts_named(trace.view(), name).duration_ms / 1000 for name in ("run 1", "iteration 1", "helper")}
    assert seconds == {"run 1": 9.0, "iteration 1": 4.0, "helper": 3.0}


def test_a_run_ends_where_the_next_begins(trace: Any) -> None:
    trace.add("iteration_start", 1, at=0)
    trace.tool(1, at=3)
    trace.add("iteration_start", 1, at=50)
    trace.add("error", 1, at=60)
    assert facts_named(trace.view(), "run 1").duration_ms == 3000.0
    assert [facts_named(trace.view(), name).errors for name in ("run 1", "run 2")] == [0, 1]


def test_an_iteration_took_what_its_end_says(trace: Any) -> None:
    trace.add("iteration_start", 1, at=0)
    trace.llm(1, at=3)
    trace.add("iteration_end", 1, at=4, duration_ms=2500.0)
    assert facts_named(trace.view(), "iteration 1").duration_ms == 2500.0
    assert facts_named(trace.view(2), "iteration 1").duration_ms == 3000.0, "so far"


def test_a_call_took_what_its_sub_agents_took(trace: Any) -> None:
    trace.add("iteration_start", 1)
    call = trace.add("tool_start", 1, tool_name="task")
    trace.add("subagent_spawn", agent_id="helper", parent=call)
    trace.llm(1, agent="helper", cost=0.5)
    assert (facts_named(trace.view(), "task").tokens, facts_named(trace.view(), "task").cost) == (1100, 0.5)
    assert facts_named(trace.view(3), "task").tokens is None


def test_a_cost_by_configured_prices_is_said_to_be_one(trace: Any) -> None:
    trace.llm(1, model="m", cost=0.5)
    trace.llm(2, model="m")
    trace.add("subagent_spawn", 3, agent_id="helper")
    trace.llm(1, agent="helper", model="m")
    session = Session(Prices({"m": Price(input=1000.0, output=0.0)}))
    session.apply_events(trace.events)
    tree = Tree(session.view())
    found = {tree.facts(node).name: tree.facts(node) for _, node in every_node(tree)}
    told = {name: (found[name].cost, found[name].cost_estimated) for name in ("iteration 2", "helper", "run 1")}
    assert told == {"iteration 2": (1.0, True), "helper": (1.0, True), "run 1": (2.5, True)}
    first = tree.facts(tree.child(tree.roots()[0], 0))
    assert (first.cost, first.cost_estimated) == (0.5, False)


def test_cache_breaks_are_counted_where_they_were(trace: Any) -> None:
    trace.cached(read=9000, sent=1000, iteration=1)
    trace.cached(read=0, sent=10_000, iteration=2)
    trace.cached(read=9000, sent=1000, iteration=2)
    trace.cached(read=0, sent=10_000, iteration=2)
    counts = {name: facts_named(trace.view(), name).cache_breaks for name in ("run 1", "iteration 1", "iteration 2")}
    assert counts == {"run 1": 2, "iteration 1": 0, "iteration 2": 2}
    assert facts_named(trace.view(3), "iteration 2").cache_breaks == 1


def test_an_agent_that_gives_no_cost_is_not_free(new_trace: Any) -> None:
    trace = new_trace()
    trace.llm(1, cost=0.5)
    trace.add("subagent_spawn", 1, agent_id="a")
    trace.llm(1, agent="a", cost=None)
    session = Session()
    session.apply_events(trace.events)
    main, agent = session.lanes.branches
    assert main.spent(session.llm, 2) == (1100, 0.5)
    assert agent.spent(session.llm, 2) == (1100, None)
