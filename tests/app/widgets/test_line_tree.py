"""The line tree is lazy, finds rows by sums over open nodes, and keeps its place while the model grows."""

from __future__ import annotations

import random
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tracetop.app.safe_text import fit
from tracetop.app.widgets.branch import Branch
from tracetop.app.widgets.line_tree import ROOT, LineTree, Node
from tracetop.app.widgets.open_rows import OpenRows
from tracetop.app.widgets.palette import Cell

FrameText = Callable[[Any], str]


class Model:
    """Children by parent; counts what it is asked."""

    def __init__(self, counts: dict[Node, int], depth: int = 3) -> None:
        self.counts = counts
        self.depth = depth
        self.labels: list[Node] = []
        self.children = 0

    def child_count(self, node: Node) -> int:
        return self.counts.get(node, 2 if len(node) < self.depth else 0)

    def child(self, node: Node, index: int) -> Node:
        self.children += 1
        return (*node, index)

    def expandable(self, node: Node) -> bool:
        return len(node) < self.depth

    def label(self, node: Node, width: int, is_open: bool) -> list[Cell]:
        self.labels.append(node)
        return [(fit("node " + ".".join(map(str, node)), width), "text")]


def lines(text: str) -> list[str]:
    found = [line[:-1].rstrip() for line in text.split("\n")]  # the last cell belongs to the scroll bar
    return [line for line in found if line]


async def test_folding(stage: Any, frame_text: FrameText) -> None:
    async with stage(LineTree(Model({ROOT: 3}))).run_test(size=(30, 20)) as pilot:
        view = pilot.app.widget
        await pilot.press("down", "right", "l", "right")
        assert lines(frame_text(pilot.app)) == [
            " ▸ node 0",
            " ▾ node 1",
            "▌  ▾ node 1.0",
            "       node 1.0.0",
            "       node 1.0.1",
            "   ▸ node 1.1",
            " ▸ node 2",
        ]
        assert view.cursor_path == (1, 0)
        await pilot.press("left", "h")
        assert view.cursor_path == (1,)
        await pilot.press("enter")
        assert lines(frame_text(pilot.app)) == [" ▸ node 0", "▌▸ node 1", " ▸ node 2"]
        await pilot.press("L")
        assert len(lines(frame_text(pilot.app))) == 9
        await pilot.press("L")
        assert len(lines(frame_text(pilot.app))) == 9 + 12 - 1  # one more than fits
        view.select((1, 1, 1))
        await pilot.press("H")
        assert lines(frame_text(pilot.app)) == [" ▸ node 0", "▌▸ node 1", " ▸ node 2"]


async def test_folding_remembers_what_was_open_below(stage: Any, frame_text: FrameText) -> None:
    async with stage(LineTree(Model({ROOT: 1}))).run_test(size=(30, 20)) as pilot:
        view = pilot.app.widget
        view.select((0, 1, 0))
        view.move_to(0)
        before = view.row_count()
        await pilot.press("left")
        assert view.row_count() == 1
        await pilot.press("right")
        assert view.row_count() == before == 5


async def test_100_000_children_are_not_looked_at(stage: Any, frame_text: FrameText) -> None:
    model = Model({ROOT: 1, (0,): 100_000})
    async with stage(LineTree(model)).run_test(size=(40, 20)) as pilot:
        view = pilot.app.widget
        await pilot.press("right")
        assert view.row_count() == 100_001
        view.select((0, 70_000, 1))
        await pilot.pause()
        assert "▌      node 0.70000.1" in lines(frame_text(pilot.app))
        await pilot.press("G")
        assert view.cursor_path == (0, 99_999)
        assert len(model.labels) < 100
        assert model.children < 400


async def test_growth_keeps_open_nodes_and_the_cursor(stage: Any, frame_text: FrameText) -> None:
    model = Model({ROOT: 2, (0,): 2})
    async with stage(LineTree(model)).run_test(size=(30, 10)) as pilot:
        view = pilot.app.widget
        view.select((0, 0, 0))
        view.select((1, 0, 1))
        await pilot.pause()
        model.counts[(0,)] = 5
        model.counts[ROOT] = 4
        view.refresh_model(1)
        await pilot.pause()
        assert view.cursor_path == (1, 0, 1)
        assert "▌      node 1.0.1" in lines(frame_text(pilot.app))
        assert view.is_open((0, 0)) and view.is_open((1, 0)) and not view.is_open((0, 1))
        rows = view.row_count()
        assert rows == 4 + 5 + 2 + 2 + 2

        model.counts[(0,)] = 6
        view.refresh_model(1)
        assert view.row_count() == rows, "the same version is not looked at again"
        view.refresh_model(2, grown=[(1,)])
        assert view.row_count() == rows, "only what is said to have grown is asked"
        view.refresh_model(3, grown=[(0,), ("unknown",)])
        assert view.row_count() == rows + 1
        assert pilot.app.heard == []


