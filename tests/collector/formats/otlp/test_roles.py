"""Which of the spans that say the same counts."""

from __future__ import annotations

from pathlib import Path

from .reading import read
from .spans import agent, chat, span, tool


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
