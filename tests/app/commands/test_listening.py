"""`tracetop listen` end to end: what it prints of what a client sends over HTTP on loopback, and how it ends."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from click.testing import CliRunner
from tracetop.app.cli import cli
from tracetop.app.commands import listening as command

from ...collector.sent_spans import JSON, span_named


@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGTERM])
def test_the_command_prints_what_it_records_and_ends_with_control_c(tmp_path: Path, end: signal.Signals) -> None:
    folder = tmp_path / "t"
    command = [sys.executable, "-m", "tracetop", "listen", "--port", "0", "--no-screen", "-o", str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            port = process.stdout.readline().split(":")[2].split()[0]
            assert "OTEL_EXPORTER_OTLP_ENDPOINT" in process.stdout.readline()
            assert process.stdout.readline() == "Ctrl+C ends.\n"
            taken = CliRunner().invoke(cli, ["listen", "--port", port, "--no-screen", "-o", str(folder)])
            assert taken.exit_code == 2
            assert f"port {port}" in taken.stderr
            body = json.dumps(span_named("a", **{"gen_ai.conversation.id": "mine"})).encode()
            url = f"http://127.0.0.1:{port}/v1/traces"
            urllib.request.urlopen(urllib.request.Request(url, body, {"Content-Type": JSON}), timeout=20).close()
            assert process.stdout.readline() == f"mine: recording {folder / 'session-mine.jsonl'}\n"
            assert process.stdout.readline() == "mine: 1 LLM call, 0 tool calls, 0 errors\n"
            process.send_signal(end)
            rest, errors = process.communicate(timeout=20)
        finally:
            process.kill()
    assert (process.returncode, errors) == (0, "")
    assert rest == f"Received 1 span, recorded 1 session in {folder}\n"


def test_sigterm_ends_it_from_the_first_word_it_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who reads that it listens may end it at once, before its main thread does another step."""
    said: list[str] = []

    def say(text: str) -> None:
        said.append(text)
        if len(said) == 1:
            signal.raise_signal(signal.SIGTERM)

    def missed(number: int, frame: object) -> None:
        raise AssertionError("not taken")

    monkeypatch.setattr(command, "_say", say)
    before = signal.signal(signal.SIGTERM, missed)
    try:
        command.record_only(tmp_path / "t", "127.0.0.1", 0)
        assert signal.getsignal(signal.SIGTERM) is missed
    finally:
        signal.signal(signal.SIGTERM, before)
    assert said[1:] == [f"Received 0 spans, recorded 0 sessions in {tmp_path / 't'}"]
