"""What many agents of one place took is what each of them took, as of any event, however the trace grew."""

from __future__ import annotations

import random
from typing import Any

import pytest
from tracetop.analysis import Session
from tracetop.analysis.tree import figures
from tracetop.analysis.tree.index import TreeIndex
from tracetop.analysis.tree.shape import Node, NodeType
from tracetop.analysis.tree.spent import Spent
from tracetop.analysis.tree.tree import Tree

KINDS = ("llm_response", "llm_response", "tool_start", "subagent_spawn", "iteration_start", "subagent_complete")
AGENTS = (None, "a", "b", "c", "d", "e", "f", "g")


def grown(session: Session, trace: Any, rng: random.Random, steps: int) -> Session:
    """Some more events of agents that spawn one another, under calls, in iterations and outside any."""
    for _ in range(steps):
        kind, agent = rng.choice(KINDS), rng.choice(AGENTS)
        number = rng.choice((None, 1, 2))
        if kind == "llm_response":
            tokens = rng.choice((None, rng.randrange(900)))
            trace.llm(number, agent=agent, input_tokens=tokens, cost=rng.choice((None, 0.5, 0.25)))
        elif kind == "subagent_spawn":
            trace.add(kind, number, agent=rng.choice(AGENTS[1:]), parent_agent_id=agent)
        else:
            trace.add(kind, number, agent=agent, tool_name="bash")
    session.apply_events(trace.events[session.count :])
    return session


def every_place(session: Session) -> list[Node]:
    return [
        *(Node(NodeType.RUN, number) for number in range(len(session.lanes.branches))),
        *(Node(NodeType.ITERATION, row) for row in range(1, len(session.iterations.first))),
        *(Node(NodeType.TOOL, call) for call in range(len(session.tools.event))),
        *(Node(NodeType.AGENT, agent) for agent in range(len(session.agents.event))),
    ]


def known(spent: Spent) -> tuple[int, float, bool]:
    return spent.tokens or 0, spent.cost or 0.0, spent.estimated


@pytest.mark.parametrize("seed", range(6))
def test_together_they_took_what_each_took(new_trace: Any, seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    rng, trace, session = random.Random(seed), new_trace(), Session()
    index = TreeIndex(session)
    for _ in range(3):
        grown(session, trace, rng, 40)
        for at in rng.sample(range(session.count + 1), 12):
            alone, together = Tree(session.view(at)), Tree(session.view(at), index)
            for place in every_place(session):
                monkeypatch.setattr(figures, "_MOST_ADDED", 10_000)
                expected = known(alone.spent(place))
                monkeypatch.setattr(figures, "_MOST_ADDED", 0)
                assert known(together.spent(place)) == expected, (at, place)
        assert index.crowds._crowds


def test_places_are_made_anew_where_they_kept_too_much(new_trace: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tracetop.analysis.tree.crowds.MOST_ROWS", 20)
    monkeypatch.setattr(figures, "_MOST_ADDED", 0)
    session = grown(Session(), new_trace(), random.Random(1), 200)
    index = TreeIndex(session)
    first = [Tree(session.view(), index).spent(place) for place in every_place(session)]
    assert [Tree(session.view(), index).spent(place) for place in every_place(session)] == first
    assert sum(map(len, index.crowds._crowds.values())) < 200
