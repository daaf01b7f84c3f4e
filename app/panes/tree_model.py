"""The iteration tree as its pane shows it: which nodes, in which order, and what stands in a node's row."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from enum import Enum
from itertools import islice

from ...analysis import figures
from ...analysis.tree.order import MOST_RANKED, Measure, Siblings, TreeOrder, tokens_ranked_as
from ...analysis.tree.peaks import Peaks
from ...analysis.tree.shape import TOP, Node, NodeType
from ...analysis.tree.tree import NodeFacts, Tree, event_for_title, title
from ...analysis.view import View
from ..safe_text import fit, fit_right, one_line, width_of
from ..short_paths import shorten_paths
from ..trace import Trace
from ..widgets.bars import bar_of
from ..widgets.branch import ROOT
from ..widgets.branch import Node as TreeNode
from ..widgets.palette import Cell
from .kinds import look_of
from .pane import Frame

_GLYPHS = {"ok": "▪", "failed": "✗", "running": "…", "unended": "·"}
_STYLES = {"ok": "tool", "failed": "error", "running": "warn", "unended": "muted"}
_MARKS = {"error": "✗", "compaction": "▼", "cache_break": "○"}
_BAR_STYLES = {NodeType.LLM: "llm", NodeType.TOOL: "tool", NodeType.AGENT: "agent"}
_AGENT = "◇ "
_FOLD_MARK = "▾"
_MOST_RUNS_MEASURED = 50
_MOST_CALLS_COUNTED = 20
_LEAST_DONE = 12
"""Cells that what was done in an iteration needs at least."""
_SPENDING = (NodeType.RUN, NodeType.ITERATION, NodeType.LLM, NodeType.AGENT)


class Sort(Enum):
    """In which order siblings are shown, and what the bars are of."""

    AS_IT_RAN = Measure.TOKENS
    COST = Measure.COST
    TIME = Measure.TIME

    @property
    def following(self) -> Sort:
        """The next one, round and round."""
        sorts = list(Sort)
        return sorts[(sorts.index(self) + 1) % len(sorts)]


_WIDTHS = {Sort.AS_IT_RAN: 7, Sort.COST: 9, Sort.TIME: 9}
_FIRST = {"tokens": "most", "cost": "dearest", "time": "longest"}
_SHOWN_FROM = {Sort.AS_IT_RAN: 36, Sort.COST: 50, Sort.TIME: 36}
_BARS = {68: 8, 92: 16}


class IterationTreeModel:
    """The iteration tree as the line tree asks for it, in an order, with bars against the longest child of a run."""

    def __init__(self) -> None:
        self.trace: Trace | None = None
        self.tree: Tree | None = None
        self.order: TreeOrder | None = None
        self.sort = Sort.AS_IT_RAN
        self.columns = 80
        self._fullest = self._fullest_run = 0.0
        self._view: View | None = None
        self._peaks: Peaks | None = None
        self._is_measured = True
        self._is_idle = False

    @property
    def has_cost(self) -> bool:
        """Whether the trace says what anything cost; siblings are sorted by tokens where it does not."""
        return self._view is not None and self._view.cost is not None

    def set(self, frame: Frame) -> Iterable[TreeNode] | None:
        """Show another view; gives the nodes whose children may be others or in another order, None for all."""
        session = frame.view.session
        self.trace, self._view, self._is_idle = frame.trace, frame.view, frame.is_idle
        is_another = self.tree is None or self.tree.session is not session
        self.tree = Tree(frame.view, frame.trace.tree_index(session))
        if is_another or self.order is None:
            self.order = TreeOrder(self.sort.value, self.tree, MOST_RANKED)
            self._peaks = Peaks(frame.trace.tree_index(session))
            return None
        return self._above_runs(self.order.advance(self.tree))

    def sort_by(self, sort: Sort) -> None:
        """Show siblings in another order."""
        self.sort = sort
        if self.tree is not None:
            self.order = TreeOrder(sort.value, self.tree, MOST_RANKED)

    def step(self) -> Iterable[TreeNode]:
        """Rank some more children, where there are too many for one frame; gives the nodes above them."""
        return self._above_runs(self.order.step()) or () if self.order is not None else ()

    def measure(self, open_runs: Iterable[TreeNode]) -> None:
        """Find what a full bar is: the longest among the runs, and among the children of those that are open."""
        if self.order is None or self.tree is None or self._peaks is None:
            return
        if self.sort is Sort.AS_IT_RAN:
            self._is_measured = not self._peaks.extend()
            runs_known = islice(self.tree.children_between(TOP, 0, self.tree.child_count(TOP)), _MOST_RUNS_MEASURED)
            self._fullest_run = max((self.tree.spent(run).tokens or 0 for run in runs_known), default=0)
            open_ones = islice(open_runs, _MOST_RUNS_MEASURED)
            self._fullest = max((self._peaks.highest(_typed(run).row, self.tree.at) for run in open_ones), default=0)
            return
        self._is_measured = True
        self._fullest_run = self._highest(self.order.of(TOP))
        runs = [self.order.of(_typed(run)) for run in islice(open_runs, _MOST_RUNS_MEASURED)]
        self._fullest = max(map(self._highest, runs), default=0.0)

    @property
    def is_done(self) -> bool:
        """Whether all is ranked and measured that is to be."""
        return self._is_measured and (self.order is None or self.order.progress is None)

    def order_of(self, node: TreeNode) -> Siblings | None:
        """The order of a node's children, None for as they ran."""
        if self.order is None or self.sort is Sort.AS_IT_RAN:
            return None
        return self.order.of(_typed(node))

    def child_count(self, node: TreeNode) -> int:
        """How many children a node has."""
        return self.tree.child_count(_typed(node)) if self.tree is not None else 0

    def child(self, node: TreeNode, index: int) -> TreeNode:
        """One of them."""
        if self.tree is None:
            raise IndexError(index)
        return self.tree.child(_typed(node), index)

    def expandable(self, node: TreeNode) -> bool:
        """Whether it has any."""
        return self.tree is not None and self.tree.expandable(_typed(node))

    def event_of(self, node: TreeNode) -> int | None:
        """The event to go to for a node."""
        return self.tree.facts(_typed(node)).event if self.tree is not None else None

    def label(self, node: TreeNode, width: int, is_open: bool) -> list[Cell]:
        """The pieces of a node's row: what it is, its marks, what was done in it if that is not seen, its figures."""
        if self.tree is None or self.trace is None:
            return []
        if self.trace.session is not self.tree.session:
            return []  # the trace has just started over: the next frame shows it
        typed = _typed(node)
        facts = self.tree.facts(typed)
        if self._is_idle and facts.state == "running":
            facts = replace(facts, state="unended")
        needs_payload = typed.type in (NodeType.TOOL, NodeType.EVENT, NodeType.AGENT)
        told = event_for_title(self.tree, typed, facts, self.trace.event) if needs_payload else None
        words = title(typed, facts, told)
        kind = self.trace.session.kinds[self.trace.session.events.kind[facts.event]]
        glyph, style = _look(typed, facts, kind)
        numbers, marks = self._numbers(typed, facts), _marks(facts)
        while numbers and not numbers[0][0].strip():
            numbers.pop(0)  # what has no figures leaves their room to its words
        room = max(0, width - sum(width_of(text) for text, _ in (*numbers, *marks)))
        words = shorten_paths(f"{glyph}{one_line(words)}", room)
        used = min(width_of(words), room)
        left = room - used
        done = self._done_in(typed, left) if typed.type is NodeType.ITERATION and not is_open else ""
        return [(fit(words, used), style), *marks, (fit(done, left), "muted"), *numbers]

    def _done_in(self, iteration: Node, room: int) -> str:
        """What tools did in an iteration: the call if there is one, else how many calls of which; what fits of it."""
        tree, trace = self.tree, self.trace
        if tree is None or trace is None or room < _LEAST_DONE:
            return ""
        known = min(tree.child_count(iteration), _MOST_CALLS_COUNTED)
        calls = [child for child in tree.children_between(iteration, 0, known) if child.type is NodeType.TOOL]
        told = [tree.told(call) for call in calls]
        if len(calls) == 1:
            event = event_for_title(tree, calls[0], told[0], trace.event)
            words = one_line(title(calls[0], told[0], event))
        else:
            counted = Counter(facts.name or "tool" for facts in told)
            words = one_line(", ".join(name if count == 1 else f"{name} ×{count}" for name, count in counted.items()))
        return f"  {shorten_paths(words, room - 2)}" if words else ""

    def heads(self) -> list[tuple[Cell, Sort | None]]:
        """The heads of the columns, and by what a click on each sorts.

        The first says how siblings are sorted, the last what the bars are of.
        """
        by = self.sort_name
        heads: list[tuple[Cell, Sort | None]] = []
        for sort in self._columns():
            name, is_lit = sort.value.value, sort.value.value == by
            text = fit_right(f"▾{name}" if is_lit else name, _WIDTHS[sort])
            heads.append(((text, "mark" if is_lit else "muted"), sort))
        bar = self._bar_cells()
        if bar:
            of = f" bar: {by or Measure.TOKENS.value}"
            heads.append(((fit(of if len(of) <= bar else "", bar + 1), "muted"), None))
        room = self.columns - 1 - sum(width_of(text) for (text, _), _ in heads)
        order = fit(f"by {by}, {_FIRST[by]} first" if by else "as it ran", max(0, room))
        return [((order, "muted"), None), *heads]

    @property
    def sort_name(self) -> str:
        """By what siblings are sorted; nothing if they stand as they ran."""
        if self.sort is Sort.AS_IT_RAN:
            return ""
        return self.sort.value.value if self.has_cost or self.sort is not Sort.COST else Measure.TOKENS.value

    def _columns(self) -> list[Sort]:
        """The figures that are shown: by the width of the whole tree, not of a row, so that they line up."""
        return [sort for sort, least in _SHOWN_FROM.items() if self.columns >= least]

    def _bar_cells(self) -> int:
        return max((cells for least, cells in _BARS.items() if self.columns >= least), default=0)

    def _numbers(self, node: Node, facts: NodeFacts) -> list[Cell]:
        told = {
            Sort.AS_IT_RAN: (_tokens(node, facts), "text"),
            Sort.COST: (_cost(node, facts), "cost"),
            Sort.TIME: (_time(node, facts), "muted"),
        }
        cells = [(fit_right(told[sort][0], _WIDTHS[sort]), told[sort][1]) for sort in self._columns()]
        bar = self._bar_cells()
        if bar:
            cells.append((f" {self._bar(node, facts, bar)}", _BAR_STYLES.get(node.type, "bar")))
        return cells

    def _bar(self, node: Node, facts: NodeFacts, cells: int) -> str:
        values = {Sort.AS_IT_RAN: facts.tokens, Sort.COST: facts.cost, Sort.TIME: facts.duration_ms}
        value = facts.tokens if self.sort is Sort.COST and not self.has_cost else values[self.sort]
        full = self._fullest_run if node.type is NodeType.RUN else self._fullest
        if not value or value <= 0 or full <= 0:
            return " " * cells
        return bar_of(min(1.0, value / full) * cells, "▇").ljust(cells)

    def _highest(self, siblings: Siblings) -> float:
        """What the longest bar among siblings is of."""
        highest = siblings.ranking.highest()
        if highest is not None and self.sort is Sort.COST and not self.has_cost:
            return tokens_ranked_as(highest)
        return highest or 0.0

    @staticmethod
    def _above_runs(nodes: Iterable[Node] | None) -> list[TreeNode] | None:
        """The nodes as the line tree has them, which calls the one above all runs ROOT."""
        return None if nodes is None else [ROOT if node == TOP else node for node in nodes]


