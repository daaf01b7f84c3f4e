"""What was found out about the sessions of a folder, kept from one run to the next.

A file in the cache folder for each folder of traces. What it says of a trace holds only while size, time of change and
inode are those it was told by; estimated costs only while the prices are the same. The file is replaced whole, so that
of two processes the one that writes last wins and no reader meets half a file; what cannot be read is not there.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
import time
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path

import msgspec

from ... import __version__
from ...analysis.prices import Prices
from ...analysis.rules.thresholds import DEFAULT_TUNING, Tuning
from ...collector.reading.listing import ListedTrace
from ..cache_folder import cache_folder
from .entry import Entry, Figures, Glance

_FORMAT = 4
_SUFFIX = ".sessions"
_FORGET_SECONDS = 180 * 86_400.0


class _Known(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """What is known of a trace, and how the trace stood then."""

    size: int
    mtime_ns: int
    inode: int
    parts: int
    glance: Glance | None
    figures: Figures | None
    error: str


class _Kept(msgspec.Struct, array_like=True):
    """The file: which format, by which prices and rules, and each trace by its path in the folder."""

    format: int
    by: str
    known: dict[str, _Known]


class Summaries:
    """What is kept of the sessions of one folder. `place` is where the files lie, else the user's cache folder."""

    def __init__(
        self,
        folder: Path,
        prices: Prices | None = None,
        place: Path | None = None,
        tuning: Tuning = DEFAULT_TUNING,
    ) -> None:
        self._folder = folder
        self._by = digest_of(prices, tuning)
        whole = os.path.realpath(folder)
        name = hashlib.blake2b(os.fsencode(whole), digest_size=16).hexdigest()
        self.path = (cache_folder() if place is None else place) / "sessions" / f"{name}{_SUFFIX}"
        self._known = self._read()

    def entry(self, trace: ListedTrace) -> Entry | None:
        """What is known of a trace as it stands; None where nothing is."""
        known = self._known.get(self._name(trace.path))
        if known is None or not _is_of(known, trace):
            return None
        return Entry(trace.path, trace.size, trace.mtime, known.glance, known.figures, known.error)

    def keep(self, found: Iterable[tuple[ListedTrace, Entry]]) -> bool:
        """Keep what is known of these traces, and of no others of the folder; return whether that could be."""
        theirs = self._read()  # another process may have found out what we have not
        self._known = {}
        for trace, entry in found:
            name, other = self._name(trace.path), theirs.get(self._name(trace.path))
            if entry.is_waiting and other is not None and _is_of(other, trace):
                self._known[name] = other
            else:
                self._known[name] = _known_of(trace, entry)
        return self._write(msgspec.msgpack.encode(_Kept(_FORMAT, self._by, self._known)))

    def _name(self, path: Path) -> str:
        # A name that is not UTF-8 has surrogates in it, which no text in the file may have.
        return os.fsencode(path.relative_to(self._folder)).decode("utf-8", "backslashreplace")

    def _read(self) -> Mapping[str, _Known]:
        try:
            kept = msgspec.msgpack.decode(self.path.read_bytes(), type=_Kept)
        except (OSError, msgspec.MsgspecError, ValueError, RecursionError):
            return {}
        if kept.format != _FORMAT:
            return {}
        if kept.by == self._by:
            return kept.known
        return {name: msgspec.structs.replace(known, figures=None) for name, known in kept.known.items()}

    def _write(self, content: bytes) -> bool:
        folder = self.path.parent
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            descriptor, name = tempfile.mkstemp(dir=folder, suffix=".new")
            try:
                with os.fdopen(descriptor, "wb") as file:
                    file.write(content)
                Path(name).replace(self.path)
            except OSError:
                Path(name).unlink(missing_ok=True)
                raise
        except OSError:
            return False
        _forget_old(folder)
        return True


def _known_of(trace: ListedTrace, entry: Entry) -> _Known:
    parts = len(trace.parts)
    return _Known(trace.size, trace.mtime_ns, trace.inode, parts, entry.glance, entry.figures, entry.error)


def _is_of(known: _Known, trace: ListedTrace) -> bool:
    return (known.size, known.mtime_ns, known.inode, known.parts) == (
        trace.size,
        trace.mtime_ns,
        trace.inode,
        len(trace.parts),
    )


def _forget_old(folder: Path) -> None:
    """Delete what was kept of folders that nobody has looked at for long."""
    oldest = time.time() - _FORGET_SECONDS
    with suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            with suppress(OSError):  # another process deleted it
                if entry.stat(follow_symlinks=False).st_mtime < oldest:
                    os.unlink(entry.path)  # noqa: PTH108 - an entry has its path as a text


def digest_of(prices: Prices | None, tuning: Tuning = DEFAULT_TUNING) -> str:
    """A name for prices and the rules of this version as they are tuned: others have another one."""
    identity = (__version__, prices.identity if prices else "", sorted(tuning.given.items()), sorted(tuning.muted))
    return hashlib.blake2b(repr(identity).encode(errors="backslashreplace"), digest_size=16).hexdigest()
