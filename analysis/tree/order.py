"""In which order siblings of the iteration tree are shown: as they ran, or those first that cost or took most."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from enum import Enum

from .changes import changes
from .ranking import Ranking
from .shape import Node, NodeType
from .spent import Spent
from .tree import Tree

MOST_RANKED = 4_096
"""Children ranked in one step: some 10 ms of work."""
MOST_EVENTS, MOST_EVENTS_UNRANKED = 20_000, 1_000
"""From a view to one further away, everything is ranked anew; sooner if nothing is ranked that could be kept."""
_MOST_UNFINISHED = 64
_CALLS = (NodeType.TOOL, NodeType.EVENT)
_UNKNOWN = -1.0


class Measure(Enum):
    """By what siblings are ranked."""

    TOKENS = "tokens"
    COST = "cost"
    TIME = "time"


class Siblings:
    """The children of one node, highest first; those not yet ranked stand behind, as they ran."""

    def __init__(self, node: Node) -> None:
        self.node = node
        self.ranking = Ranking()
        self.unfinished: list[int] = []
        """The newest of them whose end is awaited: their time goes on though nothing is heard of them."""

    def place(self, index: int) -> int:
        """Where the child with this index is shown."""
        return self.ranking.place(index) if index < len(self.ranking) else index

    def index(self, place: int) -> int:
        """Which child is shown at a place."""
        return self.ranking.member(place) if place < len(self.ranking) else place


class TreeOrder:
    """Ranks the children of the nodes asked for, as of the view it was last brought to.

    A step ranks at most `budget` children, so that a frame's cost does not grow with the trace.
    """

    def __init__(self, measure: Measure, tree: Tree, budget: int = MOST_RANKED) -> None:
        self.measure = measure
        self._budget = budget
        self._tree = tree
        self._siblings: dict[Node, Siblings] = {}
        self._unranked: dict[Node, Siblings] = {}
        self._figure = _FIGURES[measure]

    def __contains__(self, node: object) -> bool:
        return node in self._siblings

    @property
    def progress(self) -> float | None:
        """Which share of the children of the nodes asked for is ranked; None when all are."""
        if not self._unranked:
            return None
        ranked = sum(len(siblings.ranking) for siblings in self._unranked.values())
        return ranked / max(1, sum(map(self._tree.child_count, self._unranked)))

    def of(self, node: Node) -> Siblings:
        """The children of a node, ranked at once if they are few."""
        siblings = self._siblings.get(node)
        if siblings is None:
            siblings = self._siblings[node] = Siblings(node)
            self._rank(siblings, self._budget)
        return siblings

    def advance(self, tree: Tree) -> set[Node] | None:
        """Go to another view of the session: the nodes whose children changed; None where that is too much to tell."""
        before, self._tree = self._tree, tree
        first, last = sorted((before.at, tree.at))
        if last - first > (MOST_EVENTS if self._siblings else MOST_EVENTS_UNRANKED):
            self._siblings.clear()
            self._unranked.clear()
            return None
        changed = changes(tree if tree.at == last else before, first, last, self)
        for node, indexes in changed.items():
            siblings = self._siblings.get(node)
            if siblings is not None:
                self._change(siblings, indexes)
        for siblings in self._siblings.values():
            if siblings.unfinished:
                self._change(siblings, siblings.unfinished)
        return {*changed, *self.step()}

    def step(self) -> list[Node]:
        """Rank some more of those that wait for it; gives the nodes whose children they are."""
        budget, ranked = self._budget, []
        for siblings in list(self._unranked.values()):
            if budget <= 0:
                break
            budget -= self._rank(siblings, budget)
            ranked.append(siblings.node)
        return ranked

    def _change(self, siblings: Siblings, indexes: Iterable[int]) -> None:
        """Look at some children again, and at how many there are."""
        node, ranking = siblings.node, siblings.ranking
        count = self._tree.child_count(node)
        ranking.truncate(count)
        unfinished = []
        for index in sorted({*indexes, *siblings.unfinished}):
            if index < len(ranking):
                child = self._tree.child(node, index)
                ranking.change(index, self._figure(self._tree, child))
                if self._tree.is_unfinished(child):
                    unfinished.append(index)
        siblings.unfinished = unfinished[-_MOST_UNFINISHED:]
        if len(ranking) < count:
            self._unranked[node] = siblings

    def _rank(self, siblings: Siblings, budget: int) -> int:
        """Rank the next children of a node, at most `budget` of them; gives how many."""
        tree, node, ranked = self._tree, siblings.node, len(siblings.ranking)
        count = tree.child_count(node)
        figures = []
        for index, child in enumerate(tree.children_between(node, ranked, min(count, ranked + budget)), ranked):
            figures.append(self._figure(tree, child))
            if child.type in _CALLS and tree.is_unfinished(child):
                siblings.unfinished = [*siblings.unfinished, index][-_MOST_UNFINISHED:]
        siblings.ranking.extend(figures)
        if ranked + len(figures) < count:
            self._unranked[node] = siblings
        else:
            self._unranked.pop(node, None)
        return len(figures)


def tokens_of(spent: Spent) -> float:
    """Tokens as a figure to rank by: unknown ones last."""
    return _UNKNOWN if spent.tokens is None else float(spent.tokens)


def cost_of(spent: Spent) -> float:
    """Dollars as a figure to rank by: unknown ones last, and among those the one with most tokens first."""
    if spent.cost is not None:
        return spent.cost
    return _UNKNOWN if spent.tokens is None else _UNKNOWN / (1 + spent.tokens)


def tokens_ranked_as(figure: float) -> float:
    """The tokens that `cost_of` made this figure of, where no cost was known."""
    return -1.0 / figure - 1.0 if figure < 0 else 0.0


def _time_of(tree: Tree, node: Node) -> float:
    duration = tree.duration_ms(node)
    return _UNKNOWN if duration is None else duration


_FIGURES: dict[Measure, Callable[[Tree, Node], float]] = {
    Measure.TOKENS: lambda tree, node: tokens_of(tree.spent(node)),
    Measure.COST: lambda tree, node: cost_of(tree.spent(node)),
    Measure.TIME: _time_of,
}
