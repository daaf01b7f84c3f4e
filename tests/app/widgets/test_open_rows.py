"""Open rows are found as by walking the tree, in any order, and not all children are looked at for some to unfold."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tracetop.app.widgets.branch import Branch
from tracetop.app.widgets.line_tree import ROOT, Node
from tracetop.app.widgets.open_rows import OpenRows

from .tree_model import Model


class Shuffled:
    """An order of so many children that has nothing to do with their indexes."""

    def __init__(self, count: int, seed: int) -> None:
        self.shown = list(range(count))
        random.Random(seed).shuffle(self.shown)

    def place(self, index: int) -> int:
        return self.shown.index(index)

    def index(self, place: int) -> int:
        return self.shown[place]


def naive(rows: OpenRows) -> list[tuple[Node, int]]:
    """Return (node, depth) of every visible row, the slow and obvious way."""

    def below(branch: Branch, depth: int) -> list[tuple[Node, int]]:
        found: list[tuple[Node, int]] = []
        for index in map(branch.index_at, range(branch.count)):
            found.append((rows.node_at(branch, index), depth))
            if (child := branch.find(index)) is not None:
                found += below(child, depth + 1)
        return found

    return below(rows.root, 0)


WHAT = st.sampled_from(["unfold", "fold", "grow", "shrink", "level", "sort", "unsort"])
STEPS = st.lists(st.tuples(WHAT, st.integers(0, 30)), max_size=30)


@given(STEPS)
def test_rows_are_found_as_by_walking_the_tree(steps: list[tuple[str, int]]) -> None:
    model = Model({ROOT: 3}, depth=4)
    rows = OpenRows(model)
    for what, number in steps:
        if len(rows):
            branch, index, _ = rows.locate(number % len(rows))
            if what == "unfold":
                rows.unfold(branch, index)
            elif what == "fold":
                rows.fold(branch, index)
            elif what in ("grow", "shrink"):
                count = model.child_count(branch.node) + (number % 4 if what == "grow" else -(number % 3))
                model.counts[branch.node] = max(1, count)
                rows.refresh([branch.node] if number % 2 else None)
            elif what == "level" and number < 3:
                rows.unfold_level(4, (branch, index))
            elif what in ("sort", "unsort"):
                rows.order_of = lambda node: None
                if what == "sort":
                    rows.order_of = lambda node: Shuffled(model.child_count(node), hash((node, 7)))
                rows.refresh()
        expected = naive(rows)
        assert len(rows) == len(expected)
        for row, (node, depth) in enumerate(expected):
            branch, index, found_depth = rows.locate(row)
            assert (rows.node_at(branch, index), found_depth) == (node, depth)
            assert rows.row_of(branch, index) == row
            assert rows.path_of(branch, index) == node


def test_more_than_can_be_unfolded_at_once_begins_at_the_cursor() -> None:
    rows = OpenRows(Model({ROOT: 20}))
    assert rows.unfold_level(5, (rows.root, 17)) == 5
    assert [index for index in range(20) if rows.root.find(index)] == [0, 1, 17, 18, 19]
    assert rows.unfold_level(100, (rows.root, 3)) == 15


def test_not_all_children_are_looked_at_for_some_to_unfold() -> None:
    model = Model({ROOT: 100_000}, depth=1)
    rows = OpenRows(model)
    assert rows.unfold_level(10) == 0
    assert model.children < 1_000


@pytest.mark.parametrize("at_most", [1, 5, 100])
def test_unfold_level_stops_at_its_limit(at_most: int) -> None:
    rows = OpenRows(Model({ROOT: 20}))
    assert rows.unfold_level(at_most) == min(20, at_most)
    assert len(rows) == 20 + 2 * min(20, at_most)
