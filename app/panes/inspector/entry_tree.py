"""Entries under a cursor: a tree that unfolds by itself as far as there is room, and remembers what the user folded."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar

from textual.binding import Binding, BindingType

from ...contain import contained
from ...widgets.branch import Branch
from ...widgets.line_tree import LineTree, Node
from ...widgets.palette import Cell
from .entries import Entry, Path

_UNFOLDED_ROWS = 300
"""So many rows may be unfolded when a tree is shown first: what is bigger stays folded."""
_UNFOLDED_LEVELS = 8
_UNFOLDED_AT_ONCE = 10_000
"""A key press unfolds no more rows than this, and looks at no more items of one list."""
_MISFITS = 20
"""After so many entries too big to unfold no further ones are measured."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where the cursor is: on which entry, and how many rows below the top one in sight. `()` is the first entry."""

    path: Path = ()
    height: int = 0


class _Model:
    """Entries as a tree of nodes."""

    def __init__(self, root: Entry) -> None:
        self.root = root

    def entry(self, node: Node) -> Entry:
        if not node:
            return self.root
        entry = node[0]
        assert isinstance(entry, Entry)
        return entry

    def child_count(self, node: Node) -> int:
        return self.entry(node).count

    def child(self, node: Node, index: int) -> Node:
        return (self.entry(node).child(index),)

    def expandable(self, node: Node) -> bool:
        return self.entry(node).is_branch

    def label(self, node: Node, width: int, is_open: bool) -> list[Cell]:
        return self.entry(node).cells(width, False)


