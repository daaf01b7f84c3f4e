"""A trace over several parts reads as the same trace in one file, whole and while it grows."""

import tempfile
from itertools import pairwise
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st
from tracetop.collector.reading.reader import load_session

from ..event_lines import MIXED_LINES, append, line
from .reading import Follower, by_batches, by_session
from .recorded import Recorded


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


LINES = [
    *MIXED_LINES,
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


def test_payloads_of_all_parts_are_loaded(trace: Recorded) -> None:
    trace.write(line(1, x="one") + b"oops\n", line(2, x="two"), b"oops\n" + line(3, x="three")[:-1])
    session = load_session(trace.first)
    assert [event.data for event in session.events] == [{"x": "one"}, {"x": "two"}, {"x": "three"}]
    assert [bad["line"] for bad in session.metadata["reader"]["bad_lines"]] == [2, 4]
    assert session.metadata["reader"]["lines"] == 5
