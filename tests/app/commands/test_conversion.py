"""`tracetop convert`: what it writes has the same figures, for every real file of every known format."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from tracetop.app.cli import cli
from tracetop.collector.formats.registry import detect

REPOSITORY = Path(__file__).resolve().parents[3]
TRACES = Path(os.environ.get("TRACETOP_TRACES") or REPOSITORY.parent / "shared" / "traces")
FOREIGN = [path for path in sorted(TRACES.rglob("*.jsonl")) if detect(path) is not None]
needs_traces = pytest.mark.skipif(not FOREIGN, reason=f"no real traces of other agents in {TRACES}")
SPAN = {
    "traceId": "t", "spanId": "s", "name": "chat", "startTimeUnixNano": "1000000000", "endTimeUnixNano": "2000000000",
    "attributes": [
        {"key": "gen_ai.operation.name", "value": {"stringValue": "chat"}},
        {"key": "gen_ai.request.model", "value": {"stringValue": "m"}},
        {"key": "gen_ai.usage.input_tokens", "value": {"intValue": "12"}},
    ],
}  # fmt: skip


def run(*args: object) -> Result:
    return CliRunner().invoke(cli, [str(arg) for arg in args])


@pytest.fixture
def spans(tmp_path: Path) -> Path:
    path = tmp_path / "spans.jsonl"
    path.write_text(json.dumps({"resourceSpans": [{"scopeSpans": [{"spans": [SPAN, SPAN]}]}]}))
    return path


def figures(path: Path) -> dict[str, Any]:
    result = run("report", path, "--json")
    assert result.exit_code == 0, result.output
    told: dict[str, Any] = json.loads(result.stdout)
    for where in ("source", "reader", "merged", "records", "duplicates", "skipped"):
        told.pop(where, None)
    return told


@needs_traces
@pytest.mark.parametrize("path", FOREIGN, ids=lambda path: path.stem[:40])
def test_a_converted_file_has_the_same_figures(path: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.jsonl"
    result = run("convert", path, "-o", out)
    assert result.exit_code == 0, result.output
    assert detect(out) is None, "it is native"
    assert figures(out) == figures(path)


def test_it_tells_what_was_merged_and_writes_to_standard_output(spans: Path) -> None:
    result = run("convert", spans, "-o", "-")
    kinds = [json.loads(line)["kind"] for line in result.stdout.splitlines()]
    assert kinds[0] == "session_start"
    assert "llm_response" in kinds
    assert "opentelemetry: 2 records, 1 of them copies of others" in result.stderr


def test_nothing_is_overwritten_unless_that_is_meant(spans: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.jsonl"
    out.write_text("precious")
    refused = run("convert", spans, "-o", out)
    assert (refused.exit_code, out.read_text()) == (2, "precious")
    assert "--force" in refused.stderr
    assert run("convert", spans, "-o", out, "--force").exit_code == 0
    assert json.loads(out.read_text().splitlines()[0])["kind"] == "session_start"
    itself = spans.read_bytes()
    assert run("convert", spans, "-o", spans, "--force").exit_code == 2
    assert spans.read_bytes() == itself


def test_what_cannot_be_converted_is_refused_and_leaves_nothing_behind(tmp_path: Path) -> None:
    native, out = tmp_path / "native.jsonl", tmp_path / "out.jsonl"
    native.write_text('{"kind": "custom", "timestamp": 1}\n')
    refused = run("convert", native, "-o", out)
    assert refused.exit_code == 2
    assert "a trace of our own already: nothing to convert" in refused.stderr
    assert run("convert", tmp_path / "none.jsonl", "-o", out).exit_code == 3
    assert run("convert", tmp_path, "-o", out).exit_code == 3
    assert run("convert", native, "-o", tmp_path / "no" / "out.jsonl").exit_code == 2
    assert sorted(path.name for path in tmp_path.iterdir()) == ["native.jsonl"]


@pytest.mark.parametrize("command", [["convert", "-o", "out.jsonl"], ["report"]])
def test_a_pipe_is_refused_and_not_waited_for(command: list[str], tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.chdir(tmp_path)
    os.mkfifo("pipe.jsonl")
    refused = run(*command, "pipe.jsonl")
    assert (refused.exit_code, refused.stderr) == (3, "tracetop: pipe.jsonl: is not a regular file\n")
    refused = run(*command, "-")
    assert refused.exit_code == 2
    assert "standard input is not read" in refused.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["pipe.jsonl"]


@needs_traces
@pytest.mark.parametrize(
    "path", [path for path in FOREIGN if path.parent.name == "otlp"], ids=lambda path: path.stem[:20]
)
def test_a_last_line_without_its_newline_is_read_though_all_is_told_anew(path: Path, tmp_path: Path) -> None:
    """The root comes last, and shows that what was told of the others was wrong."""
    torn, out = tmp_path / "torn.jsonl", tmp_path / "out.jsonl"
    torn.write_bytes(path.read_bytes().rstrip(b"\n"))
    assert figures(torn) == figures(path)
    assert run("convert", torn, "-o", out).exit_code == 0
    assert figures(out) == figures(path)


def test_a_full_disk_is_told_with_what_was_to_be_written(spans: Path) -> None:
    full = Path("/dev/full")
    if not full.exists():
        pytest.skip("no /dev/full here")
    with full.open("w") as to:
        command = [sys.executable, "-m", "tracetop", "convert", str(spans), "-o", "-"]
        result = subprocess.run(command, stdout=to, stderr=subprocess.PIPE, text=True, timeout=60)
    assert (result.returncode, result.stderr) == (3, "tracetop: standard output: No space left on device\n")
