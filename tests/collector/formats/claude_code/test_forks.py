"""Sessions that go on from others: what a log repeats of another session counts there, once."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from tracetop.app.trace import load_trace
from tracetop.collector.formats.claude_code import forks, heads

FIRST, SECOND, THIRD = (str(UUID(int=number)) for number in (1, 2, 3))
Records = list[dict[str, Any]]


def turn(session: str, name: str, second: int, *, output: int = 10, **fields: Any) -> Records:
    """A prompt, an answer that calls a tool, its result, and the last answer."""

    def record(part: str, kind: str, content: Any, after: int, **message: Any) -> dict[str, Any]:
        return {
            "type": kind,
            "uuid": f"{name}-{part}",
            "sessionId": session,
            "timestamp": f"2026-01-28T02:{(second + after) // 60:02d}:{(second + after) % 60:02d}.000Z",
            "isSidechain": False,
            "message": {"role": kind, "content": content, **message},
            **fields,
        }

    def answer(part: str, block: dict[str, Any], after: int) -> dict[str, Any]:
        usage = {"input_tokens": 3, "cache_read_input_tokens": 1_000, "output_tokens": output}
        told = {"id": f"m-{name}-{part}", "model": "claude-opus-4-5", "usage": usage, "stop_reason": "end_turn"}
        return record(part, "assistant", [block], after, **told)

    call = {"type": "tool_use", "id": f"t-{name}", "name": "Bash", "input": {"command": f"ls {name}"}}
    result = {"type": "tool_result", "tool_use_id": f"t-{name}", "content": "fine"}
    return [
        record("p", "user", f"do {name}", 0),
        answer("a", call, 1),
        record("r", "user", [result], 2),
        answer("b", {"type": "text", "text": "done"}, 3),
    ]


def copied(records: Records, session: str) -> Records:
    """The same records in the log of a session that was made of them."""
    return [{**record, "sessionId": session} for record in records]


def marked(records: Records, session: str, of: str) -> Records:
    """Copies that have ids of their own and say what they were made of."""
    return [
        {**record, "uuid": f"copy of {record['uuid']}", "sessionId": session}
        | {"forkedFrom": {"sessionId": of, "messageUuid": record["uuid"]}}
        for record in records
    ]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Return a folder of sessions."""
    folder = tmp_path / "projects" / "-work"
    folder.mkdir(parents=True)
    return folder


def write(project: Path, session: str, records: Records) -> Path:
    path = project / f"{session}.jsonl"
    path.write_text("".join(json.dumps(record) + "\n" for record in records))
    return path


def calls_of(path: Path) -> tuple[int, int]:
    """How many calls of models a session counts, and how many records are another's history."""
    trace = load_trace(path)
    assert trace.merged is not None
    return trace.view().llm_calls, trace.merged.history


def test_a_fork_counts_only_what_came_after_it(project: Path) -> None:
    history = turn(FIRST, "one", 0)
    elder = write(project, FIRST, history + turn(FIRST, "two", 10))
    fork = write(project, SECOND, copied(history, SECOND) + turn(SECOND, "three", 20))
    assert calls_of(elder) == (4, 0)
    assert calls_of(fork) == (2, 4)


def test_the_original_may_have_gone_on_no_further(project: Path) -> None:
    history = turn(FIRST, "one", 0)
    fork = write(project, FIRST, copied(history, FIRST) + turn(FIRST, "two", 10))
    elder = write(project, SECOND, history)  # its name is no sign of age
    assert calls_of(elder) == (2, 0)
    assert calls_of(fork) == (2, 4)


def test_a_fork_that_went_on_first_is_known_by_what_the_original_says(project: Path) -> None:
    history = turn(FIRST, "one", 0)
    handed_over = {"type": "continued-in", "sessionId": FIRST, "continuedInSessionId": SECOND}
    elder = write(project, FIRST, [*history, handed_over, *turn(FIRST, "two", 50)])
    fork = write(project, SECOND, copied(history, SECOND) + turn(SECOND, "three", 10))
    assert calls_of(elder) == (4, 0)
    assert calls_of(fork) == (2, 4)


def test_a_fork_of_a_fork(project: Path) -> None:
    one, two, three = turn(FIRST, "one", 0), turn(SECOND, "two", 10), turn(THIRD, "three", 20)
    found = [
        write(project, FIRST, one + turn(FIRST, "four", 5)),
        write(project, SECOND, copied(one, SECOND) + two + turn(SECOND, "five", 15)),
        write(project, THIRD, copied(one + two, THIRD) + three),
    ]
    assert [calls_of(path) for path in found] == [(4, 0), (4, 4), (2, 8)]
    assert forks.elders_of(found[2]).nearest == SECOND


