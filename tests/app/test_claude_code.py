"""A session of Claude Code from its log to reports and the dashboard, also while the log is written."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from tracetop.app.cli import cli
from tracetop.app.sessions.folding import Fold
from tracetop.app.trace import load_trace
from tracetop.collector.formats.claude_code.format import CLAUDE_CODE
from tracetop.collector.reading.translated import translated

REPOSITORY = Path(__file__).resolve().parents[2]
TRACES = Path(os.environ.get("TRACETOP_TRACES") or REPOSITORY.parent / "shared" / "traces")
REAL = TRACES / "claude-code" / "session_t3.jsonl"
COPIES = TRACES / "claude-code" / "cc_2.1.34_agent_progress.jsonl"
TRIMMED = TRACES / "claude-code" / "cc_2.1.14_compact_microcompact.jsonl"
"""With a compaction that only trims old results: its payload says so."""
SESSION = "11111111-2222-3333-4444-555555555555"

needs_traces = pytest.mark.skipif(not REAL.exists(), reason=f"no {REAL}; set TRACETOP_TRACES")

WRITER = """
import sys
source, target = sys.argv[1:]
lines = open(source, "rb").read().splitlines(keepends=True)
step = int(sys.stdin.readline())
for first in range(0, len(lines), step):
    with open(target, "ab", buffering=0) as file:
        for line in lines[first : first + step]:
            file.write(line[:40])
            file.write(line[40:])
    print(first + step, flush=True)
    if not sys.stdin.readline():
        break
"""
"""Appends the lines of a log, some at a time, each in two writes, when it is told to."""


def made(path: Path) -> Path:
    """A log of two calls: of the second it is not known how long its answer was."""
    usage = {"input_tokens": 5, "cache_read_input_tokens": 900, "cache_creation_input_tokens": 0}
    common = {"sessionId": SESSION, "isSidechain": False, "version": "2.1.20", "cwd": "/x"}
    records: list[dict[str, Any]] = [{"type": "user", "message": {"role": "user", "content": "count the files"}}]
    for number, stop in enumerate(("end_turn", None)):
        text = {"type": "text", "text": "12"}
        message = {"id": f"m{number}", "model": "claude-opus-4-5", "content": [text], "stop_reason": stop}
        records.append(
            {"type": "assistant", "message": {**message, "usage": {**usage, "output_tokens": 40 - 39 * number}}}
        )
        records.append({"type": "user", "message": {"role": "user", "content": "again"}})
    for number, record in enumerate(records):
        record.update(common, uuid=f"u{number}", timestamp=f"2026-01-28T02:00:{number:02d}.000Z")
    path.write_text("".join(json.dumps(record) + "\n" for record in records))
    return path


def printed(*args: object) -> str:
    result = CliRunner().invoke(cli, [str(arg) for arg in args])
    assert result.exit_code == 0, result.output
    return result.stdout


def folded_for_a_list(path: Path) -> Fold:
    fold = Fold(path)
    while not fold.step():
        pass
    return fold


def test_rules_read_the_payloads_of_a_log_that_is_folded_for_a_list(tmp_path: Path) -> None:
    trace = folded_for_a_list(made(tmp_path / f"{SESSION}.jsonl")).trace
    assert trace.event(0).data["goal"] == "count the files"


@pytest.mark.skipif(not TRIMMED.exists(), reason=f"no {TRIMMED}; set TRACETOP_TRACES")
def test_lists_count_the_issues_that_the_session_shows() -> None:
    shown = load_trace(TRIMMED)
    shown.second_pass(shown.session).extend_to_end()
    listed = folded_for_a_list(TRIMMED).entry(1, 2.0)
    assert listed is not None and listed.figures is not None
    assert listed.figures.issues == len(shown.view().all_episodes()) > 0


def test_output_that_is_a_lower_bound_is_told_as_such(tmp_path: Path) -> None:
    path = made(tmp_path / f"{SESSION}.jsonl")
    report = json.loads(printed("report", path, "--json"))
    assert (report["tokens"]["output"], report["tokens"]["output_is_lower_bound"], report["llm_calls"]) == (41, True, 2)
    assert report["efficiency"]["components"]["token_efficiency"] is None
    points = [json.loads(line) for line in printed("tokens", path, "--json").splitlines()]
    assert [point.get("output_is_lower_bound") for point in points] == [None, True]
    assert "≥41" in printed("report", path)
    table = printed("tokens", path)
    assert " ≥1 " in table
    assert " 40 " in table


async def test_the_token_pane_marks_it_too(show: Any, tmp_path: Path) -> None:
    async with show(made(tmp_path / f"{SESSION}.jsonl"), (120, 36)) as it:
        await it.press("3", "z")
        assert "≥41 out" in it.title("tokens")
        assert "≥1 " in it.crop("#trace-tokens")
        await it.press("z", "1")
        assert "iteration 1 · count the files" in it.text


@needs_traces
def test_calls_that_only_copies_tell_of_are_told_and_not_counted() -> None:
    report = json.loads(printed("report", COPIES, "--json"))
    assert (report["llm_calls"], report["tool_calls"]) == (14, 15)
    assert report["reader"]["uncounted_calls"] == 16
    assert "Of 16 calls of sub-agents only parts were copied here" in " ".join(printed("report", COPIES).split())


@needs_traces
async def test_the_dashboard_follows_a_session_that_is_being_written(show: Any, tmp_path: Path) -> None:
    path = tmp_path / f"{SESSION}.jsonl"
    path.write_bytes(b"".join(REAL.read_bytes().splitlines(keepends=True)[:1]))
    whole = json.loads(printed("report", REAL, "--json"))
    writer = [sys.executable, "-c", WRITER, str(REAL), str(path)]
    with subprocess.Popen(writer, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        async with show(path, (120, 36), read=False) as it:
            path.write_bytes(b"")
            process.stdin.write("30\n")
            process.stdin.flush()
            seen = 0
            for _ in range(5):
                process.stdout.readline()
                await it.until(lambda seen=seen: it.count > seen)
                seen = it.count
                process.stdin.write("\n")
                process.stdin.flush()
            await it.until(lambda: it.count == whole["events"])
            await it.settle()
            view = it.screen.source.trace.view()
            assert (view.llm_calls, view.tokens.total) == (whole["llm_calls"], whole["tokens"]["total"])
            assert "it 25" in it.strip
            assert "iteration 25" in it.crop("#trace-timeline")


def test_converted_and_read_again_it_is_the_same_report(tmp_path: Path) -> None:
    logs = [made(tmp_path / f"{SESSION}.jsonl"), *((REAL, COPIES) if REAL.exists() else ())]
    for number, log in enumerate(logs):
        native = tmp_path / f"native-{number}.jsonl"
        native.write_bytes(b"".join(line + b"\n" for lines, _ in translated(log, CLAUDE_CODE) for line in lines))
        one, other = (json.loads(printed("report", path, "--json")) for path in (log, native))
        for report in (one, other):
            del report["source"], report["reader"]
        assert other == one
