"""Which session is the newest, and when a newer one has started."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from ...collector.formats.codex.names import is_rollout
from ...collector.reading.packed import is_called_packed
from .entry import Entry, session_name


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
        self._known.update(_identity(entry.path) for entry in new)
        started = [entry for entry in new if not is_called_packed(entry.path)]
        newest = max(started or (new if is_first else ()), key=lambda entry: (entry.mtime, entry.path), default=None)
        return None if newest is None else newest.path


def _identity(path: Path) -> str:
    return session_name(path) if is_rollout(path) else str(path)
