"""What the bill would have been, had things been otherwise: the report's part."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ...analysis import figures
from ...analysis.what_if.models import FAMILY
from ...analysis.what_if.scenario import Choice, Scenario, by_saving
from ...analysis.what_if.what_if import OVERLAP, WhatIf
from ..trace import Trace
from ..words.what_if import bill_of, remark_of, saving_of, share_of
from .json_text import known
from .layout import heading, more, table, wrapped

_SHOWN = 5
_MODELS_SHOWN = 2


def choices_of(trace: Trace) -> tuple[Choice, ...]:
    """The scenarios of a trace, as of its end. The list of prices is not loaded for a trace that tells its cost."""
    view = trace.view()
    listed = view.cost is None or bool(trace.session.llm.listed_rows)
    return WhatIf(trace.second_pass(trace.session), listed=listed).all(view.at)


def what_if_lines(trace: Trace, width: int) -> Iterator[str]:
    """What would have saved most, and what that rests on; nothing where nothing would have saved anything."""
    view = trace.view()
    saving = [each for each in by_saving(choice.options[choice.best] for choice in choices_of(trace)) if _saves(each)]
    if not saving:
        return
    yield ""
    yield heading("what if", f"the bill is {figures.cost(view.cost, view.cost_estimated)}", width)
    shown = _without_most_models(saving)[:_SHOWN]
    rows = [[each.name, bill_of(each), saving_of(each), share_of(each), remark_of(each)] for each in shown]
    yield from table(["", "the bill then", "saves", "", ""], rows, width, left=frozenset({0, 4}), elastic=4)
    if len(saving) > len(shown):
        yield f"  {more(len(saving) - len(shown), 'that save something')}"
    told = dict.fromkeys(text for each in shown for text in each.assumptions)
    for text in (OVERLAP, *told):
        yield from wrapped(text, width, "  ")


def _without_most_models(scenarios: list[Scenario]) -> list[Scenario]:
    """The scenarios without all but the first models: there are many, and what an agent may do otherwise is more."""
    models = [each for each in scenarios if each.family == FAMILY]
    return [each for each in scenarios if each not in models[_MODELS_SHOWN:]]


def _saves(scenario: Scenario) -> bool:
    return (scenario.saving or 0.0) > 0.0 or (scenario.saving is None and (scenario.tokens or 0) > 0)


def what_if_objects(trace: Trace) -> list[dict[str, Any]]:
    """All scenarios as JSON has them, with every option, in a fixed order of families."""
    return [_scenario_object(each) for choice in choices_of(trace) for each in choice.options]


def _scenario_object(scenario: Scenario) -> dict[str, Any]:
    return {
        "scenario": scenario.family,
        "option": scenario.option or None,
        "name": scenario.name,
        "cost": known(scenario.bill),
        "saving": known(scenario.saving),
        "basis": scenario.basis,
        "tokens": scenario.tokens,
        "remark": scenario.remark or None,
        "unknown": scenario.unknown or None,
        "assumptions": list(scenario.assumptions),
    }