def _typed(node: TreeNode) -> Node:
    if node == ROOT:
        return TOP
    assert isinstance(node, Node)
    return node


def _look(node: Node, facts: NodeFacts, kind: str) -> tuple[str, str]:
    if node.type in (NodeType.RUN, NodeType.ITERATION):
        return "", "title"
    if node.type is NodeType.LLM:
        return "◆ ", "llm"
    if node.type is NodeType.TOOL:
        return f"{_GLYPHS[facts.state]} ", _STYLES[facts.state]
    if node.type is NodeType.AGENT:
        return ("✗ ", "error") if facts.state == "failed" else (_AGENT, "agent")
    if facts.state == "failed":
        return "✗ ", "error"
    look = look_of(kind)
    return _AGENT if look.glyph == _FOLD_MARK else f"{look.glyph} ", look.style


def _marks(facts: NodeFacts) -> list[Cell]:
    """What went wrong in a node or happened to its context; how often, where it was more than once."""
    counts = {"error": facts.errors, "compaction": facts.compactions, "cache_break": facts.cache_breaks}
    marks = [
        (f" {_MARKS[style]}{count if count > 1 or style == 'error' else ''}", style)
        for style, count in counts.items()
        if count
    ]
    return [(" ", "text"), *marks] if marks else []


def _tokens(node: Node, facts: NodeFacts) -> str:
    return figures.tokens(facts.tokens) if facts.tokens is not None or node.type in _SPENDING else ""


def _cost(node: Node, facts: NodeFacts) -> str:
    return figures.cost(facts.cost, facts.cost_estimated) if facts.cost is not None or node.type in _SPENDING else ""


def _time(node: Node, facts: NodeFacts) -> str:
    """How long it took; so far, with dots behind it, where it still runs."""
    if facts.duration_ms is None and facts.state == "unended":
        return "no end "
    if facts.duration_ms is None and node.type is NodeType.EVENT:
        return ""
    return f"{figures.duration(facts.duration_ms)}{'…' if facts.state == 'running' else ' '}"
