"""Waiting for growth: seen soon in both modes, and over at once when it shall be."""

import json
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tracetop.collector.reading.folder import FolderTail
from tracetop.collector.reading.follow import FileTail
from tracetop.collector.reading.watch import Watch, _Target, follow

DEADLINE = 5.0
SOON = 0.5
"""Far above what a wake-up takes, far below what a wait lasts in these tests."""


class FollowThread:
    """`follow` in a thread of its own, as the dashboard runs it, and the iterations it delivered."""

    def __init__(self, source: FileTail | Path, notify: bool) -> None:
        self.iterations: list[int | None] = []
        self.stop = threading.Event()
        self.wake = threading.Event()
        self._arrived = threading.Condition()
        self._source = source
        self._notify = notify
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    def _run(self) -> None:
        for delivery in follow(self._source, self.stop, wake=self.wake, notify=self._notify):
            with self._arrived:
                if delivery.fresh:
                    self.iterations = []
                self.iterations += [record.iteration for record in delivery.batch.records]
                self._arrived.notify_all()

    def holds(self, *expected: int) -> bool:
        """Wait until exactly these iterations were delivered; False if that takes too long."""
        with self._arrived:
            return self._arrived.wait_for(lambda: self.iterations == list(expected), DEADLINE)

    def end(self) -> None:
        self.stop.set()
        self.thread.join(DEADLINE)
        assert not self.thread.is_alive()


