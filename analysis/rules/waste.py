"""What a finding cost: the model's answers in the iterations that led nowhere, or the time of calls.

Of an iteration all is counted, whatever else happened in it: the figures are derived. Findings may count the same
iterations: they are not to be added up.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import islice

from ..cache.miss_prices import Basis, sum_of
from ..fold.columns import KNOWN_COST, KNOWN_TOTAL, LlmColumns
from ..fold.lanes import MAIN_LANE
from ..fold.turns import NO_TURN
from ..issues import toll as documented
from ..issues.episodes import Episode
from ..issues.toll import MOST_LOOKED_AT, Assessment, Toll
from ..tree.iteration_log import announced_at
from ..tree.shape import Node, NodeType
from ..tree.spent import NOTHING, Spent, spent_at
from ..tree.tree import Tree

Waste = Callable[[Episode, Tree, list[int]], Assessment]


def assess(episode: Episode, tree: Tree) -> Assessment:
    """What an issue or a finding cost as of the tree's view, by `MOST_LOOKED_AT` events of its evidence at most."""
    waste = _WASTED.get(episode.category)
    if waste is None:
        return documented.assess(episode, tree)
    count = episode.count(tree.at)
    toll, is_final = waste(episode, tree, episode.evidence[: min(count, MOST_LOOKED_AT)].tolist())
    return Assessment(replace(toll, at_least=count > MOST_LOOKED_AT and toll != Toll()), is_final)


def _answers(episode: Episode, tree: Tree, evidence: list[int]) -> Assessment:
    """All answers in the turns that events stand in."""
    turns = tree.session.turns
    numbers = sorted({turns.of(event) for event in evidence} - {NO_TURN})
    spent = NOTHING
    for turn in numbers:
        for answer in islice(turns.llm_rows(turn, tree.at), MOST_LOOKED_AT):
            spent = spent.plus(spent_at(tree.session.llm, answer))
    is_final = not any(turn < 0 or tree.is_open(turn) for turn in numbers)
    return Assessment(
        Toll(spent.tokens, spent.cost, is_derived=spent != NOTHING, is_estimated=spent.estimated), is_final
    )


def _after_first(episode: Episode, tree: Tree, evidence: list[int]) -> Assessment:
    """The same without what came first: that had to be."""
    turns = tree.session.turns
    first = turns.of(evidence[0])
    others = [event for event in evidence[1:] if turns.of(event) != first]
    return _answers(episode, tree, others)


def _after_first_round(episode: Episode, tree: Tree, evidence: list[int]) -> Assessment:
    """The same without the first round of a cycle."""
    period = int(episode.detail)
    turns = tree.session.turns
    known = {turns.of(event) for event in evidence[:period]}
    return _answers(episode, tree, [event for event in evidence[period:] if turns.of(event) not in known])


def _time(episode: Episode, tree: Tree, evidence: list[int]) -> Assessment:
    """How long calls took that have ended."""
    tools, taken = tree.session.tools, 0.0
    for event in evidence:
        call = tools.call_of(event)
        if call is not None and tools.end[call] < tree.at and tools.duration[call] == tools.duration[call]:
            taken += tools.duration[call]
    return Assessment(Toll(seconds=taken / 1000.0 if taken else None), True)


def _since(episode: Episode, tree: Tree, evidence: list[int]) -> Assessment:
    """What was spent behind the event that raised it, to the end of the run: of the main agent's, by all agents."""
    session, llm = tree.session, tree.session.llm
    row = session.events.iteration[episode.raised]
    branch = session.lanes.branches[session.iterations.branch[row]] if row else None
    later = [each for each in session.lanes.branches if each.lane == episode.lane and episode.raised < each.first]
    end = min([tree.at, *(each.first for each in later)])
    first, last = llm.rows(episode.raised + 1), llm.rows(end)
    if episode.lane == MAIN_LANE or branch is None:
        spent = _between(llm, first, last)
    else:
        before, after = branch.spent(llm, first), branch.spent(llm, last)
        tokens = None if after[0] is None else after[0] - (before[0] or 0)
        cost = None if after[1] is None else after[1] - (before[1] or 0.0)
        spent = Spent(tokens, cost, branch.cost_estimated(last))
    times = session.events.time
    seconds = times[end - 1] - times[episode.raised] if end > episode.raised else 0.0
    took = max(0.0, seconds) if seconds == seconds else None
    return Assessment(Toll(spent.tokens, spent.cost, took, is_estimated=spent.estimated), end < tree.at)


