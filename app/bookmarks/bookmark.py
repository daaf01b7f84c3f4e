"""A bookmark on an event, and the line of JSON that says so."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from typing import Any, TypeAlias

from ...collector.formats.native import parse_object
from ...collector.records import NotAnEventError

LONGEST_NOTE = 4_000
_LONGEST_NAME = 400
"""Characters kept of an id or a kind: enough to tell two apart."""
_MOST_EVENTS = 1 << 53
_ELLIPSIS = "…"

Key: TypeAlias = tuple[object, ...]


class BadBookmarkError(ValueError):
    """A line that is no bookmark; the message says why."""


@dataclass(frozen=True, slots=True)
class Bookmark:
    """An event to come back to: its number from 0, and what was noted, which may be nothing.

    Its id, or where it has none its time and kind, prove that a trace's event of that number is the one that was meant.
    `made` is when it was made or last changed. Times are in Unix epoch seconds, None where unknown.
    """

    event: int
    note: str = ""
    event_id: str = ""
    time: float | None = None
    kind: str = ""
    made: float | None = None

    @property
    def key(self) -> Key:
        """Which event it is on: of two bookmarks with the same key the later one counts."""
        return (self.event, self.event_id) if self.event_id else (self.event, self.time, self.kind)

    def is_on(self, event_id: str, time: float, kind: str) -> bool:
        """Whether the event of its number, with this id, time and kind, is the one it was made on."""
        if self.event_id and event_id:
            return self.event_id == clipped(event_id)
        return (self.time, self.kind) == (finite(time), clipped(kind))


@dataclass(frozen=True, slots=True)
class Change:
    """What a line says: a bookmark was made, noted anew, or `removed`."""

    bookmark: Bookmark
    removed: bool = False


def line_of(change: Change) -> bytes:
    """The line for a change, its newline included. Event numbers in it are as people see them, from 1."""
    mark = change.bookmark
    content: dict[str, Any] = {"event": mark.event + 1}
    content |= {"removed": True} if change.removed else {"note": mark.note}
    content |= {"event_id": mark.event_id, "time": mark.time, "kind": mark.kind, "made": mark.made}
    # In ASCII: a lone surrogate, which traces hold, has no other form.
    return json.dumps(content, allow_nan=False).encode() + b"\n"


def change_from(line: bytes) -> tuple[Change, str]:
    """What a line says, however odd it is, and what was wrong with the line though it could be read ("" if nothing).

    Raises BadBookmarkError where it is no bookmark.
    """
    try:
        content, defect = parse_object(line)
    except NotAnEventError as error:
        raise BadBookmarkError(str(error)) from None
    number = _whole(content.get("event"))
    if number is None or not 1 <= number <= _MOST_EVENTS:
        raise BadBookmarkError("no event number")
    note = _text(content.get("note"))
    bookmark = Bookmark(
        number - 1,
        note if len(note) <= LONGEST_NOTE else note[: LONGEST_NOTE - 1] + _ELLIPSIS,
        clipped(_text(content.get("event_id"))),
        _number(content.get("time")),
        clipped(_text(content.get("kind"))),
        _number(content.get("made")),
    )
    return Change(bookmark, content.get("removed") is True), defect


def clipped(name: str) -> str:
    """An id or a kind as a bookmark keeps it."""
    return name[:_LONGEST_NAME]


def finite(number: float) -> float | None:
    """A number as JSON can hold it; None where it is not finite."""
    return number if math.isfinite(number) else None


def _text(value: object) -> str:
    """A text, or a number as one; nothing for what is neither."""
    return str(value) if isinstance(value, str | int | float) else ""


def _number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        return finite(float(value))
    except (ValueError, OverflowError):
        return None


def _whole(value: object) -> int | None:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    number = _number(value)
    return int(number) if number is not None and number.is_integer() else None
