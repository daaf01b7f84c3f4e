"""What a trace wasted of its bill: the report's part. Each token and dollar is counted with one issue only."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ...analysis import figures
from ...analysis.issues.episodes import Episode
from ...analysis.issues.toll import Toll
from ...analysis.ledger.entry import Wasted
from ...analysis.ledger.ledger import Ledger, share_of
from ...analysis.rules.findings import title_of
from ...analysis.rules.waste import assess
from ...analysis.tree.tree import Tree
from ...analysis.view import View
from ..trace import Trace
from ..words.waste import of_the_bill, own_waste
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
                figures.cost(line.wasted.cost, True) if line.wasted.cost else figures.UNKNOWN,
                figures.share(share_of(line.wasted, view)),
            ]
            for line in lines
        ]
        yield from table(["category", "issues", "tokens", "cost", "of the bill"], rows, width)
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
    """The same as JSON has it. All of `tokens` and `cost` is derived; shares are of the cost where that is known."""
    view, ledger = trace.view(), ledger_of(trace)
    wasted = ledger.wasted(view.at)
    return {
        **_wasted_object(wasted, view),
        "by_category": [
            {"category": line.category, "issues": line.issues, **_wasted_object(line.wasted, view)}
            for line in _by_category(ledger, view)
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
            }
            for episode, toll in _stops(trace, ledger, view)
        ],
    }


def told_wasted(ledger: Ledger, episode: Episode, view: View) -> str:
    """What is an issue's own waste, in words; empty where it has none."""
    wasted = ledger.wasted_by(episode, view.at)
    own = own_waste(wasted)
    return f"{own} ({figures.share(share_of(wasted, view))} of the bill)" if own and wasted is not None else ""


def _wasted_object(wasted: Wasted, view: View) -> dict[str, Any]:
    return {"tokens": wasted.tokens, "cost": known(wasted.cost), "share": known(share_of(wasted, view))}


def _by_category(ledger: Ledger, view: View) -> list[_Line]:
    """The categories that wasted anything, most first."""
    lines: dict[str, _Line] = {}
    for episode in [*view.episodes(), *ledger.found.standing(view.at)]:
        wasted = ledger.wasted_by(episode, view.at)
        if wasted is None or not (wasted.tokens or wasted.cost):
            continue
        before = lines.get(episode.category, _Line(episode.category, 0, Wasted()))
        lines[episode.category] = _Line(episode.category, before.issues + 1, before.wasted.plus(wasted))
    return sorted(lines.values(), key=lambda line: (-(line.wasted.cost or 0.0), -line.wasted.tokens, line.category))


def _stops(trace: Trace, ledger: Ledger, view: View) -> list[tuple[Episode, Toll]]:
    """Where runs should have been stopped, and what was spent since, first things first."""
    tree = Tree(view)
    stuck = [episode for episode in ledger.found.standing(view.at) if episode.category == _STUCK]
    return [(episode, assess(episode, tree).toll) for episode in stuck]
