"""Lines read by the block are the lines read one by one, and no line that may have a text is left out."""

from __future__ import annotations

import random

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tracetop.app.query import line_blocks
from tracetop.app.query.line_blocks import lines_of
from tracetop.app.query.matching import Query
from tracetop.app.trace import Trace, load_trace

WORDS = ("pytest", "PyTest", "py\\u0074est", "ünïcode", "a\\nb", 'quo\\"te', "back\\\\slash", "x", "K")


def raw_event(number, words):
    head = orjson.dumps({"kind": "custom", "timestamp": 1e9 + number, "event_id": f"e{number}"})
    return head[:-1] + f',"data":{{"text":"{" ".join(words)}"}}}}'.encode() + b"\n"


def written(path, texts, between=b""):
    path.write_bytes(b"".join(raw_event(number, words) + between for number, words in enumerate(texts)))
    return load_trace(path)


def one_by_one(trace):
    """The same trace, but that blocks of it cannot be had."""
    alone = Trace(trace.name, trace._line, trace._place)
    alone.session = trace.session
    return alone


def found(trace, text):
    return list(Query(text).find(trace, 0, trace.session.count))


texts_of_traces = st.lists(st.lists(st.sampled_from(WORDS), max_size=4), min_size=1, max_size=40)
queries = st.sampled_from(
    ("pytest", "PYTEST", '"pytest x"', "-pytest", "ünï", "quo", 'a"b', "back\\slash", "/py.?test/", "x pytest", "k",
     "/(pytest|quo)/", "/PyT/", "/k /", "pytest -x", "kind:custom pytest", "nothing", "it:1 x"),
)  # fmt: skip


@given(texts_of_traces, queries, st.integers(1, 700))
@settings(deadline=None)
def test_a_search_by_blocks_finds_what_a_search_line_by_line_does(tmp_path_factory, texts, query, largest):
    trace = written(tmp_path_factory.mktemp("blocks") / "t.jsonl", texts)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(line_blocks, "LARGEST_BLOCK", largest)
        assert found(trace, query) == found(one_by_one(trace), query)


@given(texts_of_traces, st.integers(1, 700), st.randoms(use_true_random=False))
@settings(deadline=None)
def test_lines_are_whole_whatever_blocks_they_come_in(tmp_path_factory, texts, largest, chance):
    # Between them stand lines that are no events.
    trace = written(tmp_path_factory.mktemp("blocks") / "t.jsonl", texts, between=b"not json\n\n")
    events = sorted(chance.sample(range(len(texts)), chance.randint(1, len(texts))))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(line_blocks, "LARGEST_BLOCK", largest)
        assert list(lines_of(trace, events)) == [(event, trace.line(event)) for event in events]


def test_a_trace_of_several_parts_is_searched_whole(tmp_path):
    numbers = iter(range(1_000))
    for part in ("session-1.jsonl", "session-1~002.jsonl", "session-1~003.jsonl"):
        lines = [raw_event(next(numbers), ["pytest"] if index % 3 else ["x"]) for index in range(20)]
        (tmp_path / part).write_bytes(b"".join(lines))
    trace = load_trace(tmp_path / "session-1.jsonl")
    assert trace.session.count == 60
    assert found(trace, "pytest") == [event for event in range(60) if event % 20 % 3]


def test_a_line_longer_than_a_block_is_searched(tmp_path, monkeypatch):
    monkeypatch.setattr(line_blocks, "LARGEST_BLOCK", 1_000)
    trace = written(tmp_path / "t.jsonl", [["x"], ["y" * 50_000, "needle"], ["x"], ["needle"]])
    assert found(trace, "needle") == [1, 3]


def test_a_file_that_was_cut_meanwhile_matches_what_is_left(tmp_path):
    path = tmp_path / "t.jsonl"
    trace = written(path, [["needle"]] * 50)
    path.write_bytes(path.read_bytes()[: trace.session.positions[10]])
    assert found(trace, "needle") == list(range(10))


def test_most_lines_are_never_looked_at(tmp_path, monkeypatch):
    rng = random.Random(4)
    texts = [["needle" if rng.random() < 0.01 else "hay"] for _ in range(3_000)]
    trace = written(tmp_path / "t.jsonl", texts)
    looked_at = [event for event, _ in lines_of(trace, range(3_000), [(b"needle",)])]
    wanted = [event for event, words in enumerate(texts) if words == ["needle"]]
    assert set(wanted) <= set(looked_at)
    assert len(looked_at) <= len(wanted) + 3  # the last line of each block is read in any case
