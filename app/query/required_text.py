r"""What must stand in a line for a regular expression to match it: `/exit [1-9] of \w+/` never matches without `exit `.

Told are sets of texts, of each of which one at least is in every match, by what Python's own parser of expressions
makes of it. Only plain ASCII counts, which stands in JSON as it is, or as `\u00..`; anything that is not understood
here asks for nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from importlib import import_module
from typing import Any, Final

from .line_text import Texts, plain_text

SHORTEST: Final = 2
_MOST_ALTERNATIVES: Final = 8
_REPEATS: Final = frozenset({"MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"})
_WRITTEN_OTHERWISE: Final = {"i": ("\u0130", "\u0131"), "s": ("\u017f",), "k": ("\u212a",)}
"""Letter case aside, these match a letter of ASCII too."""


def required_texts(source: str, flags: int) -> list[Texts]:
    """Sets of texts: every line that an expression matches has one of each set, once ASCII in it is in lower case.

    Lines that write a letter as an escape have `\\u0` or `\\u21`, which are in the sets. Letter case is never minded,
    so more lines may have them than match.
    """
    try:
        parsed = import_module("re._parser").parse(source, flags)
    except (ImportError, re.error, OverflowError, RecursionError):  # re.compile says what is wrong with it
        return []
    return [_as_written(texts) for texts in _required(parsed)]


def _as_written(texts: tuple[str, ...]) -> Texts:
    """Texts with whatever a line may have in place of one of their letters."""
    letters = set("".join(texts))
    others = sorted({other for letter, forms in _WRITTEN_OTHERWISE.items() if letter in letters for other in forms})
    escapes = ("\\u0", "\\u21") if others else ("\\u00",)
    return tuple(text.encode() for text in (*texts, *escapes, *others))


def _required(items: Iterable[tuple[Any, Any]]) -> list[tuple[str, ...]]:
    """Sets of which one text each is in every match of a sequence."""
    found: list[tuple[str, ...]] = []
    run = ""
    for operator, operand in items:
        if str(operator) == "LITERAL" and plain_text(chr(operand)):
            run += chr(operand).lower()
            continue
        found += [(run,), *_required_by(str(operator), operand)]
        run = ""
    return [texts for texts in (*found, (run,)) if _worth(texts) >= SHORTEST]


def _required_by(operator: str, operand: Any) -> list[tuple[str, ...]]:
    """The same for one part of a sequence."""
    if operator == "SUBPATTERN":
        return _required(operand[3])
    if operator == "ATOMIC_GROUP":
        return _required(operand)
    if operator in _REPEATS and operand[0]:
        return _required(operand[2])
    if operator == "BRANCH":
        branches = [max(_required(branch), key=_worth, default=()) for branch in operand[1]]
        texts = tuple(dict.fromkeys(text for branch in branches for text in branch))
        return [texts] if all(branches) and len(texts) <= _MOST_ALTERNATIVES else []
    return []


def _worth(texts: tuple[str, ...]) -> int:
    return min(map(len, texts), default=0)
