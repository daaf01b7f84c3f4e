"""Which session is the newest, and when a newer one has started."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from .entry import Entry


class Latest:
    """Tells when another session is to be shown: first the one that was written to last, then each that starts anew."""

    def __init__(self) -> None:
        self._known: set[Path] = set()

    def next(self, entries: Iterable[Entry]) -> Path | None:
        """The session to show from now on; None where that is the same as before, or there is none."""
        readable = [entry for entry in entries if not entry.error]
        new = [entry for entry in readable if entry.path not in self._known]
        self._known.update(entry.path for entry in new)
        if not new:
            return None
        return max(new, key=lambda entry: (entry.mtime, entry.path)).path
