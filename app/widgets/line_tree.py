"""A tree of any size, of which only the visible rows are ever asked for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message

from ..contain import contained
from .branch import ROOT, Branch, Node, OrderOf, as_they_are
from .open_rows import OpenRows, TreeModel
from .palette import Cell
from .row_view import RowView

__all__ = ["ROOT", "LineTree", "Node", "TreeModel"]

INDENT = 2
# One key press should not ask for more than a frame or two can take in.
UNFOLDED_AT_ONCE = 1_000


class _NoTree:
    def child_count(self, node: Node) -> int:
        return 0

    def child(self, node: Node, index: int) -> Node:
        raise IndexError(node, index)

    def expandable(self, node: Node) -> bool:
        return False

    def label(self, node: Node, width: int, is_open: bool) -> list[Cell]:
        return []


@contained
class LineTree(RowView):
    """A tree under a cursor. Open nodes stay open, and the cursor stays on its node, while the model grows.

    A node's place is its path: the child index at each level from the top. Messages are posted for what the user
    did, never for what the program set.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("right,l", "unfold", "Unfold", show=False, id="tree.unfold", tooltip="Unfold, or enter the branch"),
        Binding("left,h", "fold", "Fold", show=False, id="tree.fold", tooltip="Fold, or go to the parent"),
        Binding("L,shift+right", "unfold_level", "Unfold more", id="tree.unfold_level", tooltip="Unfold a level more"),
        Binding("H,shift+left", "fold_all", "Fold all", id="tree.fold_all", tooltip="Fold everything"),
    ]

    @dataclass
    class NodeHighlighted(Message):
        """The user moved the cursor to another node."""

        tree: LineTree
        node: Node
        path: tuple[int, ...]

        @property
        def control(self) -> LineTree:
            return self.tree

    @dataclass
    class NodeChosen(Message):
        """The user pressed enter on, or clicked again, a node that cannot be unfolded."""

        tree: LineTree
        node: Node
        path: tuple[int, ...]

        @property
        def control(self) -> LineTree:
            return self.tree

    def __init__(
        self,
        model: TreeModel | None = None,
        *,
        order_of: OrderOf = as_they_are,
        empty_text: str = "",
        name: str | None = None,
        id: str | None = None,
        classes: str | None = None,
    ) -> None:
        super().__init__(empty_text=empty_text, name=name, id=id, classes=classes)
        self._rows = OpenRows(model or _NoTree(), order_of)
        self._place: tuple[Branch, int] = (self._rows.root, 0)
        self._version: int | None = None
        self.holds_cursor = True
        """Whether the row under the cursor stays where it is on the screen as rows come and go above it."""

    def on_mount(self) -> None:
        self.rows_changed()
        self.cursor = max(0, self.cursor)

    def row_count(self) -> int:
        return len(self._rows)

    def row_cells(self, index: int, width: int) -> list[Cell]:
        branch, place, depth = self._rows.locate(index)
        model = self._rows.model
        node = model.child(branch.node, place)
        is_open = branch.find(place) is not None
        glyph = "▾ " if is_open else "▸ " if model.expandable(node) else "  "
        indent = self._indent(depth, width)
        return [(" " * indent + glyph, "guide"), *model.label(node, max(0, width - indent - len(glyph)), is_open)]

    def _indent(self, depth: int, width: int) -> int:
        """Return the cells left of a fold mark: half the width at most, lest deep nodes vanish."""
        return min(depth * INDENT, width // 2)

    @property
    def cursor_node(self) -> Node | None:
        """The node under the cursor, None in an empty tree."""
        return self._rows.node_at(*self._place) if self.row_count() else None

    @property
    def cursor_path(self) -> tuple[int, ...]:
        """The path of the node under the cursor, () in an empty tree."""
        return self._rows.path_of(*self._place) if self.row_count() else ()

    def set_model(self, model: TreeModel, version: int | None = None) -> None:
        """Show another tree, folded, with the cursor on its first node."""
        self._rows = OpenRows(model, self._rows.order_of)
        self._place = (self._rows.root, 0)
        self._version = version
        self.rows_changed()
        self.set_reactive(LineTree.cursor, self.validate_cursor(0))
        self.scroll_rows_to(0)

    def refresh_model(self, version: int | None = None, grown: Iterable[Node] | None = None) -> None:
        """Look at the model again unless `version` is the one already shown.

        Labels are asked for again, and child counts: of the nodes in `grown` if given, else of all open nodes.
        """
        if version is not None and version == self._version:
            return
        self._version = version
        self._rows.refresh(grown)
        self._rearranged()

    def sort(self, order_of: OrderOf) -> None:
        """Show the children of each node in the order that `order_of` gives; None for as they are.

        Paths stay what they are: indexes, not places. When an order has changed, `refresh_model` looks at it again.
        """
        self._rows.order_of = order_of
        self._rows.refresh()
        self._rearranged()

    def open_at_top(self) -> list[Node]:
        """Return the nodes at the top that are unfolded."""
        root = self._rows.root
        return [branch.node for branch in root.branches[: root.live]]

    def fold_at(self, path: Sequence[int]) -> None:
        """Fold the node at `path`; a cursor below goes to it."""
        branch: Branch | None = self._rows.root
        for index in path[:-1]:
            branch = branch.find(index) if branch is not None else None
        if branch is not None and path and self._rows.fold(branch, path[-1]):
            here: Branch | None = self._place[0]
            while here is not None and here.parent is not None:
                here = here.parent
            if here is not self._rows.root:
                self._place = (branch, path[-1])
            self._rearranged()

    def select(self, path: Sequence[int], *, unfold: bool = True, reveal: bool = True) -> bool:
        """Unfold what hides the node at `path`, put the cursor on it and show it; posts no message.

        If it is not there, or hidden and not to be unfolded, the cursor goes to its nearest ancestor that is, and the
        answer is False.
        """
        branch, place, found = self._rows.root, -1, 0
        for index in path:
            below: Branch | None = branch
            if found:
                below = self._rows.unfold(branch, place) if unfold else branch.find(place)
            if below is None or not 0 <= index < below.count:
                break
            branch, place, found = below, index, found + 1
        if not found:
            return False
        self._place = (branch, place)
        self._rearranged(hold=reveal)
        if reveal:
            self.reveal(self.cursor)
        return found == len(path)

    def is_open(self, path: Sequence[int]) -> bool:
        """Return whether the node at `path` is unfolded and all above it are."""
        branch: Branch | None = self._rows.root
        for index in path:
            branch = branch.find(index) if branch is not None else None
        return branch is not None

    def watch_cursor(self, old: int, new: int) -> None:
        super().watch_cursor(old, new)
        if new >= 0:
            branch, place, _ = self._rows.locate(new)
            self._place = (branch, place)

    def user_moved(self, old: int) -> None:
        node = self.cursor_node
        if self.cursor != old and node is not None:
            self.post_message(self.NodeHighlighted(self, node, self.cursor_path))

    def _rearranged(self, hold: bool = True) -> None:
        """Rows came or went: keep the cursor on its node and, if `hold`, that node where it is on the screen."""
        on_screen = self.cursor - self.top
        self.rows_changed()
        self._place = self._rows.nearest(*self._place)
        moved = self._rows.row_of(*self._place) - self.cursor
        self.cursor += moved
        if moved and hold and self.holds_cursor and 0 <= on_screen < self.page:
            self.scroll_rows_to(self.cursor - on_screen)

    def _unfolded(self, branch: Branch) -> None:
        """Show as much of what was unfolded as fits below the cursor."""
        self._rearranged()
        self.reveal(min(self.cursor + branch.total, self.cursor + self.page - 1))

    def action_unfold(self) -> None:
        if not self.row_count():
            return
        branch, place = self._place
        if branch.find(place) is not None:
            self._user_move_to(self.cursor + 1)
        elif (below := self._rows.unfold(branch, place)) is not None:
            self._unfolded(below)

    def action_fold(self) -> None:
        if not self.row_count():
            return
        branch, place = self._place
        if self._rows.fold(branch, place):
            self._rearranged()
        elif branch.parent is not None:
            self._user_move_to(self._rows.row_of(branch.parent, branch.index))

    def action_unfold_level(self) -> None:
        """Unfold every folded node of the shallowest level that has one."""
        if self._rows.unfold_level(UNFOLDED_AT_ONCE, self._place):
            self._rearranged()

    def action_fold_all(self) -> None:
        """Fold everything; the cursor goes to the top node it was under."""
        old, path = self.cursor_node, self.cursor_path
        self._rows.fold_all()
        self._place = (self._rows.root, path[0] if path else 0)
        self._rearranged()
        self.reveal(self.cursor)
        if self.cursor_node != old:
            self.user_moved(-1)

    def action_choose(self) -> None:
        node = self.cursor_node
        if node is None:
            return
        branch, place = self._place
        if self._rows.fold(branch, place):
            self._rearranged()
        elif (below := self._rows.unfold(branch, place)) is not None:
            self._unfolded(below)
        else:
            self.post_message(self.NodeChosen(self, node, self.cursor_path))

    def on_click(self, event: events.Click) -> None:
        """A click on a fold mark folds or unfolds at once, without the first click that only moves the cursor."""
        index = self.row_at(event)
        offset = event.get_content_offset(self)
        if index is None or offset is None or index == self.cursor:
            return
        branch, place, depth = self._rows.locate(index)
        if not self._rows.model.expandable(self._rows.node_at(branch, place)):
            return
        mark = 1 + self._indent(depth, max(0, self.scrollable_content_region.width - 1))
        if mark <= offset.x <= mark + 1:
            self._user_move_to(index)
