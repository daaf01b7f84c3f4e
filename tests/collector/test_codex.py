"""Rollouts of Codex: real ones against counts made by somebody else, and a small one of our own for each trap."""

from __future__ import annotations

import json
import os
import random
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from tracetop.analysis.fold.session import Session
from tracetop.analysis.rules.second_pass import SecondPass
from tracetop.collector.events import TraceEvent
from tracetop.collector.formats.codex import CODEX
from tracetop.collector.formats.codex.companions import companions
from tracetop.collector.formats.native import event_from_line
from tracetop.collector.formats.registry import detect
from tracetop.collector.formats.translator import Origin
from tracetop.collector.reading.delivery import TailState
from tracetop.collector.reading.follow import FileTail
from tracetop.collector.reading.open_tail import Tail, open_tail
from tracetop.collector.reading.translated import TranslatedTail, native_line

TRACES = Path(os.environ.get("TRACETOP_TRACES", Path(__file__).parents[3] / "shared" / "traces"))
REAL = sorted((TRACES / "codex").glob("*.jsonl"))
real = pytest.mark.skipif(not REAL, reason=f"no real rollouts in {TRACES}")
each_real = pytest.mark.parametrize("path", REAL or [Path("none")], ids=lambda path: path.stem)

THREAD = "0199aaaa-0000-7000-8000-00000000000a"
CHILD = "0199aaab-0000-7000-8000-00000000000b"
OLD_TURN = "0199aaa0-0000-7000-8000-000000000001"
ITS_TURN = "0199aaaa-0001-7000-8000-000000000003"
NEW_TURN = "0199aaac-0000-7000-8000-000000000002"


class Read:
    """What a tail gave: its native lines, and the session that they fold to."""

    def __init__(self, tail: Tail, most: Iterator[int] | None = None) -> None:
        self.tail = tail
        self.lines: list[bytes] = []
        self.bad = 0
        self.session = Session()
        self.again(most)

    def again(self, most: Iterator[int] | None = None) -> None:
        for _ in range(2):
            while True:
                for delivery in self.tail.poll(None if most is None else next(most)):
                    batch = delivery.batch
                    self.bad += len(batch.bad)
                    self.lines += [self.tail.line(position) for position in batch.offsets]
                    self.session.apply(batch.records, batch.offsets)
                if not self.tail.has_more:
                    break

    @property
    def events(self) -> list[TraceEvent]:
        return [event_from_line(line) for line in self.lines]

    def of(self, kind: str) -> list[TraceEvent]:
        return [event for event in self.events if event.kind == kind]

    def kinds(self) -> list[str]:
        return [event.kind for event in self.events]

    @property
    def merged(self) -> Any:
        assert isinstance(self.tail, TranslatedTail)
        return self.tail.merged


def figures(read: Read) -> dict[str, Any]:
    """What the reference counts, as our own fold has it."""
    view = read.session.view()
    buckets = view.tokens
    started = read.of("tool_start")
    without_start = [event for event in read.of("tool_end") + read.of("tool_error") if event.parent_event_id is None]
    responses = read.of("llm_response")
    return {
        "llm_calls": view.summary().llm_calls,
        "input_tokens": (buckets.input or 0) + (buckets.cache_read or 0) + (buckets.cache_write or 0),
        "cached_input_tokens": buckets.cache_read or 0,
        "cache_write_input_tokens": buckets.cache_write or 0,
        "output_tokens": buckets.output or 0,
        "reasoning_output_tokens": sum(event.data["reasoning_tokens"] for event in responses),
        "models": dict(Counter(event.data.get("model") for event in responses)),
        "tools": len(started) + len(without_start),
        "tools_open": view.running_tools,
        "lines_bad": read.bad,
        "records": read.merged.records,
        "token_count_dup": read.merged.duplicates,
    }


def expected(path: Path) -> dict[str, Any]:
    told = json.loads((TRACES / "expected_counts.json").read_text())[f"codex/{path.name}"]
    names = "input_tokens cached_input_tokens cache_write_input_tokens output_tokens reasoning_output_tokens llm_calls"
    counts = {**dict.fromkeys(names.split(), 0), "token_count_dup": 0, **told}
    counts["tools"] += told.get("web_search_call", 0)  # counted by itself there
    # Reports that say again what a record said; one of each file has no tokens in it.
    counts["token_count_dup"] += told["ev_token_count"] if "token_usage_record" in told else 0
    return counts


