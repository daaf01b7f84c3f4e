"""Traces made to be slow: twice as many events take at most about twice as many steps, counted, not timed.

Counted are the lines of Python that run in `tracetop.analysis`; what C does in one of them is not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice

import pytest
from tracetop.analysis import Session
from tracetop.analysis.pace import Pace
from tracetop.analysis.phases import PhaseIndex
from tracetop.analysis.rules.second_pass import SecondPass
from tracetop.analysis.tree.index import TreeIndex
from tracetop.analysis.tree.order import Measure, TreeOrder
from tracetop.analysis.tree.peaks import Peaks
from tracetop.analysis.tree.shape import TOP
from tracetop.analysis.tree.tree import Tree
from tracetop.collector.events import TraceEvent
from tracetop.collector.formats.native import decode_block
from tracetop.collector.reading.lines import Block

FEW = 1_000
MOST = 2.4
"""How many times as many steps twice as many events may take: a step or two a doubling are a binary search's."""

Made = Callable[[int], TraceEvent]
StepsOf = Callable[..., int]


def folded(make: Made, count: int) -> Session:
    session = Session()
    events = [make(number) for number in range(count)]
    for first in range(0, count, 128):
        session.apply_events(events[first : first + 128])
    return session


def looked_through(session: Session) -> None:
    """Everything that goes once through a session, in slices."""
    index = TreeIndex(session)
    for extend in (Peaks(index).extend, Pace(session).extend, SecondPass(session).extend):
        while extend():
            pass
    phases = PhaseIndex(session)
    while not phases.extend():
        pass


def ranked(session: Session) -> None:
    """The children of every run and every iteration, dearest first."""
    tree = Tree(session.view())
    order = TreeOrder(Measure.COST, tree)
    for run in tree.roots():
        order.of(run)
        for child in tree.children(run):
            order.of(child)


def read(lines: Iterator[bytes]) -> Session:
    """The fold of lines as they stand in a file."""
    session = Session()
    while block := b"".join(islice(lines, 1_000)):
        batch = decode_block(Block(block.rstrip(b"\n"), 0, 1))
        session.apply(batch.records, batch.offsets)
    return session


def glance(session: Session, index: TreeIndex, at: int) -> None:
    """What one frame of a dashboard asks, as of an event: a screenful of each."""
    view = session.view(at)
    view.summary()
    view.cache  # noqa: B018 - what it costs is the point
    view.issue_version  # noqa: B018
    tree = Tree(view, index)
    runs = tree.child_count(TOP)
    for run in tree.children_between(TOP, max(0, runs - 5), runs):
        tree.spent(run)
        count = tree.child_count(run)
        for child in tree.children_between(run, max(0, count - 20), count):
            tree.facts(child)
    tree.path_of(at - 1)


@pytest.fixture
def ratio(steps_of: StepsOf) -> Callable[..., float]:
    """Return a function that returns how many times as many steps some work takes with twice as many events."""

    def ratio_of(work: Callable[[int], Callable[[], object]]) -> float:
        few, many = (steps_of(work(count), within="analysis") for count in (FEW, 2 * FEW))
        return many / max(1, few)

    return ratio_of


def test_folding_twice_as_many_events_takes_twice_the_steps(shape: Made, ratio: Callable[..., float]) -> None:
    assert ratio(lambda count: lambda: folded(shape, count)) < MOST


def test_looking_through_twice_as_many_takes_twice_the_steps(shape: Made, ratio: Callable[..., float]) -> None:
    def work(count: int) -> Callable[[], object]:
        session = folded(shape, count)
        return lambda: looked_through(session)

    assert ratio(work) < MOST


def test_a_glance_at_the_end_takes_no_more_steps_however_long_the_trace_is(
    shape: Made, ratio: Callable[..., float]
) -> None:
    def work(count: int) -> Callable[[], object]:
        session = folded(shape, count)
        index = TreeIndex(session)
        glance(session, index, count)  # what is looked up once
        return lambda: glance(session, index, count)

    assert ratio(work) < 1.3


def test_ranking_twice_as_many_takes_twice_the_steps(shape: Made, ratio: Callable[..., float]) -> None:
    def work(count: int) -> Callable[[], object]:
        session = folded(shape, count)
        return lambda: ranked(session)

    assert ratio(work) < MOST


ITERATION = b'{"kind":"iteration_start","timestamp":1e9,"iteration":%d}\n'
FULL_SIZES = {
    "10^6 iterations": (1_000_000, lambda n: ITERATION % n),
    "iteration 10^9 and on": (100_000, lambda n: ITERATION % (10**9 + n)),
    "10^5 tools": (
        100_000,
        lambda n: b'{"kind":"tool_end","timestamp":1e9,"iteration":1,"data":{"tool":"tool %d","args":{"x":1}}}\n' % n,
    ),
    "10^4 lanes": (
        20_000,
        lambda n: (
            b'{"kind":"llm_response","timestamp":1e9,"iteration":1,"data":{"agent_id":"a%d","tokens":5}}\n'
            % (n % 10_000)
        ),
    ),
}


@pytest.mark.parametrize("name", FULL_SIZES)
def test_at_full_size_a_glance_takes_what_it_takes_of_a_small_trace(name: str, steps_of: StepsOf) -> None:
    size, line = FULL_SIZES[name]
    steps = []
    for count in (size // 100, size):
        session = read(map(line, range(count)))
        assert session.count == count
        index = TreeIndex(session)
        glance(session, index, count)
        steps.append(steps_of(lambda seen=session, by=index, at=count: glance(seen, by, at), within="analysis"))
    assert steps[1] < 1.3 * steps[0]
