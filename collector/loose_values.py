"""What a field of an event says, whatever type its writer gave it: text, number, truth. Unknown is None."""

from __future__ import annotations

import math

MAX_SAFE_INT = 2**53


def as_text(value: object) -> str | None:
    """A text; a number as it is spelled; None for anything else."""
    if value is None or isinstance(value, str):
        return value
    try:
        return str(value) if isinstance(value, int | float) else None
    except ValueError:  # more digits than Python converts
        return None


def as_truth(value: object) -> bool | None:
    """True or False; None for anything else."""
    return value if isinstance(value, bool) else None


def as_number(value: object) -> float | None:
    """A number, also one that is spelled; it may be NaN or infinite. None for anything else, truths among it."""
    if type(value) is float or value is None:
        return value
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float | str):
        try:
            return float(value)
        except (ValueError, OverflowError):
            return None
    return None


def as_integer(value: object) -> int | None:
    """A whole number that floats hold exactly, its fraction cut off; None for anything else."""
    if value is None or (type(value) is int and -MAX_SAFE_INT <= value <= MAX_SAFE_INT):
        return value
    number = as_number(value)
    if number is None or not math.isfinite(number) or abs(number) > MAX_SAFE_INT:
        return None
    return int(number)
