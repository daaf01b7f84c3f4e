"""How the word that is being typed could go on: fields, flags, and the names that a trace has."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Final

from ...analysis.fold.lanes import MAIN_AGENT
from ...analysis.fold.session import Session
from ...collector.kinds import KINDS, Category
from ..safe_text import one_line
from .fields import FIELDS, FLAGS

_RECENT: Final = 5_000
_LONGEST_NAME: Final = 60
_LAST_WORD: Final = re.compile(r"(?:^|(?<=\s))-?(?:([A-Za-z_]\w*):(?:[^\s,\"']*,)*=?)?([^\s,:\"'/]*)$")
_PLAIN: Final = re.compile(r"[^\s,\"'=][^\s,\"']*")

_WORDS: Final = (*(f"{field}:" for field in FIELDS), *FLAGS)


def completion(text: str, session: Session) -> str | None:
    """The query with its last word gone on; None where there is no way.

    Of several names the first in the alphabet; left out are those that could not be typed as they stand, or are not
    safe to show.
    """
    match = _LAST_WORD.search(text)
    if match is None:
        return None
    field, begun = match[1], match[2].lower()
    if field is None:
        names: Iterable[str] = _WORDS if begun else ()
    else:
        names = sorted(filter(_is_plain, _NAMES.get(field.lower(), _nothing)(session)), key=str.lower)
    ways = (name for name in names if name.lower().startswith(begun) and len(name) > len(begun))
    way = next(ways, None)
    return None if way is None else text + way[len(begun) :]


def _kinds(session: Session) -> Iterable[str]:
    return (*KINDS, *session.unknown_kinds)


def _categories(session: Session) -> Iterable[str]:
    return (category.lower() for category in Category)


def _tools(session: Session) -> Iterable[str]:
    return map(session.labels.name, set(session.tools.label[-_RECENT:]))


def _models(session: Session) -> Iterable[str]:
    labels, count = session.events.label, session.count
    return map(session.labels.name, {labels[event] for event in session.llm.event[-_RECENT:] if event < count})


def _agents(session: Session) -> Iterable[str]:
    names = session.lanes.names
    return (names.name(number) or MAIN_AGENT for number in range(min(len(names), _RECENT)))


def _nothing(session: Session) -> Iterable[str]:
    return ()


def _is_plain(name: str) -> bool:
    return len(name) <= _LONGEST_NAME and _PLAIN.fullmatch(name) is not None and one_line(name) == name


_NAMES: Final[dict[str, Callable[[Session], Iterable[str]]]] = {
    "kind": _kinds,
    "category": _categories,
    "cat": _categories,
    "tool": _tools,
    "model": _models,
    "agent": _agents,
}
