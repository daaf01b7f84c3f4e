"""Tokens of a rollout: each call of the model is counted once, however often and wherever it is reported."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from .reading import figures
from .rollouts import CHILD, FIRST, LAST, SECOND, THREAD, context, count, item, line, message, meta, read, tokens


def test_what_is_reported_twice_is_counted_once(tmp_path: Path) -> None:
    got = read(
        tmp_path,
        meta(0),
        message(1, "user_message", message="do it"),
        context(1),
        count(2, FIRST, FIRST),
        count(3, FIRST, FIRST),
        item(4, "message", role="assistant", content=[{"type": "output_text", "text": "done"}]),
        item(5, "message", role="user", content="more"),
        count(6, SECOND, LAST),
        count(7, SECOND, {**tokens(0, 0, 0), "total_tokens": 940_499}),
    )
    counts = figures(got)
    assert (counts["llm_calls"], counts["input_tokens"], counts["output_tokens"]) == (2, 2200, 150)
    assert got.merged.duplicates == 2
    view = got.session.view()
    assert view.tokens.input == 900, "input includes the cache in these models"
    assert view.goal == "do it"


def test_models_of_others_are_told_with_the_cache_apart(tmp_path: Path) -> None:
    got = read(tmp_path, meta(0), message(1, "user_message", message="x"), context(1, "qwen3"), count(2, FIRST, FIRST))
    assert got.of("llm_response")[0].data["input_tokens"] == 600
    assert got.session.view().tokens.input == 600


def test_records_of_usage_go_before_reports(tmp_path: Path) -> None:
    def record(at: float, id: str, usage: dict[str, int], total: dict[str, int], thread: str = THREAD) -> Any:
        told = {"thread_id": thread, "response_id": id, "usage": usage, "thread_token_usage": total}
        return line(at, "token_usage_record", **told)

    got = read(
        tmp_path,
        meta(0),
        message(1, "user_message", message="x"),
        context(1),
        count(2, FIRST, FIRST),
        record(2.1, "resp_1", FIRST, FIRST),  # the same call: this file changes over here
        item(3, "message", role="user", content="more"),
        record(4, "resp_2", LAST, SECOND),
        record(4, "resp_2", LAST, SECOND),
        record(4, "resp_9", LAST, SECOND, CHILD),
        count(4.5, SECOND, LAST),
        count(5, tokens(9000, 0, 1), tokens(6800, 0, 1)),
    )
    assert figures(got)["llm_calls"] == 2
    assert figures(got)["input_tokens"] == 2200
    assert [event.data.get("response_id") for event in got.of("llm_response")] == [None, "resp_2"]


def usage_record(at: float, used: dict[str, int], **more: Any) -> dict[str, Any]:
    return line(at, "token_usage_record", usage={**used, "cache_write_input_tokens": 0}, **more)


def test_what_a_first_record_says_again_is_known_however_much_it_says(tmp_path: Path) -> None:
    begun = [meta(0), context(1), count(2, FIRST, FIRST)]
    again = usage_record(2.1, FIRST, thread_token_usage={**FIRST, "cache_write_input_tokens": 0})
    bare = usage_record(2.1, FIRST, thread_id=THREAD, response_id="r1")
    later = usage_record(9, LAST, thread_token_usage=SECOND)
    for first in (again, bare):
        got = figures(read(tmp_path, *begun, first, count(3, FIRST, FIRST), later, later, count(9.1, SECOND, LAST)))
        assert (got["llm_calls"], got["input_tokens"]) == (2, 2200)
    headless = read(tmp_path, context(1), usage_record(2, FIRST, thread_id=THREAD, response_id="r"))
    assert figures(headless)["llm_calls"] == 1, "the line is damaged that would say which thread this is"
    same_again = usage_record(2.1, FIRST, thread_token_usage=tokens(2000, 800, 200))
    assert figures(read(tmp_path, *begun, same_again))["llm_calls"] == 2, "another answer of the same size"
