"""Spans as they arrive: told at once, anew where a guess was wrong, and the same in any order and pieces."""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tracetop.collector.formats.otlp import translation

from .reading import Reading, lanes_of, read_whole
from .spans import agent, chat, line_of, span, sub_agent, tool, write


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
