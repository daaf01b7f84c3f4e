"""OpenTelemetry spans as events: real files against counts made by hand, in any pieces and any order; and each trap."""

from __future__ import annotations

import json
import os
import random
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tracetop.analysis.fold.session import Session
from tracetop.analysis.view import View
from tracetop.collector.formats import registry
from tracetop.collector.formats.native import decode_line
from tracetop.collector.formats.otlp import OTLP, translation
from tracetop.collector.formats.translator import Merged, Origin, Settling
from tracetop.collector.reading.open_tail import open_tail
from tracetop.collector.reading.translated import TranslatedTail, native_line

ROOT = Path(__file__).parents[2]
TRACES = Path(os.environ.get("TRACETOP_TRACES", ROOT / "../shared/traces")) / "otlp"
needs_traces = pytest.mark.skipif(not TRACES.is_dir(), reason=f"no real traces in {TRACES}")

# By hand from the files; `expected_counts.json` says nothing of these. Input is without what the cache gave or took.
PYDANTIC_AI = {
    "calls": 5, "input": 8_000, "output": 570, "read": 36_800, "write": 11_900, "cost": 0.088215,
    "tools": 4, "failed": 1, "errors": 1, "agents": 1,
}  # fmt: skip
EXPECTED = {
    "openinference_pydantic_ai.jsonl": PYDANTIC_AI,
    "pydantic_ai_genai_simple.jsonl": PYDANTIC_AI,
    "sample-1_VSGitHubCopilot_traces.jsonl": {
        "calls": 0, "input": None, "output": None, "read": None, "write": None, "cost": None,
        "tools": 3, "failed": 0, "errors": 0, "agents": 0,
    },
}  # fmt: skip


class Reading:
    """A file read as it grows, and its session folded on: what any pane shows."""

    def __init__(self, path: Path) -> None:
        tail = open_tail(path)
        assert isinstance(tail, TranslatedTail)
        self.tail, self.session, self.restarts = tail, Session(), 0
        self.ids: list[str] = []

    def go_on(self, most: int | None = None) -> Reading:
        for _ in range(2):
            while True:
                for delivery in self.tail.poll(most):
                    if delivery.fresh:
                        self.session, self.ids = Session(), []
                        self.restarts += 1
                    self.session.apply(delivery.batch.records, delivery.batch.offsets)
                    self.ids += [record.event_id for record in delivery.batch.records]
                if not self.tail.has_more:
                    break
        assert len(set(self.ids)) == len(self.ids), "ids are unique"
        return self

    @property
    def view(self) -> View:
        return self.session.view()

    @property
    def merged(self) -> Merged:
        return self.tail.merged

    def counts(self) -> dict[str, Any]:
        view = self.view
        told = view.tokens
        cost = view.cost
        return {
            "calls": view.llm_calls, "input": told.input, "output": told.output,
            "read": told.cache_read, "write": told.cache_write, "cost": None if cost is None else round(cost, 9),
            "tools": view.tool_calls, "failed": view.failed_tools, "errors": view.errors,
            "agents": len(self.session.agents.event),
        }  # fmt: skip


def read_whole(path: Path) -> Reading:
    return Reading(path).go_on()


def write(path: Path, lines: Iterable[bytes]) -> Path:
    path.write_bytes(b"".join(lines))
    return path


def real(name: str) -> Path:
    return TRACES / name


@needs_traces
def test_there_are_counts_for_every_real_file() -> None:
    assert sorted(EXPECTED) == sorted(path.name for path in TRACES.glob("*.jsonl"))


@needs_traces
@pytest.mark.parametrize("name", EXPECTED)
def test_real_files_have_the_counts_that_were_made_by_hand(name: str, tmp_path: Path) -> None:
    whole = read_whole(real(name))
    assert whole.counts() == EXPECTED[name]
    assert whole.restarts == 0, "what is all there needs no guess"
    in_time_order = whole.session.events.time
    assert list(in_time_order) == sorted(in_time_order)
    for most in (1, 700, 10_000):
        assert Reading(real(name)).go_on(most).counts() == EXPECTED[name]