@contained
class EntryTree(LineTree):
    """Entries under a cursor. What the user folded and unfolded stays so in the next tree, where names are alike."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "choose", "Open", id="rows.choose", tooltip="Fold, unfold, or go to the event after →"),
        Binding("L,shift+right", "unfold_level", "Unfold more", show=False, id="tree.unfold_level"),
        Binding("H,shift+left", "fold_all", "Fold all", show=False, id="tree.fold_all"),
    ]

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id)
        self._model = _Model(Entry(None))
        self._folds: dict[Path, bool] = {}
        self._all_folded = False
        self._placed: tuple[Path, Path] = ((), ())
        """Where the cursor was put, and where it was wanted: between the two is what is not there."""

    @property
    def entry(self) -> Entry | None:
        """The entry under the cursor."""
        node = self.cursor_node
        return None if node is None else self._model.entry(node)

    @property
    def text_width(self) -> int:
        """The cells of a row; a usual number while the tree has no size yet."""
        return max(0, self.scrollable_content_region.width - 1) or 80

    @property
    def place(self) -> Place:
        """Where the cursor is; as long as it is where it was put, where it was wanted, so that nothing adds up."""
        path = self._path
        put, wanted = self._placed
        return Place(wanted if path == put else path, self.cursor - self.top)

    @property
    def place_elsewhere(self) -> Place:
        """Where the cursor is to be in the tree of another event: on the same key, not in the midst of its text."""
        entry = self.entry
        if entry is None or entry.anchor is entry:
            return self.place
        return Place(entry.anchor.path, self.cursor - self.top)

    @property
    def _path(self) -> Path:
        entry = self.entry
        return () if entry is None else entry.path

    def show_entries(self, root: Entry, place: Place) -> None:
        """Show other entries, with the cursor at a place, or on the nearest entry above it that there is."""
        self._model = _Model(root)
        self.set_model(self._model)
        self._unfold_at_first()
        self._rearranged()
        if place.path:
            self._put_cursor(place.path)
            self.scroll_rows_to(self.cursor - place.height)
            self.reveal(self.cursor)
        self._placed = self._path, place.path

    def forget_fold_all(self) -> None:
        """Let the next tree unfold by itself again, but for what the user folded by hand."""
        self._all_folded = False

    def row_cells(self, index: int, width: int) -> list[Cell]:
        branch, place, depth = self._rows.locate(index)
        entry = self._entry_at(branch, place)
        is_open = branch.find(place) is not None
        mark = "▾ " if is_open else "▸ " if entry.is_branch else "→ " if entry.event is not None else "  "
        indent = self._indent(depth, width)
        before: list[Cell] = [(" " * indent + mark, "mark" if mark == "→ " else "guide")]
        if entry.sign is not None:
            before.append(entry.sign)
        room = width - sum(len(text) for text, _ in before)
        return [*before, *entry.cells(max(0, room), is_open)]

    def user_moved(self, old: int) -> None:
        entry = self.entry
        if entry is not None and entry.goes_on and entry.parent is not None:
            entry.parent.read_on()
            self.refresh_model(None, grown=[(entry.parent,)])
        super().user_moved(old)

    def action_page_down(self) -> None:
        target = self.cursor + max(1, self.page - 1)
        unread = self._unread_row()
        if unread is not None and self.cursor < unread < target:
            self._user_move_to(unread)
        self._user_move_to(target)

    def action_unfold(self) -> None:
        super().action_unfold()
        self._remember_fold()

    def action_fold(self) -> None:
        super().action_fold()
        self._remember_fold()

    def action_choose(self) -> None:
        super().action_choose()
        self._remember_fold()

    def action_fold_all(self) -> None:
        super().action_fold_all()
        self._folds.clear()
        self._all_folded = True

    def action_unfold_level(self) -> None:
        """Unfold every folded entry of the shallowest level that has one."""
        self._folds.clear()
        self._all_folded = False
        level = [self._rows.root]
        while level:
            below: list[Branch] = []
            folded = []
            for branch in level:
                for index in self._model.entry(branch.node).branches(_UNFOLDED_AT_ONCE):
                    found = branch.find(index)
                    if found is None:
                        folded.append((branch, index))
                    else:
                        below.append(found)
            if folded:
                self._unfold_some(folded)
                return
            level = below

    def _unfold_some(self, folded: Iterable[tuple[Branch, int]]) -> None:
        """Unfold as many as a key press may."""
        rows = 0
        for branch, index in folded:
            unfolded = self._rows.unfold(branch, index)
            rows += 1 if unfolded is None else unfolded.count
            if rows >= _UNFOLDED_AT_ONCE:
                break
        self._rearranged()

    def _entry_at(self, branch: Branch, index: int) -> Entry:
        return self._model.entry(branch.node).child(index)

    def _unread_row(self) -> int | None:
        """The row at which the text that the cursor is in goes on."""
        branch, place = self._place
        below = branch.find(place)
        inside = below if below is not None and self._goes_on(below) else branch
        return self._rows.row_of(inside, inside.count - 1) if self._goes_on(inside) else None

    def _goes_on(self, branch: Branch) -> bool:
        return branch.count > 0 and self._entry_at(branch, branch.count - 1).goes_on

    def _remember_fold(self) -> None:
        branch, place = self._place
        entry = self.entry
        if entry is not None and entry.is_branch:
            self._folds[entry.path] = branch.find(place) is not None

    def _unfold_at_first(self) -> None:
        """Unfold what the user had unfolded, and of the rest, level by level, what there is room for."""
        room, misfits, depth = _UNFOLDED_ROWS, 0, 0
        level = [self._rows.root]
        while level:
            may_unfold = depth < _UNFOLDED_LEVELS and not self._all_folded
            below: list[Branch] = []
            for branch in level:
                for index in self._model.entry(branch.node).branches(_UNFOLDED_ROWS):
                    entry = self._entry_at(branch, index)
                    wanted = self._folds.get(entry.path)
                    if wanted is None:
                        wanted = may_unfold and entry.opens and misfits < _MISFITS and entry.count <= room
                        misfits += entry.opens and not wanted
                    unfolded = self._rows.unfold(branch, index) if wanted else None
                    if unfolded is not None:
                        room -= unfolded.count
                        below.append(unfolded)
            level, depth = below, depth + 1

    def _put_cursor(self, path: Path) -> None:
        branch: Branch | None = self._rows.root
        for name in path:
            index = None if branch is None else self._model.entry(branch.node).find(name)
            if branch is None or index is None:
                break
            self._rows.refresh([branch.node])
            self._place = (branch, index)
            branch = branch.find(index)
        self._rearranged()
