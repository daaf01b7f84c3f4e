"""Real logs of Claude Code against independent reference counts: whole, in any chunks, and as they grew.

The logs are not part of the project: `$TRACETOP_TRACES`, else `../shared/traces` beside the repository.
"""

from __future__ import annotations

import json
import os
import random
import shutil
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tracetop.analysis.fold.session import Session
from tracetop.collector.formats.claude_code.format import CLAUDE_CODE
from tracetop.collector.formats.native import decode_block, event_from_line
from tracetop.collector.formats.registry import detect
from tracetop.collector.formats.translator import Merged
from tracetop.collector.reading.lines import Block
from tracetop.collector.reading.open_tail import open_tail
from tracetop.collector.reading.translated import TranslatedTail, translated

REPOSITORY = Path(__file__).resolve().parents[4]
TRACES = Path(os.environ.get("TRACETOP_TRACES") or REPOSITORY.parent / "shared" / "traces")
FOLDER = TRACES / "claude-code"
FILES = sorted(FOLDER.rglob("*.jsonl"))
GROWN = [FOLDER / f"session_t{step}.jsonl" for step in range(4)]
BUCKETS = {
    "input_tokens": "input_uncached",
    "output_tokens": "output",
    "cache_read_tokens": "cache_read",
    "cache_write_tokens": "cache_write",
    "cache_write_1h_tokens": "cache_write_1h",
}

needs_traces = pytest.mark.skipif(not FILES, reason=f"no logs in {FOLDER}; set TRACETOP_TRACES")
each_file = pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)


@pytest.fixture(scope="module")
def references() -> dict[str, Any]:
    found: dict[str, Any] = json.loads((TRACES / "expected_counts.json").read_text())
    return found


def read(tail: TranslatedTail) -> Iterator[bytes]:
    """The native lines that there are now."""
    for delivery in tail.poll():
        assert not delivery.fresh
        yield from (tail.line(position) for position in delivery.batch.offsets)


def lines_of(path: Path) -> list[bytes]:
    """The native lines of a whole log."""
    return [line for lines, _ in translated(path, CLAUDE_CODE) for line in lines]


def folded(lines: list[bytes]) -> Session:
    """What tracetop makes of native lines."""
    session = Session()
    batch = decode_block(Block(b"\n".join(lines), 0, 1))
    assert not batch.bad
    session.apply(batch.records, range(len(batch.records)))
    return session


def counts_of(path: Path, lines: list[bytes], bad_lines: int, merged: Merged) -> dict[str, Any]:
    """The counts as the reference has them; what is 0 is left out where the reference does so."""
    view = folded(lines).view()
    events = [event_from_line(line) for line in lines]
    answers = [event.data for event in events if event.kind == "llm_response"]
    tokens = {name: sum(int(data.get(told, 0)) for data in answers) for told, name in BUCKETS.items()}
    if answers:
        assert list(view.tokens[:4]) == [
            tokens[name] for name in ("input_uncached", "output", "cache_read", "cache_write")
        ]
    denied = sum(event.data.get("denied") is True for event in events)
    status = {
        "ok": view.tool_calls - view.failed_tools - denied,
        "error": view.failed_tools,
        "denied": denied,
        "open": view.running_tools,
    }
    micro = sum(event.data.get("micro") is True for event in events)
    return {
        "llm_calls": view.llm_calls,
        **tokens,
        "models": dict(Counter(data["model"] for data in answers if "revises" not in data)),
        "tools": view.tool_calls + view.running_tools,
        "tool_status": {name: count for name, count in status.items() if count},
        "lines_bad": bad_lines,
        "compactions": view.compactions - micro,
        "microcompactions": micro,
        "llm_error": sum(event.kind == "llm_error" for event in events),
        "synthetic": merged.skipped["synthetic message"] + sum(event.kind == "llm_error" for event in events),
        "dup_uuid": merged.duplicates,
        "records": merged.records,
    }


def reference_of(counts: dict[str, Any]) -> dict[str, Any]:
    same = ("llm_calls", *BUCKETS.values(), "models", "tools", "tool_status", "lines_bad")
    return {
        **{name: counts[name] for name in same},
        "compactions": counts.get("system_compact_boundary", 0),
        "microcompactions": counts.get("system_microcompact_boundary", 0),
        "llm_error": counts.get("llm_error", 0),
        "synthetic": counts.get("synthetic", 0),
        "dup_uuid": counts.get("dup_uuid", 0),
        "records": counts["records"],
    }


