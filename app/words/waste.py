"""What the ledger says, in words: of the whole bill, and of one issue."""

from __future__ import annotations

from typing import NamedTuple

from ...analysis import figures
from ...analysis.ledger.entry import Wasted
from ...analysis.ledger.ledger import share_of, share_of_bill
from ...analysis.view import View


class CostWords(NamedTuple):
    """What an issue cost, and what of the bill is its own waste; empty where that cannot be told."""

    toll: str = ""
    wasted: str = ""


NO_COSTS = CostWords()


def of_the_bill(wasted: Wasted, view: View) -> str:
    """`~$1.84 of $6.20 wasted (30%)`, in tokens where no cost is known; empty where nothing was wasted."""
    return of_a_bill(wasted, view.tokens.total, view.cost, view.cost_estimated)


def of_a_bill(wasted: Wasted, tokens: int | None, cost: float | None, estimated: bool) -> str:
    """The same of so many tokens and dollars."""
    share = share_of_bill(wasted, tokens, cost)
    if not share:
        return ""
    if wasted.cost is not None and cost:
        bill = figures.cost(cost, estimated)
        return f"{figures.cost(wasted.cost, True)} of {bill} wasted ({figures.share(share)})"
    told = f"~{figures.tokens(wasted.tokens)} of {figures.tokens(tokens)} tokens"
    return f"{told} wasted ({figures.share(share)})"


def bill_forms(wasted: Wasted, view: View) -> tuple[str, ...]:
    """The same in forms of different lengths, the longest first; none where nothing was wasted."""
    whole = of_the_bill(wasted, view)
    if not whole:
        return ()
    share = figures.share(share_of(wasted, view))
    return whole, f"{own_waste(wasted)} wasted ({share})", f"~{share} wasted"


def own_waste(wasted: Wasted | None) -> str:
    """`~$0.12`, or `~2.2k` tokens where no cost is known; empty where an issue wastes nothing of its own."""
    if wasted is None or not (wasted.cost or wasted.tokens):
        return ""
    return figures.cost(wasted.cost, True) if wasted.cost else f"~{figures.tokens(wasted.tokens)}"


def told_of_an_issue(wasted: Wasted | None, view: View) -> str:
    """The same in a sentence; empty where issues of the category waste nothing that can be told."""
    if wasted is None:
        return ""
    if not (wasted.cost or wasted.tokens):
        return "nothing of its own: what it cost is counted with other issues, or did not add to the bill"
    share = share_of(wasted, view)
    tokens = f"~{figures.tokens(wasted.tokens)} tokens"
    money = f"{figures.cost(wasted.cost, True)} · " if wasted.cost else ""
    return f"{money}{tokens} · {figures.share(share)} of the bill"