@needs_traces
@pytest.mark.parametrize("name", EXPECTED)
def test_real_files_that_grow_are_at_the_end_what_they_are_when_read_whole(name: str, tmp_path: Path) -> None:
    lines = real(name).read_bytes().splitlines(keepends=True)
    path = write(tmp_path / "grown.jsonl", lines[:1])
    growing = Reading(path).go_on()
    for line in lines[1:]:
        before = growing.counts()
        with path.open("ab") as file:
            file.write(line[:100])
        growing.go_on()
        assert growing.counts() == before, "a torn line waits"
        with path.open("ab") as file:
            file.write(line[100:])
        growing.go_on()
        assert (growing.view.llm_calls, growing.view.tool_calls) >= (before["calls"], before["tools"])
    whole = read_whole(path)
    assert growing.counts() == whole.counts() == EXPECTED[name]
    assert sorted(growing.ids) == sorted(whole.ids)


@needs_traces
@pytest.mark.parametrize("name", EXPECTED)
def test_spans_in_any_order_give_the_same(name: str, tmp_path: Path) -> None:
    lines = real(name).read_bytes().splitlines(keepends=True)
    for seed in range(6):
        random.Random(seed).shuffle(lines)
        path = write(tmp_path / f"{seed}.jsonl", lines)
        assert read_whole(path).counts() == EXPECTED[name]
        growing = tmp_path / f"grown-{seed}.jsonl"
        growing.write_bytes(lines[0])
        reading = Reading(growing).go_on()
        for line in lines[1:]:
            with growing.open("ab") as file:
                file.write(line)
            reading.go_on()
        assert reading.counts() == EXPECTED[name]


@needs_traces
def test_what_was_exported_twice_counts_once(tmp_path: Path) -> None:
    lines = real("pydantic_ai_genai_simple.jsonl").read_bytes().splitlines(keepends=True)
    reading = read_whole(write(tmp_path / "twice.jsonl", [*lines, *lines[3:8], *lines]))
    assert reading.counts() == PYDANTIC_AI
    assert (reading.merged.records, reading.merged.duplicates) == (27, 16)


@needs_traces
def test_garbage_costs_only_itself(tmp_path: Path) -> None:
    lines = real("openinference_pydantic_ai.jsonl").read_bytes().splitlines(keepends=True)
    odd = [b"\0\n", b"[]\n", b'{"resourceSpans": [{"scopeSpans": 3}, null, {"scopeSpans": [{"spans": [{}, 1]}]}]}\n']
    odd += [b'{"resourceLogs": []}\n', b'{"resourceSpans": [[[\n', lines[0][:200] + b"\n"]
    mixed = [line for each in zip(lines, odd * 2, strict=False) for line in each] + lines[10:]
    reading = read_whole(write(tmp_path / "odd.jsonl", mixed))
    assert reading.counts() == PYDANTIC_AI
    assert reading.merged.skipped == {"resourceSpans": 2, "resourceLogs": 2}


def span(id: str, parent: str = "", start: float = 0, end: float = 0, /, **more: Any) -> dict[str, Any]:
    """A span of OTLP/JSON, in seconds; `attributes` by name, integers as strings, as the format has them."""

    def value(given: Any) -> dict[str, Any]:
        if isinstance(given, bool):
            return {"boolValue": given}
        if isinstance(given, int):
            return {"intValue": str(given)}
        if isinstance(given, list):
            return {"arrayValue": {"values": [value(each) for each in given]}}
        return {"doubleValue": given} if isinstance(given, float) else {"stringValue": given}

    attributes = more.pop("attributes", {})
    return {
        "traceId": "t", "spanId": id, "parentSpanId": parent, "name": id,
        "startTimeUnixNano": str(int((1_000 + start) * 1e9)), "endTimeUnixNano": str(int((1_000 + end) * 1e9)),
        "attributes": [{"key": key, "value": value(given)} for key, given in attributes.items()], **more,
    }  # fmt: skip


def chat(id: str, parent: str, start: float, end: float, *, name: str = "", **usage: int) -> dict[str, Any]:
    tokens = {f"gen_ai.usage.{key}_tokens": number for key, number in usage.items()}
    agent = {"gen_ai.agent.name": name} if name else {}
    model = {"gen_ai.operation.name": "chat", "gen_ai.request.model": "claude-x"}
    return span(id, parent, start, end, attributes={**model, **agent, **tokens})