@needs_traces
@each_file
def test_the_counts_are_those_of_the_reference(path: Path, references: dict[str, Any]) -> None:
    assert detect(path) is CLAUDE_CODE
    tail = open_tail(path)
    assert isinstance(tail, TranslatedTail)
    lines: list[bytes] = []
    bad = 0
    for _ in range(2):
        for delivery in tail.poll():
            lines += [tail.line(position) for position in delivery.batch.offsets]
            bad += len(delivery.batch.bad)
    expected = reference_of(references[path.relative_to(TRACES).as_posix()])
    torn = int(tail.torn_size > 0)  # the reference counts a torn end as a bad line, we wait for its rest
    assert counts_of(path, lines, bad + torn, tail.merged) == expected


@needs_traces
@each_file
@pytest.mark.parametrize("seed", [1, 2])
def test_in_any_chunks_the_events_are_the_same(path: Path, seed: int, tmp_path: Path) -> None:
    whole, content, chance = lines_of(path), path.read_bytes(), random.Random(seed)
    copy = tmp_path / path.name
    copy.write_bytes(b"")
    tail = TranslatedTail(copy, CLAUDE_CODE)
    lines: list[bytes] = []
    place = 0
    while place < len(content):
        size = chance.choice((1, 700, 9_000, 60_000))
        with copy.open("ab") as file:
            file.write(content[place : place + size])
        place += size
        lines += read(tail)
    lines += read(tail)
    assert lines == whole
    assert len({event_from_line(line).event_id for line in lines}) == len(lines), "each event has an id of its own"


@needs_traces
def test_a_session_that_grows_tells_at_each_step_what_the_log_of_then_tells(tmp_path: Path) -> None:
    growing = tmp_path / "session.jsonl"
    growing.write_bytes(b"")
    tail = TranslatedTail(growing, CLAUDE_CODE)
    lines: list[bytes] = []
    for step in GROWN:
        known = growing.stat().st_size
        with growing.open("ab") as file:
            file.write(step.read_bytes()[known:])
        lines += read(tail)
        lines += read(tail)
        assert lines == lines_of(step)


@needs_traces
@each_file
def test_events_say_what_they_are_about(path: Path) -> None:
    events = [event_from_line(line) for line in lines_of(path)]
    starts = {event.event_id: event for event in events}
    assert events[0].kind == "session_start"
    assert all(event.session_id == events[0].session_id and event.timestamp > 1.7e9 for event in events)
    for event in events:
        if event.kind in ("tool_end", "tool_error", "file_change"):
            assert starts[str(event.parent_event_id)].kind == "tool_start"
        if event.kind.startswith(("llm_re", "tool_")):
            assert event.iteration is not None
        assert event.duration_ms is None or event.duration_ms >= 0


@needs_traces
def test_the_agents_of_a_session_are_lanes_of_their_own(tmp_path: Path) -> None:
    excerpt = FOLDER / "claude_2.1.270_excerpt.jsonl"
    [log] = (FOLDER / "claude_2.1.270_subagent_tree").rglob("agent-*.jsonl")
    session = log.parents[1].name
    path = tmp_path / f"{session}.jsonl"
    shutil.copy(excerpt, path)
    (tmp_path / session / "subagents").mkdir(parents=True)
    for file in log.parent.iterdir():
        shutil.copyfile(file, tmp_path / session / "subagents" / file.name)
    events = [event_from_line(line) for line in lines_of(path)]
    agent = log.stem.removeprefix("agent-")
    [spawn] = [event for event in events if event.kind == "subagent_spawn"]
    [done] = [event for event in events if event.kind == "subagent_complete"]
    own = [event.kind for event in events if event.data.get("agent_id") == agent and event not in (spawn, done)]
    assert own == ["iteration_start", "llm_request", "iteration_end"]
    assert (spawn.data["agent_id"], done.data["agent_id"], done.data["result"]) == (agent, agent, "PONG")
    assert next(event for event in events if event.event_id == spawn.parent_event_id).data["tool_name"] == "Agent"
