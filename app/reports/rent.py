"""What the results of tools cost by staying in the context: the report's part."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ...analysis.rent import Rent, Rented
from ..trace import Trace
from ..words.rent import asked_of, figures_of, tool_of, total_parts
from .json_text import known
from .layout import heading, table, wrapped

_SHOWN = 5
_ASKED = 60
_EXPLAINED = "Results of tools are sent again with every request until the context is compacted. Sizes are estimates."


def rent_of(trace: Trace) -> Rent:
    """The rent of a trace, up to its end."""
    rent = trace.session.rent
    rent.extend_to_end()
    return rent


def rent_lines(trace: Trace, width: int) -> Iterator[str]:
    """The most expensive things in the context; nothing where no result was sent again."""
    rent, view = rent_of(trace), trace.view()
    dearest = rent.dearest(view.at, _SHOWN)
    if not dearest:
        return
    yield ""
    yield heading("context", ", ".join(total_parts(rent, view)), width)
    yield from wrapped(_EXPLAINED, width, "  ")
    headers = ["result of", "size", "sent again", "tokens", "cost"]
    yield from table(headers, [_row(trace, each) for each in dearest], width)


def _row(trace: Trace, rented: Rented) -> list[str]:
    return [f"{tool_of(trace, rented)} {asked_of(trace, rented, _ASKED)}".rstrip(), *figures_of(rented)]


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
                "tool_name": tool_of(trace, each),
                "tokens": each.tokens,
                "sent_again": each.resent,
                "rent_tokens": each.rent_tokens,
                "rent_cost": known(each.rent_cost),
            }
            for each in rent.dearest(at, _SHOWN)
        ],
    }
