"""The sessions of folders: which trace files there are, and what each is about, found out in a thread."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from ..analysis.prices import Prices
from ..analysis.view import Summary
from ..collector.folder import FileState, FolderTail
from ..collector.watch import Watch
from .trace import UnreadableTraceError, load_trace

LIVE_SECONDS = 30.0
"""A trace that was written to within this time and has no session_end is taken to be live."""

_LARGEST_SUMMARY_BYTES = 64 * 1024 * 1024
_SWEEP_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Entry:
    """A session of the browser; `summary` is None until it is known, `error` says why it cannot be.

    `cost_estimated` says that the cost in the summary is an estimate, in part or whole.
    """

    path: Path
    size: int
    mtime: float
    summary: Summary | None = None
    ended: bool = False
    issues: int = 0
    error: str = ""
    cost_estimated: bool = False


class Sessions:
    """Looks through folders in a thread: first what files there are, then what is in each, newest first.

    By `prices` the cost of calls is estimated where a trace gives none.
    """

    def __init__(self, folders: Iterable[Path], *, prices: Prices | None = None) -> None:
        self.folders = list(folders)
        self._prices = prices
        self.entries: list[Entry] = []
        self.version = 0
        self.error: BaseException | None = None
        self._known: dict[tuple[Path, int, float], Entry] = {}
        self._stop = threading.Event()
        self._awake = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Look from now on."""
        self._awake.set()
        if self._thread is None or not self._thread.is_alive():
            self._stop.clear()
            self._thread = threading.Thread(target=self._run, name="tracetop sessions", daemon=True)
            self._thread.start()

    def pause(self) -> None:
        """Look no more until `start`."""
        self._awake.clear()

    def stop(self) -> None:
        """End the thread."""
        self._stop.set()
        self._awake.set()
        if self._thread is not None:
            self._thread.join(timeout=2.0)
        self._thread = None

    def look(self) -> None:
        """One look at all folders and all sessions in them."""
        files = self._files()
        self._publish([self._known.get(_key(file)) or Entry(file.path, file.size, file.mtime) for file in files])
        for file in files:
            if self._stop.is_set() or not self._awake.is_set():
                return
            if _key(file) not in self._known:
                self._known[_key(file)] = _summarized(file, self._prices)
                self._publish(
                    [self._known.get(_key(each)) or Entry(each.path, each.size, each.mtime) for each in files]
                )
        current = {_key(file) for file in files}
        self._known = {key: entry for key, entry in self._known.items() if key in current}

    def _files(self) -> list[FileState]:
        files: list[FileState] = []
        for folder in self.folders:
            tail = FolderTail(folder)
            files += tail.files()
            tail.close()
        return sorted(files, key=lambda file: -file.mtime)

    def _publish(self, entries: list[Entry]) -> None:
        entries = sorted(entries, key=lambda entry: bool(entry.error))  # what is no trace comes last
        if entries != self.entries:
            self.entries = entries
            self.version += 1

    def _run(self) -> None:
        watch = Watch(self.folders[0], stop=self._stop) if self.folders else None
        try:
            while not self._stop.is_set():
                self._awake.wait()
                self.look()
                if watch is None or watch.mode == "sweep":
                    self._stop.wait(_SWEEP_SECONDS)
                else:
                    watch.wait(_SWEEP_SECONDS)
        except Exception as error:  # noqa: BLE001 - the thread's only way to say so; the browser shows it
            self.error = error
        finally:
            if watch is not None:
                watch.close()


def _key(file: FileState) -> tuple[Path, int, float]:
    return file.path, file.size, file.mtime


def _summarized(file: FileState, prices: Prices | None) -> Entry:
    entry = Entry(file.path, file.size, file.mtime)
    if file.size > _LARGEST_SUMMARY_BYTES:
        return Entry(file.path, file.size, file.mtime, error="large: open it to see more")
    try:
        view = load_trace(file.path, prices=prices).view()
    except UnreadableTraceError as error:
        return Entry(file.path, file.size, file.mtime, error=str(error).partition(": ")[2])
    return Entry(
        entry.path,
        entry.size,
        entry.mtime,
        view.summary(),
        view.ended,
        len(view.episodes()),
        cost_estimated=view.cost_estimated,
    )


def is_live(entry: Entry, now: float) -> bool:
    """Whether a session seems to be going on."""
    return not entry.ended and not entry.error and now - entry.mtime < LIVE_SECONDS