def agent(id: str, parent: str, start: float, end: float, name: str, **more: Any) -> dict[str, Any]:
    about = {"gen_ai.operation.name": "invoke_agent", "gen_ai.agent.name": name}
    return span(id, parent, start, end, attributes={**about, **more.pop("attributes", {})}, **more)


def tool(id: str, parent: str, start: float, end: float, name: str = "bash", **more: Any) -> dict[str, Any]:
    about = {"gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": name, "gen_ai.tool.call.id": id}
    return span(id, parent, start, end, attributes={**about, **more.pop("attributes", {})}, **more)


def line_of(*spans: dict[str, Any]) -> bytes:
    return json.dumps({"resourceSpans": [{"scopeSpans": [{"spans": list(spans)}]}]}).encode() + b"\n"


def read(tmp_path: Path, *spans: dict[str, Any]) -> Reading:
    """Spans read as one whole file, and as they come, one by one; both must come to the same."""
    lines = [line_of(each) for each in spans]
    whole = read_whole(write(tmp_path / "whole.jsonl", lines))
    path = write(tmp_path / "grown.jsonl", lines[:1])
    growing = Reading(path).go_on()
    for line in lines[1:]:
        with path.open("ab") as file:
            file.write(line)
        growing.go_on()
    assert growing.counts() == whole.counts()
    assert lanes_of(growing) == lanes_of(whole)
    return whole


def lanes_of(reading: Reading) -> dict[str, int]:
    """How many tokens went into which lane."""
    session, found = reading.session, dict[str, int]()
    before = 0
    for row, event in enumerate(session.llm.event):
        name = session.lanes.names.name(session.events.lane[event])
        found[name] = found.get(name, 0) + session.llm.sum_total[row] - before
        before = session.llm.sum_total[row]
    return found


def kinds_of(reading: Reading) -> list[str]:
    return [reading.session.kinds[number] for number in reading.session.events.kind]


def event_of(reading: Reading, kind: str, which: int = 0) -> dict[str, Any]:
    number = [at for at, each in enumerate(kinds_of(reading)) if each == kind][which]
    found: dict[str, Any] = json.loads(reading.tail.line(reading.session.positions[number]))
    return found


def test_of_a_chat_within_a_chat_the_innermost_counts(tmp_path: Path) -> None:
    inner = chat("inner", "outer", 1, 2, input=100, output=5)
    outer = chat("outer", "", 0, 3, input=100, output=5)
    for spans in ([inner, outer], [outer, inner]):
        reading = read(tmp_path, *spans)
        assert reading.counts()["calls"] == 1
        assert reading.view.tokens.total == 105
        assert reading.merged.skipped == {"chat around another": 1}


def test_a_chat_without_usage_gives_way_to_the_one_around_it_that_has_some(tmp_path: Path) -> None:
    spans = chat("inner", "outer", 1, 2), chat("outer", "", 0, 3, input=100, output=5)
    for order in (spans, spans[::-1]):
        reading = read(tmp_path, *order)
        assert (reading.view.llm_calls, reading.view.tokens.total) == (1, 105)


def test_the_sum_of_an_agent_counts_only_where_no_chat_below_tells_any(tmp_path: Path) -> None:
    total = {"gen_ai.usage.input_tokens": 500, "gen_ai.aggregated_usage.input_tokens": 900}
    with_chats = [chat("c", "a", 1, 2, input=70, output=5), agent("a", "", 0, 3, "coder", attributes=total)]
    for spans in (with_chats, with_chats[::-1]):
        reading = read(tmp_path, *spans)
        assert (reading.view.llm_calls, reading.view.tokens.total) == (1, 75)
    alone = read(tmp_path, chat("c", "a", 1, 2), agent("a", "", 0, 3, "coder", attributes=total))
    assert alone.view.tokens.input == 900, "the aggregate goes before what may be of the last call only"
    inner = agent("b", "a", 1, 2, "helper", attributes={"gen_ai.usage.input_tokens": 50})
    nested = read(tmp_path, inner, agent("a", "", 0, 3, "coder", attributes=total))
    assert nested.view.tokens.input == 900, "of sums within sums the outer one"


