"""The lanes of agents as spans tell of them: their names, and which call of its agent a tool belongs to."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field

from .forest import Node, Tree
from .roles import agent_key

MAIN = ""


@dataclass(slots=True, eq=False)
class Lane:
    """An agent: its name as events have it, empty for the main one, and the iterations that were told of it."""

    name: str
    is_spawned: bool = False
    open: int | None = None
    opened_by: Node | None = None
    last: int = 0
    _starts: list[float] = field(default_factory=list)
    _numbers: list[int] = field(default_factory=list)

    def begin(self, node: Node) -> int:
        """The number of an iteration that begins with a span."""
        self.last += 1
        self.open, self.opened_by, time = self.last, node, node.span.start
        place = bisect_right(self._starts, time)
        self._starts.insert(place, time)
        self._numbers.insert(place, self.last)
        return self.last

    def iteration_at(self, time: float) -> int | None:
        """The iteration that was the latest at a time."""
        place = bisect_right(self._starts, time)
        return self._numbers[place - 1] if place else None

    def start_over(self) -> None:
        """Count iterations from 1 again."""
        self.open, self.last = None, 0
        self._starts.clear()
        self._numbers.clear()


class Lanes:
    """All lanes of a file, by the agents' keys. Those that have the same name are numbered: `explorer 2`."""

    def __init__(self) -> None:
        self.main = Lane(MAIN)
        self._by_key: dict[tuple[str, str], Lane] = {}
        self._claimed: set[tuple[str, str]] = set()
        self._times_named: dict[str, int] = {}

    def of(self, node: Node) -> Lane:
        """The lane of a span."""
        return self.of_key(node.tree, agent_key(node), node)

    def of_key(self, tree: Tree, key: str, node: Node) -> Lane:
        """The lane of the agent with a key, made if it is new; `node` is one of its spans."""
        if not key or key == tree.main:
            return self.main
        lane = self._by_key.get((tree.id, key))
        if lane is None:
            agent = node.agent
            lane = self._by_key[tree.id, key] = Lane(self._new_name((agent or node).span.agent_name))
        return lane

    def claim(self, node: Node) -> None:
        """Give an agent that arrives the lane that its spans were told in, by its name alone."""
        key, named = agent_key(node), f"name:{node.span.agent_name}"
        lane = self._by_key.get((node.tree.id, named))
        if lane is not None and (node.tree.id, named) not in self._claimed and (node.tree.id, key) not in self._by_key:
            self._by_key[node.tree.id, key] = lane
            self._claimed.add((node.tree.id, named))

    def _new_name(self, agent_name: str) -> str:
        name = agent_name or "agent"
        count = self._times_named[name] = self._times_named.get(name, 0) + 1
        return name if count == 1 else f"{name} {count}"
