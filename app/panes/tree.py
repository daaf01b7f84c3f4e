"""Pane 2: runs, iterations, calls and sub-agents, one in the other."""

from __future__ import annotations

from bisect import bisect_left
from typing import ClassVar

from textual.app import ComposeResult

from ...analysis import figures
from ...analysis.tree import NodeFacts, Tree, title
from ...analysis.tree_shape import Node, NodeType
from ..contain import contained
from ..safe_text import fit, fit_right, one_line
from ..trace import Trace
from ..widgets.line_tree import LineTree
from ..widgets.open_rows import ROOT
from ..widgets.open_rows import Node as TreeNode
from ..widgets.palette import Cell
from .kinds import look_of
from .pane import Frame, Pane
from .timeline import bar

_STATE_GLYPHS = {"ok": "▪", "failed": "✗", "running": "…"}
_STATE_STYLES = {"ok": "tool", "failed": "error", "running": "warn"}
_BAR_CELLS = 8


class IterationTreeModel:
    """The iteration tree as the line tree asks for it."""

    def __init__(self) -> None:
        self.trace: Trace | None = None
        self.tree: Tree | None = None
        self._generation = 0
        self._most_tokens = 1.0
        self.columns = 80

    def set(self, frame: Frame) -> None:
        """Show another view."""
        self.trace = frame.trace
        self._generation = frame.trace.generation
        self.tree = Tree(frame.view)
        self._most_tokens = float(frame.view.tokens.total or 1)

    def child_count(self, node: TreeNode) -> int:
        """How many children a node has."""
        if self.tree is None:
            return 0
        return len(self.tree.roots()) if node == ROOT else self.tree.child_count(_typed(node))

    def child(self, node: TreeNode, index: int) -> TreeNode:
        """One of them."""
        if self.tree is None:
            raise IndexError(index)
        return self.tree.roots()[index] if node == ROOT else self.tree.child(_typed(node), index)

    def expandable(self, node: TreeNode) -> bool:
        """Whether it has any."""
        return self.tree is not None and self.tree.expandable(_typed(node))

    def label(self, node: TreeNode, width: int) -> list[Cell]:
        """The pieces of a node's row: what it is, tokens, cost, time, a bar of its share of the tokens."""
        if self.tree is None or self.trace is None:
            return []
        typed = _typed(node)
        if self.trace.generation != self._generation:
            return []  # the trace has just started over: the next frame shows it
        facts = self.tree.facts(typed)
        needs_payload = typed.type in (NodeType.TOOL, NodeType.EVENT, NodeType.AGENT)
        words = title(typed, facts, self.trace.event(facts.event) if needs_payload else None)
        kind = self.trace.session.kinds[self.trace.session.events.kind[facts.event]]
        glyph, style = _look(typed, facts, kind)
        figures_ = self._figures(facts)
        room = width - sum(len(text) for text, _ in figures_)
        return [(fit(f"{glyph}{one_line(words)}{_marks(facts)}", max(0, room)), style), *figures_]

    def _figures(self, facts: NodeFacts) -> list[Cell]:
        """By the width of the whole tree, not of the row, so that columns line up at any depth."""
        width = self.columns
        if width < 36:
            return []
        tokens = figures.tokens(facts.tokens) if facts.tokens is not None else ""
        cells: list[Cell] = [(fit_right(tokens, 7), "text")]
        if width >= 50:
            cells.append((fit_right(figures.cost(facts.cost) if facts.cost is not None else "", 9), "cost"))
        time = "running" if facts.state == "running" else ""
        if facts.duration_ms is not None and facts.state != "running":
            time = figures.duration(facts.duration_ms)
        cells.append((fit_right(time, 8), "muted"))
        if width >= 68:
            cells.append((f" {bar(facts.tokens, self._most_tokens, _BAR_CELLS)}", "bar"))
        return cells


@contained
class TreePane(Pane):
    """The iteration tree."""

    NUMBER: ClassVar[int] = 2
    NAME: ClassVar[str] = "iteration tree"

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id)
        self._model = IterationTreeModel()
        self._tree = LineTree(empty_text="no iterations yet", id="trace-tree-lines")
        self._shown: tuple[int, int] | None = None
        self._revealed: int | None = None

    def compose(self) -> ComposeResult:
        yield self._tree

    def show(self, frame: Frame) -> None:
        is_resized = self._tree.size.width != self._model.columns
        self._model.columns = self._tree.size.width
        self._model.set(frame)
        identity = (id(frame.trace), frame.trace.generation)
        if identity != self._shown:
            self._shown = identity
            self._revealed = None
            self._tree.set_model(self._model, frame.version)
        else:
            self._tree.refresh_model(None if is_resized else frame.version)
        if frame.cursor != self._revealed:
            self._revealed = frame.cursor
            self._reveal(frame)
        runs = frame.view.runs
        agents = bisect_left(frame.trace.session.agents.event, frame.view.at)
        parts = [figures.count(frame.view.iterations, "iteration")]
        if runs > 1:
            parts.append(figures.count(runs, "run"))
        if agents:
            parts.append(figures.count(agents, "sub-agent"))
        self.headline = " · ".join(parts)

    def _reveal(self, frame: Frame) -> None:
        if self._model.tree is None or frame.cursor is None or frame.cursor >= frame.view.at:
            return
        node = self._tree.cursor_node
        if node is not None and self._model.tree.facts(_typed(node)).event == frame.cursor:
            return
        path = self._model.tree.path_of(frame.cursor)
        if path and path != self._tree.cursor_path:
            self._tree.select(path)

    def on_line_tree_node_highlighted(self, message: LineTree.NodeHighlighted) -> None:
        message.stop()
        self._move_to(message.node)

    def on_line_tree_node_chosen(self, message: LineTree.NodeChosen) -> None:
        message.stop()
        if self._model.tree is not None:
            self.post_message(self.Inspected(self._model.tree.facts(_typed(message.node)).event))

    def _move_to(self, node: TreeNode) -> None:
        if self._model.tree is not None:
            self.post_message(self.CursorMoved(self._model.tree.facts(_typed(node)).event))


def _typed(node: TreeNode) -> Node:
    assert isinstance(node, Node)
    return node


def _look(node: Node, facts: NodeFacts, kind: str) -> tuple[str, str]:
    if node.type is NodeType.RUN:
        return "", "title"
    if node.type is NodeType.ITERATION:
        return "", "title" if not facts.errors else "warn"
    if node.type is NodeType.LLM:
        return "◆ ", "llm"
    if node.type is NodeType.TOOL:
        return f"{_STATE_GLYPHS[facts.state]} ", _STATE_STYLES[facts.state]
    if node.type is NodeType.AGENT:
        return "▾ ", "agent" if facts.state != "failed" else "error"
    look = look_of(kind)
    return f"{look.glyph} ", look.style


def _marks(facts: NodeFacts) -> str:
    errors = f"  ✗{facts.errors}" if facts.errors else ""
    return errors + (f"  ▼{facts.compactions}" if facts.compactions else "")
