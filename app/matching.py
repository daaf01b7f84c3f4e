"""Which events a search or a filter means.

A query is words; an event must match all of them. `kind:tool_error`, `category:llm`, `tool:bash`, `agent:a1` and
`errors` look at the columns, any other word at the whole line of the event, letter case aside. Quotes keep words
together: `"no such file"`.
"""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterator

from ..collector.kinds import category_of
from .trace import Trace

Test = Callable[[Trace, int], bool]

_ERROR_KINDS = frozenset(
    {"tool_error", "llm_error", "error", "subagent_error", "subagent_timeout", "swarm_task_failed"}
)


class Query:
    """A query, ready to be asked about any event. Raises ValueError for an unknown `word:`."""

    def __init__(self, text: str) -> None:
        self.text = text
        try:
            words = shlex.split(text)
        except ValueError:  # an open quote: take the words as they stand
            words = text.split()
        self._tests = sorted((_test_of(word) for word in words), key=lambda test: test[0])

    def matches(self, trace: Trace, event: int) -> bool:
        """Whether an event of a trace matches."""
        return all(test(trace, event) for _, test in self._tests)

    def find(self, trace: Trace, start: int, stop: int, stopped: Callable[[], bool] = lambda: False) -> Iterator[int]:
        """The matching events from `start` up to `stop`, until `stopped` says so."""
        for event in range(start, stop):
            if not event & 0xFF and stopped():
                return
            if self.matches(trace, event):
                yield event


def _test_of(word: str) -> tuple[int, Test]:
    """A test and how dear it is: those that need the line of the event come last."""
    name, colon, value = word.partition(":")
    if colon and value:
        maker = _FIELDS.get(name.lower())
        if maker is not None:
            return 0, maker(value.lower())
        if name.isidentifier() and name.lower() not in ("http", "https", "file") and len(name) > 1 and "/" not in value:
            known = ", ".join(f"{field}:" for field in _FIELDS)
            raise ValueError(f"unknown field {name}: (known: {known}; quote the text to search for it)")
    if word.lower() == "errors":
        return 0, lambda trace, event: trace.session.kinds[trace.session.events.kind[event]] in _ERROR_KINDS
    needle = word.lower().encode(errors="replace")
    return 1, lambda trace, event: needle in _line(trace, event)


def _line(trace: Trace, event: int) -> bytes:
    try:
        return trace.line(event).lower()
    except OSError:
        return b""


def _kind(value: str) -> Test:
    return lambda trace, event: value in trace.session.kinds[trace.session.events.kind[event]]


def _category(value: str) -> Test:
    return lambda trace, event: (
        category_of(trace.session.kinds[trace.session.events.kind[event]]).lower().startswith(value)
    )


def _label(value: str) -> Test:
    return lambda trace, event: value in trace.session.labels.name(trace.session.events.label[event]).lower()


def _agent(value: str) -> Test:
    return lambda trace, event: (
        value in (trace.session.lanes.names.name(trace.session.events.lane[event]) or "main").lower()
    )


_FIELDS: dict[str, Callable[[str], Test]] = {
    "kind": _kind,
    "category": _category,
    "cat": _category,
    "tool": _label,
    "model": _label,
    "agent": _agent,
}
