"""The line tree is lazy, folds by key and click, and keeps its place while the model grows or is ordered anew."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

from tracetop.app.widgets.line_tree import ROOT, LineTree, Node
from tracetop.app.widgets.palette import Cell

from .tree_model import Model

FrameText = Callable[[Any], str]


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
