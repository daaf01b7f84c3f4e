"""What lies in folders where agents have their logs: a folder is read again only when something came or went in it."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Generic, TypeVar

Listing = TypeVar("Listing")

_SETTLED_NS = 2_000_000_000
"""A folder that was changed so short ago may be changed again at what its file system takes for the same time."""


class FolderListings(Generic[Listing]):
    """Listings of folders, made of the sorted names of the files there that are `wanted`.

    The same object is given as long as a folder is not changed, so more may be kept by it. Of too many all are
    forgotten. Never raises OSError: in a folder that cannot be read there is nothing.
    """

    def __init__(self, wanted: Callable[[str], object], make: Callable[[list[str]], Listing], most: int) -> None:
        self._wanted, self._make, self._most = wanted, make, most
        self._known: dict[Path, tuple[int, Listing]] = {}

    def of(self, folder: Path) -> Listing:
        """What is in a folder now."""
        try:
            changed = folder.stat().st_mtime_ns
            known = self._known.get(folder)
            if known is not None and known[0] == changed:
                return known[1]
            is_settled = time.time_ns() - changed > _SETTLED_NS
            with os.scandir(folder) as entries:
                listing = self._make(sorted(entry.name for entry in entries if self._wanted(entry.name)))
        except OSError:
            return self._make([])
        if is_settled:
            if len(self._known) >= self._most:
                self._known.clear()
            self._known[folder] = changed, listing
        return listing
