"""What an issue cost so far: tokens, money and time, as far as that can honestly be told from the trace.

Money is what the trace says, or what configured prices make of its tokens; it is never made up from anything else.
Tolls of different issues may count the same tokens: they are not to be added up.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import NamedTuple

from .. import figures
from ..llm_call import LlmCall
from ..tree.shape import Node, NodeType
from ..tree.spent import NOTHING, Spent, spent_at
from ..tree.tree import Tree
from .episodes import Episode

MOST_LOOKED_AT = 1_000
"""Events of evidence that are counted; of an issue with more, the toll is told as `at least`."""
_LONGEST_COMPACTION = 64
"""The end of a compaction is looked for among so many events after its start."""


@dataclass(frozen=True, slots=True)
class Toll:
    """What an issue cost: tokens, dollars, seconds; None where the trace does not say or nothing can be said.

    `is_derived` says that tokens and dollars are no figures of the trace but follow from some, `is_estimated` that the
    dollars come from configured prices in part or whole, `at_least` that only the first of its evidence was counted.
    """

    tokens: int | None = None
    cost: float | None = None
    seconds: float | None = None
    is_derived: bool = False
    is_estimated: bool = False
    at_least: bool = False

    @property
    def basis(self) -> str | None:
        """How its tokens and dollars are known: `measured`, `derived` or `estimated`; None where neither is."""
        if self.tokens is None and self.cost is None:
            return None
        return "estimated" if self.is_estimated else "derived" if self.is_derived else "measured"

    def words(self) -> list[str]:
        """The figures for people, money first: `$0.09`, `~31.2k tokens`, `12.3s`; none that are unknown."""
        least = "≥" if self.at_least else ""
        told = []
        if self.cost is not None:
            told.append(least + figures.cost(self.cost, self.is_estimated or self.is_derived))
        if self.tokens is not None:
            told.append(f"{least}{'~' if self.is_derived else ''}{figures.tokens(self.tokens)} tokens")
        if self.seconds is not None:
            told.append(least + figures.duration(self.seconds * 1000.0))
        return told


class Assessment(NamedTuple):
    """A toll, and whether later events may still add to it though the issue itself does not change."""

    toll: Toll
    is_final: bool


def assess(episode: Episode, tree: Tree) -> Assessment:
    """What an issue cost as of the tree's view. Looks at `MOST_LOOKED_AT` events of its evidence at most."""
    count = episode.count(tree.at)
    toll, is_final = _RULES[episode.category](episode, tree, episode.evidence[: min(count, MOST_LOOKED_AT)].tolist())
    return Assessment(replace(toll, at_least=count > MOST_LOOKED_AT and toll != Toll()), is_final)


def toll_of(episode: Episode, tree: Tree) -> Toll:
    """What an issue cost as of the tree's view."""
    return assess(episode, tree).toll


Rule = Callable[[Episode, Tree, list[int]], Assessment]
"""Judges an episode by the first events of its evidence."""


def _iterations(episode: Episode, tree: Tree, evidence: list[int]) -> Assessment:
    """All that went into the iterations without a tool call."""
    rows = sorted({tree.session.events.iteration[event] for event in evidence} - {0})
    nodes = [Node(NodeType.ITERATION, row) for row in rows]
    return Assessment(_toll(_sum(map(tree.spent, nodes)), _milliseconds(tree, nodes)), not any(map(tree.is_open, rows)))


def _repeats(episode: Episode, tree: Tree, evidence: list[int]) -> Assessment:
    """The time of the calls after the first."""
    return _calls(tree, evidence[1:])


def _failures(episode: Episode, tree: Tree, evidence: list[int]) -> Assessment:
    """The time of the calls that failed."""
    return _calls(tree, evidence)


def _long_call(episode: Episode, tree: Tree, evidence: list[int]) -> Assessment:
    """The time the call took."""
    return Assessment(Toll(seconds=episode.value(tree.at) / 1000.0), True)


def _sent_again(episode: Episode, tree: Tree, evidence: list[int]) -> Assessment:
    """Tokens that one request left in the cache and the next one sent again instead of reading them from there."""
    calls = [_response(tree, event) for event in evidence]
    lost = [_rebilled(then, now) for then, now in pairwise(calls)]
    known = [tokens for tokens in lost if tokens is not None]
    return Assessment(Toll(tokens=sum(known) if known else None, is_derived=True), True)


def _excess(episode: Episode, tree: Tree, evidence: list[int]) -> Assessment:
    """Tokens above the mean that the first of the responses was held against."""
    mean = float(episode.detail)
    totals = [_response(tree, event).tokens.total for event in evidence]
    above = sum(max(0.0, total - mean) for total in totals if total is not None)
    return Assessment(Toll(tokens=round(above), is_derived=True), True)


