"""Where columns of data stand in a chart, and round values for its axis."""

from __future__ import annotations

import math
from dataclasses import dataclass

_SPACINGS = (1.0, 2.0, 2.5, 5.0, 10.0, 20.0, 25.0, 50.0)


@dataclass(frozen=True, slots=True)
class Slots:
    """How columns of data lie side by side: `group` columns share a slot, all slots together are `span` units wide.

    A unit is the smallest thing the plot can draw, `per_cell` of them to a terminal cell.
    """

    count: int
    group: int
    span: int
    per_cell: int

    @classmethod
    def lay_out(cls, count: int, cells: int, per_cell: int, widest: int) -> Slots:
        """Widen few columns up to `widest` units, group many, so that they fill `cells`."""
        units = max(1, cells * per_cell)
        group = max(1, math.ceil(count / units))
        shown = max(1, math.ceil(count / group))
        step = min(widest, units / shown)
        # From two cells on a bar has a gap beside it, and unequal gaps would catch the eye.
        return cls(count, group, shown * int(step) if step >= 2 * per_cell else int(shown * step), per_cell)

    @property
    def shown(self) -> int:
        """How many slots there are."""
        return -(-self.count // self.group)

    def edge(self, slot: int) -> int:
        """Return the unit where a slot begins."""
        return slot * self.span // self.shown

    def cells_of(self, index: int) -> range:
        """Return the terminal cells of the slot that holds a column of data."""
        slot = index // self.group
        return range(self.edge(slot) // self.per_cell, (self.edge(slot + 1) - 1) // self.per_cell + 1)

    def index_at(self, cell: int) -> int | None:
        """Return the first column of data of the first slot in a terminal cell; None where there is no slot."""
        unit = cell * self.per_cell
        is_in_a_slot = self.shown and 0 <= unit < self.span
        return ((unit + 1) * self.shown - 1) // self.span * self.group if is_in_a_slot else None


def nice_axis(peak: float, at_most: int) -> tuple[float, list[float]]:
    """Return the value of an axis' full height, hardly above `peak`, and round values to label on it.

    There are from one to `at_most` of these, evenly spaced from 0, which is not among them.
    """
    if not 0 < peak < math.inf:
        return 1.0, [1.0]
    magnitude = 10.0 ** (math.floor(math.log10(peak)) - 1)
    steps = [factor * magnitude for factor in _SPACINGS]
    full = min(step * math.ceil(peak / step - 1e-9) for step in steps if peak / step <= 8)
    spacing = next((step for step in steps if full / step + 1e-9 < max(1, at_most) + 1), full)
    return full, [spacing * tick for tick in range(1, math.floor(full / spacing + 1e-9) + 1)]


def usable(value: float | None) -> float:
    """Return a number that can be drawn: finite and not negative."""
    return value if value is not None and 0 < value < math.inf else 0.0
