"""Which span stands under which. Spans arrive at their end, children first: parents are found later."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

from ..translator import Origin
from .spans import Span
from .told import Told
from .vocabulary import Role

_MOST_ABOVE = 500
"""Further up nobody looks."""

HAS_USAGE, HAS_CHAT, HAS_FAILURE = 1, 2, 4


@dataclass(slots=True, eq=False)
class Node:
    """A span in its place. `below` are flags of what stands anywhere under it; `told` is what was told of it."""

    span: Span
    origin: Origin
    tree: Tree
    parent: Node | None = None
    children: list[Node] = field(default_factory=list)
    below: int = 0
    told: Told | None = None

    def above(self) -> Iterator[Node]:
        """What it stands under, the nearest first."""
        node, left = self.parent, _MOST_ABOVE
        while node is not None and left:
            yield node
            node, left = node.parent, left - 1

    def under(self) -> Iterator[Node]:
        """It and all that stands under it."""
        waiting = [self]
        while waiting:
            node = waiting.pop()
            yield node
            waiting += node.children

    def top(self) -> Node:
        """The highest that is known of those that it stands under."""
        node = self
        for above in self.above():
            node = above
        return node

    @property
    def is_root(self) -> bool:
        """Whether nothing stands above it, rather than something that is not known."""
        return not self.span.parent

    @property
    def agent(self) -> Node | None:
        """The agent that it is, or that did it: where one agent was noted twice, the outer one."""
        found: Node | None = None
        for node in (self, *self.above()):
            role = node.span.role
            if role is Role.AGENT:
                if found is None or _is_same_agent(found.span, node.span):
                    found = node
                else:
                    break
            elif found is not None and role in (Role.TOOL, Role.CHAT):
                break
        return found

    @property
    def is_agent(self) -> bool:
        """Whether it is an agent, noted the first time."""
        return self.span.role is Role.AGENT and self.agent is self

    def own_flags(self) -> int:
        """What it adds to what stands below others."""
        chats = self.span.role is Role.CHAT
        flags = HAS_CHAT if chats else 0
        if chats and self.span.usage is not None:
            flags |= HAS_USAGE
        return flags | HAS_FAILURE if self.span.failed else flags


def named_agent(span: Span) -> str:
    """The key of the agent that a span itself says it belongs to; empty where it does not."""
    return span.agent_call or (f"name:{span.agent_name}" if span.agent_name else "")


def _is_same_agent(inner: Span, outer: Span) -> bool:
    if inner.agent_call and outer.agent_call:
        return inner.agent_call == outer.agent_call
    return bool(inner.agent_name) and inner.agent_name == outer.agent_name


@dataclass(slots=True, eq=False)
class Tree:
    """The spans of one trace id, and what was settled of it so far.

    `main` is the key of the main agent, `side_by_side` whether a workflow has several, none of which is that. It is
    `guessed` where something was told of it that is told better once all is there.
    """

    id: str
    nodes: dict[str, Node] = field(default_factory=dict)
    orphans: dict[str, list[Node]] = field(default_factory=lambda: defaultdict(list))
    """Those whose parent is not there yet, by its id."""
    roots: list[Node] = field(default_factory=list)
    agents: list[Node] = field(default_factory=list)
    loose: dict[str, list[Node]] = field(default_factory=dict)
    """Spans under no agent's, by the key of the one that they name."""
    named_by_children: dict[str, str] = field(default_factory=dict)
    """The keys of agents by the ids of spans that are not there yet, as a span under them names it: of those beside it
    some (tools) do not."""
    main: str = ""
    side_by_side: bool = False
    session: str = ""
    told: bool = False
    guessed: bool = False

    @property
    def is_complete(self) -> bool:
        """Whether the root is there and nothing waits for a parent."""
        return bool(self.roots) and not self.orphans

    def add(self, span: Span, origin: Origin) -> Node | None:
        """Put a span into its place; None if it is there already."""
        if span.id in self.nodes:
            return None
        node = self.nodes[span.id] = Node(span, origin, self)
        for child in self.orphans.pop(span.id, ()):
            if child is not node:
                child.parent = node
                node.children.append(child)
                node.below |= child.below | child.own_flags()
        self._place(node)
        if span.role is Role.AGENT:
            self.agents.append(node)
        elif (key := named_agent(span)) and node.agent is None:
            self.loose.setdefault(key, []).append(node)
            if node.parent is None and span.parent:
                self.named_by_children.setdefault(span.parent, key)
        return node

    def _place(self, node: Node) -> None:
        parent = self.nodes.get(node.span.parent) if node.span.parent else None
        if parent is node or (parent is not None and node in (parent, *parent.above())):
            node.span.parent, parent = "", None  # spans that stand under each other stand under nothing
        if parent is not None:
            node.parent = parent
            parent.children.append(node)
            flags = node.below | node.own_flags()
            for above in node.above():
                if above.below | flags == above.below:
                    break
                above.below |= flags
        elif node.is_root:
            self.roots.append(node)
        else:
            self.orphans[node.span.parent].append(node)
