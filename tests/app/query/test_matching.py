"""What searches and filters mean."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tracetop.app.query import matching
from tracetop.app.query.matching import Query
from tracetop.app.trace import Trace, load_trace


def found(trace: Trace, text: str) -> list[int]:
    return list(Query(text).find(trace, 0, trace.session.count))


@pytest.fixture
def trace(tmp_path: Path, line: Callable[..., bytes]) -> Trace:
    path = tmp_path / "t.jsonl"
    path.write_bytes(
        b"".join(
            (
                line("session_start", goal="Find it"),
                line("tool_start", 1, tool_name="bash", args={"command": "pytest -q"}),
                line("tool_error", 1, tool_name="bash", args={"command": "pytest -q"}, error="No such file"),
                line("llm_response", 1, model="claude-sonnet-4", tokens=5, duration_ms=6000),
                line("llm_response", 12, model="gpt-5", tokens=5, agent_id="scout", duration_ms=150),
                line("swarm_decision", decision="go"),
                line("tool", 12, tool="bash_kill", duration_ms=5000),
            )
        )
    )
    return load_trace(path)


ALL = list(range(7))


@pytest.mark.parametrize(
    ("text", "events"),
    [
        ("", ALL),
        ("pytest", [1, 2]),
        ("PYTEST", [1, 2]),
        ('"no such file"', [2]),
        ("'no such file'", [2]),
        ("no such file", [2]),
        ('"such no"', []),
        ("kind:tool", [1, 2, 6]),
        ("kind:tool_error", [2]),
        ("KIND:TOOL_ERROR", [2]),
        ("kind:tool_end", [6]),
        ("kind:=tool_en", []),
        ("category:llm", [3, 4]),
        ("category:l", [3, 4]),
        ("cat:swarm", [5]),
        ("tool:bash", [1, 2, 6]),
        ("tool:=bash", [1, 2]),
        ("tool:=BASH", [1, 2]),
        ("tool:gpt", []),
        ("model:gpt", [4]),
        ("model:bash", []),
        ("agent:scout", [4]),
        ("agent:main llm_response", [3]),
        ("kind:llm_response,tool_error", [2, 3, 4]),
        ("kind:,tool_error,", [2]),
        ('model:"gpt-5",=claude', [4]),
        ("it:1", [1, 2, 3, 5]),
        ("it:12", [4, 6]),
        ("it:2-12", [4, 6]),
        ("it:1,12", [1, 2, 3, 4, 5, 6]),
        ("it:9-2", []),
        ("took:>5s", [3]),
        ("took:>=5s", [3, 6]),
        ("took:5s", [3, 6]),
        ("took:<200ms", [4]),
        ("took:<=150ms", [4]),
        ("took:>.1m", []),
        ("took:>1s took:<6s", [6]),
        ("took:<200ms,>5.5s", [3, 4]),
        ("errors", [2]),
        ("Errors pytest", [2]),
        ("kind:llm pytest", []),
        ("-pytest", [0, 3, 4, 5, 6]),
        ("-tool:bash", [0, 3, 4, 5]),
        ("-errors tool:bash", [1, 6]),
        ("-took:>5s", [0, 1, 2, 4, 5, 6]),
        ('pytest "-q"', [1, 2]),
        ("pytest -q", []),
        ('-"no such file" pytest', [1]),
        ("/no such (file|dir)/", [2]),
        ("/No such/", [2]),
        ("/NO such/", []),
        ("/tool_(start|err)/ -/file/", [1]),
        ("/-Q/", []),
        (r"/\Sytest/", [1, 2]),
        (r'/"tool_name":"b\w+"/', [1, 2]),
        ("/usr/bin", []),
        ('"/no such/"', []),
        ('"errors"', []),
        ('"', ALL),
        ('"no such', [2]),
        ("-", [1, 2, 3, 4]),
        ("kind:tool_error,", [2]),
    ],
)
def test_all_words_must_match(trace: Trace, text: str, events: list[int]) -> None:
    assert found(trace, text) == events


def test_issues_are_the_events_that_prove_one(tmp_path: Path, line: Callable[..., bytes]) -> None:
    path = tmp_path / "t.jsonl"
    same = {"tool_name": "bash", "args": {"command": "ls"}}
    path.write_bytes(
        line("session_start") + line("tool_end", 1, **same) + line("checkpoint", 1) + line("tool_end", 1, **same) * 2
    )
    trace = load_trace(path)
    assert found(trace, "issues") == [1, 3, 4]
    assert found(trace, "-issues") == [0, 2]
    assert found(trace, '"issues"') == []
    assert list(Query("issues").find(trace, 0, 5, at=4)) == []
    assert Query("errors issues").is_changing
    assert not Query('errors "issues"').is_changing


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("colour:red", "unknown field colour:"),
        ("-colour:red", "unknown field colour:"),
        ("colour:red", 'quote text, as in "colour:red"'),
        ("tool:", "tool: of what? as in tool:bash"),
        ("kind:,", "as in kind:tool_error"),
        ("cat:nope", "no category begins with nope"),
        ("cat:llm,nope", "checkpoint, custom"),
        ("it:x", "it:x is no iteration"),
        ("it:3-", "it:3- is no iteration"),
        ("it:" + "9" * 5000, "is no iteration"),
        ("took:5", "units are ms, s, m, h"),
        ("took:>fast", "took:>fast is no duration"),
        ("/(a/", "/(a/ is no regular expression: missing ), unterminated subpattern at character 1"),
        ("pytest /[/", "unterminated character set at character 1"),
        ("/(a+)+b/", "repeats within a repeat"),
    ],
)
def test_what_has_no_meaning_is_told_in_one_line(text: str, said: str) -> None:
    with pytest.raises(ValueError, match=r"\w") as caught:
        Query(text)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("text", ["http://x", "a/b:c/d", "C:x", "std::vector", "12:30:11", "TypeError:", "main.py:12"])
def test_a_colon_in_plain_text_is_plain_text(trace: Trace, text: str) -> None:
    assert found(trace, text) == []


def test_stops_when_told(trace: Trace) -> None:
    for text in ("pytest", "kind:tool"):
        assert list(Query(text).find(trace, 0, trace.session.count, stopped=lambda: True)) == []


def test_looks_at_the_asked_range_only(trace: Trace) -> None:
    assert list(Query("pytest").find(trace, 2, 3)) == [2]
    assert list(Query("kind:tool").find(trace, 2, 99)) == [2, 6]


def test_a_line_is_read_only_if_the_columns_let_it_through(trace: Trace, monkeypatch: pytest.MonkeyPatch) -> None:
    read, line = [], trace.line
    monkeypatch.setattr(trace, "line", lambda number: read.append(number) or line(number))
    assert found(trace, "such kind:tool_error") == [2]
    assert read == [2]
    assert found(trace, "kind:tool_error -took:>5s it:1 errors agent:main -model:x") == [2]
    assert read == [2]
    assert Query("such errors").reads_lines
    assert not Query("errors").reads_lines


def test_lines_that_are_gone_match_no_text(trace: Trace, monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(number: int) -> bytes:
        raise OSError

    monkeypatch.setattr(trace, "line", gone)
    monkeypatch.setattr(trace, "stretch", lambda position, size: b"")
    assert found(trace, "pytest") == []
    assert found(trace, "-pytest errors") == [2]


def test_names_that_come_later_are_known(tmp_path: Path, line: Callable[..., bytes]) -> None:
    trace, query = Trace("x", lambda position: b"", str), Query("-tool:x kind:new,tool")
    batches = [[("tool_end", "a")], [("new_kind", ""), ("tool_end", "xy")], [("newer", ""), ("tool_end", "b")]]
    seen: list[int] = []
    for batch in batches:
        start = trace.session.count
        trace.session.apply_events([event(kind, start + index, tool) for index, (kind, tool) in enumerate(batch)])
        seen += query.find(trace, start, trace.session.count)
    assert seen == [0, 1, 3, 4]


def test_another_session_has_other_numbers(tmp_path: Path, line: Callable[..., bytes]) -> None:
    query = Query("tool:b")
    for names in (["a", "b"], ["b", "a"]):
        path = tmp_path / "t.jsonl"
        path.write_bytes(b"".join(line("tool_end", tool_name=name) for name in names))
        assert found(load_trace(path), query.text) == [names.index("b")]
        assert list(query.find(load_trace(path), 0, 2)) == [names.index("b")]


# -- whatever the events are

WORDS = (
    "kind:tool", "errors", "cat:llm", "tool:bash", "tool:=b", "model:opus,gpt", "agent:a1", "agent:main", "it:1-2",
    "took:>1s", "took:<2s", "pytest", '"a b"', "é", "/b.*h/", "/^tool/", "issues",
)  # fmt: skip
NAMES = st.sampled_from(["bash", "b", "grep", 'q"uote', "naïve É", "a\nb", ""])


def event(kind: str, number: int, tool: str = "", **more: Any) -> Any:
    from tracetop.collector.events import TraceEvent

    return TraceEvent(kind, 1e9 + number, "s", f"e{number}", data={"tool_name": tool, **more})


@st.composite
def traces(draw: st.DrawFn) -> Trace:
    lines = []
    for number in range(draw(st.integers(0, 40))):
        kind = draw(st.sampled_from(["tool_start", "tool_end", "tool_error", "tool", "llm_response", "error", "new"]))
        data = {"tool_name": draw(NAMES), "model": draw(st.sampled_from(["opus", "gpt-5"])), "text": draw(NAMES)}
        agent = draw(st.sampled_from([None, "a1"]))
        fields = {
            "kind": kind,
            "timestamp": 1e9 + number,
            "session_id": "s",
            "iteration": draw(st.sampled_from([None, 1, 2, 3])),
            "data": {**data, **({} if agent is None else {"agent_id": agent})},
            "duration_ms": draw(st.sampled_from([None, 500, 1500, 3000])),
        }
        lines.append(json.dumps(fields, ensure_ascii=draw(st.booleans())).encode())
    trace = Trace("t", lines.__getitem__, str)
    from tracetop.collector.formats.native import event_from_line

    trace.session.apply_events([event_from_line(line) for line in lines])
    return trace


@settings(deadline=None, max_examples=60)
@given(traces(), st.lists(st.sampled_from(WORDS), max_size=3), st.data())
def test_any_chunking_finds_the_same(trace: Trace, words: list[str], data: st.DataObject) -> None:
    query, count = Query(" ".join(words)), trace.session.count
    whole = list(query.find(trace, 0, count))
    marks = sorted(data.draw(st.lists(st.integers(0, count), max_size=4)))
    chunked: list[int] = []
    for start, stop in zip([0, *marks], [*marks, count], strict=True):
        chunked += query.find(trace, start, stop)
    assert chunked == whole
    for at_once in (1, 3):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(matching, "_AT_ONCE", at_once)
            assert list(Query(query.text).find(trace, 0, count)) == whole


@settings(deadline=None, max_examples=60)
@given(traces(), st.sampled_from(WORDS), st.sampled_from(WORDS))
def test_negation_parts_the_events_and_words_are_an_and(trace: Trace, word: str, other: str) -> None:
    yes, no = set(found(trace, word)), set(found(trace, f"-{word}"))
    assert yes | no == set(range(trace.session.count))
    assert not yes & no
    assert set(found(trace, f"{word} {other}")) == yes & set(found(trace, other))
    assert set(found(trace, f"{word} -{other}")) == yes - set(found(trace, other))


@settings(deadline=None, max_examples=100)
@given(st.text(st.characters(codec="utf-8", exclude_characters="\\"), min_size=1, max_size=6), st.booleans())
def test_a_text_is_found_however_json_wrote_it(text: str, ascii_only: bool) -> None:
    line = json.dumps({"kind": "custom", "timestamp": 1, "data": {"text": f"<{text}>"}}, ensure_ascii=ascii_only)
    trace = Trace("t", lambda position: line.encode(), str)
    trace.session.apply_events([event("custom", 0)])
    quoted = '"<' + text.replace('"', '\\"') + '>"'
    assert found(trace, quoted) == [0]
    assert found(trace, f"-{quoted}") == []
    if text.isascii():
        assert found(trace, quoted.upper()) == [0]


def test_hostile_queries_are_told_or_taken(trace: Trace) -> None:
    for text in (
        "\0",
        "\x1b]0;x\x07",
        "\ud800",
        "-" * 5000,
        '"' * 501,
        "kind:" * 400,
        "/" * 99,
        "tool:\u202e",
        "::",
        ",",
    ):
        try:
            found(trace, text)
        except ValueError as error:
            assert "\n" not in str(error)


def test_the_size_of_a_line_does_not_matter(tmp_path: Path) -> None:
    line = orjson.dumps({"kind": "custom", "timestamp": 1e9, "data": {"text": "x" * 3_000_000 + "needle"}})
    path = tmp_path / "t.jsonl"
    path.write_bytes(line + b"\n")
    assert found(load_trace(path), "NEEDLE") == [0]
    assert found(load_trace(path), "/needle/") == []  # beyond what an expression sees


def test_it_needs_no_screen() -> None:
    code = "import sys, tracetop.app.query.matching, tracetop.app.query.suggestions; print('textual' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
