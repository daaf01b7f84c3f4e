"""Spans as events, as they arrive: in the order of time as far as it is known, and anew where a guess was wrong.

A span arrives when it ends, and those under it before it. While an agent works, nobody can say what stands above a
call that it made. So a call is told at once, as of the agent that it names, and else of the main one. What arrives
later may show that this was wrong: then all is to be told again (`settle` gives None), which is right, for by then the
spans are there. When a whole file is read, nothing is told before its end is reached, so nothing is guessed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from ...events import TraceEvent
from ..translator import Merged, Origin, Record
from .forest import Node, Tree
from .lanes import Lanes
from .roles import NOBODY, agent_key, fails_by_itself, highest_agents, part_of
from .spans import Span, signal_of, spans_of
from .telling import Teller
from .told import Told
from .vocabulary import Role

_FEW_SPANS = 500
"""So many are told anew whenever something was wrong."""
_SHARE = 8
"""Of more, once an eighth of them came since: telling all each time would take the square of them."""


class SpanTranslator:
    """Turns spans into events. Each span counts as a record; so does a line that holds logs or metrics."""

    def __init__(self, path: Path) -> None:
        self.merged = Merged()
        self._trees: dict[str, Tree] = {}
        self._waiting: list[Node] = []
        self._lanes = Lanes()
        self._teller = Teller(self._lanes, self.merged)
        self._latest = 0.0
        self._spans = self._told_first = 0
        self.is_wrong = False
        """Whether something was told that is known to be wrong by now."""

    def take(self, record: Record, origin: Origin) -> Iterable[TraceEvent]:
        """Put the spans of a record where they belong; what they add is told when all that is there was taken."""
        before = self.merged.records
        for span in spans_of(record):
            self.add(span, origin)
        if self.merged.records == before:
            self.merged.records += 1
            self.merged.skipped[signal_of(record) or "unknown"] += 1
        return ()

    def add(self, span: Span, origin: Origin) -> bool:
        """Put a span where it belongs; gives whether it is a new one."""
        self.merged.records += 1
        if not span.end:
            span.start = span.end = self._latest
        self._latest = max(self._latest, span.end)
        tree = self._trees.get(span.trace)
        if tree is None:
            tree = self._trees[span.trace] = Tree(span.trace)
        node = tree.add(span, origin)
        if node is None:
            self.merged.duplicates += 1
            return False
        self._waiting.append(node)
        self._spans += 1
        return True

    def settle(self) -> Sequence[tuple[TraceEvent, Origin]] | None:
        """What is to be told of the spans that were taken since; None where what was told before proves wrong.

        Of many spans it is left wrong for a while, though never of a trace that is complete.
        """
        refuted = [tree for tree, nodes in self._news().items() if self._is_refuted(tree, nodes)]
        self.is_wrong = self.is_wrong or bool(refuted)
        if self.is_wrong and (self._is_time_to_tell_anew() or any(tree.is_complete for tree in refuted)):
            return None
        for tree in refuted:
            tree.guessed = True
        return self.settle_as_it_is()

    def _is_time_to_tell_anew(self) -> bool:
        return self._spans <= _FEW_SPANS or (self._spans - self._told_first) * _SHARE >= self._spans

    def settle_as_it_is(self) -> Sequence[tuple[TraceEvent, Origin]]:
        """The same, with what was told before left as it is, right or wrong."""
        news, self._waiting = self._news(), []
        self._told_first = self._told_first or self._spans
        for tree, nodes in news.items():
            for node in nodes:
                node.told = self._to_tell(node)
            tree.told = True
        return self._teller.tell([node for nodes in news.values() for node in nodes])

    def _news(self) -> dict[Tree, list[Node]]:
        """The spans that are not told yet, by their traces."""
        news: dict[Tree, list[Node]] = {}
        for node in self._waiting:
            news.setdefault(node.tree, []).append(node)
        return news

    def _is_refuted(self, tree: Tree, nodes: list[Node]) -> bool:
        """Take new spans of a trace into account; gives whether something was told of it that is not so."""
        main, side_by_side, session = tree.main, tree.side_by_side, tree.session
        self._find_main_agent(tree)
        tree.session = _session_of(tree)
        if not tree.told:
            return False
        for node in nodes:
            if node.is_agent:
                self._lanes.claim(node)
        if tree.session != session or (tree.is_complete and tree.guessed):
            return True
        if (main, side_by_side) != (tree.main, tree.side_by_side):
            concerned: Iterable[Node] = tree.nodes.values()
        else:
            concerned = (other for node in nodes for other in (*node.above(), *node.under()))
        return any(node.told is not None and node.told != self._to_tell(node) for node in concerned)

    def _find_main_agent(self, tree: Tree) -> None:
        """Which agent is the main one: of those that no other called, the first, or the one it was said to be."""
        found = highest_agents(tree)
        has_workflow = any(root.span.role in (Role.WORKFLOW, Role.CHAIN) for root in tree.roots)
        tree.side_by_side = has_workflow and len(found) > 1
        if tree.side_by_side:
            tree.main = NOBODY
        elif tree.main not in found or tree.is_complete:
            tree.main = min(found, key=found.__getitem__, default="")

    def _to_tell(self, node: Node) -> Told:
        part = part_of(node, node.tree.side_by_side)
        return Told(part, self._lanes.of(node).name, fails_by_itself(node))


def _session_of(tree: Tree) -> str:
    """The session a trace belongs to: its conversation, else the trace is one by itself."""
    if tree.told and not tree.is_complete:
        return tree.session
    above_all = [*tree.roots, *(agent for agent in tree.agents if agent_key(agent) == tree.main)]
    told = next((node.span.conversation for node in above_all if node.span.conversation), "")
    if told or tree.told:
        return told or tree.session
    mine = [node for node in tree.nodes.values() if node.span.conversation]
    mine.sort(key=lambda node: (agent_key(node) not in ("", tree.main), node.span.start))
    return mine[0].span.conversation if mine else tree.id or "trace"