@real
@each_real
def test_real_counts_are_right_whole_in_chunks_and_converted(path: Path, tmp_path: Path) -> None:
    known = detect(path)
    assert known is CODEX
    whole = Read(open_tail(path))
    counts = figures(whole)
    told = expected(path)
    assert counts == {name: told[name] for name in counts}
    assert len({event.event_id for event in whole.events}) == len(whole.events)
    draw = random.Random(path.name)
    assert Read(open_tail(path), iter(lambda: draw.randint(1, 40_000), None)).lines == whole.lines
    converted = tmp_path / "converted.jsonl"
    converted.write_bytes(b"".join(line + b"\n" for line in whole.lines))
    again = Read(open_tail(converted))
    assert isinstance(again.tail, FileTail)
    assert again.session.view().summary() == whole.session.view().summary()
    assert again.session.view().tokens == whole.session.view().tokens


@real
@each_real
def test_a_real_rollout_that_grows_is_at_each_moment_what_it_is_read_afresh(path: Path, tmp_path: Path) -> None:
    content = path.read_bytes()
    draw = random.Random(path.name)
    cuts = [*sorted(draw.sample(range(len(content)), 3)), len(content)]
    growing, fresh = tmp_path / "growing.jsonl", tmp_path / "fresh.jsonl"
    first_line = content.index(b"\n") + 1
    growing.write_bytes(content[:first_line])
    read = Read(open_tail(growing))
    for cut in cuts:
        cut = max(cut, first_line)
        with growing.open("ab") as file:
            file.write(content[growing.stat().st_size : cut])
        read.again()
        fresh.write_bytes(content[:cut])
        now = Read(open_tail(fresh))
        assert read.lines == now.lines
        assert read.session.view().summary() == now.session.view().summary()


@real
def test_garbage_in_a_real_rollout_costs_only_itself(tmp_path: Path) -> None:
    path = TRACES / "codex" / "codex_0.66.0.jsonl"
    lines = path.read_bytes().splitlines(keepends=True)
    odd = [b"\0\0\n", b"[1]\n", b"{\n", b'{"type":"event_msg","payload":{"type":"token_count","info":7}}\n', b"\xff\n"]
    torn = tmp_path / "torn.jsonl"
    torn.write_bytes(b"".join(line + odd[place % len(odd)] for place, line in enumerate(lines)) + b'{"type":"resp')
    whole, read = Read(open_tail(path)), Read(open_tail(torn))
    assert read.session.view().summary() == whole.session.view().summary()
    assert read.bad == 4 * len(lines) // len(odd)


def line(at: float, outer: str, **payload: Any) -> dict[str, Any]:
    seconds = int(at)
    stamp = f"2026-01-04T12:{seconds // 60:02}:{seconds % 60:02}.{round((at - seconds) * 1000):03}Z"
    return {"timestamp": stamp, "type": outer, "payload": payload}


def item(at: float, kind: str, **payload: Any) -> dict[str, Any]:
    return line(at, "response_item", type=kind, **payload)


def message(at: float, kind: str, **payload: Any) -> dict[str, Any]:
    return line(at, "event_msg", type=kind, **payload)


def meta(at: float, thread: str = THREAD, **payload: Any) -> dict[str, Any]:
    return line(at, "session_meta", **{"id": thread, "cwd": "/w", "source": "cli", **payload})


def context(at: float, model: str = "gpt-5.1-codex", **payload: Any) -> dict[str, Any]:
    return line(at, "turn_context", **{"model": model, "approval_policy": "never", **payload})


