"""What a finding cost: the model's answers in the iterations that led nowhere, or the time of calls.

Of an iteration all is counted, whatever else happened in it: the figures are derived. Findings may count the same
iterations: they are not to be added up.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import islice

from ..cache_prices import Basis, sum_of
from ..issues import toll as documented
from ..issues.episodes import Episode
from ..issues.toll import MOST_LOOKED_AT, Assessment, Toll
from ..spent import NOTHING, spent_at
from ..tree import Tree

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
    """All answers in the iterations that events stand in."""
    iterations, view = tree.session.events.iteration, tree.view
    rows = sorted({iterations[event] for event in evidence} - {0})
    spent = NOTHING
    for row in rows:
        for answer in islice(view.llm_rows_of(row), MOST_LOOKED_AT):
            spent = spent.plus(spent_at(tree.session.llm, answer))
    is_final = not any(map(tree.is_open, rows))
    return Assessment(
        Toll(spent.tokens, spent.cost, is_derived=spent != NOTHING, is_estimated=spent.estimated), is_final
    )


def _after_first(episode: Episode, tree: Tree, evidence: list[int]) -> Assessment:
    """The same without what came first: that had to be."""
    first = tree.session.events.iteration[evidence[0]]
    others = [event for event in evidence[1:] if tree.session.events.iteration[event] != first]
    return _answers(episode, tree, others)


def _after_first_round(episode: Episode, tree: Tree, evidence: list[int]) -> Assessment:
    """The same without the first round of a cycle."""
    period = int(episode.detail)
    rows = tree.session.events.iteration
    known = {rows[event] for event in evidence[:period]}
    return _answers(episode, tree, [event for event in evidence[period:] if rows[event] not in known])


def _time(episode: Episode, tree: Tree, evidence: list[int]) -> Assessment:
    """How long calls took that have ended."""
    tools, taken = tree.session.tools, 0.0
    for event in evidence:
        call = tools.call_of(event)
        if call is not None and tools.end[call] < tree.at and tools.duration[call] == tools.duration[call]:
            taken += tools.duration[call]
    return Assessment(Toll(seconds=taken / 1000.0 if taken else None), True)


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
    "cache_break": _rebilled,
    "never_cached": _untold,
    "write_churn": _untold,
    "alternating_misses": _rebilled,
    "frozen_boundary": _untold,
    "repeated_expiry": _rebilled,
}
