"""What each agent did and took: the report's part, where there are several."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ...analysis import figures
from ...analysis.fold.lanes import MAIN_AGENT
from ...analysis.lane_figures import LaneFigures, LaneSums
from ..trace import Trace
from ..words.agents import asked_of, cost_of, cost_with_agents, count_of, name_of, state_of, tokens_of
from .json_text import known
from .layout import heading, more, table
from .tokens import buckets_object

_SHOWN = 20
_DEEPEST_INDENT = 6


def lanes_of(trace: Trace) -> list[LaneFigures]:
    """The agents of a trace, each before those that it spawned; none where there is only the main one."""
    if not trace.session.agents.event:
        return []
    sums = LaneSums(trace.lane_calls(trace.session))
    while sums.extend():
        pass
    return sums.figures(trace.view())


def agent_lines(trace: Trace, width: int) -> Iterator[str]:
    """A table with a row per agent; nothing where there is only one."""
    lanes, has_ended = lanes_of(trace), trace.view().ended
    if not lanes:
        return
    yield ""
    yield heading("agents", count_of(len(lanes)), width)
    headers = ["agent", "state", "iter", "calls", "tools", "failed", "hit", "tokens", "cost", "with its"]
    rows = [_row(trace, lane, has_ended) for lane in lanes[:_SHOWN]]
    yield from table(headers, rows, width, left=frozenset({0, 1}))
    if len(lanes) > _SHOWN:
        yield f"  {more(len(lanes) - _SHOWN, 'agents')}"


def _row(trace: Trace, lane: LaneFigures, has_ended: bool) -> list[str]:
    own = lane.own
    asked = "" if lane.parent is None else asked_of(trace, lane)
    return [
        f"{'· ' * min(lane.depth, _DEEPEST_INDENT)}{name_of(lane)}{f': {asked}' if asked else ''}",
        state_of(lane, has_ended=has_ended) or figures.UNKNOWN,
        f"{own.iterations:,}",
        f"{own.llm_calls:,}",
        f"{own.tool_calls:,}",
        f"{own.failed_tools:,}",
        figures.share(own.tokens.hit_rate),
        tokens_of(lane),
        cost_of(lane),
        cost_with_agents(lane),
    ]


def agent_objects(trace: Trace) -> list[dict[str, Any]]:
    """The same as JSON has it; the main agent is called `main`."""
    lanes, has_ended = lanes_of(trace), trace.view().ended
    names = {lane.lane: lane.name or MAIN_AGENT for lane in lanes}
    return [_object(trace, lane, names, has_ended) for lane in lanes]


def _object(trace: Trace, lane: LaneFigures, names: dict[int, str], has_ended: bool) -> dict[str, Any]:
    own, together = lane.own, lane.together
    return {
        "agent": names[lane.lane],
        "parent": None if lane.parent is None else names[lane.parent],
        "event_id": None if lane.parent is None else trace.event_id(lane.event),
        "state": state_of(lane, has_ended=has_ended) or None,
        "model": own.model or None,
        "iterations": own.iterations,
        "llm_calls": own.llm_calls,
        "tool_calls": own.tool_calls,
        "failed_tool_calls": own.failed_tools,
        "tokens": buckets_object(own.tokens, own.output_is_lower_bound),
        "cost": known(own.cost),
        **({"cost_estimated": True} if own.cost_estimated else {}),
        "cache_hit_rate": known(own.tokens.hit_rate),
        "with_sub_agents": {"tokens": together.tokens, "cost": known(together.cost)},
    }
