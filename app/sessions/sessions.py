"""The sessions of folders: which traces there are, and what each is about, found out in a thread.

First what files there are, then a look at both ends of each, newest first, then all of each, piece by piece. What was
found out before is taken from the cache; a session that grows is folded on from where it was.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Container, Iterable, Sequence
from contextlib import ExitStack, closing
from dataclasses import replace
from pathlib import Path

from ...analysis.prices import Prices
from ...analysis.rules.thresholds import DEFAULT_TUNING, Tuning
from ...collector.reading.packed import is_called_packed
from ...collector.reading.watch import Watch
from ...collector.sources import Belongs
from ..trace import Trace, collection_paused
from ..trace_index import SMALLEST_BYTES
from .entry import LIVE_SECONDS, Entry, goes_on, with_project_of
from .folding import Fold, FoldQueue, KeptFolds
from .glance import look_at
from .looks import looks_at
from .search import SWEEP_SECONDS, FolderSearch
from .summaries import Summaries

_FOLD_SECONDS = 0.2
"""How long is folded before files that grow are looked at."""

_SAVE_SECONDS = 30.0


class Sessions:
    """Looks through folders in a thread, while anybody watches.

    By `prices` the cost of calls is estimated where a trace gives none, by `tuning` rules fire. With `index` those of
    large traces are used, though none is made. `cache` is the folder where summaries are kept, None for the user's.
    `clock` gives epoch seconds. `look` and `fold` do in the calling thread what the thread does, `list_all` and
    `find_out` less than that, for whoever wants no thread. `belongs` says which of the files there are to be listed.
    """

    def __init__(
        self,
        folders: Iterable[Path],
        *,
        prices: Prices | None = None,
        index: bool = False,
        tuning: Tuning = DEFAULT_TUNING,
        cache: Path | None = None,
        clock: Callable[[], float] = time.time,
        belongs: Belongs | None = None,
    ) -> None:
        self.folders = list(folders)
        self._search = FolderSearch(self.folders, belongs or Belongs())
        self.version = 0
        """Changes whenever an entry does."""
        self.is_listed = False
        """Whether the folders have been searched: before that nobody knows whether there are any sessions."""
        self.error: BaseException | None = None
        self.wanted: Sequence[Path] = ()
        """Whose figures are wanted first: set by whoever shows them."""
        self._prices, self._index, self._tuning = prices, index, tuning
        self._cache, self._clock = cache, clock
        self._entries: dict[Path, Entry] = {}
        self._to_look_at: dict[Path, None] = {}
        self._queue = FoldQueue()
        self._kept = KeptFolds()
        self._folding: tuple[Path, Fold] | None = None
        self._summaries: dict[Path, Summaries] = {}
        self._unsaved = 0
        self._next_save = 0.0
        self._watchers: set[str] = set()
        self._stop = threading.Event()
        self._awake = threading.Event()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    @property
    def entries(self) -> list[Entry]:
        """What is known of the sessions so far, in no order. From any thread."""
        with self._lock:
            return list(self._entries.values())

    def entry(self, path: Path) -> Entry | None:
        """What is known of one session. From any thread."""
        return self._entries.get(path)

    def trace(self, path: Path) -> Trace | None:
        """The trace of a session that goes on, as far as it is folded; None where it is not kept. From any thread."""
        fold = self._kept.get(path)
        return None if fold is None else fold.trace

    def start(self, watcher: str = "") -> None:
        """Look from now on, for this watcher; also again, where the thread was ended by an error."""
        self._watchers.add(watcher)
        self._awake.set()
        if self._thread is None or not self._thread.is_alive():
            self._stop.clear()
            self.error = None
            self._thread = threading.Thread(target=self._run, name="tracetop sessions", daemon=True)
            self._thread.start()

    def pause(self, watcher: str = "") -> None:
        """Look no more for this watcher until it starts again."""
        self._watchers.discard(watcher)
        if not self._watchers:
            self._awake.clear()

    def stop(self) -> None:
        """End the thread."""
        self._stop.set()
        self._awake.set()
        if self._thread is not None:
            self._thread.join(timeout=2.0)
        self._thread = None

    def search(self) -> None:
        """Have the folders searched again, soon."""
        self._search.within(0.0)

    def look(self, changed: Iterable[Path] = (), *, anew: bool = False) -> None:
        """Look at what changed: at these files, and at all files where it is time to search the folders, or `anew`."""
        if anew or self._search.is_due:
            self._list()
            changed = self._search.traces
        else:
            changed = [first for path in changed if (first := self._search.first_of.get(path)) is not None]
        self._note(list(changed))
        self._look_at_noted()

    def fold(self, seconds: float = float("inf")) -> bool:
        """Fold what is still to be folded, for so long; return whether that is all."""
        deadline = time.monotonic() + seconds
        while self._is_wanted() and time.monotonic() < deadline:
            if self._folding is None:
                path = self._queue.take(self.wanted)
                if path is None:
                    return True
                if path not in self._search.traces:
                    continue
                self._folding = path, self._kept.get(path) or self._fold_of(path)
            path, fold = self._folding
            if fold.step():
                self._folding = None
                self._fold_done(path, fold)
        return not self._queue and self._folding is None

    def list_all(self) -> None:
        """List what there is, with what the cache knows of it; read nothing."""
        self._list()
        self._note(self._search.traces)

    def find_out(self, paths: Iterable[Path], *, fold: Container[Path]) -> None:
        """Look at these sessions, as far as nothing is known of them, and fold those of them that are in `fold`."""
        with collection_paused():
            for path in paths:
                if path in self._to_look_at:
                    self._found(look_at(self._search.traces[path], self._prices, self._tuning))
                if path in fold and self._entries[path].is_waiting:
                    whole = self._fold_of(path)
                    while not whole.step():
                        pass
                    self._fold_done(path, whole)
        if self._unsaved:
            self.save()

    def save(self) -> None:
        """Keep what was found out for the next time."""
        self._unsaved = 0
        self._next_save = time.monotonic() + _SAVE_SECONDS
        for folder, summaries in self._summaries.items():
            summaries.keep(
                (trace, entry)
                for path, trace in self._search.traces.items()
                if self._search.folder_of[path] == folder
                and (entry := self._entries.get(path)) is not None
                and (entry.glance is not None or (entry.error and not is_called_packed(path)))
                and entry.size == trace.size
            )

    def _is_wanted(self) -> bool:
        """Whether there is anybody to go on for; who calls without a thread is."""
        return not self._stop.is_set() and (self._thread is None or self._awake.is_set())

    def _list(self) -> None:
        """Search the folders; forget what is no longer there."""
        self._search.run()
        for folder in self.folders:
            if folder not in self._summaries:
                self._summaries[folder] = Summaries(folder, self._prices, self._cache, self._tuning)
        for path in self._entries.keys() - self._search.traces.keys():
            self._forget(path)

    def _forget(self, path: Path) -> None:
        with self._lock:
            self._entries.pop(path, None)
        self._to_look_at.pop(path, None)
        self._search.folder_of.pop(path, None)
        self._queue.discard(path)
        self._kept.drop(path)
        if self._folding is not None and self._folding[0] == path:
            self._folding[1].close()
            self._folding = None
        self._unsaved += 1
        self.version += 1

    def _note(self, paths: Iterable[Path]) -> None:
        """Have traces looked at that are not as they were when that was done last; list new ones, all at once."""
        new: dict[Path, Entry] = {}
        for path in paths:
            entry, trace = self._entries.get(path), self._search.traces[path]
            if entry is None:
                known = self._summaries[self._search.folder_of[path]].entry(trace)
                new[path] = known or Entry(path, trace.size, trace.mtime)
                if known is None:
                    self._to_look_at[path] = None
                elif known.is_waiting or goes_on(known, self._clock()):
                    self._queue.add(path, trace.size, trace.mtime)
            elif (entry.size, entry.mtime) != (trace.size, trace.mtime):
                self._to_look_at[path] = None
        if new:
            with self._lock:
                self._entries.update(new)
        self.version += bool(new) or not self.is_listed
        self.is_listed = True

    def _look_at_noted(self) -> None:
        """Look at the ends of what is to be looked at, newest first; what goes on is folded on at once."""
        paths = sorted(self._to_look_at, key=lambda path: -self._search.traces[path].mtime_ns)
        traces = [self._search.traces[path] for path in paths]
        for entry in looks_at(traces, self._prices, self._tuning, go_on=self._is_wanted):
            self._found(entry)

    def _found(self, entry: Entry) -> None:
        """A look has shown this."""
        path = entry.path
        self._to_look_at.pop(path, None)
        fold = self._kept.get(path)
        if fold is not None and fold.step() and (whole := fold.entry(entry.size, entry.mtime)) is not None:
            self._kept.keep(path, fold)
            self._set(whole)
            return
        self._set(entry)
        if entry.is_waiting or (fold is None and goes_on(entry, self._clock())):
            self._queue.add(path, entry.size, entry.mtime)

    def _fold_of(self, path: Path) -> Fold:
        has_index = self._index and self._search.traces[path].size >= SMALLEST_BYTES
        return Fold(path, self._prices, index=has_index, tuning=self._tuning)

    def _fold_done(self, path: Path, fold: Fold) -> None:
        trace = self._search.traces.get(path)
        entry = None if trace is None else fold.entry(trace.size, trace.mtime)
        if entry is None:
            fold.close()
            return
        self._set(entry)
        if goes_on(entry, self._clock()):
            self._kept.keep(path, fold)
        else:
            fold.close()

    def _set(self, entry: Entry) -> None:
        before = self._entries.get(entry.path)
        entry = with_project_of(before, entry)
        if before is not None and entry.mtime - before.mtime < LIVE_SECONDS:
            entry = replace(entry, since=before.since or before.mtime)
        if before != entry:
            with self._lock:
                self._entries[entry.path] = entry
            self._unsaved += not goes_on(entry, self._clock())  # what will change at once is not worth keeping
            self.version += 1

    def _run(self) -> None:
        try:
            with ExitStack() as stack:
                watches = [stack.enter_context(closing(Watch(folder, stop=self._stop))) for folder in self.folders]
                changed: set[Path] = set()
                while not self._stop.is_set():
                    if self._unsaved and (not self._awake.is_set() or time.monotonic() >= self._next_save):
                        self.save()
                    self._awake.wait()
                    self.look(changed)
                    is_done = self.fold(_FOLD_SECONDS)
                    changed = self._search.wait(watches, 0.001 if not is_done else SWEEP_SECONDS, self._stop)
        except Exception as error:  # noqa: BLE001 - the thread's only way to say so; the browser shows it
            self.error = error
        finally:
            self._kept.close()
            if self._unsaved:
                self.save()
