"""Which sessions a filter means: words, and what is said of figures. The shape is that of `app.query.matching`.

- `parser` or `"fix the parser"`: the text is in the goal, the model or the name of the session.
- `model:opus` `goal:parser` `name:2026-11` `agent:codex` `project:x`: in this alone; `model:=gpt-5` is exact;
  `model:opus,sonnet` is either.
- `cost:>1` `tokens:>1m` `score:<50` `issues:>0` `errors:>3` `cache:<50%` `it:>20`: figures; `cost:1` is 1 or more.
- `age:<1d`: when it was written to last, in s, m, h, d, w.
- `live` `idle` `ended`: how it stands. `issues` `errors`: it has any.
- `-ended` `-model:opus`: not that. What is not known of a session is neither that nor not that.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final, TypeAlias

from ...collector.formats.registry import NATIVE
from ..query.comparison import comparison
from ..query.fields import name_test
from ..query.words import Form, Value, Word, words_of
from .entry import Entry, Figures, State, state_of
from .naming import agent_word

Test: TypeAlias = Callable[[Entry, float], bool | None]
"""Whether a session passes at a time; None where that is not known."""

_Number: TypeAlias = Callable[[Entry, float], float | None]

_PLAIN: Final = {"": 1.0}
_COUNTS: Final = {"": 1.0, "k": 1e3, "m": 1e6, "g": 1e9}
_AGES: Final = {"s": 1.0, "m": 60.0, "min": 60.0, "h": 3_600.0, "d": 86_400.0, "w": 604_800.0}

HINTS: Final = ("words", "cost:>1", "score:<50", "issues", "live", "age:<1d", "model:opus", "-ended", "tokens:>1m")
"""What a filter may say, at a glance."""


class SessionFilter:
    """A filter, ready to be asked. Raises ValueError, one line for the user, for a text without meaning."""

    def __init__(self, text: str) -> None:
        self.text = text
        words = [word for word in words_of(text, FIELDS) if word.form is not Form.QUOTED or word.text]
        self._tests = [(_test_of(word), word.negated) for word in words]

    def passes(self, entry: Entry, now: float) -> bool:
        """Whether a session is one of those that are meant."""
        for test, negated in self._tests:
            answer = test(entry, now)
            if answer is None or answer is negated:
                return False
        return True


def completion(text: str) -> str | None:
    """A filter with its last word gone on; None where there is no way."""
    begun = text.rpartition(" ")[2].removeprefix("-").lower()
    ways = (word for word in (*(f"{name}:" for name in FIELDS), *FLAGS) if begun and word.startswith(begun))
    way = next((word for word in ways if len(word) > len(begun)), None)
    return None if way is None else text + way[len(begun) :]


def _test_of(word: Word) -> Test:
    if word.form is Form.FIELD:
        if not word.values:
            raise ValueError(f"{word.field}: of what? as in {_EXAMPLES[word.field]}")
        return FIELDS[word.field](word.field, word.values)
    if word.form is Form.REGEX:
        raise ValueError(f'/{word.text}/: sessions are found by words, not by expressions (quote text: "/…/")')
    if word.form is Form.BARE:
        flag = FLAGS.get(word.text.lower())
        if flag is not None:
            return flag
        _check_no_field(word.text)
    return _has_text(word.text)


def _check_no_field(text: str) -> None:
    name, colon, value = text.partition(":")
    if colon and value and name.isidentifier() and len(name) > 1 and not value.startswith((":", "/", "\\")):
        known = " ".join(f"{field}:" for field in FIELDS)
        raise ValueError(f'unknown field {name}: (there are {known}; quote text, as in "{text}")')


def _has_text(text: str) -> Test:
    meant = text.lower()

    def test(entry: Entry, now: float) -> bool | None:
        return any(meant in each.lower() for each in _texts(entry) if each) or (None if entry.glance is None else False)

    return test


def _texts(entry: Entry) -> tuple[str | None, ...]:
    return entry.goal, entry.model, entry.name, entry.glance.session_id if entry.glance is not None else None


def _text_field(read: Callable[[Entry], str | None]) -> Callable[[str, Sequence[Value]], Test]:
    def field(name: str, values: Sequence[Value]) -> Test:
        is_named = name_test(values)

        def test(entry: Entry, now: float) -> bool | None:
            text = read(entry)
            return None if text is None else is_named(text)

        return test

    return field


def _number_field(read: _Number, units: Mapping[str, float]) -> Callable[[str, Sequence[Value]], Test]:
    def field(name: str, values: Sequence[Value]) -> Test:
        wanted = [comparison(value.text.replace("$", "", 1), units) for value in values]
        comparisons = [each for each in wanted if each is not None]
        if len(comparisons) < len(values):
            wrong = next(value.text for value, each in zip(values, wanted, strict=True) if each is None)
            units_told = ", ".join(unit for unit in units if unit)
            also = f"; units are {units_told}" if units_told else ""
            raise ValueError(f"{name}:{wrong} is no comparison ({_EXAMPLES[name]} is meant{also})")

        def test(entry: Entry, now: float) -> bool | None:
            number = read(entry, now)
            return None if number is None else any(each.holds(number) for each in comparisons)

        return test

    return field


def _stands(state: State) -> Test:
    def test(entry: Entry, now: float) -> bool | None:
        stands = state_of(entry, now)
        return None if stands is State.UNKNOWN else stands is state

    return test


def _any(read: _Number) -> Test:
    def test(entry: Entry, now: float) -> bool | None:
        number = read(entry, now)
        return None if number is None else number > 0

    return test


def _figure(read: Callable[[Figures], float | None]) -> _Number:
    def number(entry: Entry, now: float) -> float | None:
        return None if entry.figures is None else read(entry.figures)

    return number


_issues = _figure(lambda known: known.issues)
_errors = _figure(lambda known: known.errors)


def _agent(name: str, values: Sequence[Value]) -> Test:
    """By the name of its format, or by the word for it in the list."""
    is_named = name_test(values)

    def test(entry: Entry, now: float) -> bool | None:
        if entry.glance is None:
            return None
        agent = entry.glance.agent or NATIVE
        return is_named(agent) or is_named(agent_word(agent))

    return test


FIELDS: Final[dict[str, Callable[[str, Sequence[Value]], Test]]] = {
    "cost": _number_field(_figure(lambda known: known.cost), _PLAIN),
    "score": _number_field(_figure(lambda known: known.score), _PLAIN),
    "issues": _number_field(_issues, _PLAIN),
    "errors": _number_field(_errors, _PLAIN),
    "tokens": _number_field(_figure(lambda known: known.tokens), _COUNTS),
    "cache": _number_field(_figure(lambda known: known.cache_hit_rate), {"%": 0.01}),
    "it": _number_field(_figure(lambda known: known.iterations), _PLAIN),
    "age": _number_field(lambda entry, now: now - entry.mtime, _AGES),
    "model": _text_field(lambda entry: entry.model),
    "goal": _text_field(lambda entry: entry.goal),
    "name": _text_field(lambda entry: entry.name),
    "agent": _agent,
    "project": _text_field(lambda entry: None if entry.glance is None else entry.glance.project),
}
"""What makes the test of each field; raises ValueError for a value that cannot be meant."""

FLAGS: Final[dict[str, Test]] = {
    "live": _stands(State.LIVE),
    "ended": _stands(State.ENDED),
    "idle": _stands(State.IDLE),
    "issues": _any(_issues),
    "errors": _any(_errors),
}
"""Words that are tests by themselves."""

_EXAMPLES: Final = {
    "cost": "cost:>1",
    "score": "score:<50",
    "issues": "issues:>0",
    "errors": "errors:>3",
    "tokens": "tokens:>1m",
    "cache": "cache:<50%",
    "it": "it:>20",
    "age": "age:<1d",
    "model": "model:opus",
    "goal": "goal:parser",
    "name": "name:2026-11",
    "agent": "agent:codex",
    "project": "project:tracetop",
}
