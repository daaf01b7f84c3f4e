"""A folder of growing traces."""

import json
import os
import shutil
from pathlib import Path

import pytest
from tracetop.collector.reading import folder as folder_module
from tracetop.collector.reading.delivery import TailState
from tracetop.collector.reading.folder import FolderTail


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


def parts_of(root: Path, name: str, *numbers: int) -> list[Path]:
    first = root / f"{name}.jsonl"
    return [first, *(root / f"{name}~{number:03}.jsonl" for number in range(2, 2 + len(numbers)))][: len(numbers)]


def write_parts(root: Path, name: str, *numbers: int, mtime: float | None = None) -> list[Path]:
    """A trace of parts with an event in each; later ones are a second newer."""
    paths = parts_of(root, name, *numbers)
    for later, (path, number) in enumerate(zip(paths, numbers, strict=True)):
        write(path, number, mtime=None if mtime is None else mtime + later)
    return paths


def test_parts_are_one_trace(root: Path, clock: Clock) -> None:
    write_parts(root, "old", 1, 2, 3, mtime=1000)
    write(root / "single.jsonl", 4, mtime=1001)
    write_parts(root / "deep", "new", 5, 6, mtime=2000)
    tail = FolderTail(root, clock=clock)
    files = tail.files()
    assert [file.path.name for file in files] == ["new.jsonl", "old.jsonl", "single.jsonl"]
    assert [file.mtime for file in files] == [2001, 1002, 1001]
    assert [file.size for file in files] == [2 * len(line(1)), 3 * len(line(1)), len(line(1))]
    clock.now += 2
    assert polled(tail) == {"old.jsonl": [1, 2, 3], "single.jsonl": [4], "new.jsonl": [5, 6]}
    assert tail.tail(root / "old.jsonl").part == root / "old~003.jsonl"
    with pytest.raises(KeyError):
        tail.tail(root / "old~002.jsonl")


def test_a_new_part_is_delivered_for_its_trace(root: Path, clock: Clock) -> None:
    first, second, third = parts_of(root, "x", 1, 2, 3)
    write(first, 1)
    tail = FolderTail(root, clock=clock)
    assert polled(tail) == {"x.jsonl": [1]}
    write(second, 2)
    assert polled(tail) == {"x.jsonl": [2]}
    write(third, 3)
    clock.now += 2
    assert polled(tail) == {"x.jsonl": [3]}
    assert [(file.path, file.size) for file in tail.files()] == [(first, 3 * len(line(1)))]


def test_a_hint_of_a_part_is_one_of_its_trace(root: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folder_module, "OPEN_FILES", 0)
    first, second, third = parts_of(root, "x", 1, 2, 3)
    write(first, 1)
    write(second, 2)
    tail = FolderTail(root, clock=clock)
    assert polled(tail) == {"x.jsonl": [1, 2]}
    write(second, 20)
    assert polled(tail) == {}
    tail.hint([second])
    assert polled(tail) == {"x.jsonl": [20]}
    write(third, 3)
    monkeypatch.setattr(folder_module, "trace_files", lambda *_: pytest.fail("searched"))
    tail._earliest_scan = clock.now + 1000  # as after a search that took long
    tail.hint([third, "", ".", root / "unknown~002.jsonl"])
    assert polled(tail) == {"x.jsonl": [3]}


def test_a_part_behind_a_gap_is_a_trace_of_its_own_until_the_gap_is_filled(root: Path, clock: Clock) -> None:
    paths = write_parts(root, "x", 1, 2, 3, 4, 5)
    paths[0].unlink()
    paths[2].unlink()
    tail = FolderTail(root, clock=clock)
    assert polled(tail) == {"x~002.jsonl": [2], "x~004.jsonl": [4, 5]}
    assert {file.path.name: file.size for file in tail.files()} == {
        "x~002.jsonl": len(line(1)),
        "x~004.jsonl": 2 * len(line(1)),
    }
    write(paths[2], 3)
    clock.now += 2
    assert polled(tail) == {"x~002.jsonl": [3, 4, 5]}
    assert [file.path.name for file in tail.files()] == ["x~002.jsonl"]
    write(paths[0], 1)
    clock.now += 2
    assert polled(tail) == {"x.jsonl": [1, 2, 3, 4, 5]}
    assert [file.path.name for file in tail.files()] == ["x.jsonl"]