@pytest.fixture(params=[True, False], ids=["watch", "sweep"])
def notify(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "traces" / "trace.jsonl"


@pytest.fixture
def following(path: Path, notify: bool) -> Iterator[FollowThread]:
    thread = FollowThread(path, notify)
    yield thread
    thread.end()


def append(path: Path, *numbers: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("ab") as file:
        for number in numbers:
            file.write(json.dumps({"kind": "custom", "timestamp": 1, "iteration": number}).encode() + b"\n")


def test_growth_is_seen_soon(path: Path, following: FollowThread) -> None:
    for number in range(10):
        append(path, number)
        assert following.holds(*range(number + 1))


def test_everything_that_happens_to_a_file_is_seen(path: Path, following: FollowThread) -> None:
    append(path, 1)
    assert following.holds(1)
    path.rename(path.with_suffix(".1"))
    append(path, 2)
    assert following.holds(1, 2)
    path.write_bytes(b"")
    append(path, 3)
    assert following.holds(3)
    path.unlink()
    append(path, 4)
    assert following.holds(4)
    shutil.rmtree(path.parent)
    append(path, 5)
    assert following.holds(5)
    append(path, 6)
    assert following.holds(5, 6)


def test_a_tail_that_is_handed_in_stays_usable(path: Path, notify: bool) -> None:
    append(path, 1, 2)
    tail = FileTail(path)
    thread = FollowThread(tail, notify)
    assert thread.holds(1, 2)
    assert json.loads(tail.line(0))["iteration"] == 1
    thread.end()
    assert tail.is_open
    tail.close()


def test_stopping_ends_following_at_once(path: Path, notify: bool) -> None:
    took = []
    for number in range(4):
        append(path, number)
        thread = FollowThread(path, notify)
        assert thread.holds(*range(number + 1))
        started = time.monotonic()
        thread.end()
        took.append(time.monotonic() - started)
    assert sorted(took)[1] < 0.1


@pytest.mark.parametrize("method", ["nudge", "stop"])
def test_waits_end_when_they_are_told_to(path: Path, method: str) -> None:
    path.parent.mkdir()
    watch = Watch(path)
    assert watch.wait(10)  # a new watch counts as a change
    timer = threading.Timer(0.05, getattr(watch, method))
    timer.start()
    started = time.monotonic()
    assert watch.wait(10) is (method == "nudge")
    assert time.monotonic() - started < SOON
    assert watch.wait(0.01) is False
    timer.join()
    watch.close()


def test_a_nudge_before_the_wait_is_not_lost(path: Path, notify: bool) -> None:
    path.parent.mkdir()
    watch = Watch(path, notify=notify)
    watch.wait(0.01)
    watch.nudge()
    started = time.monotonic()
    assert watch.wait(10)
    assert time.monotonic() - started < 0.2
    watch.close()


def settled(watch: Watch) -> None:
    """Wait until the changes made so far were all reported."""
    deadline = time.monotonic() + DEADLINE
    while watch.wait(0.2):
        assert time.monotonic() < deadline


def waits_for_change(watch: Watch) -> bool:
    started = time.monotonic()
    return watch.wait(DEADLINE) and time.monotonic() - started < DEADLINE


def test_only_the_file_itself_ends_a_wait(path: Path) -> None:
    append(path, 1)
    watch = Watch(path)
    assert watch.mode == "watch"
    settled(watch)
    append(path.with_name("other.jsonl"), 1)
    assert not watch.wait(0.2)
    append(path, 2)
    assert waits_for_change(watch)
    assert {changed.name for changed in watch.changed} == {path.name}
    watch.close()


def test_a_folder_that_does_not_exist_yet_is_watched_from_above(tmp_path: Path) -> None:
    folder = tmp_path / "a" / "b"
    watch = Watch(folder)
    settled(watch)
    append(tmp_path / "unrelated.jsonl", 1)
    assert not watch.wait(0.2)
    folder.mkdir(parents=True)
    assert waits_for_change(watch)
    settled(watch)
    append(folder / "deep" / "trace.jsonl", 1)
    assert waits_for_change(watch)
    settled(watch)
    append(folder / "deep" / "trace.jsonl", 2)
    assert waits_for_change(watch)
    watch.close()


def test_a_folder_deleted_and_created_again_is_watched_again(tmp_path: Path) -> None:
    folder = tmp_path / "traces"
    folder.mkdir()
    watch = Watch(folder)
    settled(watch)
    shutil.rmtree(folder)
    folder.mkdir()
    settled(watch)
    append(folder / "trace.jsonl", 1)
    assert waits_for_change(watch)
    watch.close()


def test_changed_paths_are_hints_for_a_folder(tmp_path: Path) -> None:
    tail = FolderTail(tmp_path, clock=lambda: 0.0)
    watch = Watch(tmp_path)
    settled(watch)
    assert list(tail.poll()) == []
    append(tmp_path / "trace.jsonl", 1)
    assert waits_for_change(watch)
    tail.hint(watch.changed)
    assert [path.name for path, _ in tail.poll()] == ["trace.jsonl"]
    watch.close()
    tail.close()


def no_more_watches(*_: Any) -> None:
    from watchfiles._rust_notify import WatchfilesRustInternalError

    raise WatchfilesRustInternalError("Too many open files")


@pytest.mark.parametrize("missing", ["library", "watches"])
def test_without_notifications_it_sweeps(path: Path, missing: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if missing == "library":
        monkeypatch.setitem(sys.modules, "watchfiles._rust_notify", None)
    else:
        monkeypatch.setattr("watchfiles._rust_notify.RustNotify", no_more_watches)
    append(path, 1)
    watch = Watch(path)
    watch.wait(0)
    assert watch.mode == "sweep"
    started = time.monotonic()
    assert watch.wait(10)
    assert 0.2 < time.monotonic() - started < 1
    watch.close()
    thread = FollowThread(path, notify=True)
    assert thread.holds(1)
    append(path, 2)
    assert thread.holds(1, 2)
    thread.end()


def test_watchfiles_is_imported_only_when_a_watch_starts() -> None:
    code = "import sys, tracetop.collector.reading.watch as w; w.Watch('/'); sys.exit('watchfiles' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_rest_is_over_when_woken_or_stopped(tmp_path: Path) -> None:
    watch = Watch(tmp_path / "trace.jsonl")
    assert watch.rest(0.001), "time for the next look"
    watch.nudge()
    start = time.monotonic()
    assert watch.rest(DEADLINE)
    assert time.monotonic() - start < SOON
    watch.stop()
    assert not watch.rest(DEADLINE)
    assert time.monotonic() - start < SOON


def test_other_parts_of_the_trace_end_a_wait_and_no_other_files_do(tmp_path: Path) -> None:
    folder = os.path.realpath(tmp_path)
    target = _Target.of(tmp_path / "session-x.jsonl")
    assert target is not None
    for name in ("session-x.jsonl", "session-x~002.jsonl", "session-x~1000.jsonl"):
        assert target.concerns(f"{folder}/{name}")
    for name in ("session-y~002.jsonl", "session-x~001.jsonl", "session-x~002.txt", "session-x.jsonl~", "~002"):
        assert not target.concerns(f"{folder}/{name}")
    later = _Target.of(tmp_path / "session-x~002.jsonl")
    assert later is not None
    assert later.concerns(f"{folder}/session-x~003.jsonl")
