"""History of another thread that a file repeats, which counts nothing."""

from __future__ import annotations

from pathlib import Path

from tracetop.collector.reading.open_tail import open_tail

from .reading import Read, figures
from .rollouts import CHILD, FIRST, OWN, THREAD, call, context, count, message, meta, output, read, tokens, write

OLD_TURN = "0199aaa0-0000-7000-8000-000000000001"


def test_the_history_that_a_fork_repeats_counts_nothing(tmp_path: Path) -> None:
    history = (
        meta(10, "0199aa00-0000-7000-8000-00000000000f"),
        message(10, "task_started", turn_id=OLD_TURN),
        message(10, "user_message", message="theirs"),
        context(10, turn_id=OLD_TURN),
        call(10, "c", command="x"),
        output(10, "c", "x"),
        count(10, FIRST, FIRST),
    )
    got = read(tmp_path, meta(9, forked_from_id="0199aa00-0000-7000-8000-00000000000f"), *history, *OWN)
    assert figures(got) | {"llm_calls": 1, "tools": 0, "input_tokens": 1200} == figures(got)
    assert got.session.view().goal == "mine"
    without_turns = [each for each in history if each["payload"].get("turn_id") is None]
    own = [each for each in OWN if each["payload"].get("type") in ("user_message", "token_count")]
    got = read(tmp_path, meta(9), *without_turns, *own)
    assert figures(got)["llm_calls"] == 1, "what is written in one go ends with a pause"


def test_turns_without_a_time_are_known_by_the_file_of_the_thread_that_is_repeated(tmp_path: Path) -> None:
    parent = [
        meta(0, "old-thread"),
        *(
            record
            for turn in (1, 2)
            for record in (
                message(turn, "task_started", turn_id=f"old-{turn}"),
                context(turn, turn_id=f"old-{turn}"),
                count(turn + 0.5, tokens(1000 * turn, 0, 10 * turn), tokens(1000, 0, 10)),
            )
        ),
    ]
    fork = [
        meta(10, "new-thread", forked_from_id="old-thread"),
        *({**record, "timestamp": meta(10)["timestamp"]} for record in parent),
        message(10.2, "task_started", turn_id="new-1"),
        context(10.2, turn_id="new-1"),
        count(10.9, tokens(2700, 0, 27), tokens(700, 0, 7)),
    ]
    write(tmp_path / "rollout-2026-01-04T12-00-00-old-thread.jsonl", *parent)
    path = write(tmp_path / "rollout-2026-01-04T12-00-10-new-thread.jsonl", *fork)
    assert figures(Read(open_tail(path)))["input_tokens"] == 700
    (tmp_path / "rollout-2026-01-04T12-00-00-old-thread.jsonl").rename(tmp_path / "parent.jsonl")
    assert figures(Read(open_tail(path)))["input_tokens"] == 700, "it is known by its first line too"
    (tmp_path / "parent.jsonl").unlink()
    assert figures(Read(open_tail(path)))["input_tokens"] == 2700, "nothing says that it is a copy"


def test_records_without_an_ordinal_stand_where_those_before_them_do(tmp_path: Path) -> None:
    records = [
        meta(0, CHILD, parent_thread_id=THREAD, subagent_history_start_ordinal=4) | {"ordinal": 0},
        meta(0) | {"ordinal": 1},
        message(0, "task_started", turn_id="a") | {"ordinal": 2},
        count(0, FIRST, FIRST),
        message(1, "task_started", turn_id="b") | {"ordinal": 4},
        count(2, tokens(500, 0, 5), tokens(500, 0, 5)),
    ]
    assert figures(read(tmp_path, *records))["input_tokens"] == 500