def tokens(sent: int, cached: int, output: int) -> dict[str, int]:
    counts = {"input_tokens": sent, "cached_input_tokens": cached, "output_tokens": output}
    return {**counts, "reasoning_output_tokens": output // 2, "total_tokens": sent + output}


def count(at: float, total: dict[str, int], last: dict[str, int], **more: Any) -> dict[str, Any]:
    return message(at, "token_count", info={"total_token_usage": total, "last_token_usage": last}, **more)


def call(at: float, id: str, name: str = "shell", **args: Any) -> dict[str, Any]:
    return item(at, "function_call", name=name, call_id=id, arguments=json.dumps(args))


def output(at: float, id: str, said: Any) -> dict[str, Any]:
    return item(at, "function_call_output", call_id=id, output=said)


def write(path: Path, *records: dict[str, Any]) -> Path:
    path.write_text("".join(json.dumps(record) + "\n" for record in records))
    return path


def read(folder: Path, *records: dict[str, Any]) -> Read:
    return Read(open_tail(write(folder / "rollout-1.jsonl", *records)))


FIRST = tokens(1000, 400, 100)
SECOND = tokens(2200, 1300, 150)
LAST = tokens(1200, 900, 50)


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


def test_each_call_is_an_iteration_whether_its_tokens_come_before_or_behind_what_it_says(tmp_path: Path) -> None:
    early = read(
        tmp_path,
        meta(0),
        message(1, "user_message", message="x"),
        context(1),
        message(2, "agent_reasoning", text="hm"),
        count(2.1, FIRST, FIRST),
        item(2.2, "reasoning", summary=[], encrypted_content="SECRET"),
        call(2.2, "c1", command=["bash", "-lc", "ls"]),
        output(2.2, "c1", "Exit code: 0\nWall time: 0.1 seconds\nOutput:\nfile\n"),
        context(2.2),
        count(3, FIRST, FIRST),
        item(4, "message", role="assistant", content=[{"type": "output_text", "text": "done"}]),
        count(4.1, SECOND, LAST),
    )
    assert [(event.kind, event.iteration) for event in early.events if event.kind.startswith(("llm", "tool"))] == [
        ("llm_request", 1),
        ("llm_response", 1),
        ("tool_start", 1),
        ("tool_end", 1),
        ("llm_request", 2),
        ("llm_response", 2),
    ]
    assert [round(event.duration_ms or 0) for event in early.of("llm_response")] == [1100, 1900]
    assert early.of("tool_start")[0].data["args"] == {"command": "ls"}
    assert early.of("tool_end")[0].duration_ms == pytest.approx(100)
    assert early.of("tool_end")[0].data["result"] == "file\n"
    assert not any(b"SECRET" in line for line in early.lines)


@pytest.mark.parametrize(
    ("said", "kind", "fields"),
    [
        ("Exit code: 2\nWall time: 1.5 seconds\nOutput:\nno", "tool_error", {"exit_code": 2}),
        ('{"output":"no","metadata":{"exit_code":1,"duration_seconds":1.5}}', "tool_error", {"exit_code": 1}),
        (
            "Chunk ID: 1\nWall time: 1 seconds\nProcess exited with code 3\nOutput:\nno",
            "tool_error",
            {"exit_code": 3},
        ),
        ("Output of mine says\nExit code: 1\n", "tool_end", {}),
        ([{"type": "input_text", "text": "well"}], "tool_end", {"result": "well"}),
        ("apply_patch verification failed: no such line", "tool_error", {}),
        ("exec command rejected by user", "tool_end", {}),
        ("aborted by user after 3.2s", "tool_end", {"cancelled": True}),
        ('{"content":[],"isError":true}', "tool_error", {}),
    ],
)
def test_how_a_call_ended_is_told_by_the_head_of_its_output(
    said: Any, kind: str, fields: dict[str, Any], tmp_path: Path
) -> None:
    got = read(tmp_path, meta(0), context(1), call(2, "c", command="x"), output(3, "c", said), output(3, "c", said))
    (end,) = got.of("tool_end") + got.of("tool_error")
    assert end.kind == kind
    assert fields.items() <= end.data.items()
    assert [event.data["approved"] for event in got.of("tool_approval")] == ([False] if "rejected" in str(said) else [])
    assert got.merged.duplicates == 1


def test_newer_messages_say_exactly_how_a_call_ended_and_open_calls_stay_open(tmp_path: Path) -> None:
    done = {"type": "CommandExecution", "id": "c1", "status": "failed", "exit_code": 7}
    got = read(
        tmp_path,
        meta(0),
        context(1),
        call(2, "c1", "exec_command", cmd="a"),
        message(3, "item_completed", item={**done, "duration": {"secs": 1, "nanos": 250_000_000}}),
        output(4, "c1", "Wall time: 1 seconds\nOutput:\nx"),
        call(5, "c2", "exec_command", cmd="b"),
        message(6, "exec_command_end", call_id="c2", exit_code=0, duration={"secs": 2, "nanos": 0}),
    )
    (failed,) = got.of("tool_error")
    assert (failed.duration_ms, failed.data["exit_code"]) == (1250, 7)
    assert got.session.view().running_tools == 1


def test_a_call_whose_output_is_missing_ends_with_the_turn_where_a_message_said_so(tmp_path: Path) -> None:
    done = {"type": "CommandExecution", "id": "c1", "exit_code": 2, "status": "failed"}
    got = read(
        tmp_path,
        meta(0),
        message(1, "user_message", message="x"),
        context(1),
        call(2, "c1", "exec_command", cmd="make"),
        call(2, "c2", "exec_command", cmd="sleep 100"),
        message(4, "item_completed", item=done, started_at_ms=5_000, completed_at_ms=6_250),
        message(9, "task_complete", turn_id="t"),
    )
    (failed,) = got.of("tool_error")
    assert (failed.timestamp % 60, failed.duration_ms, failed.data["exit_code"]) == (4, 1250, 2)
    assert got.session.view().running_tools == 1


def test_an_output_may_be_an_object(tmp_path: Path) -> None:
    wrapped = {"output": "no", "metadata": {"exit_code": 3, "duration_seconds": 1.5}}
    got = read(tmp_path, meta(0), context(1), call(2, "a", cmd="x"), output(3, "a", wrapped), call(4, "b", cmd="y"))
    (failed,) = got.of("tool_error")
    assert (failed.data["exit_code"], failed.duration_ms) == (3, 1500)


def test_who_waits_repeats_nothing(tmp_path: Path) -> None:
    asked = [call(place, f"c{place}", "write_stdin", session_id=1, chars="") for place in range(2, 8)]
    got = read(tmp_path, meta(0), context(1), *asked)
    assert not [issue for issue in got.session.view().issues() if issue.category == "repeated_tool_calls"]
    assert got.of("tool_start")[0].data["waits_for"] == {"session_id": 1, "chars": ""}


def test_patches_change_files_and_plans_change_by_their_steps(tmp_path: Path) -> None:
    patch = "*** Begin Patch\n*** Add File: a.py\n+one\n+two\n*** Update File: b.py\n@@\n-x\n+y\n*** End Patch"
    plan = [{"step": "look", "status": "in_progress"}, {"step": "do", "status": "pending"}]
    later = [{"step": "look", "status": "completed"}, {"step": "do", "status": "in_progress"}]
    got = read(
        tmp_path,
        meta(0),
        context(1),
        item(2, "custom_tool_call", name="apply_patch", call_id="p", input=patch),
        message(2.5, "patch_apply_end", call_id="p", success=True, changes={"a.py": {"add": {}}}),
        item(3, "custom_tool_call_output", call_id="p", output="Success."),
        call(4, "u1", "update_plan", plan=plan),
        output(4, "u1", "Plan updated"),
        call(5, "u2", "update_plan", plan=later),
        output(5, "u2", "Plan updated"),
    )
    assert [dict(event.data) for event in got.of("file_change")] == [
        {"path": "a.py", "action": "create", "added": 2, "removed": 0},
        {"path": "b.py", "action": "edit", "added": 1, "removed": 1},
    ]
    assert [event.kind for event in got.events if event.kind.startswith("plan")] == [
        "plan_created",
        "plan_step_start",
        "plan_step_complete",
        "plan_step_start",
    ]


def test_the_end_of_a_turn_is_told_and_judged_until_the_agent_goes_on(tmp_path: Path) -> None:
    turn = [
        meta(0),
        message(1, "user_message", message="do it"),
        context(1),
        call(2, "c1", "apply_patch", input="*** Begin Patch\n*** Update File: a.py\n+x\n*** End Patch"),
        output(3, "c1", "Exit code: 0\nOutput:\ndone"),
        count(4, FIRST, FIRST),
        message(5, "task_complete", turn_id="t1", duration_ms=4_000),
    ]
    got = read(tmp_path, *turn, turn[-1])
    (end,) = (event for event in got.of("custom") if event.data["name"] == "turn_end")
    assert (end.data["turn_id"], end.data["turn"], end.data["seconds"]) == ("t1", 1, 4.0)
    assert end.iteration is None
    assert "unverified_finish" in found(got)
    more = [call(9, "c2", cmd="pytest -q"), output(10, "c2", "Exit code: 1\nOutput:\nfailed")]
    more += [count(11, SECOND, LAST), message(12, "task_complete", turn_id="t2")]
    assert "unverified_finish" not in found(read(tmp_path, *turn, *more))


def found(read: Read) -> list[str]:
    """What the rules of the second pass find."""
    rules = SecondPass(read.session)
    rules.extend_to_end()
    return [episode.category for episode in rules.standing(read.session.count)]


def test_limits_are_a_budget_that_is_told_when_it_changes_and_warns_once(tmp_path: Path) -> None:
    def limits(at: float, used: float, **more: Any) -> dict[str, Any]:
        rates = {"primary": {"used_percent": used, "window_minutes": 300}, **more}
        return message(at, "token_count", info=None, rate_limits=rates)

    got = read(
        tmp_path,
        meta(0),
        context(1),
        *(limits(at, used) for at, used in enumerate((10, 10, 81, 85, 85), 2)),
        limits(9, 100.0, rate_limit_reached_type="rate_limit_reached"),
    )
    assert [(event.kind, event.data["usage_fraction"]) for event in got.events if "budget" in event.kind] == [
        ("budget_check", 0.1),
        ("budget_warning", 0.81),
        ("budget_check", 0.85),
        ("budget_exhausted", 1.0),
    ]
    assert "5-hour limit" in got.of("budget_check")[0].data["message"]


def test_a_compaction_is_one_however_many_records_tell_of_it(tmp_path: Path) -> None:
    got = read(
        tmp_path,
        meta(0),
        context(1),
        count(2, FIRST, FIRST),
        line(3, "compacted", message="", replacement_history=[{"type": "message"}, {"type": "message"}]),
        message(3.1, "context_compacted"),
        line(9, "compacted", message="", replacement_history=[], latest_token_usage_record={"usage": LAST}),
        message(9.1, "context_compacted"),
    )
    assert [event.data.get("tokens_before") for event in got.of("compaction_end")] == [1100, 1100]
    assert got.of("compaction_end")[0].data["messages_after"] == 2
    assert figures(got)["llm_calls"] == 1


def test_settings_change_the_mode_only_when_they_change(tmp_path: Path) -> None:
    got = read(
        tmp_path,
        meta(0),
        context(1),
        context(2),
        context(3, approval_policy="on-request"),
        context(4, "gpt-5.2", approval_policy="on-request"),
        message(5, "user_message", message="x"),
    )
    assert [(event.data["from_mode"], event.data["to_mode"]) for event in got.of("mode_change")] == [
        ("approval policy never", "on-request"),
        ("model gpt-5.1-codex", "gpt-5.2"),
    ]


def test_what_goes_wrong_is_told_and_what_ran_is_cancelled(tmp_path: Path) -> None:
    got = read(
        tmp_path,
        meta(0, base_instructions={"text": "be good"}),
        message(1, "task_started", turn_id=NEW_TURN),
        message(1, "user_message", message="x"),
        item(2, "ghost_snapshot", ghost_commit={"id": "abc", "preexisting_untracked_files": ["secret.env"]}),
        call(3, "c", command="sleep 9"),
        message(4, "turn_aborted", turn_id=NEW_TURN, reason="interrupted"),
        output(5, "c", "aborted by user after 1.0s"),
        message(6, "stream_error", message="retrying"),
        message(7, "error", message="no more", codex_error_info="usage_limit_exceeded"),
        message(8, "thread_rolled_back", num_turns=1),
        message(9, "some_new_type", x=1),
    )
    kinds = got.kinds()
    assert [kind for kind in kinds if kind in ("checkpoint", "error", "llm_retry", "recovery")] == [
        "checkpoint",
        "error",
        "llm_retry",
        "error",
        "recovery",
    ]
    assert got.of("tool_end")[0].data["cancelled"] is True
    assert kinds.count("tool_end") == 1
    assert got.session.view().running_tools == 0
    assert got.of("session_start")[0].data["instructions_characters"] == len("be good")
    assert not any(b"be good" in line or b"secret.env" in line for line in got.lines)
    assert got.merged.skipped["some_new_type"] == 1


OWN = (
    message(20, "task_started", turn_id=NEW_TURN),
    message(20, "user_message", message="mine"),
    context(20, turn_id=NEW_TURN),
    count(22, SECOND, LAST),
)


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


def spawned(folder: Path) -> Path:
    """A rollout with a sub-agent of its own, which repeats its history, and the sub-agent's sub-agent."""
    path = write(
        folder / "rollout-2026-01-04T12-00-00-a.jsonl",
        meta(0),
        message(1, "task_started", turn_id=ITS_TURN),
        message(1, "user_message", message="all"),
        context(1, turn_id=ITS_TURN),
        call(2, "s", "spawn_agent", message="look around"),
        count(2.1, FIRST, FIRST),
        message(11, "collab_agent_spawn_end", call_id="s", new_thread_id=CHILD, new_agent_nickname="Ada"),
        output(11, "s", '{"agent_id":"x"}'),
        count(40, SECOND, LAST),
    )
    parent = {"subagent": {"thread_spawn": {"parent_thread_id": THREAD, "depth": 1, "agent_nickname": "Ada"}}}
    write(
        folder / "rollout-2026-01-04T12-00-10-b.jsonl",
        meta(10, CHILD) | {"payload": {"id": CHILD, "source": parent}},
        meta(10, THREAD),
        message(10, "task_started", turn_id=ITS_TURN),
        count(10, FIRST, FIRST),
        message(12, "task_started", turn_id=NEW_TURN),
        message(12, "user_message", message="look around"),
        context(12, turn_id=NEW_TURN),
        count(14, tokens(5000, 0, 10), tokens(4000, 0, 10)),
        message(15, "task_complete", turn_id=NEW_TURN, last_agent_message="seen"),
    )
    write(
        folder / "rollout-2026-01-04T12-00-13-c.jsonl",
        meta(13, "0199aaad-0000-7000-8000-0000000000cc", parent_thread_id=CHILD, agent_role="explorer"),
        line(14, "turn_context", model="gpt-5.1-codex", turn_id="t"),
        count(14, tokens(700, 0, 7), tokens(700, 0, 7)),
    )
    write(folder / "rollout-2026-01-04T12-00-14-d.jsonl", meta(14, "0199aaae-0000-7000-8000-0000000000dd"))
    return path


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


def test_sub_agents_are_lanes_of_the_session_that_began_them(tmp_path: Path) -> None:
    path = spawned(tmp_path)
    assert [found.name[-7] for found in companions(path)] == ["b", "c"]
    got = Read(open_tail(path))
    by_agent = Counter(event.data.get("agent_id") for event in got.of("llm_response"))
    assert by_agent == {None: 2, "Ada": 1, "explorer 000000cc": 1}
    spawns = [(event.data["agent_id"], event.data.get("parent_agent_id")) for event in got.of("subagent_spawn")]
    assert spawns == [("Ada", None), ("explorer 000000cc", "Ada")]
    assert got.of("subagent_spawn")[0].data["task"] == "look around"
    assert [event.data["result"] for event in got.of("subagent_complete")] == ["seen"]
    assert figures(got)["input_tokens"] == 2200 + 4000 + 700
    assert got.merged.duplicates == 3, "its parent's history"
    alone = Read(open_tail(companions(path)[0]))
    assert alone.session.view().goal == "look around"
    assert figures(alone)["input_tokens"] == 4000 + 700


def test_sub_agents_are_found_on_later_days_and_where_they_were_put_away(tmp_path: Path) -> None:
    path = spawned(tmp_path)
    plain = Read(open_tail(path))
    child, grandchild = companions(path)
    days, archive = tmp_path / "sessions" / "2026" / "01", tmp_path / "archived_sessions"
    for folder in (days / "04", days / "09", archive):
        folder.mkdir(parents=True)
    kept = path.rename(days / "04" / path.name)
    child = child.rename(days / "09" / child.name.replace("01-04", "01-09"))
    grandchild = grandchild.rename(archive / grandchild.name.replace("01-04", "01-10"))
    write(archive / "rollout-2026-01-11T12-00-00-d.jsonl", meta(0, "d", parent_thread_id=THREAD))
    ended = datetime(2026, 1, 9, 12).timestamp()
    os.utime(kept, (ended, ended))
    assert set(companions(kept)) == {child, grandchild}
    assert Read(open_tail(kept)).session.view().tokens == plain.session.view().tokens
    away = kept.rename(archive / kept.name)
    assert set(companions(away)) >= {child, grandchild}


def test_what_an_editor_or_another_agent_says_is_no_prompt_of_a_persons(tmp_path: Path) -> None:
    from_editor = "# Context from my IDE setup:\n\n## Open tabs:\n- a.py\n\n## My request for Codex:\nfix it\n"
    got = read(
        tmp_path,
        meta(0),
        message(1, "user_message", message=from_editor),
        context(1),
        count(2, FIRST, FIRST),
        item(3, "agent_message", content=[{"type": "input_text", "text": "from another agent"}]),
        message(3.5, "guardian_assessment", id="g", status="in_progress"),
        message(3.6, "guardian_assessment", id="g", status="denied", rationale="no"),
        count(5, SECOND, LAST),
    )
    assert got.session.view().goal == "fix it"
    assert [event.timestamp % 60 for event in got.of("llm_request")] == [1, 3]
    assert [(event.data["approved"], event.data["reason"]) for event in got.of("tool_approval")] == [(False, "no")]


def test_reviews_are_agents_too(tmp_path: Path) -> None:
    got = read(
        tmp_path,
        meta(0),
        message(1, "user_message", message="x"),
        message(2, "entered_review_mode", user_facing_hint="changes"),
        message(5, "exited_review_mode"),
    )
    assert [(event.kind, event.data["agent_id"]) for event in got.events[2:]] == [
        ("subagent_spawn", "review"),
        ("subagent_complete", "review"),
    ]


def test_the_oldest_rollouts_have_items_alone(tmp_path: Path) -> None:
    old = {"id": THREAD, "timestamp": "2025-05-07T17:24:21.123Z", "instructions": None}
    path = write(
        tmp_path / "rollout-old.jsonl",
        old,
        {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "<environment_context>"}]},
        {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "go"}]},
        {"type": "function_call", "name": "shell", "arguments": '{"command":["ls"]}', "call_id": "c"},
        {"type": "function_call_output", "call_id": "c", "output": '{"output":"a","metadata":{"exit_code":0}}'},
        {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "there"}]},
        {"record_type": "state"},
    )
    got = Read(open_tail(path))
    assert got.session.view().goal == "go"
    assert got.kinds().count("llm_request") == 2
    assert got.kinds().count("tool_end") == 1


