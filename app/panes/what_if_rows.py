"""The rows of the what-if panel: a scenario each, the bill then, and what that saves."""

from __future__ import annotations

from collections.abc import Sequence

from ...analysis.what_if.scenario import Choice, Scenario, by_saving
from ..safe_text import fit, fit_right, one_line, width_of
from ..widgets.palette import Cell
from ..words.what_if import bill_of, remark_of, saving_of, share_of

_GAP = "  "
_BILL, _SAVING, _SHARE = 13, 17, 6
_NAME = 34
_ROOM_FOR_BILL, _ROOM_FOR_SHARE = 60, 48
_FEWEST_REMARK = 26
_OPTIONS = " ←→"


class WhatIfRows:
    """Scenarios, those that save most first; of those with options the chosen one."""

    def __init__(self) -> None:
        self.scenarios: list[Scenario] = []
        self.choices: list[Choice] = []
        self._known: Sequence[Choice] = ()
        self._options: dict[str, int] = {}

    @property
    def count(self) -> int:
        """How many there are."""
        return len(self.scenarios)

    def take(self, choices: Sequence[Choice]) -> None:
        """Show these; what was chosen of them stays so."""
        self._known = choices
        chosen = {id(self._chosen(choice)): choice for choice in choices}
        self.scenarios = by_saving(self._chosen(choice) for choice in choices)
        self.choices = [chosen[id(scenario)] for scenario in self.scenarios]

    def forget(self) -> None:
        """Show nothing, and of what comes the options that are best."""
        self._options.clear()
        self.take(())

    def has_options(self, index: int) -> bool:
        """Whether anything can be chosen of a row."""
        return 0 <= index < self.count and len(self.choices[index].options) > 1

    def choose(self, index: int, step: int) -> None:
        """Show the next option of a row, or the one before; the rows are sorted anew."""
        choice = self.choices[index]
        option = choice.options.index(self.scenarios[index]) + step
        self._options[choice.family] = max(0, min(len(choice.options) - 1, option))
        self.take(self._known)

    def row_of(self, family: str) -> int:
        """Where a scenario stands; the first row where it is no longer there."""
        return next((row for row, choice in enumerate(self.choices) if choice.family == family), 0)

    def row(self, index: int, width: int) -> list[Cell]:
        """The pieces of a row, `width` cells in all."""
        scenario = self.scenarios[index]
        if scenario.saving is None and scenario.bill is None and scenario.tokens is None:
            return _untold(scenario, width)
        saving = scenario.saving or 0.0
        style = "ok" if saving > 0 else "warn" if saving < 0 else "muted"
        tail: list[Cell] = []
        if width >= _ROOM_FOR_BILL:
            tail.append((_GAP + fit_right(bill_of(scenario), _BILL), "cost"))
        tail.append((_GAP + fit_right(saving_of(scenario), _SAVING), style))
        if width >= _ROOM_FOR_SHARE:
            tail.append((_GAP + fit_right(share_of(scenario), _SHARE), style))
        room = max(0, width - sum(len(text) for text, _ in tail))
        return [*_named(scenario, self.has_options(index), room), *tail]

    def heads(self, width: int) -> list[Cell]:
        """The heads above rows of the same width."""
        tail = _GAP + fit_right("the bill then", _BILL) if width >= _ROOM_FOR_BILL else ""
        tail += _GAP + fit_right("saves", _SAVING)
        tail += _GAP + fit_right("", _SHARE) if width >= _ROOM_FOR_SHARE else ""
        return [(fit("what if", max(0, width - len(tail))) + tail, "muted")]

    def _chosen(self, choice: Choice) -> Scenario:
        option = self._options.get(choice.family, choice.best)
        return choice.options[min(option, len(choice.options) - 1)]


def _named(scenario: Scenario, has_options: bool, room: int) -> list[Cell]:
    """The scenario and, where there is room, what it is about, in so many cells."""
    mark, name = _OPTIONS if has_options else "", one_line(scenario.name)
    has_remark = room >= _NAME + len(_GAP) + _FEWEST_REMARK
    whole = _NAME if has_remark else room
    name = fit(name, min(width_of(name), max(0, whole - len(mark))))
    cells: list[Cell] = [(name, "text"), (fit(mark, whole - width_of(name)), "mark")]
    return [*cells, (_GAP + fit(remark_of(scenario), room - _NAME - len(_GAP)), "muted")] if has_remark else cells


def _untold(scenario: Scenario, width: int) -> list[Cell]:
    """A scenario of which nothing is known, and why that is."""
    name = fit(scenario.name, min(_NAME, width))
    return [(name, "muted"), (fit(_GAP + remark_of(scenario), width - width_of(name)), "muted")]