def _responses(episode: Episode, tree: Tree, evidence: list[int]) -> Assessment:
    """All that went into the responses."""
    llm, durations = tree.session.llm, tree.session.events.duration
    spent = _sum(spent_at(llm, llm.rows(event)) for event in evidence)
    return Assessment(_toll(spent, _added(durations[event] for event in evidence)), True)


def _compactions(episode: Episode, tree: Tree, evidence: list[int]) -> Assessment:
    """The time the compactions took."""
    durations = [_compaction_ms(tree, event) for event in evidence]
    return Assessment(_toll(NOTHING, _added(durations)), None not in durations)


def _since_warning(episode: Episode, tree: Tree, evidence: list[int]) -> Assessment:
    """What the agent itself spent from the warning until it was seen that it had not acted."""
    llm, branch = tree.session.llm, tree.session.lanes.branches[tree.branch_of(evidence[0])]
    first, last = llm.rows(evidence[0]), llm.rows(episode.updated(tree.at) + 1)
    before, after = branch.spent(llm, first), branch.spent(llm, last)
    tokens = None if after[0] is None else after[0] - (before[0] or 0)
    cost = None if after[1] is None else after[1] - (before[1] or 0.0)
    return Assessment(_toll(Spent(tokens, cost, branch.cost_estimated(last)), None), True)


def _agent(episode: Episode, tree: Tree, evidence: list[int]) -> Assessment:
    """All that went into the sub-agent."""
    node = tree.node_for(evidence[-1])
    if node.type is not NodeType.AGENT:
        return Assessment(Toll(), True)
    return Assessment(_toll(tree.spent(node), tree.duration_ms(node)), False)


def _nothing(episode: Episode, tree: Tree, evidence: list[int]) -> Assessment:
    """What was cut off is gone; what that costs later cannot be told."""
    return Assessment(Toll(), True)


_RULES: dict[str, Rule] = {
    "excessive_iterations": _iterations,
    "repeated_tool_calls": _repeats,
    "cache_drop": _sent_again,
    "token_spike": _excess,
    "compaction_frequency": _compactions,
    "empty_response": _responses,
    "tool_error_rate": _failures,
    "long_tool_execution": _long_call,
    "context_overflow": _nothing,
    "budget_warning_ignored": _since_warning,
    "subagent_timeout": _agent,
}


def _toll(spent: Spent, milliseconds: float | None) -> Toll:
    seconds = None if milliseconds is None else milliseconds / 1000.0
    return Toll(spent.tokens, spent.cost, seconds, is_estimated=spent.estimated)


def _sum(parts: Iterable[Spent]) -> Spent:
    total = NOTHING
    for part in parts:
        total = total.plus(part)
    return total


def _calls(tree: Tree, evidence: list[int]) -> Assessment:
    """The time of the calls that some events began or ended, of those that have ended."""
    calls = [call for call in map(tree.session.tools.call_of, evidence) if call is not None]
    nodes = [Node(NodeType.TOOL, call) for call in calls]
    ended = [node for node in nodes if not tree.is_unfinished(node)]
    return Assessment(_toll(NOTHING, _milliseconds(tree, ended)), len(ended) == len(nodes))


def _response(tree: Tree, event: int) -> LlmCall:
    return tree.view.llm_call(tree.session.llm.rows(event))


def _compaction_ms(tree: Tree, event: int) -> float | None:
    """How long a compaction took: as its end says, else from its start to its end."""
    session, events = tree.session, tree.session.events
    for end in range(event, min(tree.at, event + _LONGEST_COMPACTION)):
        if session.kinds[events.kind[end]] == "compaction_end" and events.lane[end] == events.lane[event]:
            told, span = events.duration[end], (events.time[end] - events.time[event]) * 1000.0
            return told if told == told else max(0.0, span) if end > event and span == span else None
    return None


def _milliseconds(tree: Tree, nodes: Iterable[Node]) -> float | None:
    return _added(map(tree.duration_ms, nodes))


def _added(durations: Iterable[float | None]) -> float | None:
    """The sum of what is known; None if nothing is."""
    known = [duration for duration in durations if duration is not None and duration == duration]
    return sum(known) if known else None


def _rebilled(then: LlmCall, now: LlmCall) -> int | None:
    """Tokens that the earlier call left in the cache and the later one did not read from there: at most its prompt.

    None where the calls do not say.
    """
    read, prompt = now.tokens.cache_read, now.tokens.prompt
    if then.tokens.cache_read is None or read is None or prompt is None:
        return None
    cached = then.tokens.cache_read + (then.tokens.cache_write or 0)
    return max(0, min(cached, prompt) - read)
