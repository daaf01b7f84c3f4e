"""What the ledger says, in words: of the whole bill, and of one issue."""

from __future__ import annotations

from typing import NamedTuple

from ...analysis import figures
from ...analysis.ledger.entry import Wasted
from ...analysis.ledger.share import is_told_by_cost, share_of, share_of_bill
from ...analysis.view import View


class CostWords(NamedTuple):
    """What an issue cost, and what of the bill is its own waste; empty where that cannot be told."""

    toll: str = ""
    wasted: str = ""


NO_COSTS = CostWords()


def of_the_bill(wasted: Wasted, view: View) -> str:
    """`~$1.84 of $6.20 wasted (30%)`, in tokens where no cost is known; empty where nothing was wasted.

    Where some of the dollars are not known they are lower bounds, and the share is that of the tokens.
    """
    return of_a_bill(wasted, view.tokens.total, view.cost, view.cost_estimated)


def of_a_bill(wasted: Wasted, tokens: int | None, cost: float | None, estimated: bool) -> str:
    """The same of so many tokens and dollars."""
    share = share_of_bill(wasted, tokens, cost)
    if not share:
        return ""
    if wasted.cost and cost:
        bill = figures.at_least(figures.cost(cost, estimated), wasted.is_partial)
        return f"{dollars_of(wasted)} of {bill} wasted ({_share(share, wasted)})"
    told = f"~{figures.tokens(wasted.tokens)} of {figures.tokens(tokens)} tokens"
    return f"{told} wasted ({figures.share(share)})"


def bill_forms(wasted: Wasted, view: View) -> tuple[str, ...]:
    """The same in forms of different lengths, the longest first; none where nothing was wasted."""
    whole = of_the_bill(wasted, view)
    if not whole:
        return ()
    share = share_of(wasted, view)
    return whole, f"{own_waste(wasted)} wasted ({_share(share, wasted)})", f"~{figures.share(share)} wasted"


def own_waste(wasted: Wasted | None) -> str:
    """`~$0.12`, or `~2.2k` tokens where no cost is known; empty where an issue wastes nothing of its own."""
    if wasted is None or not (wasted.cost or wasted.tokens):
        return ""
    return dollars_of(wasted) if wasted.cost else f"~{figures.tokens(wasted.tokens)}"


def share_of_the_bill(wasted: Wasted, view: View) -> str:
    """`30% of the bill`, or of its tokens where not all of its dollars are known."""
    return f"{figures.share(share_of(wasted, view))} of the {'bill' if is_told_by_cost(wasted) else 'tokens'}"


def dollars_of(wasted: Wasted) -> str:
    """`~$0.12`, `≥~$0.12` where more was wasted whose price is not known; unknown where nothing is."""
    if not wasted.cost:
        return figures.UNKNOWN
    return figures.at_least(figures.cost(wasted.cost, True), wasted.unpriced > 0)


def _share(share: float | None, wasted: Wasted) -> str:
    return figures.share(share) + ("" if wasted.cost is None or is_told_by_cost(wasted) else " of the tokens")


def told_of_an_issue(wasted: Wasted | None, view: View) -> str:
    """The same in a sentence; empty where issues of the category waste nothing that can be told."""
    if wasted is None:
        return ""
    if not (wasted.cost or wasted.tokens):
        return "nothing of its own: what it cost is counted with other issues, or did not add to the bill"
    money = f"{dollars_of(wasted)} · " if wasted.cost else ""
    return f"{money}~{figures.tokens(wasted.tokens)} tokens · {share_of_the_bill(wasted, view)}"