async def test_the_cursor_stays_where_it_is_on_the_screen(stage: Any) -> None:
    model = Model({ROOT: 50, (0,): 2})
    async with stage(LineTree(model)).run_test(size=(30, 10)) as pilot:
        view = pilot.app.widget
        view.select((0, 0))
        view.select((40,))
        await pilot.pause()
        on_screen = view.cursor - view.top
        model.counts[(0,)] = 30
        view.refresh_model()
        await pilot.pause()
        assert view.cursor_path == (40,)
        assert view.cursor - view.top == on_screen


async def test_a_model_as_of_earlier_shrinks_and_comes_back(stage: Any) -> None:
    model = Model({ROOT: 5})
    async with stage(LineTree(model)).run_test(size=(30, 10)) as pilot:
        view = pilot.app.widget
        view.select((4, 1, 1))
        rows = view.row_count()
        model.counts[ROOT] = 2
        view.refresh_model()
        assert (view.row_count(), view.cursor_path) == (2, (1,))
        model.counts[ROOT] = 5
        view.refresh_model()
        assert view.row_count() == rows
        model.counts[ROOT] = 0
        view.refresh_model()
        assert (view.row_count(), view.cursor, view.cursor_node) == (0, -1, None)
        await pilot.press("right", "left", "enter", "L", "H", "G")
        await pilot.pause()


async def test_select_what_is_not_there(stage: Any) -> None:
    async with stage(LineTree(Model({ROOT: 2}))).run_test(size=(30, 10)) as pilot:
        view = pilot.app.widget
        assert view.select((1, 1, 1))
        assert not view.select((0, 7, 1))
        assert view.cursor_path == (0,)
        assert not view.select((9,))
        assert not view.select(())
        assert not view.select((0, 0, 0, 0))
        assert view.cursor_path == (0, 0, 0)


async def test_messages(stage: Any) -> None:
    async with stage(LineTree(Model({ROOT: 2}))).run_test(size=(30, 10)) as pilot:
        heard = pilot.app.heard
        await pilot.press("down", "enter", "down", "enter", "down", "enter")
        assert [(type(m).__name__, m.node) for m in heard] == [
            ("NodeHighlighted", (1,)),
            ("NodeHighlighted", (1, 0)),
            ("NodeHighlighted", (1, 0, 0)),
            ("NodeChosen", (1, 0, 0)),
        ]
        assert heard[-1].path == (1, 0, 0)


async def test_clicks(stage: Any) -> None:
    async with stage(LineTree(Model({ROOT: 3}))).run_test(size=(30, 10)) as pilot:
        view = pilot.app.widget
        await pilot.click(LineTree, offset=(8, 2))
        assert view.cursor_path == (2,) and not view.is_open((2,))
        await pilot.click(LineTree, offset=(1, 1))
        assert view.cursor_path == (1,) and view.is_open((1,)), "a fold mark takes one click"
        await pilot.click(LineTree, offset=(8, 1))
        assert not view.is_open((1,))


async def test_hostile_labels_and_resize(
    stage: Any, frame_text: FrameText, hostile: list[str], assert_clean_frame: Any
) -> None:
    class Hostile(Model):
        def label(self, node: Node, width: int, is_open: bool) -> list[Cell]:
            return [(hostile[node[-1]], "title"), (hostile[node[-1]] * 5, "muted")]  # type: ignore[call-overload]

    async with stage(LineTree(Hostile({ROOT: len(hostile), (2,): len(hostile)}, depth=60))).run_test() as pilot:
        view = pilot.app.widget
        view.select((2, *[0] * 40))
        for width, height in ((80, 24), (50, 30), (7, 9), (2, 2), (1, 1), (100, 60)):
            await pilot.resize_terminal(width, height)
            await pilot.pause()
            assert_clean_frame(frame_text(pilot.app), width)
            assert view.top <= view.cursor < view.top + height


class Shuffled:
    """An order of so many children that has nothing to do with their indexes."""

    def __init__(self, count: int, seed: int) -> None:
        self.shown = list(range(count))
        random.Random(seed).shuffle(self.shown)

    def place(self, index: int) -> int:
        return self.shown.index(index)

    def index(self, place: int) -> int:
        return self.shown[place]


