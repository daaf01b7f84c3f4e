"""Real files of spans against counts made by hand: in any pieces and any order, told twice, and with garbage."""

from __future__ import annotations

import os
import random
from pathlib import Path

import pytest

from .reading import Reading, read_whole
from .spans import write

ROOT = Path(__file__).parents[4]
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
