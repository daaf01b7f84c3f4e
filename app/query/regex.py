r"""Regular expressions over the text of events, kept from holding everything else up.

While Python's `re` matches, no other thread runs, and a match that backtracks can take for ever. Three limits keep a
search in a thread from freezing the screen: an expression sees the first 64 kB of an event; one that repeats within a
repeat, `(a+)+`, is refused; one that repeats at all is tried on a little of a long text before it is given all of it,
and the search ends with TooSlowError where that already takes too long.
"""

from __future__ import annotations

import re
import time
from typing import Final

from .line_text import LineTest, LineText, Texts
from .required_text import required_texts

LONGEST_TEXT: Final = 65_536
"""Characters of an event that an expression sees."""

_FIRST_TRIALS: Final = (0, 1_024, 256, 96, 48, 24, 16)
"""With so many repeats, how many characters are matched in no time whatever they are."""

_MANY: Final = len(_FIRST_TRIALS)
_SLOW_SECONDS: Final = 0.02
_CHARACTERS: Final = [chr(code) for code in range(256)]
_IDLE_START: Final = re.compile(r"(?:\.\*\??)+(?=.)")
_UPPER_CASE: Final = re.compile(r"\\.|\(\?P?<\w+>|([A-Z])", re.DOTALL)
_TOKEN: Final = re.compile(
    r"""(?P<atom> \\. | \[ \^? \]? (?: \\. | [^\]\\] )* \] )
      | (?P<open> \( (?: \? (?: P?<\w+> | <?[=!] | [a-zA-Z-]*: | > | \#[^)]* )? )? )
      | (?P<close> \) )
      | (?P<repeat> [*+] | \{\d*,\d*\} )
      | (?P<count> \{\d+\} )
      | (?P<maybe> \? )
      | (?P<or> \| )
      | (?P<other> . )""",
    re.DOTALL | re.VERBOSE,
)


class TooSlowError(ValueError):
    """An expression takes too long on a text of this trace."""


def matches_regex(source: str) -> LineTest:
    """Whether an expression matches somewhere in an event's text.

    Letter case matters if the expression has an upper-case letter. `^` and `$` are the ends of each line of the text.
    Raises ValueError for what is no expression, and for one that may take for ever.
    """
    try:
        pattern = re.compile(_IDLE_START.sub("", source, count=1) if source[:1] == "." else source, _flags(source))
    except (re.error, OverflowError, RecursionError) as error:
        where = f" at character {error.pos + 1}" if isinstance(error, re.error) and error.pos is not None else ""
        reason = error.msg if isinstance(error, re.error) else str(error)
        raise ValueError(f"/{source}/ is no regular expression: {reason}{where}") from error
    repeats, is_nested = _repeats(source)
    if is_nested:
        raise ValueError(f"/{source}/ repeats within a repeat, which can take for ever: write ([a-z]+/)+ as [a-z/]+")

    first_trial = _FIRST_TRIALS[min(repeats, len(_FIRST_TRIALS) - 1)] or LONGEST_TEXT

    def is_match(line: LineText) -> bool:
        text = line.text[:LONGEST_TEXT]
        if len(text) > first_trial:
            _try_on_parts(pattern, source, text, first_trial)
        return pattern.search(text) is not None

    return is_match


def required_of_regex(source: str) -> list[Texts]:
    """What every line has that an expression matches, once ASCII in it is in lower case: one of each of these sets."""
    return required_texts(source, _flags(source))


def _flags(source: str) -> int:
    return re.MULTILINE | (0 if _has_upper_case(source) else re.IGNORECASE)


def _try_on_parts(pattern: re.Pattern[str], source: str, text: str, size: int) -> None:
    """Match longer and longer parts of a text, for the time alone: what a part takes foretells what the whole will."""
    while size < len(text):
        started = time.thread_time()
        pattern.search(text, 0, size)
        if time.thread_time() - started > _SLOW_SECONDS:
            raise TooSlowError(f"/{source}/ takes too long: on the first {size:,} characters of an event already")
        size *= 2


def _has_upper_case(source: str) -> bool:
    return any(match[1] for match in _UPPER_CASE.finditer(source))


class _Group:
    """What was read of a group so far: whether it repeats, and the atom each of its branches begins with."""

    def __init__(self) -> None:
        self.repeats = False
        self.starts: list[str | None] = [None]

    def is_ambiguous(self) -> bool:
        """Whether to repeat it could try the same text in many ways."""
        return self.repeats or (len(self.starts) > 1 and _overlap(self.starts))


def _repeats(source: str) -> tuple[int, bool]:
    """How often an expression repeats something without a bound, and whether that is ever a group that is ambiguous."""
    groups, repeats, is_nested = [_Group()], 0, False
    closed: _Group | None = None
    for match in _TOKEN.finditer(source):
        name, token = match.lastgroup, match[0]
        group = groups[-1]
        if name == "open":
            groups.append(_Group())
            group.starts[-1] = group.starts[-1] or "."
        elif name == "close" and len(groups) > 1:
            closed = groups.pop()
            groups[-1].repeats |= closed.repeats
            continue
        elif name == "repeat":
            is_nested = is_nested or (closed is not None and closed.is_ambiguous())
            group.repeats = True
            repeats += 1
        elif name == "count":
            repeats += _MANY if closed is not None and closed.repeats else 0
        elif name == "or":
            group.starts.append(None)
        elif name != "maybe":
            group.starts[-1] = group.starts[-1] or token
        closed = None
    return repeats, is_nested


def _overlap(starts: list[str | None]) -> bool:
    """Whether two branches may begin with the same character, as far as that can be told; an empty one may."""
    seen: set[str] = set()
    for start in starts:
        if start is None:
            return True
        begins = {character for character in _CHARACTERS if re.match(start, character, re.IGNORECASE)}
        if begins & seen:
            return True
        seen |= begins
    return False
