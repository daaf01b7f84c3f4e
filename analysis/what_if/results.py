"""The bill without reading files again and again, and with results of tools cut off at a size."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from .. import figures
from ..cache.miss_prices import Basis
from ..fold.columns import KNOWN_COST, KNOWN_TOTAL
from ..fold.turns import NO_TURN
from ..rent import Rent, Rented
from ..view import View
from .calls import Calls
from .scenario import NO_PROMPTS, Choice, Scenario, Tally, with_money

if TYPE_CHECKING:
    from ..rules.second_pass import SecondPass

REPEATED, CAPPED = "duplicate_reads", "output_cap"
RULE = "duplicate_read"
CAPS = (1_000, 2_000, 5_000, 10_000, 20_000)
"""Tokens at which results are cut off."""
FIRST_SHOWN = CAPS.index(5_000)

_ESTIMATED = "Sizes of results are estimates, as in the rent of the context."


class RepeatedReads:
    """What `duplicate_read` found: the repeated results were never there, nor answers that asked for nothing else."""

    def __init__(self, view: View, found: SecondPass) -> None:
        self._view = view
        self._is_muted = RULE in found.tuning.muted
        episodes = [each for each in found.log.standing(view.at) if each.category == RULE]
        self.repeats = frozenset(event for each in episodes for event in each.evidence_at(view.at)[1:])
        """The ends of the calls that read again."""
        self._asked = Counter(map(view.session.turns.of, self.repeats))
        self._called: Counter[int] = Counter()
        self._rent = Tally()
        del self._asked[NO_TURN]

    def take_calls(self, starts: Iterable[int]) -> None:
        """Take in calls of tools, by the events that began them."""
        if self._asked:
            turns = map(self._view.session.turns.of, starts)
            self._called.update(turn for turn in turns if turn in self._asked)

    def take(self, rented: Rented) -> None:
        """Take in what a repeated result took."""
        self._rent.add(rented.rent_cost, Basis.ESTIMATED, rented.rent_tokens)

    def tell(self) -> Choice:
        """The scenario."""
        view, rent = self._view, self._rent
        made = Scenario(
            REPEATED,
            "without duplicate reads",
            tokens=0,
            assumptions=(
                "Left out are answers that called for nothing but reads of a file that was the same (the finding "
                f"{RULE}; the first read stays), and all later sending of what these gave. {_ESTIMATED}",
            ),
        )
        if self._is_muted:
            return Choice((replace(made, tokens=None, unknown=f"the rule {RULE} is muted"),))
        tally = Tally(rent.dollars, rent.tokens, rent.calls, rent.unpriced, rent.bases)
        for turn in (turn for turn, reads in self._asked.items() if self._called[turn] == reads):
            self._leave_out(tally, turn)
        remark = figures.count(len(self.repeats), "repeated read") if self.repeats else "nothing found"
        return Choice((with_money(made, view, tally, remark),))

    def _leave_out(self, tally: Tally, turn: int) -> None:
        """All answers of a turn are saved."""
        llm = self._view.session.llm
        for row in self._view.session.turns.llm_rows(turn, self._view.at):
            tokens = llm.sum_total[row] - (llm.sum_total[row - 1] if row else 0)
            cost = llm.cost[row] if llm.flags[row] & KNOWN_COST else None
            if llm.flags[row] & (KNOWN_COST | KNOWN_TOTAL):
                basis = Basis.ESTIMATED if llm.estimates(row, row + 1) else Basis.DERIVED
                tally.add(cost, basis, tokens)


class CappedOutput:
    """Of every result only so many tokens come into the context: the rest is neither sent first nor sent again."""

    def __init__(self, view: View, rent: Rent, calls: Calls, has_prompts: bool) -> None:
        self._view = view
        self._rent = rent
        self._calls = calls
        self._has_prompts = has_prompts
        self._tallies = tuple(Tally() for _ in CAPS)

    def take(self, index: int) -> None:
        """Take in a result, by its number in the rent from 0."""
        rented = self._rent.tell(index, self._view.at)
        arrival = self._rent.arrived_at(index)
        call = self._calls.call(self._view.session.llm.rows(arrival))
        for cap, tally in zip(CAPS, self._tallies, strict=True):
            over = rented.tokens - cap
            if over <= 0:
                break
            first = None if call is None else call.first_sending(over)
            again = rented.rent_cost if rented.resent else 0.0
            dollars = None if first is None or again is None else first + again * over / rented.tokens
            tally.add(dollars, Basis.ESTIMATED, over * (1 + rented.resent))

    def tell(self) -> Choice:
        """The scenario, with every cap."""
        if not self._has_prompts:
            return Choice((Scenario(CAPPED, "with tool output cut", unknown=NO_PROMPTS),))
        return Choice(tuple(map(self._tell, CAPS, self._tallies)), FIRST_SHOWN)

    def _tell(self, cap: int, tally: Tally) -> Scenario:
        made = Scenario(
            CAPPED,
            f"with tool output cut at {cap:,}",
            f"{cap:,}",
            tokens=0,
            assumptions=(
                f"What a result has more than {cap:,} tokens is never sent, and the agent does not ask for it again. "
                f"{_ESTIMATED}",
                *tally.left_out("results"),
            ),
        )
        remark = figures.count(tally.calls, "longer result") if tally.calls else "no result is that long"
        return with_money(made, self._view, tally, remark)
