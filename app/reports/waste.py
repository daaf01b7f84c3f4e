"""What a trace wasted of its bill: the report's part. Each token and dollar is counted with one issue only."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ...analysis import figures
from ...analysis.cache.miss_prices import Basis
from ...analysis.issues.episodes import Episode
from ...analysis.issues.toll import Toll
from ...analysis.ledger.entry import NOTHING_WASTED, Wasted
from ...analysis.ledger.ledger import Ledger
from ...analysis.ledger.share import is_told_by_cost, share_of
from ...analysis.rules.findings import title_of
from ...analysis.rules.waste import assess
from ...analysis.tree.tree import Tree
from ...analysis.view import View
from ..trace import Trace
from ..words.waste import dollars_of, of_the_bill, own_waste, share_of_the_bill
from .json_text import known
from .layout import heading, local_time, table, wrapped

_STUCK = "stuck"


@dataclass(frozen=True, slots=True)
class _Line:
    """What all issues of a category wasted."""

    category: str
    issues: int
    wasted: Wasted


def ledger_of(trace: Trace) -> Ledger:
    """The ledger of a trace, up to its end."""
    trace.second_pass(trace.session).extend_to_end()
    ledger = trace.ledger(trace.session)
    ledger.extend_to_end()
    return ledger


def waste_lines(trace: Trace, width: int) -> Iterator[str]:
    """What was wasted by which issues, most first; nothing where nothing was."""
    view, ledger = trace.view(), ledger_of(trace)
    told = of_the_bill(ledger.wasted(view.at), view)
    stops = _stops(trace, ledger, view)
    if not told and not stops:
        return
    yield ""
    yield heading("waste", told, width)
    lines = _by_category(ledger, view)
    if lines:
        rows = [
            [
                line.category,
                f"{line.issues:,}",
                f"~{figures.tokens(line.wasted.tokens)}",
                dollars_of(line.wasted),
                figures.share(share_of(line.wasted, view)),
            ]
            for line in lines
        ]
        whole = "of the bill" if is_told_by_cost(ledger.wasted(view.at)) else "of the tokens"
        yield from table(["category", "issues", "tokens", "cost", whole], rows, width)
    for episode, toll in stops:
        iteration = figures.UNKNOWN if episode.iteration is None else episode.iteration
        where = f"event {episode.raised + 1:,}, it {iteration}"
        when = local_time(view.session.events.time[episode.raised], "%H:%M:%S")
        spent = ", ".join(toll.words()) or "nothing that is known"
        yield from wrapped(f"{title_of(episode, view.at)} ({where}, {when}); spent since: {spent}", width, "  ")


def bill_line(trace: Trace) -> Iterator[str]:
    """All that was wasted, in a line; nothing where nothing was."""
    view = trace.view()
    told = of_the_bill(ledger_of(trace).wasted(view.at), view)
    if told:
        yield ""
        yield f"In all {told}."


def waste_object(trace: Trace) -> dict[str, Any]:
    """The same as JSON has it. All of `tokens` and `cost` is derived; shares are of the cost where all of it is known.

    Event numbers are from 1.
    """
    view, ledger = trace.view(), ledger_of(trace)
    wasted = ledger.wasted(view.at)
    return {
        **_wasted_object(wasted, view),
        "by_category": [
            {"category": line.category, "issues": line.issues, **_wasted_object(line.wasted, view)}
            for line in _by_category(ledger, view)
        ],
        "by_issue": [
            {
                "category": episode.category,
                "event": episode.raised + 1,
                "iteration": episode.iteration,
                **_wasted_object(wasted, view),
            }
            for episode, wasted in _by_issue(ledger, view)
        ],
        "should_have_stopped": [
            {
                "event": episode.raised + 1,
                "event_id": trace.event_id(episode.raised),
                "iteration": episode.iteration,
                "agent": view.session.lanes.names.name(episode.lane),
                "reason": episode.detail,
                "tokens_since": toll.tokens,
                "cost_since": known(toll.cost),
                "seconds_since": known(toll.seconds, 6),
                "basis": toll.basis,
            }
            for episode, toll in _stops(trace, ledger, view)
        ],
    }


def told_wasted(ledger: Ledger, episode: Episode, view: View) -> str:
    """What is an issue's own waste, in words; empty where it has none."""
    wasted = ledger.wasted_by(episode, view.at)
    own = own_waste(wasted)
    return f"{own} ({share_of_the_bill(wasted, view)})" if own and wasted is not None else ""


def wasted_object(wasted: Wasted) -> dict[str, Any]:
    """Tokens and dollars that were wasted, and whether more was whose price is not known."""
    is_bound = wasted.unpriced and wasted.cost is not None
    return {
        "tokens": wasted.tokens,
        "cost": known(wasted.cost),
        **({"cost_is_lower_bound": True} if is_bound else {}),
        "basis": Basis.DERIVED.value if wasted.tokens or wasted.cost else None,
    }


def _wasted_object(wasted: Wasted, view: View) -> dict[str, Any]:
    return {
        **wasted_object(wasted),
        "share": known(share_of(wasted, view)),
        "share_of": "cost" if view.cost and is_told_by_cost(wasted) else "tokens",
    }


def _by_issue(ledger: Ledger, view: View) -> list[tuple[Episode, Wasted]]:
    """The issues and findings that wasted anything, most first."""
    standing = [*view.episodes(), *ledger.found.standing(view.at)]
    told = [(episode, ledger.wasted_by(episode, view.at) or NOTHING_WASTED) for episode in standing]
    found = [(episode, wasted) for episode, wasted in told if wasted.tokens or wasted.cost]
    return sorted(found, key=lambda each: (-(each[1].cost or 0.0), -each[1].tokens, each[0].raised))


def _by_category(ledger: Ledger, view: View) -> list[_Line]:
    """The categories that wasted anything, most first."""
    lines: dict[str, _Line] = {}
    for episode, wasted in _by_issue(ledger, view):
        before = lines.get(episode.category, _Line(episode.category, 0, Wasted()))
        lines[episode.category] = _Line(episode.category, before.issues + 1, before.wasted.plus(wasted))
    return sorted(lines.values(), key=lambda line: (-(line.wasted.cost or 0.0), -line.wasted.tokens, line.category))


def _stops(trace: Trace, ledger: Ledger, view: View) -> list[tuple[Episode, Toll]]:
    """Where runs should have been stopped, and what was spent since, first things first."""
    tree = Tree(view)
    stuck = [episode for episode in ledger.found.standing(view.at) if episode.category == _STUCK]
    return [(episode, assess(episode, tree).toll) for episode in stuck]
