"""What the longest bar of the tree stands for: the highest figure of any child, as of any event."""

from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tracetop.analysis import Session
from tracetop.analysis.tree import peaks
from tracetop.analysis.tree.index import TreeIndex
from tracetop.analysis.tree.peaks import Peaks
from tracetop.analysis.tree.shape import Node, NodeType
from tracetop.analysis.tree.tree import Tree

names = st.sampled_from([None, None, None, "a", "b", "c"])
KINDS = ("iteration_start", "iteration_end", "llm_response", "llm_response", "llm_response", "chunk", "llm_request",
         "tool_start", "tool_end", "subagent_spawn", "subagent_complete", "session_start", "session_end")  # fmt: skip
moves = st.tuples(st.sampled_from(KINDS), st.sampled_from([None, 1, 2, 3]), names, names, st.integers(0, 900))


def played(trace: Any, steps: list[Any]) -> Session:
    for kind, number, agent, parent, tokens in steps:
        data = {} if parent is None else {"parent_agent_id": parent}
        if kind == "chunk":
            trace.add("llm_response", number, agent=agent, metadata={"chunk_type": "text"})
        elif kind == "llm_response":
            trace.llm(number, agent=agent, input_tokens=tokens, output_tokens=0 if tokens % 3 else None)
        else:
            trace.add(kind, number, agent=agent, tool_name="bash", **data)
    return trace.view().session  # type: ignore[no-any-return]


def assert_peaks_are_the_highest(session: Session, ats: range) -> None:
    index = TreeIndex(session)
    peaks_of = Peaks(index)
    while peaks_of.extend():
        pass
    for at in ats:
        tree = Tree(session.view(at), index)
        for number, branch in enumerate(session.lanes.branches):
            if branch.first < at:
                children = tree.children(Node(NodeType.RUN, number))
                highest = max((tree.spent(child).tokens or 0 for child in children), default=0)
                assert peaks_of.highest(number, at) == highest, (at, number)


@given(st.lists(moves, max_size=40))
@settings(max_examples=300, deadline=None)
def test_peaks_are_the_highest_of_the_children(new_trace: Any, steps: list[Any]) -> None:
    session = played(new_trace(), steps)
    assert_peaks_are_the_highest(session, range(session.count + 1))


@pytest.mark.parametrize("seed", range(5))
def test_peaks_grow_with_the_trace_in_slices(new_trace: Any, seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(peaks, "_ROWS_AT_A_TIME", 3)
    rng = random.Random(seed)
    trace = new_trace()
    for number in range(1, 30):
        trace.busy([number], tokens=rng.randrange(1, 5000))
        if number % 5 == 0:
            trace.add("subagent_spawn", number, agent_id=f"a{number}")
            trace.llm(number, agent=f"a{number}", input_tokens=rng.randrange(20_000))
    session, events = Session(), list(trace.events)
    index = TreeIndex(session)
    growing = Peaks(index)
    while events:
        size = rng.randrange(1, 12)
        session.apply_events(events[:size])
        events = events[size:]
        growing.extend()
    while growing.extend():
        pass
    fresh = Peaks(TreeIndex(session))
    while fresh.extend():
        pass
    for at in range(session.count + 1):
        assert growing.highest(0, at) == fresh.highest(0, at)
    assert_peaks_are_the_highest(session, range(0, session.count + 1, 7))


# Answers that stream in outside any iteration are left out: the tree tells one in the iteration that it ends in, too.
@given(st.lists(moves.filter(lambda move: move[0] not in ("session_start", "session_end", "chunk")), max_size=40))
@settings(max_examples=300, deadline=None)
def test_the_only_run_took_what_all_its_children_did(new_trace: Any, steps: list[Any]) -> None:
    session = played(new_trace(), steps)
    index = TreeIndex(session)
    for at in range(1, session.count + 1):
        tree = Tree(session.view(at), index)
        runs = tree.roots()
        if len(runs) == 1:
            parts = [tree.spent(child).tokens or 0 for child in tree.children(runs[0])]
            assert (tree.spent(runs[0]).tokens or 0) == sum(parts), at
