"""Waiting for traces to grow: notifications of the file system where there are any, short naps where not.

A notification is only a hint. Network and container mounts send none, and a deleted folder stops sending them without
a word, so whoever waits looks again after every wait, whatever it returns.
"""

from __future__ import annotations

import os
import stat
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from ..parts import part_path
from .delivery import Delivery
from .follow import FileTail
from .segments import identity_of
from .translated import TranslatedTail

if TYPE_CHECKING:
    from watchfiles._rust_notify import RustNotify

SWEEP_SECONDS = 0.25
"""How long to wait at most before looking again without having been told to."""

ACTIVE_SECONDS = 0.03
"""How long to wait between two looks at a trace that grew within the last second.

Whatever the file system says: of a file that is written to again and again it says so only some milliseconds after the
fact, and to be told of each line costs several times what the look costs. Files that send no notifications grow as
smoothly.
"""

_STAY_ACTIVE_SECONDS = 1.0
_STOP_CHECK_SECONDS = 0.02
_DEBOUNCE_MS = 50
_STEP_MS = 5
_IDLE_STEP_MS = 20
_DELETED = 3  # watchfiles.Change.deleted
_TRACE_SUFFIXES = (".jsonl", ".jsonl.zst")


class Watch:
    """Waits for changes of a trace file and its parts, or of any below a folder; neither needs to exist yet.

    `stop` ends a wait within 50 ms and all later ones at once; `wake` ends one wait, as a notification does. Both may
    be given, so that others set them, or are reached through the methods of the same sense. `wait` is for one thread.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        *,
        stop: threading.Event | None = None,
        wake: threading.Event | None = None,
        notify: bool = True,
    ) -> None:
        self.path = Path(path)
        self.mode: Literal["watch", "sweep"] = "watch" if notify else "sweep"
        """`sweep` where notifications are not wanted (`notify=False`) or not to be had."""
        self.changed: frozenset[Path] = frozenset()
        """The paths that the last `wait` was told of; empty where it does not know."""
        self._stop = stop or threading.Event()
        self._wake = wake or threading.Event()
        self._wanted = notify
        self._notify: RustNotify | None = None
        self._target: _Target | None = None
        self._active_until = 0.0

    def wait(self, timeout: float) -> bool:
        """Wait up to `timeout` seconds; True where something may have changed. Raises KeyboardInterrupt on Ctrl+C."""
        self.changed = frozenset()
        if self._stop.is_set():
            return False
        try:
            if self._wanted and self._rearm():
                return True
            return self._listen(timeout) if self._notify is not None else self._nap(timeout)
        finally:
            self._wake.clear()

    def rest(self, seconds: float) -> bool:
        """Wait for nothing but `stop` and `wake`; True where it is time for the next look."""
        try:
            return self._nap(seconds)
        finally:
            self._wake.clear()

    def nudge(self) -> None:
        """End the wait that is under way, or the next one: there is something to read. From any thread."""
        self._wake.set()

    def stop(self) -> None:
        """End all waits. From any thread."""
        self._stop.set()
        self._wake.set()

    def close(self) -> None:
        """Stop watching the file system."""
        if self._notify is not None:
            self._notify.close()
        self._notify = self._target = None

    def is_set(self) -> bool:
        """Whether a wait should end: what watchfiles asks its stop event."""
        return self._wake.is_set() or self._stop.is_set()

    def _rearm(self) -> bool:
        """Watch the nearest existing folder, if that is not the one watched already. True if this is a new watch.

        What happened before the watch stood is not reported, so a new watch counts as a change.
        """
        target = _Target.of(self.path)
        if target == self._target:
            return False
        self.close()
        self._target = target
        self._notify = target.start() if target is not None else None
        self.mode = "watch" if self._notify is not None else "sweep"
        return True

    def _listen(self, timeout: float) -> bool:
        deadline = time.monotonic() + timeout
        notify, target = self._notify, self._target
        while notify is not None and target is not None and not self.is_set():
            now = time.monotonic()
            if now >= deadline:
                return False
            step = _STEP_MS if now < self._active_until else _IDLE_STEP_MS
            try:
                # watchfiles takes 0 ms for "no limit".
                changes = notify.watch(_DEBOUNCE_MS, step, max(1, int((deadline - now) * 1000)), self)
            except (OSError, RuntimeError):
                self._give_up()
                return True
            if changes == "signal":
                raise KeyboardInterrupt
            if isinstance(changes, set):
                if target.is_among(changes):
                    self._target = None  # deleted: this watch is silent from now on, even if the inode comes back
                    return True
                self.changed = frozenset(Path(path) for _, path in changes if target.concerns(path))
                if self.changed:
                    self._active_until = time.monotonic() + _STAY_ACTIVE_SECONDS
                    return True
        return not self._stop.is_set()

    def _nap(self, timeout: float) -> bool:
        deadline = time.monotonic() + min(timeout, SWEEP_SECONDS)
        while not self._stop.is_set():
            left = deadline - time.monotonic()
            if left <= 0 or self._wake.wait(min(left, _STOP_CHECK_SECONDS)):
                return not self._stop.is_set()
        return False

    def _give_up(self) -> None:
        target = self._target
        self.close()
        self._target = target
        self.mode = "sweep"


class _Target:
    """The folder to watch for a path, as it is now: one that is made anew under the same name is another target."""

    def __init__(self, folder: str, status: os.stat_result, entry: str) -> None:
        self._folder = folder
        self._entry = entry  # the name in `folder` that leads to the path; empty if `folder` is the path
        self._first_part = _first_part(entry)
        self._key = (folder, entry, identity_of(status))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Target) and self._key == other._key

    def __hash__(self) -> int:
        return hash(self._key)

    @classmethod
    def of(cls, path: Path) -> _Target | None:
        """The target for a path; None where nothing of it exists."""
        folder, entry = os.path.realpath(path), ""
        while True:
            with suppress(OSError):
                status = Path(folder).stat()
                if stat.S_ISDIR(status.st_mode):
                    return cls(folder, status, entry)
            parent, entry = os.path.split(folder)
            if parent == folder:
                return None
            folder = parent

    def start(self) -> RustNotify | None:
        """A watch on the folder; None where there can be none, as when the system's limits are reached."""
        try:
            from watchfiles._rust_notify import RustNotify

            return RustNotify([self._folder], False, False, 0, not self._entry, True)
        except (ImportError, TypeError, OSError, RuntimeError):
            return None

    def is_among(self, changes: Iterable[tuple[int, str]]) -> bool:
        """Whether the watched folder itself was deleted."""
        return any(path == self._folder and change == _DELETED for change, path in changes)

    def concerns(self, changed: str) -> bool:
        """Whether a changed path may matter: a trace goes on in other parts than the one that it was opened by.

        A new folder matters too: what was put into it at once is not reported.
        """
        name = os.path.basename(changed)  # noqa: PTH119
        if self._entry:
            return name == self._entry or ("~" in name and _first_part(name) == self._first_part)
        return name.endswith(_TRACE_SUFFIXES) or "." not in name


def _first_part(name: str) -> str:
    return part_path(Path(name), 1).name if name else ""


def follow(
    source: FileTail | TranslatedTail | str | os.PathLike[str],
    stop: threading.Event,
    *,
    wake: threading.Event | None = None,
    notify: bool = True,
) -> Iterator[Delivery]:
    """What a trace file holds and then what it grows by, until `stop` is set; while there is nothing new it blocks.

    `wake`, set by whoever writes the trace in the same process, makes it look at once. A tail given as `source`
    stays open for its `line`; one that is made here is closed. Raises nothing for what happens to the file.
    """
    tail = FileTail(source) if isinstance(source, str | os.PathLike) else source
    watch = Watch(tail.path, stop=stop, wake=wake, notify=notify)
    active_until = 0.0
    try:
        with closing(watch):
            while not stop.is_set():
                for delivery in tail.poll():
                    active_until = time.monotonic() + _STAY_ACTIVE_SECONDS
                    yield delivery
                    if stop.is_set():
                        return
                if time.monotonic() < active_until:
                    watch.rest(ACTIVE_SECONDS)
                else:
                    watch.wait(SWEEP_SECONDS)
    finally:
        if tail is not source:
            tail.close()