@pytest.mark.parametrize(
    ("attributes", "expected"),
    [
        ({"gen_ai.usage.input_tokens": 100, "gen_ai.usage.cache_read.input_tokens": 60}, (40, 60, None)),
        ({"gen_ai.usage.input_tokens": 100, "gen_ai.usage.cache_write.input_tokens": 30}, (70, None, 30)),
        ({"gen_ai.usage.input_tokens": 100, "gen_ai.usage.cache_creation.input_tokens": 30}, (70, None, 30)),
        ({"gen_ai.usage.prompt_tokens": 100, "gen_ai.usage.completion_tokens": 1}, (100, None, None)),
        ({"gen_ai.usage.input_tokens": 40, "gen_ai.usage.cache_read.input_tokens": 60}, (40, 60, None)),
        ({"llm.token_count.prompt": 100, "llm.token_count.prompt_details.cache_read": 60}, (40, 60, None)),
        (
            {
                "gen_ai.usage.input_tokens": 100, "llm.token_count.prompt": 100,
                "gen_ai.usage.cache_read.input_tokens": 60, "llm.token_count.prompt_details.cache_read": 60,
            },
            (40, 60, None),
        ),
        ({"gen_ai.usage.output_tokens": 7}, (None, None, None)),
        ({"gen_ai.usage.input_tokens": "100", "gen_ai.usage.output_tokens": "x"}, (100, None, None)),
    ],
)  # fmt: skip
@pytest.mark.parametrize("model", ["claude-x", "gpt-5.5"])
def test_input_is_told_without_the_cache_whatever_a_provider_calls_it(
    tmp_path: Path, model: str, attributes: dict[str, Any], expected: tuple[int | None, ...]
) -> None:
    about = {"gen_ai.operation.name": "chat", "gen_ai.request.model": model}
    told = read(tmp_path, span("c", "", 0, 1, attributes={**about, **attributes})).view.tokens
    assert (told.input, told.cache_read, told.cache_write) == expected


def test_cost_is_known_only_where_a_span_gives_it(tmp_path: Path) -> None:
    assert read(tmp_path, chat("c", "", 0, 1, input=5, output=5)).view.cost is None
    for name in ("operation.cost", "llm.cost.total"):
        about = {"openinference.span.kind": "LLM", "llm.model_name": "m", "llm.token_count.prompt": 5, name: 0.25}
        assert read(tmp_path, span("c", "", 0, 1, attributes=about)).view.cost == 0.25


def sub_agent(names_agents: bool) -> list[dict[str, Any]]:
    """A main agent that calls a sub-agent, in the order of their ends."""
    main, other = ("coder", "explorer") if names_agents else ("", "")
    return [
        chat("c1", "A", 1, 2, name=main, input=100, output=1),
        chat("c2", "B", 4, 5, name=other, input=10, output=1),
        tool("x", "B", 5, 6, "grep"),
        agent("B", "T", 4, 7, "explorer"),
        tool("T", "A", 3, 8, "delegate", attributes={"gen_ai.tool.call.arguments": '{"task": "look around"}'}),
        chat("c3", "A", 9, 10, name=main, input=200, output=1),
        agent("A", "", 0, 11, "coder"),
    ]


@pytest.mark.parametrize("names_agents", [True, False])
def test_a_sub_agent_is_a_lane_under_the_call_that_started_it(tmp_path: Path, names_agents: bool) -> None:
    reading = read(tmp_path, *sub_agent(names_agents))
    assert lanes_of(reading) == {"": 302, "explorer": 11} or set(lanes_of(reading).values()) == {302, 11}
    session = reading.session
    assert len(session.agents.event) == 1
    assert session.agents.failed[0] == 0
    assert session.tools.label[session.agents.call[0]] == session.labels.number("delegate")
    spawn = event_of(reading, "subagent_spawn")
    assert (spawn["data"]["agent_id"], spawn["data"]["task"]) == ("explorer", "look around")
    assert [event_of(reading, "tool_start", each)["iteration"] for each in range(2)] == [1, 1]
    assert event_of(reading, "session_end")["data"] == {"status": "complete"}


