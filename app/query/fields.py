"""The fields and flags of the filter language, and the test that each makes of its values."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Final

from ...analysis.fold.lanes import MAIN_AGENT
from ...analysis.fold.session import Session
from ...collector.kinds import FAILURE_KINDS, TOOL_END_ALIAS, Category, category_of
from . import columns
from .columns import ByKind, ByNumber, Test
from .comparison import comparison
from .words import Value

_LONGEST_NUMBER = 18
_RANGE = re.compile(r"(\d+)(?:-(\d+))?")
_MILLISECONDS = {"ms": 1.0, "s": 1_000.0, "m": 60_000.0, "min": 60_000.0, "h": 3_600_000.0}
_NAMES_A_TOOL = ByKind(lambda kind: category_of(kind) is Category.TOOL)
_NAMES_A_MODEL = ByKind(lambda kind: category_of(kind) is Category.LLM)


def _kind(values: Sequence[Value]) -> Test:
    named = name_test(values)
    return ByKind(lambda kind: named("tool_end" if kind == TOOL_END_ALIAS else kind))


def _category(values: Sequence[Value]) -> Test:
    wanted = {category for value in values for category in Category if category.lower().startswith(value.text.lower())}
    for value in values:
        if not any(category.lower().startswith(value.text.lower()) for category in Category):
            known = ", ".join(category.lower() for category in Category)
            raise ValueError(f"no category begins with {value.text} (there are {known})")
    return ByKind(lambda kind: category_of(kind) in wanted)


def _tool(values: Sequence[Value]) -> Test:
    return columns.by_kind_and_number(_NAMES_A_TOOL, _label(values))


def _model(values: Sequence[Value]) -> Test:
    return columns.by_kind_and_number(_NAMES_A_MODEL, _label(values))


def _label(values: Sequence[Value]) -> ByNumber:
    named = name_test(values)
    return ByNumber(
        lambda session: session.events.label,
        lambda session, number: number > 0 and named(session.labels.name(number)),
    )


def _agent(values: Sequence[Value]) -> Test:
    named = name_test(values)
    return ByNumber(
        lambda session: session.events.lane,
        lambda session, number: named(session.lanes.names.name(number) or MAIN_AGENT),
    )


def _iteration(values: Sequence[Value]) -> Test:
    ranges = [_range(value.text) for value in values]

    def is_wanted(session: Session, row: int) -> bool:
        number = session.iterations.number_of(row)
        return number is not None and any(first <= number <= last for first, last in ranges)

    return ByNumber(lambda session: session.events.iteration, is_wanted)


def _range(text: str) -> tuple[int, int]:
    match = _RANGE.fullmatch(text)
    if match is None or len(text) > 2 * _LONGEST_NUMBER:
        raise ValueError(f"it:{text} is no iteration (it:7 or it:3-9 is meant)")
    first = int(match[1])
    return first, first if match[2] is None else int(match[2])


def _took(values: Sequence[Value]) -> Test:
    tests = [_duration(value.text) for value in values]
    if len(tests) == 1:
        return tests[0]
    return lambda session, events, at: map(_any, *(test(session, events, at) for test in tests))


def _duration(text: str) -> Test:
    meant = comparison(text, _MILLISECONDS)
    if meant is None:
        raise ValueError(f"took:{text} is no duration (took:>5s or took:<200ms is meant; units are ms, s, m, h)")
    return columns.by_duration(meant.compare, meant.limit)


def _any(*answers: object) -> bool:
    return any(answers)


def name_test(values: Sequence[Value]) -> Callable[[str], bool]:
    """Whether a name is one of the exact values or has one of the others in it, letter case aside."""
    whole = frozenset(value.text.lower() for value in values if value.exact)
    parts = tuple(value.text.lower() for value in values if not value.exact)

    def is_named(name: str) -> bool:
        name = name.lower()
        return name in whole or any(part in name for part in parts)

    return is_named


FIELDS: Final[dict[str, Callable[[Sequence[Value]], Test]]] = {
    "kind": _kind,
    "category": _category,
    "cat": _category,
    "tool": _tool,
    "model": _model,
    "agent": _agent,
    "it": _iteration,
    "took": _took,
}
"""What makes the test of each field; raises ValueError for a value that cannot be meant."""

FLAGS: Final[dict[str, Test]] = {
    "errors": ByKind(lambda kind: kind in FAILURE_KINDS),
    "issues": columns.by_issue,
}
"""Words that are tests by themselves."""

CHANGING: Final = frozenset({"issues"})
"""Flags whose answer for an event may change as later events come."""
