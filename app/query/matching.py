"""Which events a search or a filter means: one language for the dashboard and for `tracetop timeline --filter`.

A query is words, and an event must match all of them. Letter case does not matter.

- `pytest` or `"no such file"`: the text is in the event's line. Quotes keep words together, and take the meaning from
  a leading `-` or `/` and from `:`. The line is searched as it is meant, JSON's escapes undone.
- `kind:tool_error` `category:llm` (`cat:`) `tool:bash` `model:sonnet` `agent:a1`: the name has the value in it (a
  category begins with it); `tool:=read` is that name exactly. Alternatives: `kind:llm_response,tool_error`.
- `it:7` `it:3-9`: the iteration. `took:>5s` `took:<200ms`: the duration, with its unit; `took:5s` is 5 s or more.
- `errors`: whatever failed. `issues`: the events that prove an issue or a finding that stands.
- `/exit [1-9]/`: a regular expression of Python's, on the first 64 kB of the line; a slash in it is `\\/`. It minds
  letter case only if it has an upper-case letter. `app.query.regex` says what is refused so that nothing freezes.
- `-tool:bash` `-errors` `-/x/` `-word`: not that.

`app.query.language` has the same for people.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import compress
from operator import not_

from ..trace import Trace
from .agents import AgentsMeant
from .columns import Test
from .fields import CHANGING, FIELDS, FLAGS
from .line_blocks import lines_of
from .line_text import LineTest, LineText, Texts, has_text, required_of_text
from .regex import matches_regex, required_of_regex
from .words import Form, Word, words_of

_AT_ONCE = 16_384
_LINES_BETWEEN_LOOKS = 64
_EXAMPLES = {"kind": "kind:tool_error", "it": "it:7", "took": "took:>5s", "agent": "agent:main", "model": "model:opus"}
_PLAIN_BEFORE_COLON = frozenset({"http", "https", "file"})


class Query:
    """A query, ready to be asked about events. Raises ValueError, one line for the user, for a text without meaning.

    `reads_lines` says whether it must read the events' lines, some microseconds each; `is_changing` whether what it
    says of an event may change as later events come. `agents` knows which agent it is about.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        words = [word for word in words_of(text, FIELDS) if word.form is not Form.QUOTED or word.text]
        self.is_changing = any(word.form is Form.BARE and word.text.lower() in CHANGING for word in words)
        self.agents = AgentsMeant(words)
        self._column_tests: list[tuple[Test, bool]] = []
        self._line_tests: list[tuple[LineTest, bool]] = []
        self._required: list[Texts] = []
        for word in words:
            test = _column_test(word)
            if test is not None:
                self._column_tests.append((test, word.negated))
            else:
                self._line_tests.append((_line_test(word), word.negated))
                if not word.negated:
                    required = required_of_regex if word.form is Form.REGEX else required_of_text
                    self._required += required(word.text)
        self.reads_lines = bool(self._line_tests)

    def find(
        self,
        trace: Trace,
        start: int,
        stop: int,
        stopped: Callable[[], bool] = lambda: False,
        at: int | None = None,
    ) -> Iterator[int]:
        """The matching events from `start` up to `stop`, until `stopped` says so.

        `at` is as of which event issues stand, all of the trace where it is None. Raises TooSlowError.
        """
        session = trace.session
        stop = min(stop, session.count)
        at = session.count if at is None else at
        for first in range(start, stop, _AT_ONCE):
            if stopped():
                return
            events: Sequence[int] = range(first, min(first + _AT_ONCE, stop))
            for test, negated in self._column_tests:
                answers = test(session, events, at)
                events = list(compress(events, map(not_, answers) if negated else answers))
            if not self._line_tests:
                yield from events
                continue
            for index, (event, line) in enumerate(lines_of(trace, events, self._required)):
                if not index % _LINES_BETWEEN_LOOKS and stopped():
                    return
                if self._is_in_line(LineText(line)):
                    yield event

    def _is_in_line(self, line: LineText) -> bool:
        return all(test(line) is not negated for test, negated in self._line_tests)


def _column_test(word: Word) -> Test | None:
    """The test of the columns that a word is, if it is one."""
    if word.form is Form.FIELD:
        if not word.values:
            example = _EXAMPLES.get(word.field, f"{word.field}:" + ("llm" if word.field.startswith("cat") else "bash"))
            raise ValueError(f"{word.field}: of what? as in {example}")
        return FIELDS[word.field](word.values)
    return FLAGS.get(word.text.lower()) if word.form is Form.BARE else None


def _line_test(word: Word) -> LineTest:
    if word.form is Form.REGEX:
        return matches_regex(word.text)
    if word.form is Form.BARE:
        _check_no_field(word.text)
    return has_text(word.text)


def _check_no_field(text: str) -> None:
    """Raise ValueError for what looks like a field that does not exist, rather than search for it as text."""
    name, colon, value = text.partition(":")
    if not colon or not value or not name.isidentifier() or len(name) < 2:
        return
    if name.lower() in _PLAIN_BEFORE_COLON or value.startswith(":") or "/" in value or "\\" in value:
        return
    known = " ".join(f"{field}:" for field in FIELDS)
    raise ValueError(f'unknown field {name}: (there are {known}; quote text, as in "{text}")')
