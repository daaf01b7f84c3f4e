"""Which session is the newest, and when a newer one has started."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from ...collector.formats.codex.names import is_rollout
from ...collector.reading.packed import is_called_packed
from .entry import Entry, Glance, session_name


class Latest:
    """Tells when another session is to be shown: first the one that was written to last, then each that starts anew.

    What was only packed or put away did not start, though its file is a new one.
    """

    def __init__(self) -> None:
        self._known: set[str] = set()

    def next(self, entries: Iterable[Entry]) -> Path | None:
        """The session to show from now on; None where that is the same as before, or there is none."""
        is_first = not self._known
        new = [entry for entry in entries if not entry.error and _identity(entry.path) not in self._known]
        if not is_first:
            new = [entry for entry in new if entry.glance is not None and not _is_empty(entry.glance)]
        self._known.update(_identity(entry.path) for entry in new)
        started = [entry for entry in new if not is_called_packed(entry.path)]
        newest = max(started or (new if is_first else ()), key=_newness, default=None)
        return None if newest is None else newest.path


def _newness(entry: Entry) -> tuple[bool, float, Path]:
    return entry.glance is None or not _is_empty(entry.glance), entry.mtime, entry.path


def _is_empty(glance: Glance) -> bool:
    """Whether nothing happened yet: some logs hold nothing but the titles of other sessions, without a time."""
    return bool(glance.agent) and glance.start is None


def _identity(path: Path) -> str:
    return session_name(path) if is_rollout(path) else str(path)
