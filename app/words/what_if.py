"""A scenario of the bill in words: what it saves, or how much dearer it is, and what that rests on."""

from __future__ import annotations

from ...analysis import figures
from ...analysis.what_if.scenario import Scenario

DEARER = "dearer"
SAME = "the same"


def bill_of(scenario: Scenario) -> str:
    """`~$4.36`: what the bill would have been."""
    return figures.cost(scenario.bill, True)


def saving_of(scenario: Scenario) -> str:
    """`~$1.84`, `dearer ~$0.31`, `the same`; tokens where no money is known, `~41.2k tokens`."""
    saving = scenario.saving
    if saving is None:
        tokens = scenario.tokens
        if not tokens:
            return figures.UNKNOWN if tokens is None else SAME
        return f"~{figures.tokens(tokens)} tokens" if tokens > 0 else f"more ~{figures.tokens(-tokens)} tokens"
    if not saving:
        return SAME
    money = figures.cost(abs(saving), True)
    return money if saving > 0 else f"{DEARER} {money}"


def share_of(scenario: Scenario) -> str:
    """`~30%`: what is saved of the bill; `+8%` in front where it is dearer."""
    share = scenario.share
    if not share:
        return figures.UNKNOWN if share is None else ""
    return f"~{figures.share(share)}" if share > 0 else f"~+{figures.share(-share)}"


def remark_of(scenario: Scenario) -> str:
    """Why nothing can be told, else what it is about."""
    if scenario.unknown and scenario.saving is None and not scenario.tokens:
        return scenario.unknown
    return scenario.remark


def told_of(scenario: Scenario) -> list[str]:
    """All that stands behind a scenario, a paragraph each."""
    parts = [part for part in (scenario.remark, scenario.unknown) if part]
    basis = f" ({scenario.basis})" if scenario.basis is not None else ""
    return [f"{scenario.name}{basis}{': ' if parts else ''}{'; '.join(parts)}", *scenario.assumptions]
