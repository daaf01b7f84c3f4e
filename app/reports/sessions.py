"""A plain list of the sessions in folders."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ...analysis import figures
from ...collector.reading.packed import is_called_packed, missing
from ..safe_text import fit, width_of
from ..sessions.entry import Entry
from ..sessions.naming import age, agent_word, short_name, undated
from ..sessions.sessions import Sessions
from .layout import GAP, more, table

_SHOWN = 50
_NAME_WIDTH = 22
_MODEL_WIDTH = 20
_MODEL, _MODEL_FROM = 2, 100
"""The column of the model, and from which width on there is room for it beside any goal."""
_MOST_FOLDED = 256 * 1024 * 1024
"""Bytes of traces that are folded for the list: some seconds. Larger ones are left to the browser, which shows them."""


def newest_sessions(sessions: Sessions) -> tuple[list[Entry], int]:
    """The newest sessions, their figures found out or taken from the cache, and how many there are in all."""
    sessions.list_all()
    newest = sorted(sessions.entries, key=lambda entry: (-entry.mtime, entry.path))[:_SHOWN]
    room, paths = _MOST_FOLDED, []
    for entry in newest:
        if entry.is_waiting:
            room -= entry.size
        if room >= 0 or not entry.is_waiting:
            paths.append(entry.path)
    sessions.find_out([entry.path for entry in newest], fold=frozenset(paths))
    return [sessions.entry(entry.path) or entry for entry in newest], len(sessions.entries)


def sessions_text(newest: Sequence[Entry], count: int, now: float, width: int) -> Iterator[str]:
    """One line per session, newest first, of `count` there are; `now` is the time that ages are told from."""
    head = ["session", "goal", "model", "tokens", "cost", "age"]
    rows, left = [_row(entry, now) for entry in newest], frozenset({0, 1, 2})
    told = [row for row, entry in zip(rows, newest, strict=True) if not entry.error]
    if width < _MODEL_FROM and _natural_width([head, *told]) > width:
        head, *rows = ([*row[:_MODEL], *row[_MODEL + 1 :]] for row in (head, *rows))
        left -= {_MODEL}
    yield from table(head, rows, width, left=left, elastic=1, indent="")
    if count > len(newest):
        yield more(count - len(newest), "sessions")
    packed = sum(bool(entry.error) and is_called_packed(entry.path) for entry in newest)
    if packed and missing():
        yield f"{figures.count(packed, 'session')} cannot be read: {missing()}"
    unknown = sum(entry.is_waiting for entry in newest)
    if unknown:
        yield f"figures of {figures.count(unknown, 'large session')} are not known yet: tracetop FOLDER finds them out"


def _natural_width(rows: Sequence[Sequence[str]]) -> int:
    """The cells that a table takes with nothing cut."""
    widths = [max(map(width_of, column)) for column in zip(*rows, strict=True)]
    return sum(widths) + len(GAP) * (len(widths) - 1)


def _name(entry: Entry) -> str:
    """The name of its file; of another agent's, which says little, the agent and the start of what is unique of it."""
    agent = "" if entry.glance is None else entry.glance.agent
    return f"{agent_word(agent)} {short_name(entry)}" if agent else entry.name


def _row(entry: Entry, now: float) -> list[str]:
    since = age(now - entry.mtime)
    name = fit(_name(entry), _NAME_WIDTH).rstrip()
    if entry.error:
        return [name, f"({entry.error})", *[figures.UNKNOWN] * 3, since]
    known = entry.figures
    return [
        name,
        entry.goal or figures.UNKNOWN,
        fit(undated(entry.model) if entry.model else figures.UNKNOWN, _MODEL_WIDTH).rstrip(),
        figures.tokens(None if known is None else known.tokens),
        figures.UNKNOWN if known is None else figures.cost(known.cost, known.cost_estimated),
        since,
    ]
