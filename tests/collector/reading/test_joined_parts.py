"""A trace over several parts reads as the same trace in one file, whole and while it grows."""

import json
import os
import tempfile
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tracetop.collector.parts import part_path
from tracetop.collector.reading.delivery import TailState
from tracetop.collector.reading.follow import FileTail
from tracetop.collector.reading.reader import load_session, read_batches
from tracetop.collector.reading.watch import _Target


def line(number: int, **data: object) -> bytes:
    return json.dumps({"kind": "custom", "timestamp": 1.5, "iteration": number, "data": data}).encode() + b"\n"


def lines(*numbers: int) -> bytes:
    return b"".join(line(number) for number in numbers)


def append(path: Path, content: bytes) -> None:
    with path.open("ab", buffering=0) as file:
        file.write(content)


@dataclass
class Reading:
    """What a reader found; bad lines in the order of their numbers."""

    iterations: list[int | None] = field(default_factory=list)
    bad: list[tuple[int, str]] = field(default_factory=list)
    lines: int = 0


def by_batches(path: Path, chunk_bytes: int = 100) -> Reading:
    batches = list(read_batches(path, chunk_bytes))
    return Reading(
        [record.iteration for batch in batches for record in batch.records],
        [(bad.number, bad.reason) for batch in batches for bad in batch.bad],
        sum(batch.lines for batch in batches),
    )


def by_session(path: Path) -> Reading:
    session = load_session(path)
    found = session.metadata["reader"]
    bad = [(each["line"], each["reason"]) for each in found["bad_lines"]]
    return Reading([event.iteration for event in session.events], bad, found["lines"])


class Follower:
    """A tail and what a consumer that obeys `fresh` holds of it."""

    def __init__(self, path: Path) -> None:
        self.tail = FileTail(path)
        self.reading = Reading()
        self.positions: list[int] = []
        self.starts = 0

    def poll(self, max_bytes: int | None = None) -> list[int | None]:
        """Poll once; the iterations of all events held now."""
        for delivery in self.tail.poll(max_bytes):
            if delivery.fresh:
                self.reading, self.positions = Reading(), []
                self.starts += 1
            self.reading.iterations += [record.iteration for record in delivery.batch.records]
            self.reading.bad = sorted([*self.reading.bad, *((bad.number, bad.reason) for bad in delivery.batch.bad)])
            self.reading.lines += delivery.batch.lines
            self.positions += delivery.batch.offsets
        return self.reading.iterations

    def found_again(self) -> list[int]:
        """The iterations of all events held, read from their lines by position."""
        return [json.loads(self.tail.line(position))["iteration"] for position in self.positions]


class Recorded:
    """A trace in parts, as a recorder leaves it."""

    def __init__(self, folder: Path) -> None:
        self.first = folder / "session-x.jsonl"

    def __getitem__(self, number: int) -> Path:
        return part_path(self.first, number)

    def write(self, *contents: bytes) -> None:
        """Make these the first parts."""
        for number, content in enumerate(contents, 1):
            self[number].write_bytes(content)


@pytest.fixture
def trace(tmp_path: Path) -> Recorded:
    return Recorded(tmp_path)


@pytest.fixture
def followed(trace: Recorded) -> Follower:
    """Three parts, followed to their end."""
    trace.write(lines(1, 2, 3), lines(4, 5), lines(6))
    follower = Follower(trace.first)
    assert follower.poll() == [1, 2, 3, 4, 5, 6]
    return follower


def assert_reads_like(whole: Path, first: Path) -> None:
    """The parts from `first` on say what one file says: in batches, as a session, followed, and looked up again."""
    expected = by_batches(whole)
    assert by_batches(first) == by_session(first) == expected
    follower = Follower(first)
    follower.poll()
    follower.poll()
    assert follower.reading == expected
    assert follower.found_again() == expected.iterations
    assert follower.starts == 0
    follower.tail.close()
    assert follower.found_again() == expected.iterations


def open_descriptors() -> int:
    return len(list(Path("/dev/fd").iterdir()))


LINES = [
    lines(1),
    lines(2, 3),
    line(4, x="é\u2028" * 20),
    b"oops\n",
    b"\n",
    b"\r\n",
    b"\0\0\n",
    b"\xef\xbb\xbf\n",
    b"{}\n",
]
CONTENTS = st.lists(st.lists(st.sampled_from(LINES), max_size=5).map(b"".join), min_size=1, max_size=5)
TORN = st.sampled_from([b"", line(7)[:-1], line(7)[:20], b"  ", b"{}"])


