"""The events that spans are told as: their places, runs, and nothing of what messages say."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from .reading import event_of, kinds_of, read, read_whole
from .spans import agent, chat, line_of, span, write


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
