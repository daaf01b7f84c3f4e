"""What the results of tools cost by staying in the context: the report's part."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ...analysis import figures
from ...analysis.arguments import preview
from ...analysis.rent import Rent, Rented
from ..trace import Trace
from .json_text import known
from .layout import heading, table, wrapped

_SHOWN = 5
_EXPLAINED = "Results of tools are sent again with every request until the context is compacted. Sizes are estimates."


def rent_of(trace: Trace) -> Rent:
    """The rent of a trace, up to its end."""
    rent = Rent(trace.session)
    rent.extend_to_end()
    return rent


def rent_lines(trace: Trace, width: int) -> Iterator[str]:
    """The most expensive things in the context; nothing where no result was sent again."""
    rent, view = rent_of(trace), trace.view()
    dearest = rent.dearest(view.at, _SHOWN)
    if not dearest:
        return
    tokens, cost = rent.total(view.at)
    share = cost / view.cost if cost is not None and view.cost else None
    told = f"~{figures.tokens(tokens)} sent again"
    if cost is not None:
        told += f", {figures.cost(cost, True)}"
    if share is not None:
        told += f" (~{figures.share(share)} of the cost)"
    yield ""
    yield heading("context", told, width)
    yield from wrapped(_EXPLAINED, width, "  ")
    headers = ["result of", "size", "sent again", "tokens", "cost"]
    yield from table(headers, [_row(trace, each) for each in dearest], width)


def _row(trace: Trace, rented: Rented) -> list[str]:
    return [
        f"{_name(trace, rented)} {_asked(trace, rented)}".rstrip(),
        f"~{figures.tokens(rented.tokens)}",
        f"{rented.resent:,}×",
        f"~{figures.tokens(rented.rent_tokens)}",
        figures.cost(rented.rent_cost, True),
    ]


def _name(trace: Trace, rented: Rented) -> str:
    session = trace.session
    label = session.tools.label[rented.call] if rented.call is not None else session.events.label[rented.event]
    return session.labels.name(label) or "(no name)"


def _asked(trace: Trace, rented: Rented) -> str:
    start = trace.session.tools.event[rented.call] if rented.call is not None else rented.event
    arguments = trace.event(start).data.get("args")
    return preview(arguments if arguments is not None else trace.event(rented.event).data.get("args"), 60)


def rent_object(trace: Trace) -> dict[str, Any] | None:
    """The same as JSON has it; every figure is an estimate."""
    rent, at = rent_of(trace), trace.session.count
    tokens, cost = rent.total(at)
    if not tokens:
        return None
    return {
        "estimated": True,
        "tokens": tokens,
        "cost": known(cost),
        "dearest": [
            {
                "event_id": trace.event_id(each.event),
                "tool_name": _name(trace, each),
                "tokens": each.tokens,
                "sent_again": each.resent,
                "rent_tokens": each.rent_tokens,
                "rent_cost": known(each.rent_cost),
            }
            for each in rent.dearest(at, _SHOWN)
        ],
    }