@settings(max_examples=80, deadline=None)
@given(CONTENTS, TORN)
def test_any_split_into_parts_reads_like_one_file(contents: list[bytes], torn: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        trace = Recorded(Path(folder, "parts"))
        trace.first.parent.mkdir()
        trace.write(*contents[:-1], contents[-1] + torn)
        whole = Path(folder, "whole.jsonl")
        whole.write_bytes(b"".join(contents) + torn)
        assert_reads_like(whole, trace.first)


@settings(max_examples=80, deadline=None)
@given(
    CONTENTS,
    st.lists(st.integers(min_value=0, max_value=600), max_size=8),
    st.lists(st.sampled_from(["poll", "poll a little", "park", ""]), min_size=1, max_size=8),
)
def test_any_steps_of_growth_give_the_whole(contents: list[bytes], cuts: list[int], between: list[str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        trace = Recorded(Path(folder))
        follower = Follower(trace.first)
        step = 0
        for number, content in enumerate(contents, 1):
            edges = sorted({0, len(content), *(cut for cut in cuts if cut < len(content))})
            for start, end in pairwise([0, *edges]):
                append(trace[number], content[start:end])
                what = between[step % len(between)]
                step += 1
                if what == "park":
                    follower.tail.park()
                elif what:
                    follower.poll(7 if what == "poll a little" else None)
        follower.poll()
        follower.poll()
        assert follower.reading == by_batches(trace.first)
        assert follower.found_again() == follower.reading.iterations
        assert follower.starts == 0
        assert follower.tail.size == follower.tail.read_bytes == len(contents[-1])
        follower.tail.close()
        assert follower.found_again() == follower.reading.iterations


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(LINES), TORN).map(b"".join), min_size=1, max_size=5))
def test_a_line_ends_with_its_part(contents: list[bytes]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        trace = Recorded(Path(folder, "parts"))
        trace.first.parent.mkdir()
        trace.write(*contents)
        whole = Path(folder, "whole.jsonl")
        whole.write_bytes(b"".join(each if each.endswith(b"\n") else each + b"\n" for each in contents[:-1]))
        append(whole, contents[-1])
        assert_reads_like(whole, trace.first)


def test_a_trace_is_followed_from_part_to_part(trace: Recorded) -> None:
    trace.write(lines(1))
    follower = Follower(trace.first)
    assert follower.poll() == [1]
    append(trace[1], lines(2))
    append(trace[2], b"")
    assert follower.poll() == [1, 2]
    assert follower.tail.part == trace[2]
    assert (follower.tail.size, follower.tail.read_bytes) == (0, 0)
    append(trace[2], lines(3) + b"oops\n")
    append(trace[3], lines(4) + b"oops\n")
    append(trace[4], lines(5))
    assert follower.poll() == [1, 2, 3, 4, 5]
    append(trace[4], lines(6))
    assert follower.poll() == [1, 2, 3, 4, 5, 6]
    assert [position >> 48 for position in follower.positions] == [0, 0, 1, 2, 3, 3]
    assert [number for number, _ in follower.reading.bad] == [4, 6]
    assert follower.tail.state is TailState.FOLLOWING
    assert follower.tail.size == trace[4].stat().st_size


def test_lines_of_all_parts_are_found_again_though_only_one_is_open(trace: Recorded) -> None:
    before = open_descriptors()
    trace.write(*(lines(number, number + 100) for number in range(100)))
    follower = Follower(trace.first)
    held = list(follower.poll())
    assert len(held) == 200
    assert open_descriptors() == before + 1
    assert follower.found_again() == held
    follower.tail.park()
    assert open_descriptors() == before
    assert follower.found_again() == held
    assert not follower.tail.is_open
    append(trace[100], lines(7))
    append(trace[101], lines(8))
    assert follower.poll() == [*held, 7, 8]
    follower.tail.close()
    assert follower.found_again() == [*held, 7, 8]


def test_a_tail_that_nobody_has_any_more_holds_nothing_open(trace: Recorded) -> None:
    before = open_descriptors()
    trace.write(lines(1), lines(2))
    follower = Follower(trace.first)
    follower.poll()
    assert open_descriptors() == before + 1
    del follower
    assert open_descriptors() == before


def test_a_small_budget_loses_nothing(trace: Recorded) -> None:
    trace.write(lines(1, 2), lines(3), b"", lines(4, 5))
    follower = Follower(trace.first)
    polls = 0
    while len(follower.poll(max_bytes=30)) < 5:
        polls += 1
        assert polls < 100
    assert polls >= sum(trace[number].stat().st_size for number in (1, 2, 3, 4)) // 30 - 1
    assert follower.reading.iterations == [1, 2, 3, 4, 5]


def test_what_a_slower_process_still_writes_into_the_part_before_is_found(trace: Recorded) -> None:
    trace.write(lines(1) + line(2)[:20], lines(4))
    follower = Follower(trace.first)
    assert follower.poll() == [1, 4]
    append(trace[1], line(2)[20:] + lines(3))
    assert follower.poll() == [1, 4, 2, 3]
    assert follower.found_again() == [1, 4, 2, 3]
    assert follower.reading.bad == []


def test_a_torn_line_before_another_part_is_bad_when_nobody_ends_it(trace: Recorded) -> None:
    trace.write(lines(1) + line(2)[:20], lines(3))
    follower = Follower(trace.first)
    assert follower.poll() == [1, 3]
    assert follower.reading.bad == []
    assert follower.poll() == [1, 3]
    assert [number for number, _ in follower.reading.bad] == [2]
    assert follower.tail.torn_size == 0
    assert follower.poll() == [1, 3]
    assert follower.reading == by_batches(trace.first)


def test_a_gap_ends_a_trace_until_it_is_filled(trace: Recorded) -> None:
    trace.write(lines(1), lines(2), lines(3))
    trace[2].unlink()
    assert by_batches(trace.first).iterations == [1]
    follower = Follower(trace.first)
    assert follower.poll() == [1]
    assert follower.poll() == [1]
    trace[2].write_bytes(lines(2))
    assert follower.poll() == [1, 2, 3]
    assert follower.starts == 0


def test_a_part_may_be_opened_by_itself(trace: Recorded) -> None:
    trace.write(lines(1), lines(2), lines(3))
    follower = Follower(trace[2])
    assert follower.poll() == [2, 3]
    assert by_batches(trace[2]).iterations == by_session(trace[2]).iterations == [2, 3]
    append(trace[4], lines(4))
    assert follower.poll() == [2, 3, 4]
    assert follower.found_again() == [2, 3, 4]
    assert load_session(trace[2]).session_id == "session-x~002"


def test_a_missing_first_part_is_waited_for(trace: Recorded) -> None:
    append(trace[2], lines(2))
    with pytest.raises(FileNotFoundError):
        by_batches(trace.first)
    follower = Follower(trace.first)
    assert follower.poll() == []
    assert follower.tail.state is TailState.WAITING
    append(trace.first, lines(1))
    assert follower.poll() == [1, 2]


def test_the_first_part_may_be_a_link(trace: Recorded, tmp_path: Path) -> None:
    (tmp_path / "links").mkdir()
    link = tmp_path / "links" / "latest.jsonl"
    link.symlink_to(trace.first)
    trace.write(lines(1), lines(2))
    assert by_batches(link).iterations == [1, 2]
    follower = Follower(link)
    assert follower.poll() == [1, 2]
    append(trace[3], lines(3))
    assert follower.poll() == [1, 2, 3]
    follower.tail.park()
    assert follower.found_again() == [1, 2, 3]


def test_a_later_part_that_cannot_be_read_is_told_not_left_out(trace: Recorded) -> None:
    trace.write(lines(1))
    trace[2].symlink_to(trace[2].name)  # a link to itself
    with pytest.raises(OSError, match="symbolic links"):
        by_batches(trace.first)
    follower = Follower(trace.first)
    assert follower.poll() == [1]
    assert follower.tail.state is TailState.UNREADABLE
    assert follower.tail.reason == "session-x~002.jsonl: Too many levels of symbolic links"
    append(trace.first, lines(2))
    assert follower.poll() == [1, 2]
    trace[2].unlink()
    append(trace[2], lines(3))
    assert follower.poll() == [1, 2, 3]
    assert (follower.tail.state, follower.tail.reason) == (TailState.FOLLOWING, "")


def test_denied_parts_are_told_too(trace: Recorded, monkeypatch: pytest.MonkeyPatch) -> None:
    trace.write(lines(1), lines(2))
    follower = Follower(trace.first)
    really_open = os.open

    def denied(path: Path, *rest: int) -> int:
        if path == trace[2]:
            raise PermissionError(13, "Permission denied", str(path))
        return really_open(path, *rest)

    with monkeypatch.context() as patched:
        patched.setattr(os, "open", denied)
        assert follower.poll() == [1]
    assert follower.tail.state is TailState.UNREADABLE
    assert follower.tail.reason == "session-x~002.jsonl: Permission denied"
    assert follower.poll() == [1, 2]
    assert follower.tail.reason == ""


def test_the_current_part_may_be_deleted(followed: Follower, trace: Recorded) -> None:
    append(trace[3], lines(7))
    trace[3].unlink()
    assert followed.poll() == [1, 2, 3, 4, 5, 6, 7]
    assert followed.tail.state is TailState.GONE
    assert followed.tail.part == trace[3]
    assert followed.found_again() == [1, 2, 3, 4, 5, 6, 7]
    append(trace[4], lines(8))
    assert followed.poll() == [1, 2, 3, 4, 5, 6, 7, 8]
    assert followed.tail.state is TailState.FOLLOWING
    assert followed.found_again() == [1, 2, 3, 4, 5, 6, 7, 8]
    assert followed.starts == 0


def test_lines_of_a_deleted_earlier_part_are_out_of_reach(followed: Follower, trace: Recorded) -> None:
    trace[1].unlink()
    trace[2].rename(trace[2].with_suffix(".old"))
    trace[2].write_bytes(lines(9, 9))
    assert followed.poll() == [1, 2, 3, 4, 5, 6]
    assert followed.tail.state is TailState.FOLLOWING
    with pytest.raises(FileNotFoundError):
        followed.tail.line(followed.positions[0])
    with pytest.raises(OSError, match="another took its path"):
        followed.tail.line(followed.positions[3])
    assert json.loads(followed.tail.line(followed.positions[5]))["iteration"] == 6


@pytest.mark.parametrize("parked", [True, False])
@pytest.mark.parametrize("how", ["truncated", "replaced", "deleted and written again"])
def test_when_a_later_part_changes_the_trace_starts_over_from_the_first(
    followed: Follower, trace: Recorded, how: str, parked: bool
) -> None:
    old = followed.positions
    if parked:
        followed.tail.park()
    if how == "truncated":
        trace[3].write_bytes(b"")
    elif how == "replaced":
        other = trace[3].with_suffix(".tmp")
        other.touch()
        other.replace(trace[3])
    else:
        trace[3].unlink()
        trace[3].touch()
    assert followed.poll() == [1, 2, 3, 4, 5]
    assert followed.starts == 1
    append(trace[3], lines(8))
    assert followed.poll() == [1, 2, 3, 4, 5, 8]
    assert followed.found_again() == [1, 2, 3, 4, 5, 8]
    assert followed.starts == 1
    for position in old:
        with pytest.raises(OSError, match="no longer"):
            followed.tail.line(position)


def test_what_is_left_of_a_trace_starts_over_where_its_first_part_is_gone(followed: Follower, trace: Recorded) -> None:
    trace[1].unlink()
    trace[3].write_bytes(b"")
    append(trace[3], lines(8))
    assert followed.poll() == [8]
    append(trace[4], lines(9))
    assert followed.poll() == [8, 9]
    assert followed.starts == 1
    assert followed.found_again() == [8, 9]


@pytest.mark.parametrize("parked", [True, False])
@pytest.mark.parametrize("seen_gone", [True, False])
@pytest.mark.parametrize("again", [(7,), (7, 8, 9), (7, 8, 9, 10)], ids=["shorter", "same size", "longer"])
def test_a_deleted_trace_that_is_recorded_again_starts_over(
    followed: Follower, trace: Recorded, parked: bool, seen_gone: bool, again: tuple[int, ...]
) -> None:
    if parked:
        followed.tail.park()
    for number in (3, 2, 1):
        trace[number].unlink()
    if seen_gone:
        assert followed.poll() == [1, 2, 3, 4, 5, 6]
        assert followed.tail.state is TailState.GONE
    append(trace.first, lines(*again))
    assert followed.poll() == [*again]
    append(trace[2], lines(11))
    assert followed.poll() == [*again, 11]
    assert followed.starts == 1
    assert followed.found_again() == [*again, 11]


def test_a_part_that_is_rotated_away_goes_on_where_it_was(followed: Follower, trace: Recorded) -> None:
    trace[3].rename(trace[3].with_suffix(".1"))
    append(trace[3], lines(7) + b"oops\n")
    append(trace[4], lines(8) + b"oops\n")
    assert followed.poll() == [1, 2, 3, 4, 5, 6, 7, 8]
    assert [position >> 48 for position in followed.positions] == [0, 0, 0, 1, 1, 2, 3, 4]
    assert [number for number, _ in followed.reading.bad] == [2, 4]
    assert followed.starts == 0
    assert followed.found_again() == [1, 2, 3, 4, 5, 6, 7, 8]
    followed.tail.park()
    with pytest.raises(OSError, match="no longer open"):
        followed.tail.line(followed.positions[5])
    del followed.positions[5]
    assert followed.found_again() == [1, 2, 3, 4, 5, 7, 8]


def test_payloads_of_all_parts_are_loaded(trace: Recorded) -> None:
    trace.write(line(1, x="one") + b"oops\n", line(2, x="two"), b"oops\n" + line(3, x="three")[:-1])
    session = load_session(trace.first)
    assert [event.data for event in session.events] == [{"x": "one"}, {"x": "two"}, {"x": "three"}]
    assert [bad["line"] for bad in session.metadata["reader"]["bad_lines"]] == [2, 4]
    assert session.metadata["reader"]["lines"] == 5


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