class Backwards(Model):
    """A model whose children are shown last first."""

    def order_of(self, node: Node) -> Any:
        return SimpleNamespace(
            place=lambda index: self.child_count(node) - 1 - index,
            index=lambda place: self.child_count(node) - 1 - place,
        )


async def test_an_order_moves_rows_not_paths(stage: Any, frame_text: FrameText) -> None:
    model = Backwards({ROOT: 3})
    async with stage(LineTree(model)).run_test(size=(30, 20)) as pilot:
        view = pilot.app.widget
        view.select((1, 0))
        await pilot.pause()
        view.sort(model.order_of)
        await pilot.pause()
        assert lines(frame_text(pilot.app)) == [
            " ▸ node 2",
            " ▾ node 1",
            "   ▸ node 1.1",
            "▌  ▸ node 1.0",
            " ▸ node 0",
        ]
        assert view.cursor_path == (1, 0) and view.is_open((1,))
        await pilot.press("up", "up", "down")
        assert view.cursor_path == (1, 1)
        assert view.select((0, 1, 0))
        await pilot.pause()
        assert [line.strip() for line in lines(frame_text(pilot.app))][-5:] == [
            "▾ node 0", "▾ node 0.1", "node 0.1.1", "▌      node 0.1.0", "▸ node 0.0",
        ]  # fmt: skip
        view.sort(lambda node: None)
        await pilot.pause()
        assert view.cursor_path == (0, 1, 0)
        assert [line.strip() for line in lines(frame_text(pilot.app))][:4] == [
            "▾ node 0", "▸ node 0.0", "▾ node 0.1", "▌      node 0.1.0",
        ]  # fmt: skip
        assert [type(message).__name__ for message in pilot.app.heard] == ["NodeHighlighted"] * 3, "only what keys did"


async def test_in_an_order_growth_keeps_open_nodes_and_the_cursor(stage: Any, frame_text: FrameText) -> None:
    model = Backwards({ROOT: 3})
    async with stage(LineTree(model)).run_test(size=(30, 20)) as pilot:
        view = pilot.app.widget
        view.sort(model.order_of)
        view.select((1, 0))
        model.counts[ROOT] = 5
        view.refresh_model(grown=[ROOT])
        await pilot.pause()
        assert lines(frame_text(pilot.app)) == [
            " ▸ node 4", " ▸ node 3", " ▸ node 2", " ▾ node 1", "   ▸ node 1.1", "▌  ▸ node 1.0", " ▸ node 0",
        ]  # fmt: skip
        model.counts[ROOT] = 1
        view.refresh_model()
        assert (view.cursor_path, view.row_count()) == ((0,), 1)
        model.counts[ROOT] = 3
        view.refresh_model()
        assert view.is_open((1,)) and view.row_count() == 5


async def test_the_row_under_the_cursor_may_be_let_go(stage: Any) -> None:
    model = Model({ROOT: 50, (0,): 2})
    async with stage(LineTree(model)).run_test(size=(30, 10)) as pilot:
        view = pilot.app.widget
        view.select((0, 0))
        view.select((4,))
        view.scroll_rows_to(0)
        await pilot.pause()
        view.holds_cursor = False
        model.counts[(0,)] = 30
        view.refresh_model()
        await pilot.pause()
        assert (view.top, view.cursor, view.cursor_path) == (0, 34, (4,))


async def test_a_cursor_put_without_unfolding_or_showing(stage: Any) -> None:
    async with stage(LineTree(Model({ROOT: 50}))).run_test(size=(30, 10)) as pilot:
        view = pilot.app.widget
        assert not view.select((40, 1), unfold=False, reveal=False)
        await pilot.pause()
        assert (view.cursor_path, view.top, view.is_open((40,))) == ((40,), 0, False)


async def test_fold_at(stage: Any) -> None:
    async with stage(LineTree(Model({ROOT: 3}))).run_test(size=(30, 20)) as pilot:
        view = pilot.app.widget
        view.select((1, 1, 0))
        assert view.open_at_top() == [(1,)]
        view.fold_at((1, 1))
        assert view.cursor_path == (1, 1)
        view.select((2, 0))
        view.fold_at((1,))
        view.fold_at((0, 1))
        view.fold_at(())
        assert (view.cursor_path, view.is_open((1,)), view.open_at_top()) == ((2, 0), False, [(2,)])
        assert pilot.app.heard == []


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