def test_a_gap_may_be_filled_while_its_trace_is_delivered(root: Path, clock: Clock) -> None:
    before = len(list(Path("/dev/fd").iterdir()))
    first, second = write_parts(root, "x", 1, 2)
    write(root / "y~002.jsonl", 3, mtime=1)
    first.unlink()
    tail = FolderTail(root, clock=clock)
    polling = tail.poll()
    assert next(polling)[0] == second
    write(first, 1)
    write(root / "y.jsonl", 4)
    clock.now += 2
    assert {file.path.name for file in tail.files()} == {"x.jsonl", "y.jsonl"}
    assert list(polling) == []
    tail.hint([second])
    assert polled(tail) == {"x.jsonl": [1, 2]}
    clock.now += 2
    assert polled(tail) == {"y.jsonl": [4, 3]}
    assert polled(tail) == {}
    del polling
    assert len(list(Path("/dev/fd").iterdir())) == before + 2


def test_a_trace_is_gone_when_its_last_part_is(root: Path, clock: Clock) -> None:
    paths = write_parts(root, "x", 1, 2, 3, mtime=1000)
    tail = FolderTail(root, clock=clock)
    polled(tail)
    for path, state, size in zip(
        paths, (TailState.FOLLOWING, TailState.FOLLOWING, TailState.GONE), (2, 1, 3), strict=True
    ):
        path.unlink()
        clock.now += 2
        [file] = tail.files()
        assert (file.path, file.state, file.size) == (paths[0], state, size * len(line(1)))
    write(paths[0], 4)
    clock.now += 2
    assert polled(tail) == {"x.jsonl": [None, 4]}
    assert tail.files()[0].size == len(line(1))


def test_a_trace_over_many_parts_holds_one_file_open(root: Path, clock: Clock) -> None:
    before = len(list(Path("/dev/fd").iterdir()))
    write_parts(root, "x", *range(50))
    tail = FolderTail(root, clock=clock)
    assert polled(tail) == {"x.jsonl": list(range(50))}
    assert len(list(Path("/dev/fd").iterdir())) == before + 1
    tail.close()


def test_parts_beside_the_target_of_a_link_belong_to_it(root: Path, clock: Clock, tmp_path: Path) -> None:
    paths = write_parts(tmp_path / "elsewhere", "x", 1, 2, mtime=1000)
    root.mkdir()
    (root / "link.jsonl").symlink_to(paths[0])
    tail = FolderTail(root, clock=clock)
    assert [(file.path.name, file.size, file.mtime) for file in tail.files()] == [
        ("link.jsonl", 2 * len(line(1)), 1001)
    ]
    clock.now += 2
    assert polled(tail) == {"link.jsonl": [1, 2]}


def test_links_to_parts_of_a_listed_trace_are_no_traces(root: Path, clock: Clock) -> None:
    write_parts(root, "x", 1, 2)
    (root / "latest.jsonl").symlink_to("x~002.jsonl")
    assert polled(FolderTail(root, clock=clock)) == {"x.jsonl": [1, 2]}


HOSTILE = ["x~001.jsonl", "x~0002.jsonl", "x~1000000.jsonl", "x~002~b.jsonl", "~002.jsonl", "x~٠٠٢.jsonl"]


def test_names_that_only_look_like_parts_are_traces(root: Path, clock: Clock) -> None:
    for number, name in enumerate(["x.jsonl", *HOSTILE]):
        write(root / name, number)
    (root / "x~002.jsonl").mkdir()
    write(root / "x~003.jsonl", 100)
    tail = FolderTail(root, clock=clock)
    expected = {name: [number] for number, name in enumerate(["x.jsonl", *HOSTILE])}
    assert polled(tail) == {**expected, "x~003.jsonl": [100]}
    assert {file.path.name for file in tail.files()} == {*expected, "x~003.jsonl"}
