"""What part of a bill was wasted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .entry import Wasted

if TYPE_CHECKING:
    from ..view import View


def share_of(wasted: Wasted, view: View) -> float | None:
    """What part of a view's bill was wasted, 0 to 1: of its cost where all of that is known, else of its tokens."""
    return share_of_bill(wasted, view.tokens.total, view.cost)


def is_told_by_cost(wasted: Wasted) -> bool:
    """Whether the share of a bill is that of its dollars: all of them are known, of what was wasted and of the rest."""
    return wasted.cost is not None and not wasted.by_tokens


def share_of_bill(wasted: Wasted, tokens: int | None, cost: float | None) -> float | None:
    """The same of a bill of so many tokens and dollars."""
    if cost and is_told_by_cost(wasted):
        return min(1.0, (wasted.cost or 0.0) / cost)
    return min(1.0, wasted.tokens / tokens) if tokens else None
