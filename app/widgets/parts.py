"""A line of things to say, each in shorter forms where there is less room; what matters least gives way first."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeAlias

from ..safe_text import width_of
from .palette import Cell

GAP: Cell = ("  ", "text")
"""What stands between two parts."""

Form: TypeAlias = tuple[Cell, ...]
"""One way to say something."""

Part: TypeAlias = tuple[tuple[int, Form], ...]
"""One thing to say: its forms, the longest first, each with the rank at which it gives way to the next or to nothing.
Lower ranks give way first."""


def plain(rank: int, text: str, style: str = "text") -> Part:
    """A part of one form."""
    return ((rank, ((text, style),)),)


def fitting(parts: Sequence[Part], room: int) -> list[Form]:
    """The longest forms that fit in so many cells, gaps before them included; at least one, whether or not it fits."""
    left = [list(part) for part in parts if part]
    while sum(map(len, left)) > 1 and sum(width_of_form(part[0][1]) for part in left) > room:
        del min(left, key=lambda part: part[0][0])[0]
        left = [part for part in left if part]
    return [part[0][1] for part in left]


def width_of_form(form: Form) -> int:
    """The cells that a form takes, with the gap before it."""
    return width_of(GAP[0]) + sum(width_of(text) for text, _ in form)


def joined(forms: Iterable[Form]) -> list[Cell]:
    """The cells of forms, each with a gap before it."""
    return [cell for form in forms for cell in (GAP, *form)]