def test_copies_that_say_so_count_nothing_even_where_the_original_is_gone(project: Path) -> None:
    history = turn(FIRST, "one", 0)
    fork = write(project, SECOND, marked(history, SECOND, FIRST) + turn(SECOND, "two", 10))
    assert calls_of(fork) == (2, 4)


def test_a_mark_on_all_lines_is_no_sign_of_a_copy(project: Path) -> None:
    mark = {"forkedFrom": {"sessionId": FIRST, "messageUuid": "one-b"}}
    fork = write(project, SECOND, turn(SECOND, "two", 0, **mark) + turn(SECOND, "three", 10, **mark))
    assert calls_of(fork) == (4, 1)  # the first might be the copy


def test_without_its_original_a_history_that_says_nothing_counts(project: Path) -> None:
    fork = write(project, SECOND, copied(turn(FIRST, "one", 0), SECOND) + turn(SECOND, "two", 10))
    assert calls_of(fork) == (4, 0)


def test_copies_of_one_session_are_no_forks(project: Path) -> None:
    records = turn(FIRST, "one", 0)
    whole = write(project, "session_t1", records + turn(FIRST, "two", 10))
    assert calls_of(write(project, "session_t0", records)) == (2, 0)
    assert calls_of(whole) == (4, 0)


def test_lines_that_name_the_other_session_still_belong_to_the_log_they_stand_in(project: Path) -> None:
    history = turn(FIRST, "one", 0)
    write(project, FIRST, history)
    fork = write(project, SECOND, history + turn(SECOND, "two", 10))
    assert calls_of(fork) == (2, 4)


def test_sessions_that_only_repeat_each_other_count_once(project: Path) -> None:
    records = turn(FIRST, "one", 0)
    elder, fork = write(project, FIRST, records), write(project, SECOND, copied(records, SECOND))
    os.utime(elder, (1_000, 1_000))
    assert sorted([calls_of(elder), calls_of(fork)]) == [(0, 4), (2, 0)]
    assert calls_of(elder) == (2, 0)


def test_the_fork_says_where_it_comes_from_and_begins_with_its_own(project: Path) -> None:
    history = [*turn(FIRST, "one", 0), {"type": "mode", "mode": "normal", "sessionId": FIRST}]
    write(project, FIRST, history)
    fork = write(project, SECOND, copied(history, SECOND) + turn(SECOND, "two", 1_800))
    trace = load_trace(fork)
    start, told = trace.event(0), trace.event(1)
    assert start.kind == "session_start"
    assert start.session_id == SECOND
    assert (start.data["forked_from"], start.data["goal"]) == (FIRST, "do one")
    assert told.data == {"name": "history", "forked_from": FIRST, "records": 5}
    assert trace.view().duration_seconds == 3.0


def test_a_result_of_a_call_in_the_history_goes_on_with_the_session(project: Path) -> None:
    first, second = turn(FIRST, "one", 0), turn(SECOND, "two", 10)
    write(project, FIRST, first)
    result = first[2] | {"uuid": "own", "sessionId": SECOND}
    fork = write(project, SECOND, [*copied(first[:2], SECOND), result, *second])
    assert calls_of(fork) == (2, 2)


def test_logs_that_come_or_begin_to_say_something_later_are_known_by_their_beginnings(project: Path) -> None:
    """What a folder's logs begin with is remembered, though not of those that say nothing yet."""
    first = write(project, FIRST, turn(FIRST, "one", 0))
    titles = project / "titles.jsonl"
    titles.write_text(json.dumps({"type": "summary", "summary": "another's", "leafUuid": "x"}) + "\n")
    begun = turn(FIRST, "one", 0)[0]["uuid"]
    assert heads.logs_beginning_with(begun, project) == [first]
    with titles.open("a") as file:
        file.write("".join(json.dumps(record) + "\n" for record in copied(turn(FIRST, "one", 0), SECOND)))
    assert heads.logs_beginning_with(begun, project) == [first, titles]
    other = write(project, SECOND, turn(SECOND, "two", 50))
    assert heads.logs_beginning_with(turn(SECOND, "two", 50)[0]["uuid"], project) == [other]
    assert heads.logs_beginning_with(begun, project) == [first, titles]
