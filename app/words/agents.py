"""Agents in words: what they are called, what they were asked for, how they stand."""

from __future__ import annotations

from ...analysis import figures
from ...analysis.fold.lanes import MAIN_AGENT
from ...analysis.lane_figures import LaneFigures
from ..safe_text import fit, one_line
from ..trace import Trace

_ASKED = ("description", "task", "goal", "message", "agent_type", "prompt")
_LONGEST = 200
_NAME_CELLS = 16
_RUNS, _IDLE, _DONE, _FAILED = "runs", "idle", "done", "failed"


def name_of(lane: LaneFigures) -> str:
    """The name of an agent; the text is the trace's own, not yet safe."""
    return lane.name or MAIN_AGENT


def only_agent(name: str) -> str:
    """`only explore`, short and made safe: what is told is this agent's alone."""
    return f"only {fit(one_line(name) or MAIN_AGENT, _NAME_CELLS).rstrip()}"


def asked_of(trace: Trace, lane: LaneFigures) -> str:
    """What an agent was asked for, made safe; empty where its spawn does not say."""
    if lane.parent is None:
        return one_line(trace.view().goal or "", _LONGEST)
    data = trace.event(lane.event).data
    said = (data.get(name) for name in _ASKED)
    return next((one_line(each, _LONGEST) for each in said if isinstance(each, str) and each.strip()), "")


def state_of(lane: LaneFigures, *, has_ended: bool, is_idle: bool = False) -> str:
    """Whether an agent is at work, as far as the trace says; empty where it never ended, but the session did.

    `has_ended` says that of the session, which is what the main agent goes by, and `is_idle` that it was left alone.
    """
    if lane.parent is None:
        return _DONE if has_ended else _IDLE if is_idle else _RUNS
    if lane.end is None:
        return "" if has_ended or is_idle else _RUNS
    return _FAILED if lane.has_failed else _DONE


def tokens_of(lane: LaneFigures) -> str:
    """What an agent took by itself, in tokens."""
    return figures.at_least(figures.tokens(lane.own.tokens.total), lane.own.output_is_lower_bound)


def cost_of(lane: LaneFigures) -> str:
    """The same in dollars."""
    return figures.cost(lane.own.cost, lane.own.cost_estimated)


def cost_with_agents(lane: LaneFigures) -> str:
    """The same with all agents below it; empty where there are none."""
    return figures.cost(lane.together.cost, lane.together.estimated) if lane.has_agents else ""


def count_of(lanes: int) -> str:
    """`3 sub-agents`, of all lanes one being the main agent's."""
    return figures.count(lanes - 1, "sub-agent")