def _between(llm: LlmColumns, first: int, last: int) -> Spent:
    """What the LLM rows from one up to another took; nothing is known where none of them says."""
    if first >= last:
        return Spent(0, 0.0 if last and llm.seen[last - 1] & KNOWN_COST else None)
    before = first - 1
    tokens = llm.sum_total[last - 1] - (llm.sum_total[before] if first else 0)
    cost = llm.sum_cost[last - 1] - (llm.sum_cost[before] if first else 0.0)
    seen = llm.seen[last - 1]
    return Spent(
        tokens if seen & KNOWN_TOTAL else None,
        cost if seen & KNOWN_COST else None,
        llm.estimates(first, last) > 0,
    )


def _rebilled(episode: Episode, tree: Tree, evidence: list[int]) -> Assessment:
    """What those responses paid again that broke the cache."""
    breaks = tree.session.cache_breaks
    found = [(breaks.count(event), event) for event in evidence]
    broken = [index for index, event in found if index < len(breaks) and breaks.events[index] == event]
    if not broken:
        return Assessment(Toll(), True)
    loss = sum_of([breaks.prices.loss(index) for index in broken])
    tokens = sum(map(breaks.rebilled_by, broken))
    return Assessment(Toll(tokens, loss.dollars, is_derived=True, is_estimated=loss.basis is Basis.ESTIMATED), True)


def _rebilled_after(episode: Episode, tree: Tree, evidence: list[int]) -> Assessment:
    """What the next response of the agent paid again after each of these events, as far as it is there."""
    breaks, lanes = tree.session.cache_breaks, tree.session.events.lane
    broken = []
    for event in evidence:
        index = breaks.count(event)
        while index < breaks.count(tree.at) and lanes[breaks.events[index]] != lanes[event]:
            index += 1
        if index < breaks.count(tree.at) and breaks.previous[index] < event:
            broken.append(breaks.events[index])
    return _rebilled(episode, tree, list(dict.fromkeys(broken)))._replace(is_final=False)


def _rent(episode: Episode, tree: Tree, evidence: list[int]) -> Assessment:
    """What results took so far by being sent again."""
    rented = [found for event in evidence if (found := tree.session.rent.of_call(event, tree.at)) is not None]
    costs = [each.rent_cost for each in rented if each.rent_cost is not None]
    tokens = sum(each.rent_tokens for each in rented)
    return Assessment(Toll(tokens or None, sum(costs) if costs else None, is_derived=True), False)


def _agents_of(tree: Tree, events: list[int]) -> Assessment:
    """All that went into the sub-agents that these events spawned."""
    spent = NOTHING
    for event in events:
        agent = announced_at(tree.session, event)
        if agent is not None:
            spent = spent.plus(tree.spent(Node(NodeType.AGENT, agent)))
    return Assessment(Toll(spent.tokens, spent.cost, is_estimated=spent.estimated), False)


def _first_agent(episode: Episode, tree: Tree, evidence: list[int]) -> Assessment:
    """All that went into the agent that the first event spawned."""
    return _agents_of(tree, evidence[:1])


def _later_agents(episode: Episode, tree: Tree, evidence: list[int]) -> Assessment:
    """The same of those after the first."""
    return _agents_of(tree, evidence[1:])


def _after_first_edit(episode: Episode, tree: Tree, evidence: list[int]) -> Assessment:
    """The answers behind the edits after the first."""
    return _answers(episode, tree, evidence[1:])


def _untold(episode: Episode, tree: Tree, evidence: list[int]) -> Assessment:
    """What that costs cannot be told from the trace."""
    return Assessment(Toll(), True)


_WASTED: dict[str, Waste] = {
    "cycle": _after_first_round,
    "near_repeat": _after_first,
    "polling": _after_first,
    "no_progress": _answers,
    "duplicate_read": _after_first,
    "serial_reads": _after_first,
    "blind_edit": _untold,
    "edit_churn": _untold,
    "error_loop": _after_first,
    "failure_rate": _time,
    "slow_outlier": _time,
    "hung_call": _untold,
    "retry_storm": _untold,
    "tail_spin": _answers,
    "unverified_finish": _untold,
    "stuck": _since,
    "useless_compaction": _rebilled,
    "compaction_thrash": _rebilled_after,
    "amnesia": _answers,
    "oversized_result": _rent,
    "burn_forecast": _untold,
    "silent_agent": _first_agent,
    "low_yield_agent": _first_agent,
    "redone_agent": _later_agents,
    "overlapping_workers": _after_first_edit,
    "cache_break": _rebilled,
    "never_cached": _untold,
    "write_churn": _untold,
    "alternating_misses": _rebilled,
    "frozen_boundary": _untold,
    "repeated_expiry": _rebilled,
}
