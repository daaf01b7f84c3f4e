"""The command line as tests run it, within this process or in one of its own, on traces that they write."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result
from tracetop.app.cli import cli

REPORTS = ["report", "issues", "timeline", "tokens", "tools"]
HOSTILE = "\x1b[31mred\x1b]0;title\x07 [/oops] [bold]x \x9b1m \u202egnp.exe \r\n\t \x7f end"


def run(*args: object, **options: Any) -> Result:
    return CliRunner().invoke(cli, [str(arg) for arg in args], **options)


def command() -> list[str]:
    script = Path(sys.executable).with_name("tracetop")
    return [str(script)] if script.exists() else [sys.executable, "-m", "tracetop"]


def process(*args: object, **options: Any) -> subprocess.Popen[bytes]:
    line = [*command(), *map(str, args)]
    return subprocess.Popen(line, stdout=subprocess.PIPE, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, **options)


def only_line(result: Result) -> str:
    """The one line on stderr, nothing on stdout."""
    assert result.stdout == ""
    (line,) = result.stderr.splitlines()
    assert line.startswith("tracetop: ")
    return line.removeprefix("tracetop: ")


def is_safe(text: str) -> bool:
    return all(character == "\n" or character.isprintable() for character in text)


def write(path: Path, *events: dict[str, Any]) -> Path:
    lines = [{"timestamp": 1e9 + number, "session_id": "s", **event} for number, event in enumerate(events)]
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return path
