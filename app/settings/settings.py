"""The settings there are: what each means, what it may be, and what it is when nobody says."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, fields
from difflib import get_close_matches
from typing import Any, TypeVar

from ...analysis.prices import Price, Prices
from ...analysis.rules.thresholds import DEFAULT_TUNING, Threshold, Tuning
from ..list_prices import ListPrices
from ..panes.names import PANES

DEFAULT_THEME = "tracetop"
FRAME_RATE = 12
LAYOUTS = ("overview", *PANES)
SLOWEST, FASTEST = 1, 60
DEAREST = 1_000_000
"""Nobody takes more dollars than this for a million tokens."""

_LONGEST_NAME = 200
_SAID = {"true": True, "yes": True, "on": True, "1": True, "false": False, "no": False, "off": False, "0": False}
_Value = TypeVar("_Value")


@dataclass(frozen=True, slots=True)
class Option:
    """A setting that is one value, and may also be given in the environment.

    `check` gives the value for one of TOML, or for a text out of the environment, and raises ValueError with the reason
    where it is none.
    """

    name: str
    meaning: str
    check: Callable[[object], Any]

    @property
    def variable(self) -> str:
        """Its name in the environment."""
        return f"TRACETOP_{self.name.upper()}"


def _option(default: _Value, check: Callable[[object], _Value], meaning: str) -> _Value:
    made: _Value = field(default=default, metadata={"check": check, "meaning": meaning})
    return made


def _theme(value: object) -> str:
    if not isinstance(value, str) or not value or not value.isprintable() or len(value) > _LONGEST_NAME:
        raise ValueError(f"{told(value)} is no name of a theme")
    return value


def _frame_rate(value: object) -> int:
    if isinstance(value, str) and value.strip().isdecimal() and len(value) < 10:
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        raise ValueError(f"{told(value)} is no whole number")
    if not SLOWEST <= value <= FASTEST:
        raise ValueError(f"{told(value)} is not between {SLOWEST} and {FASTEST}")
    return value


def _layout(value: object) -> str:
    if not isinstance(value, str) or value not in LAYOUTS:
        raise ValueError(f"{told(value)} is no layout{meant(value, LAYOUTS)}")
    return value


def _yes_or_no(value: object) -> bool:
    if isinstance(value, bool):
        return value
    said = _SAID.get(value.strip().lower()) if isinstance(value, str) else None
    if said is None:
        raise ValueError(f"{told(value)} is neither true nor false")
    return said


@dataclass(frozen=True, slots=True)
class Settings:
    """What may be set. Of these a dashboard in a host's app uses only what its host gives it."""

    theme: str = _option(
        DEFAULT_THEME,
        _theme,
        "The colors: tracetop, tracetop-light, or a theme of Textual's, such as nord or ansi-dark.",
    )
    frame_rate: int = _option(
        FRAME_RATE, _frame_rate, f"How often a second to look for something new to paint, {SLOWEST} to {FASTEST}."
    )
    layout: str = _option(
        LAYOUTS[0], _layout, f"What the dashboard opens with: all panes ({LAYOUTS[0]}), or {', '.join(LAYOUTS[1:])}."
    )
    index: bool = _option(
        True,
        _yes_or_no,
        "Whether to keep what large traces hold in the cache folder, so that they open at once next time.",
    )
    list_prices: bool = _option(
        True,
        _yes_or_no,
        "Whether to estimate cost by the prices of genai-prices where neither a trace nor a price below tells it.",
    )
    keys: Mapping[str, str] = field(default_factory=dict)
    """The keys of bindings by their ids, as Textual's key maps have them: "z,f11"."""
    prices: Prices = field(default_factory=lambda: Prices(listed=ListPrices()))
    """By these the cost of calls is estimated where a trace gives none: the user's, then those of a list."""
    rules: Tuning = DEFAULT_TUNING
    """What the user set of the rules of the second pass."""


OPTIONS = tuple(
    Option(each.name, each.metadata["meaning"], each.metadata["check"]) for each in fields(Settings) if each.metadata
)
SECTIONS = ("keys", "prices", "rules")
BUCKETS = tuple(each.name for each in fields(Price))


def keys_from(value: object) -> str:
    """The keys of a binding out of a value of TOML. Raises ValueError with the reason where it is none."""
    if not isinstance(value, str):
        raise ValueError(f'{told(value)} is no text; keys are meant, with commas between them, as in "z,f11"')
    names = [name.strip() for name in value.split(",")]
    if not all(names) or not all(name.isprintable() and len(name) <= _LONGEST_NAME for name in names):
        raise ValueError(f'{told(value)} names no key; the comma itself is called "comma"')
    return ",".join(dict.fromkeys(names))


def dollars_from(value: object) -> float:
    """A price out of a value of TOML. Raises ValueError with the reason where it is none."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError(f"{told(value)} is no number of dollars")
    if not 0 <= value <= DEAREST:
        raise ValueError(f"{told(value)} is not between 0 and {DEAREST:,} dollars per million tokens")
    return float(value)


def threshold_from(value: object, threshold: Threshold) -> float:
    """A threshold of a rule out of a value of TOML. Raises ValueError with the reason where it is none."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError(f"{told(value)} is no number")
    if threshold.is_whole and not isinstance(value, int):
        raise ValueError(f"{told(value)} is no whole number")
    if not threshold.least <= value <= threshold.most:
        raise ValueError(f"{told(value)} is not between {threshold.least:,g} and {threshold.most:,g}")
    return value


def muted_from(value: object) -> bool:
    """Whether a rule is muted, out of a value of TOML. Raises ValueError with the reason where that says neither."""
    if not isinstance(value, bool):
        raise ValueError(f"{told(value)} is neither true nor false")
    return value


def told(value: object) -> str:
    """A value of TOML in a few words, for a message."""
    if isinstance(value, Mapping):
        return "a table"
    if isinstance(value, list):
        return "a list"
    if isinstance(value, bool):
        return str(value).lower()
    text = f'"{value}"' if isinstance(value, str) else str(value)
    return text if len(text) <= 40 else f"{text[:39]}…"


def meant(word: object, names: Iterable[str]) -> str:
    """The end of a message on a word that is none of these names: the nearest, or all of them."""
    known = list(names)
    close = get_close_matches(word, known, n=1) if isinstance(word, str) else []
    return f"; did you mean {close[0]}?" if close else f"; there are {', '.join(known)}"
