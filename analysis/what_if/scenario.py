"""What is told of a scenario: the bill then, what that saves, and what is assumed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from ..cache.miss_prices import Basis
from ..view import View

NO_PROMPTS = "no response tells how long its prompt is"


@dataclass(frozen=True, slots=True)
class Scenario:
    """One thing that might have been otherwise. Money in dollars, always derived or estimated (`basis`).

    `option` is what of the scenario can be chosen: a share, a size, a model. `saving` is what the bill would have been
    less, below 0 where it would have been more; `bill` is what remains. Both are None where nobody can tell, and then
    `unknown` says why. `tokens` are those that would not have been sent, None where the scenario is about prices alone.
    `remark` says in a few words why nothing is saved, or how often what is left out happened.
    """

    family: str
    name: str
    option: str = ""
    bill: float | None = None
    saving: float | None = None
    basis: Basis | None = None
    tokens: int | None = None
    remark: str = ""
    unknown: str = ""
    assumptions: tuple[str, ...] = ()

    @property
    def share(self) -> float | None:
        """What is saved, of the bill as it is; below 0 where it would have been more."""
        if self.saving is None or self.bill is None:
            return None
        whole = self.bill + self.saving
        return self.saving / whole if whole > 0.0 else None


@dataclass(frozen=True, slots=True)
class Choice:
    """A scenario with all that can be chosen of it, in order; `best` is the option to show first."""

    options: tuple[Scenario, ...]
    best: int = 0

    @property
    def family(self) -> str:
        """Which scenario it is: families of several rows add which of them."""
        first = self.options[0]
        return first.family if len(self.options) > 1 or not first.option else f"{first.family} {first.option}"


@dataclass(slots=True)
class Tally:
    """What is saved of a bill, call by call. `calls` were told otherwise, `unpriced` of them without a price."""

    dollars: float = 0.0
    tokens: int = 0
    calls: int = 0
    unpriced: int = 0
    bases: set[Basis] = field(default_factory=set)

    @property
    def is_known(self) -> bool:
        """Whether money can be told: nothing changed, or some of what changed has a price."""
        return self.unpriced < self.calls or not self.calls

    @property
    def basis(self) -> Basis:
        """Estimated if any of it is."""
        return Basis.ESTIMATED if Basis.ESTIMATED in self.bases else Basis.DERIVED

    def add(self, dollars: float | None, basis: Basis | None, tokens: int = 0) -> None:
        """A call that would have cost so much less; None where nobody knows."""
        self.calls += 1
        self.tokens += tokens
        if dollars is None:
            self.unpriced += 1
            return
        self.dollars += dollars
        if basis is not None:
            self.bases.add(basis)

    def left_out(self, what: str) -> tuple[str, ...]:
        """The assumption that says for how many no price is known."""
        if not self.unpriced or not self.is_known:
            return ()
        return (f"No price is known for {self.unpriced:,} of {self.calls:,} {what}: they are taken to save nothing.",)


def by_saving(scenarios: Iterable[Scenario]) -> list[Scenario]:
    """Those that save most first; behind them those that nobody knows the money of, by tokens."""

    def rank(scenario: Scenario) -> tuple[bool, float, int]:
        return scenario.saving is None, -(scenario.saving or 0.0), -(scenario.tokens or 0)

    return sorted(scenarios, key=rank)


def with_money(scenario: Scenario, view: View, tally: Tally, remark: str = "") -> Scenario:
    """A scenario with what its calls saved, as far as the bill of the view and their prices are known."""
    tokens = None if scenario.tokens is None else tally.tokens
    bill = view.cost
    if bill is None or not tally.is_known:
        why = "the trace has no cost, and no price is known" if bill is None else "no price is known for these calls"
        return replace(scenario, tokens=tokens, remark=remark, unknown=why)
    saving = tally.dollars
    return replace(scenario, bill=bill - saving, saving=saving, basis=tally.basis, tokens=tokens, remark=remark)