def packed(path: Path, content: bytes) -> Path:
    zstandard = pytest.importorskip("zstandard")
    half = content.index(b"\n", len(content) // 2) + 1
    frames = [zstandard.ZstdCompressor().compress(part) for part in (content[:half], content[half:])]
    path.write_bytes(b"".join(frames))
    return path


def test_packed_rollouts_are_read_whole_with_those_of_their_sub_agents(tmp_path: Path) -> None:
    path = spawned(tmp_path)
    plain = Read(open_tail(path))
    files = [path, *companions(path)]
    for each in files:
        packed(each.with_name(each.name + ".zst"), each.read_bytes())
    assert [path, *companions(path)] == files, "what is still written to goes before its packed copy"
    for each in files:
        each.unlink()
    got = Read(open_tail(path.with_name(path.name + ".zst")), iter(lambda: 100, None))
    assert got.lines == plain.lines
    assert detect(path.with_name(path.name + ".zst")) is CODEX


def test_of_a_damaged_archive_is_read_what_can_be(tmp_path: Path) -> None:
    path = packed(tmp_path / "rollout-1.jsonl.zst", write(tmp_path / "x", meta(0), *OWN).read_bytes() * 2)
    path.write_bytes(path.read_bytes()[:-9])
    assert figures(Read(open_tail(path)))["llm_calls"] == 1


def test_without_the_extra_it_is_said_what_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = packed(tmp_path / "rollout-1.jsonl.zst", write(tmp_path / "x", meta(0), *OWN).read_bytes())
    monkeypatch.setitem(sys.modules, "zstandard", None)
    monkeypatch.setitem(sys.modules, "compression.zstd", None)
    tail = open_tail(path)
    list(tail.poll())
    assert tail.state is TailState.UNREADABLE
    assert "pip install 'tracetop[zst]'" in tail.reason


ODD: tuple[Any, ...] = (None, 7, -1.5, True, "odd", [], [1, None], {}, {"a": 1}, float("inf"), 10**400)


def bent(value: Any) -> Iterator[Any]:
    """A value with one of its parts replaced by something odd, in every way."""
    yield from ODD
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, part in list(inner):
        for other in bent(part):
            copy = value.copy()
            copy[key] = other
            yield copy


def test_nothing_that_a_record_may_hold_is_too_odd(tmp_path: Path) -> None:
    usage = {"thread_id": THREAD, "response_id": "r", "usage": LAST, "thread_token_usage": SECOND}
    rates = {"primary": {"used_percent": 9.0, "window_minutes": 300, "resets_at": 1}, "plan_type": "pro"}
    change = {"a.py": {"update": {"unified_diff": "+x\n-y"}}}
    done = {"type": "FileChange", "id": "z", "status": "completed", "changes": change, "duration": {"secs": 1}}
    spawn = {"subagent": {"thread_spawn": {"parent_thread_id": THREAD, "agent_nickname": "Ada"}}}
    plan = json.dumps({"plan": [{"step": "a", "status": "completed"}]})
    records = [
        meta(0, source=spawn, git={"branch": "b"}, base_instructions={"text": "x"}, subagent_history_start_ordinal=1),
        context(1, collaboration_mode={"mode": "plan"}, turn_id=NEW_TURN),
        message(1, "task_started", turn_id=NEW_TURN, model_context_window=1000),
        message(1, "user_message", message="x"),
        item(2, "message", role="assistant", content=[{"type": "output_text", "text": "x", "image_url": "y"}]),
        item(2, "function_call", name="update_plan", namespace="n", call_id="c", arguments=plan),
        item(2, "custom_tool_call", name="apply_patch", call_id="p", input="*** Begin Patch\n*** Add File: a\n+x"),
        item(2, "local_shell_call", call_id="l", action={"type": "exec", "command": ["ls", "-l"]}),
        item(2, "web_search_call", id="w", action={"query": "q"}, status="completed"),
        message(3, "exec_command_end", call_id="c", exit_code=0, duration={"secs": 1, "nanos": 5}, status="ok"),
        message(3, "mcp_tool_call_end", call_id="p", result={"Ok": {"isError": False}}, success=True),
        message(3, "item_completed", item=done),
        output(4, "c", [{"type": "input_text", "text": "x"}]),
        output(4, "p", {"content": "x", "success": False}),
        output(4, "l", '{"output": "x", "metadata": {"exit_code": 1, "duration_seconds": 2}}'),
        count(5, SECOND, LAST, rate_limits=rates),
        line(5, "token_usage_record", **usage),
        line(6, "compacted", message="x", replacement_history=[{}]),
        message(7, "guardian_assessment", id="g", status="denied", rationale="no"),
        message(7, "error", message="x", codex_error_info={"http": {"code": 1}}),
        message(7, "thread_rolled_back", num_turns=2),
        item(7, "ghost_snapshot", ghost_commit={"id": "x"}),
        message(8, "collab_agent_spawn_end", call_id="c", new_thread_id=CHILD, new_agent_nickname="Ada", model="m"),
        message(8, "collab_close_end", receiver_thread_id=CHILD),
        message(8, "entered_review_mode", user_facing_hint="x"),
        message(8, "exited_review_mode"),
        message(9, "turn_aborted", turn_id=NEW_TURN, reason="interrupted"),
        message(9, "task_complete", turn_id=NEW_TURN, last_agent_message="x"),
    ]
    path = tmp_path / "rollout-1.jsonl"
    assert CODEX.time_of({"timestamp": "2026-01-04T12:00:00"}) == CODEX.time_of({"timestamp": "2026-01-04T12:00:00Z"})
    assert CODEX.time_of({"timestamp": "[trimmed]"}) is None
    for kind in ODD:
        assert not CODEX.recognises([{"type": kind}, {"type": "session_meta"}, {"id": kind, "timestamp": kind}])
        assert not list(CODEX.translator(path).take({"type": kind, "payload": kind}, Origin(path, 1)))
    for place, record in enumerate(records):
        for other in bent(record):
            if not isinstance(other, dict):
                continue
            translator = CODEX.translator(path)
            for each in (*records[:place], other, *records[place + 1 : place + 3]):
                for event in translator.take(each, Origin(path, place)):
                    native_line(event)
