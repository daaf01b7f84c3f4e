"""A folder of growing traces."""

import json
import os
import shutil
from pathlib import Path

import pytest
from tracetop.collector import folder as folder_module
from tracetop.collector.folder import FolderTail
from tracetop.collector.follow import TailState


class Clock:
    """A clock that moves by hand, in seconds."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "traces"


def line(number: int) -> bytes:
    return json.dumps({"kind": "custom", "timestamp": 1, "iteration": number}).encode() + b"\n"


def write(path: Path, *numbers: int, mtime: float | None = None) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("ab") as file:
        file.write(b"".join(map(line, numbers)))
    if mtime is not None:
        os.utime(path, (mtime, mtime))


def polled(tail: FolderTail) -> dict[str, list[int | None]]:
    """What one poll delivers, by file name."""
    found: dict[str, list[int | None]] = {}
    for path, delivery in tail.poll():
        iterations = [record.iteration for record in delivery.batch.records]
        found.setdefault(path.name, []).extend([None] if delivery.fresh else iterations)
    return found


def test_all_files_below_the_folder_are_followed(root: Path, clock: Clock) -> None:
    write(root / "a.jsonl", 1)
    write(root / "deep" / "er" / "b.jsonl", 2)
    write(root / "notes.txt", 3)
    tail = FolderTail(root, clock=clock)
    assert polled(tail) == {"a.jsonl": [1], "b.jsonl": [2]}
    write(root / "deep" / "er" / "b.jsonl", 4)
    assert polled(tail) == {"b.jsonl": [4]}
    assert polled(tail) == {}


def test_new_files_are_found_once_a_second(root: Path, clock: Clock) -> None:
    tail = FolderTail(root, clock=clock)
    assert polled(tail) == {}
    assert tail.files() == []
    write(root / "a.jsonl", 1)
    clock.now += 0.9
    assert polled(tail) == {}
    clock.now += 0.2
    assert polled(tail) == {"a.jsonl": [1]}


def test_a_hint_of_a_new_file_finds_it_at_once(root: Path, clock: Clock) -> None:
    tail = FolderTail(root, clock=clock)
    assert polled(tail) == {}
    write(root / "a.jsonl", 1)
    tail.hint([root / "a.jsonl"])
    assert polled(tail) == {"a.jsonl": [1]}


def test_files_are_listed_newest_first_and_not_read(root: Path, clock: Clock) -> None:
    write(root / "old.jsonl", 1, mtime=1000)
    write(root / "new.jsonl", 1, 2, mtime=3000)
    write(root / "sub" / "mid.jsonl", 1, mtime=2000)
    tail = FolderTail(root, clock=clock)
    files = tail.files()
    assert [file.path.name for file in files] == ["new.jsonl", "mid.jsonl", "old.jsonl"]
    assert [file.mtime for file in files] == [3000, 2000, 1000]
    assert files[0].size == 2 * len(line(1))
    assert {file.state for file in files} == {TailState.FOLLOWING}
    assert not any(tail.tail(file.path).is_open for file in files)


def test_deleted_files_and_folders_come_back(root: Path, clock: Clock) -> None:
    write(root / "a.jsonl", 1)
    write(root / "b.jsonl", 2)
    tail = FolderTail(root, clock=clock)
    polled(tail)
    (root / "a.jsonl").unlink()
    clock.now += 2
    assert polled(tail) == {}
    assert {file.path.name: file.state for file in tail.files()} == {
        "a.jsonl": TailState.GONE,
        "b.jsonl": TailState.FOLLOWING,
    }
    shutil.rmtree(root)
    clock.now += 2
    assert polled(tail) == {}
    assert {file.state for file in tail.files()} == {TailState.GONE}
    write(root / "a.jsonl", 7)
    clock.now += 2
    assert polled(tail) == {"a.jsonl": [None, 7]}
    assert {file.path.name: file.state for file in tail.files()} == {
        "a.jsonl": TailState.FOLLOWING,
        "b.jsonl": TailState.GONE,
    }


def test_open_files_are_bounded_and_nothing_is_lost(root: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folder_module, "OPEN_FILES", 5)
    names = [f"{number}.jsonl" for number in range(30)]
    for number, name in enumerate(names):
        write(root / name, number)
    tail = FolderTail(root, clock=clock)
    assert polled(tail) == {name: [number] for number, name in enumerate(names)}
    assert sum(tail.tail(root / name).is_open for name in names) == 5
    for number, name in enumerate(names):
        write(root / name, number + 100)
    clock.now += 2
    assert polled(tail) == {name: [number + 100] for number, name in enumerate(names)}
    assert sum(tail.tail(root / name).is_open for name in names) == 5
    closed = next(name for name in names if not tail.tail(root / name).is_open)
    write(root / closed, 1000)
    tail.hint([root / closed])
    assert polled(tail) == {closed: [1000]}
    tail.close()
    assert not any(tail.tail(root / name).is_open for name in names)


def test_a_poll_that_is_left_half_way_goes_on_later(root: Path, clock: Clock) -> None:
    for number in range(4):
        write(root / f"{number}.jsonl", number, mtime=1000 - number)
    tail = FolderTail(root, clock=clock)
    polling = tail.poll()
    assert next(polling)[0].name == "0.jsonl"
    polling.close()
    clock.now += 2
    assert polled(tail) == {"1.jsonl": [1], "2.jsonl": [2], "3.jsonl": [3]}


def test_a_link_to_a_listed_file_is_not_a_second_trace(root: Path, clock: Clock, tmp_path: Path) -> None:
    write(root / "session.jsonl", 1)
    (root / "latest.jsonl").symlink_to("session.jsonl")
    write(tmp_path / "elsewhere.jsonl", 2)
    (root / "other.jsonl").symlink_to(tmp_path / "elsewhere.jsonl")
    (root / "loop").symlink_to(root)
    assert polled(FolderTail(root, clock=clock)) == {"session.jsonl": [1], "other.jsonl": [2]}
