"""What became of the iteration tree between two events: whose children came, or have other figures now."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Container, Iterator
from typing import TYPE_CHECKING

from ...collector.kinds import category_of
from ..fold.columns import NONE, OPENS_CALL
from ..fold.joins import MOST_BETWEEN
from .places import TreePlaces
from .shape import DELEGATION, TOP, Node, NodeType

if TYPE_CHECKING:
    from ..fold.session import Session

Changes = dict[Node, set[int]]
"""Nodes and the indexes of those of their children that changed."""


def changes(tree: TreePlaces, first: int, last: int, wanted: Container[Node]) -> Changes:
    """What the events from `first` up to `last` changed; `tree` is of a view that has them.

    Which children of an iteration changed is told for the iterations wanted; of the others, that some did.
    """
    session = tree.session
    iterations = {row: Node(NodeType.ITERATION, row) for row in set(session.events.iteration[first:last]) - {0}}
    changed: Changes = {node: set() for node in iterations.values()}
    within = {row for row, node in iterations.items() if node not in wanted}
    for node in (*iterations.values(), *_touched(tree, first, last, within), *tree.runs_between(first, last)):
        while node != TOP:
            holder, index = tree.place_of(node)
            known = changed.setdefault(holder, set())
            if index in known:
                break
            known.add(index)
            node = holder
    return changed


def _touched(tree: TreePlaces, first: int, last: int, within: Container[int]) -> Iterator[Node]:
    """The nodes that the events stand for or complete, but for those within some iterations."""
    session = tree.session
    llm, tools, agents, rows = session.llm, session.tools, session.agents, session.events.iteration
    kinds = session.events.kind[first:last]
    ends_requests = {kind for kind in set(kinds) if session.kinds[kind] in ("llm_error", "llm_request")}
    about_agents = {kind for kind in set(kinds) if category_of(session.kinds[kind]) in DELEGATION}
    for event, row, kind in zip(range(first, last), rows[first:last], kinds, strict=True):
        if row not in within or kind in about_agents:
            yield tree.node_for(event)
        request = tree.request_of(event) if kind in ends_requests else None
        if request is not None and rows[request] not in within:
            yield tree.node_for(request)
    for call in range(llm.rows(first), llm.rows(last)):
        opening = _opening(session, call)
        for event in {llm.event[call], llm.request[call], llm.event[opening], llm.request[opening]}:
            if event != NONE and rows[event] not in within:
                yield tree.node_for(event)
    for call in tools.ended_call[bisect_left(tools.ended_event, first) : bisect_left(tools.ended_event, last)]:
        if rows[tools.event[call]] not in within:
            yield Node(NodeType.TOOL, call)
    for agent in range(bisect_left(agents.event, first), bisect_left(agents.event, last)):
        yield Node(NodeType.AGENT, agent)


def _opening(session: Session, row: int) -> int:
    """The LLM row that opened the call of a row, which may stand elsewhere in the tree: a streamed answer's first."""
    llm, lanes = session.llm, session.events.lane
    lane = lanes[llm.event[row]]
    for before in range(row, max(-1, row - MOST_BETWEEN), -1):
        if llm.flags[before] & OPENS_CALL and lanes[llm.event[before]] == lane:
            return before
    return row
