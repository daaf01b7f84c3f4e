"""What is told of a span where it stands: whose it is, and whether it counts or says again what another says."""

from __future__ import annotations

from .forest import HAS_CHAT, HAS_FAILURE, HAS_USAGE, Node, Tree, named_agent
from .told import Part
from .vocabulary import Role

NOBODY = "(nobody)"
"""In place of the main agent's key where several agents stand side by side under a workflow."""


_ALIKE = {Role.WORKFLOW: Part.WORKFLOW, Role.PLAN: Part.PLAN, Role.CHECK: Part.CHECK, Role.OTHER: Part.OTHER}


def part_of(node: Node, agents_side_by_side: bool) -> Part:
    """What a span is to be told as."""
    match node.span.role:
        case Role.CHAT:
            return Part.CALL if _is_innermost_chat(node) else Part.NOTHING
        case Role.TOOL:
            return Part.NOTHING if _is_noted_twice(node) else Part.TOOL
        case Role.AGENT if node.is_agent:
            return Part.AGENT_THAT_COUNTS if _sums_up(node) else Part.AGENT
        case Role.CHAIN if node.is_root and agents_side_by_side:
            return Part.WORKFLOW
        case role:
            return _ALIKE.get(role, Part.NOTHING)


def fails_by_itself(node: Node) -> bool:
    """Whether it failed, and nothing below it did: a failure is passed on to all that stand above."""
    return node.span.failed and not node.below & HAS_FAILURE


def agent_key(node: Node) -> str:
    """By what the agent of a span is known; empty where nothing tells of one."""
    agent = node.agent
    if agent is not None:
        return agent.span.agent_call or agent.span.id
    named = next((key for each in (node, *node.above()) if (key := named_agent(each.span))), "")
    return named or node.tree.named_by_children.get(node.top().span.parent, "")


def highest_agents(tree: Tree) -> dict[str, float]:
    """The agents that no other called, as far as is known: their keys, with when the first of their spans began."""
    found: dict[str, float] = {}
    for agent in tree.agents:
        if agent.is_agent and all(above.agent is None for above in agent.above()):
            key = agent_key(agent)
            found[key] = min(found.get(key, agent.span.start), agent.span.start)
    for key, nodes in tree.loose.items():
        while nodes and nodes[-1].agent is not None:  # its agent arrived meanwhile
            nodes.pop()
        if nodes:
            found[key] = min(found.get(key, nodes[0].span.start), nodes[0].span.start)
    return found


def _is_innermost_chat(node: Node) -> bool:
    """Whether this chat is the one that counts: the innermost of those that tell what they took, else the innermost."""
    if node.below & HAS_USAGE:
        return False
    if node.span.usage is not None:
        return True
    if node.below & HAS_CHAT:
        return False
    return not any(above.span.role is Role.CHAT and above.span.usage is not None for above in node.above())


def _is_noted_twice(node: Node) -> bool:
    """Whether a span above it is the same call of the same tool."""
    for above in node.above():
        if above.span.role in (Role.AGENT, Role.CHAT):
            return False
        if above.span.role is Role.TOOL:
            return above.span.tool == node.span.tool
    return False


def _sums_up(node: Node) -> bool:
    """Whether an agent's own sum is the only word on its tokens: no chat below tells any, nor does an agent above."""
    if node.span.usage is None or node.below & HAS_USAGE:
        return False
    return not any(
        above.span.role is Role.AGENT and above.span.usage is not None and not above.below & HAS_USAGE
        for above in node.above()
    )
