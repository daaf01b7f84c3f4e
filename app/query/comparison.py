"""Comparisons as they are typed: `>5s`, `<=200ms`, `3.5`, and what they hold of."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

_COMPARE: Final[dict[str, Callable[[float, float], bool]]] = {
    "": operator.ge,
    ">=": operator.ge,
    ">": operator.gt,
    "<=": operator.le,
    "<": operator.lt,
}
_COMPARISON: Final = re.compile(r"(>=|<=|>|<|)(\d+\.?\d*|\.\d+)([a-z%]*)", re.ASCII)


@dataclass(frozen=True, slots=True)
class Comparison:
    """A comparison with a limit; a bare number means that much or more."""

    compare: Callable[[float, float], bool]
    limit: float

    def holds(self, value: float) -> bool:
        """Whether it holds of a value."""
        return self.compare(value, self.limit)


def comparison(text: str, units: Mapping[str, float]) -> Comparison | None:
    """The comparison that a text is, its number in one of these units (`""` for none); None where it is none."""
    match = _COMPARISON.fullmatch(text.lower())
    if match is None or match[3] not in units:
        return None
    return Comparison(_COMPARE[match[1]], float(match[2]) * units[match[3]])
