"""Where events stand that are of no iteration."""

from __future__ import annotations

from typing import Any

from tracetop.analysis.tree.tree import NodeType, Tree

from .nodes import at_path


def test_an_event_outside_any_iteration_is_found(trace: Any) -> None:
    for number in range(1, 4):
        trace.add("custom")
        trace.quiet([number])
        trace.add("iteration_end", number)
    tree = Tree(trace.view())
    for event, placed in enumerate(trace.placed()):
        node = at_path(tree, tree.path_of(event))
        assert node.type is (
            NodeType.EVENT
            if placed[2] is None
            else NodeType.LLM
            if trace.events[event].kind == "llm_response"
            else NodeType.ITERATION
        )