def test_many_spans_are_not_told_anew_for_each_that_was_wrong(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(translation, "_FEW_SPANS", 20)
    spans = [agent("A", "", 0, 5_000, "coder")]
    for number in range(60):
        start = 10 * number + 1
        spans += [
            tool(f"t{number}", "A", start, start + 6, "delegate"),
            agent(f"a{number}", f"t{number}", start, start + 5, "explorer"),
            chat(f"c{number}", f"a{number}", start, start + 1, input=10, output=1),
        ]
    path = write(tmp_path / "grown.jsonl", [line_of(spans[-1])])
    growing = Reading(path).go_on()
    for each in reversed(spans[:-1]):  # children first, the root last
        with path.open("ab") as file:
            file.write(line_of(each))
        growing.go_on()
    assert growing.restarts < 40, "with every sub-agent it would be 60"
    assert growing.counts() == read_whole(path).counts()
    assert lanes_of(growing) == lanes_of(read_whole(path))


def test_what_is_told_while_the_root_is_open_is_there_at_once_and_stays_where_agents_are_named(tmp_path: Path) -> None:
    spans = sub_agent(names_agents=True)
    path = write(tmp_path / "live.jsonl", [line_of(spans[0])])
    live = Reading(path).go_on()
    seen = []
    for each in spans[1:]:
        with path.open("ab") as file:
            file.write(line_of(each))
        live.go_on()
        seen.append((live.view.llm_calls, live.view.tool_calls, live.restarts, sorted(lanes_of(live).values())))
    assert [calls for calls, *_ in seen] == [2, 2, 2, 2, 3, 3], "a call is told when it ends"
    assert [tools for _, tools, *_ in seen] == [0, 1, 1, 2, 2, 2]
    assert seen[0][3] == [11, 101], "the lane is right before any agent ended"
    assert [restarts for *_, restarts, _ in seen[:-1]] == [0] * 5
    assert live.restarts == 1, "the spawn moves under its call when all is there"


def test_agents_of_one_name_at_the_same_time_have_lanes_of_their_own(tmp_path: Path) -> None:
    spans = [
        chat("m", "A", 1, 2, input=100, output=0),
        *(chat(f"c{n}", f"B{n}", 4, 5 + n, name="worker", input=10 + n, output=0) for n in range(3)),
        *(agent(f"B{n}", "A", 3, 6 + n, "worker") for n in range(3)),
        agent("A", "", 0, 11, "boss"),
    ]
    assert sorted(lanes_of(read(tmp_path, *spans)).values()) == [10, 11, 12, 100]


def test_agents_side_by_side_under_a_workflow_are_its_workers(tmp_path: Path) -> None:
    spans = [
        chat("c1", "A", 1, 2, input=10, output=0), agent("A", "W", 0.5, 3, "writer"),
        chat("c2", "B", 4, 5, input=20, output=0), agent("B", "W", 3.5, 6, "critic"),
        span("W", "", 0, 7, attributes={"gen_ai.operation.name": "invoke_workflow", "gen_ai.workflow.name": "essay"}),
    ]  # fmt: skip
    reading = read(tmp_path, *spans)
    assert kinds_of(reading)[:2] == ["session_start", "swarm_start"]
    assert kinds_of(reading)[-2:] == ["swarm_complete", "session_end"]
    assert len(reading.session.agents.event) == 2
    assert "" not in lanes_of(reading)


def test_an_agent_that_two_instrumentations_note_is_one(tmp_path: Path) -> None:
    kind = {"openinference.span.kind": "AGENT", "agent.name": "coder"}
    spans = [
        chat("c", "in", 2, 3, input=10, output=0),
        span("in", "out", 1, 4, attributes=kind),
        agent("out", "", 0, 5, "coder"),
    ]
    reading = read(tmp_path, *spans)
    assert len(reading.session.agents.event) == 0
    assert reading.merged.skipped == {"agent noted twice": 1}


def test_a_tool_call_that_is_noted_twice_is_one(tmp_path: Path) -> None:
    kind = {"openinference.span.kind": "TOOL", "tool.name": "bash"}
    reading = read(tmp_path, span("in", "out", 2, 3, attributes=kind), tool("out", "", 1, 4, "bash"))
    assert reading.view.tool_calls == 1


EXCEPTION = {
    "name": "exception",
    "attributes": [
        {"key": "exception.type", "value": {"stringValue": "OSError"}},
        {"key": "exception.message", "value": {"stringValue": "no such file"}},
    ],
}


def test_a_failure_counts_once_however_far_up_it_is_passed(tmp_path: Path) -> None:
    failed: dict[str, Any] = {"status": {"code": 2}, "events": [EXCEPTION]}
    spans = [
        tool("t", "ch", 2, 3, **failed),
        span("ch", "A", 1, 4, attributes={"openinference.span.kind": "CHAIN"}, **failed),
        agent("A", "", 0, 5, "coder", **failed),
    ]
    for order in (spans, spans[::-1]):
        reading = read(tmp_path, *order)
        assert (reading.view.errors, reading.view.failed_tools) == (1, 1)
    error = event_of(reading, "tool_error")["data"]
    assert (error["error"], error["error_type"]) == ("no such file", "OSError")
    assert event_of(reading, "session_end")["data"] == {"status": "error"}
    by_itself = read(tmp_path, agent("A", "", 0, 5, "coder", **failed))
    assert by_itself.view.errors == 1
    sub = read(tmp_path, agent("B", "A", 1, 2, "b", **failed), agent("A", "", 0, 5, "coder"))
    assert "subagent_error" in kinds_of(sub)


@pytest.mark.parametrize(
    ("code", "fails"), [(2, True), ("STATUS_CODE_ERROR", True), (1, False), (0, True), (None, True)]
)
def test_an_exception_is_an_error_unless_the_status_says_that_all_is_well(
    tmp_path: Path, code: object, fails: bool
) -> None:
    reading = read(tmp_path, tool("t", "", 1, 2, status={"code": code}, events=[EXCEPTION]))
    assert reading.view.failed_tools == int(fails)


def test_a_chat_that_failed_is_an_error_and_counts_only_with_usage(tmp_path: Path) -> None:
    failed = {**chat("c", "", 1, 2), "status": {"code": 2, "message": "overloaded"}}
    reading = read(tmp_path, failed)
    assert (reading.view.llm_calls, reading.view.errors) == (0, 1)
    assert event_of(reading, "llm_error")["data"]["error"] == "overloaded"
    paid = {**chat("c", "", 1, 2, input=5, output=5), "status": {"code": 2}}
    assert read(tmp_path, paid).counts()["calls"] == 1


def test_compactions_checks_plans_and_others_keep_their_place(tmp_path: Path) -> None:
    compacted = {"gen_ai.operation.name": "chat", "gen_ai.conversation.compacted": True, "gen_ai.request.model": "m"}
    spans = [
        span("c", "A", 1, 2, attributes=compacted),
        span("p", "A", 3, 4, attributes={"gen_ai.operation.name": "plan"}),
        span("g", "A", 5, 6, attributes={"openinference.span.kind": "GUARDRAIL"}),
        span("e", "A", 7, 8, attributes={"gen_ai.operation.name": "embeddings", "gen_ai.usage.input_tokens": 9}),
        span("h", "A", 7, 8, attributes={"http.request.method": "GET"}),
        agent("A", "", 0, 9, "coder"),
    ]
    reading = read(tmp_path, *spans)
    assert reading.view.compactions == 1
    assert [kind for kind in kinds_of(reading) if not kind.startswith(("llm", "iteration", "session"))] == [
        "compaction_end", "plan_created", "quality_check", "custom",
    ]  # fmt: skip
    assert reading.merged.skipped == {"other span": 1}
    assert reading.view.tokens.total is None, "embeddings are no calls of the agent's model"


def test_turns_of_one_conversation_are_one_run_and_other_conversations_others(tmp_path: Path) -> None:
    spans = []
    for number, conversation in enumerate(("one", "one", "two")):
        at = number * 10
        about = {"gen_ai.conversation.id": conversation}
        call = chat("c", "A", at + 1, at + 2, input=10, output=1)
        call["attributes"] += span("", attributes=about)["attributes"]
        trace = {"traceId": f"t{number}"}
        spans += [{**call, **trace}, {**agent("A", "", at, at + 3, "coder", attributes=about), **trace}]
    reading = read(tmp_path, *spans)
    assert kinds_of(reading).count("session_start") == 2
    assert (reading.view.runs, reading.view.llm_calls) == (2, 3)
    assert [event_of(reading, "llm_response", each)["iteration"] for each in range(3)] == [1, 2, 1]


def test_spans_as_the_javascript_sdk_dumps_them(tmp_path: Path) -> None:
    def dumped(id: str, parent: str | None, start: int, end: int, attributes: dict[str, Any]) -> bytes:
        record = {
            "traceId": "t", "spanId": id, "parentSpanContext": {"traceId": "t", "spanId": parent} if parent else None,
            "name": id, "kind": 2, "startTime": [start, 500_000_000], "endTime": [end, 0],
            "attributes": attributes, "status": {"code": 0}, "events": [],
        }  # fmt: skip
        return json.dumps(record).encode() + b"\n"

    about = {
        "gen_ai.operation.name": "chat",
        "gen_ai.request.model": "gpt-5",
        "gen_ai.response.finish_reasons": ["stop"],
    }
    usage = {"gen_ai.usage.input_tokens": 100, "gen_ai.usage.output_tokens": 3}
    root = dumped("a", None, 10, 30, {"gen_ai.operation.name": "invoke_agent", "gen_ai.agent.name": "cli"})
    reading = read_whole(write(tmp_path / "js.jsonl", [dumped("c", "a", 11, 13, {**about, **usage}), root]))
    assert (reading.view.llm_calls, reading.view.tokens.total) == (1, 103)
    response = event_of(reading, "llm_response")
    assert (response["timestamp"], response["duration_ms"]) == (13.0, 1500.0)
    assert response["data"]["stop_reason"] == "stop"


def test_messages_are_told_by_their_length_only(tmp_path: Path) -> None:
    secret = "nobody may read this"
    about: dict[str, Any] = {
        "gen_ai.operation.name": "chat", "gen_ai.request.model": "m",
        "gen_ai.input.messages": json.dumps([{"role": "user", "content": secret}, {"role": "x"}]),
        "llm.input_messages.0.message.content": secret, "output.value": secret, "input.value": secret,
    }  # fmt: skip
    path = write(tmp_path / "m.jsonl", [line_of(span("c", "", 0, 1, attributes=about))])
    reading = read_whole(path)
    lines = [reading.tail.line(position) for position in reading.session.positions]
    assert not any(secret.encode() in line for line in lines)
    asked = event_of(reading, "llm_request")["data"]
    assert (asked["messages_count"], asked["input_chars"]) == (2, len(about["gen_ai.input.messages"]))
    assert event_of(reading, "llm_response")["data"]["output_chars"] == len(secret)


def test_spans_that_stand_under_each_other_or_have_no_time_are_told_all_the_same(tmp_path: Path) -> None:
    timeless = {**chat("z", "", 0, 0, input=1, output=0), "startTimeUnixNano": "x", "endTimeUnixNano": None}
    spans = [
        chat("a", "b", 1, 2, input=1, output=0),
        chat("b", "a", 1, 2),
        chat("s", "s", 5, 6, input=1, output=0),
        timeless,
    ]
    reading = read(tmp_path, *spans)
    assert reading.view.tokens.total == 3
    assert reading.view.time_span == (1_001.0, 1_006.0)


def test_a_file_is_told_by_its_first_records() -> None:
    assert registry.recognise([{"resourceLogs": []}, {"resourceSpans": []}]) is OTLP
    assert registry.recognise([{"traceId": "1", "spanId": "2", "attributes": {}}]) is OTLP
    assert registry.recognise([{"resourceSpans": "none"}, {"traceId": "1", "spanId": "2"}]) is None


Shape = Sequence[tuple[int, str, int]]
shapes = st.lists(
    st.tuples(st.integers(0, 30), st.sampled_from("cccattwn"), st.integers(0, 3)), min_size=1, max_size=14
)  # fmt: skip


def made(shape: Shape) -> list[dict[str, Any]]:
    """Spans of a tree, each under one before it: chats, agents, tools, chains and others, some of which fail."""
    spans: list[dict[str, Any]] = [agent("0", "", 0, 1_000, "main")]
    for number, (under, what, more) in enumerate(shape, 1):
        parent = str(under % number)
        start, end = number, 900 - number
        failed: dict[str, Any] = {"status": {"code": 2}} if more == 3 else {}
        usage = {"input": number * 100, "output": 1} if more else {}
        summed = {f"gen_ai.usage.{key}_tokens": tokens for key, tokens in usage.items()}
        node = {
            "c": chat(str(number), parent, start, end, **usage),
            "a": agent(str(number), parent, start, end, f"agent{more}", attributes=summed),
            "t": tool(str(number), parent, start, end, f"tool{more}"),
            "w": span(str(number), parent, start, end, attributes={"openinference.span.kind": "CHAIN"}),
            "n": span(str(number), parent, start, end),
        }[what]
        spans.append(node | failed)
    return spans


@given(shapes, st.randoms(use_true_random=False), st.lists(st.integers(1, 6), min_size=1, max_size=5), st.booleans())
@settings(deadline=None, max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_tree_in_any_order_and_pieces_gives_the_same(
    tmp_path: Path, shape: Shape, luck: random.Random, pieces: list[int], are_many: bool
) -> None:
    """Of many spans what is wrong may stay so until the tree is complete."""
    with pytest.MonkeyPatch.context() as limits:
        if are_many:
            limits.setattr(translation, "_FEW_SPANS", 0)
            limits.setattr(translation, "_SHARE", 1)
        _grown_in_any_order_is_the_same(tmp_path, shape, luck, pieces)


def _grown_in_any_order_is_the_same(tmp_path: Path, shape: Shape, luck: random.Random, pieces: list[int]) -> None:
    lines = [line_of(each) for each in reversed(made(shape))]
    expected = read_whole(write(tmp_path / "whole.jsonl", lines))
    luck.shuffle(lines)
    shuffled = read_whole(write(tmp_path / "shuffled.jsonl", lines))
    assert shuffled.counts() == expected.counts()
    path = write(tmp_path / "grown.jsonl", [])
    path.write_bytes(lines[0])
    growing, place, turn = Reading(path).go_on(), 1, 0
    while place < len(lines):
        with path.open("ab") as file:
            file.writelines(lines[place : place + pieces[turn % len(pieces)]])
        place, turn = place + pieces[turn % len(pieces)], turn + 1
        growing.go_on()
    assert growing.counts() == expected.counts()
    assert sorted(lanes_of(growing).values()) == sorted(lanes_of(expected).values())


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9) | st.just("9" * 400),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3),
    max_leaves=6,
)
KEYS = [
    "gen_ai.operation.name", "gen_ai.usage.input_tokens", "gen_ai.usage.cache_read.input_tokens", "operation.cost",
    "gen_ai.agent.name", "gen_ai.conversation.id", "gen_ai.tool.call.arguments", "gen_ai.response.finish_reasons",
    "gen_ai.input.messages", "llm.input_messages.", "gen_ai.response.time_to_first_chunk", "virtual_parent.genai",
]  # fmt: skip
odd_attributes = st.dictionaries(st.sampled_from(KEYS), anything, max_size=4)
roles = st.sampled_from(["chat", "invoke_agent", "execute_tool", "plan", "invoke_workflow", "embeddings"])
odd_spans = st.fixed_dictionaries(
    {"spanId": st.sampled_from("abcd"), "role": roles, "odd": odd_attributes},
    optional={
        "traceId": anything, "parentSpanId": st.sampled_from("abcd") | anything, "name": anything,
        "startTimeUnixNano": anything, "endTimeUnixNano": anything, "status": anything, "events": anything,
        "attributes": anything, "startTime": anything, "duration": anything, "parentSpanContext": anything,
    },
)  # fmt: skip


@given(st.lists(odd_spans, min_size=1, max_size=5))
@settings(deadline=None, max_examples=100)
def test_nothing_that_a_span_may_hold_makes_it_fail(odd: list[dict[str, Any]]) -> None:
    translator = OTLP.translator(Path("odd"))
    assert isinstance(translator, Settling)
    for record in odd:
        named = {"gen_ai.operation.name": record.pop("role"), **record.pop("odd")}
        listed = [{"key": key, "value": value} for key, value in named.items()]
        record.setdefault("attributes", listed)
        OTLP.time_of(record)
        translator.take({"resourceSpans": [{"scopeSpans": [{"spans": [record]}]}]}, Origin(Path("odd"), 1))
        translator.take({**record, "traceId": "js", "attributes": named}, Origin(Path("odd"), 2))
        for event, _ in translator.settle() or ():
            decoded, _ = decode_line(native_line(event))
            assert decoded.timestamp >= 0
    assert translator.merged.records == 2 * len(odd)
