"""Pane 2: runs, iterations, calls and sub-agents, one in the other."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.timer import Timer

from ...analysis import figures
from ...analysis.fold.session import Session
from ...analysis.tree.shape import TOP
from ..contain import contained
from ..safe_text import width_of
from ..screens import is_seen
from ..widgets.line_tree import LineTree
from .pane import Frame, Pane
from .table import TableHead
from .tree_model import IterationTreeModel, Sort

_HEAD_FROM = 10
"""From so many rows of the pane on, one is for the heads of the columns."""
_STEP_SECONDS = 1 / 20


@contained
class IterationTree(LineTree):
    """The line tree, with a key for its order."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("s", "sort", "Sort", id="tree.sort", tooltip="Sort by cost, by time, or as it ran"),
    ]

    @dataclass
    class SortAsked(Message):
        """The user wants the next order."""

    def action_sort(self) -> None:
        self.post_message(self.SortAsked())


@contained
class TreeHead(TableHead):
    """The heads of the columns; a click on one sorts by it."""

    @dataclass
    class Clicked(Message):
        """The user clicked this many cells right of the first head."""

        place: int

    def on_click(self, event: events.Click) -> None:
        event.stop()
        self.post_message(self.Clicked(event.x - 1))


@contained
class TreePane(Pane):
    """The iteration tree."""

    NUMBER: ClassVar[int] = 2
    NAME: ClassVar[str] = "iteration tree"

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id)
        self._model = IterationTreeModel()
        self._head = TreeHead(lambda width: [head for head, _ in self._model.heads()], id="trace-tree-head")
        self._tree = IterationTree(order_of=self._model.order_of, empty_text="no iterations yet", id="trace-tree-lines")
        self._frame: Frame | None = None
        self._session: Session | None = None
        self._revealed: tuple[object, ...] = ()
        """What the cursor was put on last: event, length of a view of the past, page."""
        self._walked: int | None = None
        """The event of the node the user walked to."""
        self._unfolded: list[tuple[int, ...]] = []
        self._stepping: Timer | None = None

    def compose(self) -> ComposeResult:
        yield self._head
        yield self._tree

    @property
    def sort(self) -> Sort:
        """In which order siblings are shown."""
        return self._model.sort

    def show(self, frame: Frame) -> None:
        self._fit_columns()
        self._frame = frame
        changed = self._model.set(frame)
        self._tree.holds_cursor = not self._stays_at_top
        if frame.view.session is not self._session:
            self._session, self._revealed, self._unfolded = frame.view.session, (), []
            self._tree.set_model(self._model)
        else:
            self._tree.refresh_model(grown=changed)
        place = (frame.cursor,) if frame.live else (frame.cursor, frame.view.at, self._tree.page)
        if place != self._revealed:
            self._revealed = place
            self._reveal(frame)
            if not frame.live:
                self._tree.show_end(self._tree.cursor)
        self._measure()
        self._rank_on()
        self._tell(frame)

    def _fit_columns(self) -> None:
        width = self._tree.scrollable_content_region.width
        if width and width != self._model.columns:
            self._model.columns = width
            self._tree.rows_changed()

    @property
    def _stays_at_top(self) -> bool:
        """Whether the highest stay in sight, wherever in the order the newest event is."""
        return self._model.sort is not Sort.AS_IT_RAN and self._frame is not None and self._frame.follows

    def _reveal(self, frame: Frame) -> None:
        """Put the cursor on the node of the event looked at; what was unfolded for the last one is folded again."""
        tree, lines = self._model.tree, self._tree
        if tree is None or frame.cursor is None or frame.cursor >= frame.view.at:
            return
        node = lines.cursor_node
        if frame.cursor == self._walked and node is not None and self._model.event_of(node) == frame.cursor:
            return
        self._walked = None
        path = tree.path_of(frame.cursor)
        for stale in [above for above in reversed(self._unfolded) if above != path[: len(above)] or above == path]:
            self._unfolded.remove(stale)
            lines.fold_at(stale)
        if self._stays_at_top:
            lines.select(path, unfold=False, reveal=False)
        elif path != lines.cursor_path:
            self._unfolded += [path[:depth] for depth in range(1, len(path)) if not lines.is_open(path[:depth])]
            lines.select(path)

    def _measure(self) -> None:
        self._model.measure(self._tree.open_at_top())

    def _rank_on(self) -> None:
        """Go on ranking, where there are too many children for one frame."""
        if not self._model.is_done and self._stepping is None:
            self._stepping = self.set_timer(_STEP_SECONDS, self._show_more)

    def _show_more(self) -> None:
        self._stepping = None
        if self._frame is None or not self.size.width or not is_seen(self.screen):
            return
        self._tree.refresh_model(grown=self._model.step())
        self._measure()
        self._rank_on()
        self._tell(self._frame)

    def _tell(self, frame: Frame) -> None:
        """Say what is shown: in the border and, where there is room, in the heads of the columns."""
        tree, order = self._model.tree, self._model.order
        if tree is None or order is None:
            return
        parts = []
        if self._model.sort_name:
            progress = order.progress
            parts.append(f"by {self._model.sort_name}{'' if progress is None else f', {progress:.0%} sorted'}")
        parts.append(figures.count(frame.view.iterations, "iteration"))
        runs, agents = tree.child_count(TOP), bisect_left(tree.session.agents.event, tree.at)
        parts += [figures.count(runs, "run")] if runs > 1 else []
        parts += [figures.count(agents, "sub-agent")] if agents else []
        self.headline_parts(parts)
        self._head.display = runs > 0 and self.outer_size.height >= _HEAD_FROM
        self._head.refresh()

    def sort_by(self, sort: Sort) -> None:
        """Show siblings in another order."""
        self._model.sort_by(sort)
        self._tree.holds_cursor = not self._stays_at_top
        self._tree.sort(self._model.order_of)
        if self._stays_at_top:
            self._tree.scroll_rows_to(0)
        else:
            self._tree.reveal(self._tree.cursor)
        if self._frame is not None:
            self._measure()
            self._rank_on()
            self._tell(self._frame)

    def on_iteration_tree_sort_asked(self, message: IterationTree.SortAsked) -> None:
        message.stop()
        self.sort_by(self._model.sort.following)

    def on_tree_head_clicked(self, message: TreeHead.Clicked) -> None:
        message.stop()
        right = 0
        for (text, _), sort in self._model.heads():
            right += width_of(text)
            if message.place < right:
                if sort is not None:
                    self.sort_by(Sort.AS_IT_RAN if sort is self._model.sort else sort)
                return

    def on_line_tree_node_highlighted(self, message: LineTree.NodeHighlighted) -> None:
        message.stop()
        self._unfolded.clear()  # what the user walks in stays open
        event = self._model.event_of(message.node)
        if event is not None:
            self._walked = event
            self.say(self.CursorMoved(event))

    def on_line_tree_node_chosen(self, message: LineTree.NodeChosen) -> None:
        message.stop()
        event = self._model.event_of(message.node)
        if event is not None:
            self.say(self.Inspected(event))
