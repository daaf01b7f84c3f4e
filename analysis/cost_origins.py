"""Where the cost of a session comes from, call by call: told by the trace, estimated by whose price, or not known."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from .fold.columns import KNOWN_COST, KNOWN_INPUT, KNOWN_OUTPUT, KNOWN_READ, KNOWN_TOTAL, KNOWN_WRITE
from .view import View

_TOKENS = KNOWN_INPUT | KNOWN_OUTPUT | KNOWN_READ | KNOWN_WRITE | KNOWN_TOTAL
_BOTH = KNOWN_INPUT | KNOWN_OUTPUT
# Of each value of a row's flags: 1 where it tells tokens but no cost.
_COSTS_UNKNOWN = bytes(bool(flags & _TOKENS) and not flags & KNOWN_COST for flags in range(256))


@dataclass(frozen=True, slots=True)
class CostOrigins:
    """Calls by model. `listed` are estimated by the prices of a list, `own` by the user's.

    `unpriced` have no price, or none for all of their tokens; `untold` counts those whose trace tells too little of
    their tokens. Neither is in any cost.
    """

    listed: Mapping[str, int]
    own: Mapping[str, int]
    unpriced: Mapping[str, int]
    untold: int


def cost_origins(view: View) -> CostOrigins:
    """Where the cost of a view comes from. Looks at every call of it."""
    llm, rows = view.session.llm, view.llm_rows
    listed = set(llm.listed_rows[: bisect_left(llm.listed_rows, rows)])
    own = (row for row in llm.estimated_rows[: bisect_left(llm.estimated_rows, rows)] if row not in listed)
    unknown = _set_in(llm.flags[:rows].translate(_COSTS_UNKNOWN))
    unpriced = [row for row in unknown if llm.flags[row] & _BOTH == _BOTH]
    return CostOrigins(
        _by_model(view, listed), _by_model(view, own), _by_model(view, unpriced), len(unknown) - len(unpriced)
    )


def _set_in(flags: bytearray) -> list[int]:
    """Where the ones are."""
    places = []
    place = flags.find(1)
    while place >= 0:
        places.append(place)
        place = flags.find(1, place + 1)
    return places


def _by_model(view: View, rows: Iterable[int]) -> dict[str, int]:
    session = view.session
    labels = Counter(session.events.label[session.llm.event[row]] for row in rows)
    return {session.labels.name(label): calls for label, calls in labels.most_common()}
