"""A result that stays in the context, in words: whose it is, and what all of them took."""

from __future__ import annotations

from ...analysis import figures
from ...analysis.arguments import preview
from ...analysis.rent import Rent, Rented
from ...analysis.view import View
from ...collector.records import arguments_of
from ..trace import Trace


def tool_of(trace: Trace, rented: Rented) -> str:
    """The name of the tool whose result it is; the text is the trace's own, not yet safe."""
    session = trace.session
    label = session.events.label[rented.event] if rented.call is None else session.tools.label[rented.call]
    return session.labels.name(label) or "(no name)"


def asked_of(trace: Trace, rented: Rented, limit: int) -> str:
    """What the tool was asked, in at most so many characters; not yet safe either."""
    start = rented.event if rented.call is None else trace.session.tools.event[rented.call]
    arguments = arguments_of(trace.event(start).data)
    return preview(arguments_of(trace.event(rented.event).data) if arguments is None else arguments, limit)


def figures_of(rented: Rented) -> tuple[str, str, str, str]:
    """Its size, how often it was sent again, and the tokens and dollars of that: all of them estimates."""
    return (
        f"~{figures.tokens(rented.tokens)}",
        f"{rented.resent:,}×",
        f"~{figures.tokens(rented.rent_tokens)}",
        figures.cost(rented.rent_cost, True),
    )


def total_parts(rent: Rent, view: View) -> list[str]:
    """`~57.0k sent again`, `~$0.016 (~2% of the cost)`: what all took as of a view; nothing if they took none."""
    tokens, cost = rent.total(view.at)
    parts = [f"~{figures.tokens(tokens)} sent again"] if tokens else []
    if tokens and cost is not None:
        share = f" (~{figures.share(cost / view.cost)} of the cost)" if view.cost else ""
        parts.append(f"{figures.cost(cost, True)}{share}")
    return parts
