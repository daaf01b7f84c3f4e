"""`tracetop clean`: what it says, asks and deletes."""

from __future__ import annotations

import json
import os
import shutil
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from tracetop.app.cli import cli
from tracetop.app.reports.clean import total
from tracetop.collector.retention import Part, StoredSession

DAY = 86_400.0
HOSTILE = "session-\x1b[31mred\x1b]0;title\x07[bold]x\x9b1m\u202egnp\r\n.jsonl"


def run(*args: object, **options: Any) -> Result:
    return CliRunner().invoke(cli, ["clean", *map(str, args)], **options)


class TerminalRunner(CliRunner):
    """A runner whose standard streams pass for a terminal."""

    @contextmanager
    def isolation(self, *args: Any, **options: Any) -> Iterator[Any]:
        with super().isolation(*args, **options) as streams:
            for stream in (sys.stdin, sys.stdout):
                stream.isatty = lambda: True  # type: ignore[method-assign]
            yield streams


def run_in_terminal(*args: object, **options: Any) -> Result:
    return TerminalRunner().invoke(cli, ["clean", *map(str, args)], **options)


def write(path: Path, *, days: float = 40.0, text: str | None = None) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    event = {"kind": "session_start", "timestamp": 1e9, "session_id": "s", "data": {"goal": "x" * 900}}
    path.write_text(json.dumps(event) + "\n" if text is None else text)
    then = time.time() - days * DAY - 60.0
    os.utime(path, (then, then))
    return path


def only_line(text: str) -> str:
    (line,) = text.splitlines()
    assert line.startswith("tracetop: ")
    return line.removeprefix("tracetop: ")


@pytest.fixture
def traces(tmp_path: Path) -> Path:
    folder = tmp_path / "traces"
    write(folder / "session-1.jsonl", days=50)
    write(folder / "session-1~002.jsonl", days=45)
    write(folder / "session-2.jsonl", days=40)
    write(folder / "session-3.jsonl", days=2)
    return folder


def test_without_a_terminal_it_deletes_and_says_what(traces: Path) -> None:
    result = run(traces, "--older-than", "30d")
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.splitlines() == [
        f" 45d 00h   2.0 kB  {traces}/session-1.jsonl  (2 parts)",
        f" 40d 00h    994 B  {traces}/session-2.jsonl",
        "2 sessions, 3.0 kB deleted",
    ]
    assert [path.name for path in traces.iterdir()] == ["session-3.jsonl"]


def test_bookmarks_go_with_their_session_and_never_alone(traces: Path) -> None:
    for name in ("session-1.jsonl", "session-2.jsonl", "session-3.jsonl", "session-9.jsonl"):
        write(traces / f"{name}.bookmarks", text='{"event": 1}\n')
    write(traces / "session-1~002.jsonl.bookmarks", days=0, text="")
    result = run(traces, "--older-than", "30d", "--dry-run")
    assert result.stdout.splitlines()[:2] == [
        f" 45d 00h   2.0 kB  {traces}/session-1.jsonl  (2 parts, with bookmarks)",
        f" 40d 00h    994 B  {traces}/session-2.jsonl  (with bookmarks)",
    ]
    result = run(traces, "--older-than", "30d")
    assert (result.exit_code, result.stderr) == (0, "")
    assert sorted(path.name for path in traces.iterdir()) == [
        "session-3.jsonl", "session-3.jsonl.bookmarks", "session-9.jsonl.bookmarks",
    ]  # fmt: skip


def test_bookmarks_of_a_session_that_stays_stay(traces: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = write(traces / "session-2.jsonl.bookmarks", text='{"event": 1}\n')
    unlink = Path.unlink

    def refuse(path: Path, missing_ok: bool = False) -> None:
        if path.name == "session-2.jsonl":
            raise PermissionError(1, "Operation not permitted", str(path))
        unlink(path, missing_ok)

    monkeypatch.setattr(Path, "unlink", refuse)
    assert run(traces, "--older-than", "30d").exit_code == 3
    assert kept.exists() and (traces / "session-2.jsonl").exists()
    assert not (traces / "session-1.jsonl").exists()


def test_what_is_called_like_bookmarks_and_is_no_file_stays(traces: Path) -> None:
    (traces / "session-1.jsonl.bookmarks").mkdir()
    (traces / "session-2.jsonl.bookmarks").symlink_to(traces / "session-3.jsonl")
    result = run(traces, "--older-than", "30d")
    assert (result.exit_code, result.stderr) == (0, "")
    assert "bookmarks" not in result.stdout
    assert len(list(traces.iterdir())) == 3


def test_a_dry_run_deletes_nothing(traces: Path) -> None:
    result = run_in_terminal(traces, "--older-than", "30d", "--dry-run", "--yes")
    assert result.exit_code == 0
    assert result.stdout.splitlines()[-1] == "2 sessions, 3.0 kB would be deleted (--dry-run)"
    assert len(result.stdout.splitlines()) == 3
    assert len(list(traces.iterdir())) == 4


def test_nothing_old_enough_is_no_error(traces: Path) -> None:
    for flags in ([], ["--dry-run"]):
        result = run(traces, "--older-than", "52w", *flags)
        assert (result.exit_code, result.stdout, result.stderr) == (0, "No session is old enough.\n", "")


@pytest.mark.parametrize(("answer", "remain"), [("n\n", 4), ("\n", 4), ("y\n", 1), ("what\ny\n", 1)])
def test_in_a_terminal_it_asks(traces: Path, answer: str, remain: int) -> None:
    result = run_in_terminal(traces, "--older-than", "30d", input=answer)
    assert result.exit_code == 0
    assert "Delete 2 sessions, 3.0 kB? [y/N]" in result.stdout
    assert ("Nothing deleted." in result.stdout) == (remain == 4)
    assert len(list(traces.iterdir())) == remain


def test_no_answer_deletes_nothing(traces: Path) -> None:
    assert run_in_terminal(traces, "--older-than", "30d", input="").exit_code == 130
    assert len(list(traces.iterdir())) == 4


def test_yes_is_not_asked(traces: Path) -> None:
    result = run_in_terminal(traces, "--older-than", "30d", "--yes")
    assert "?" not in result.stdout
    assert len(list(traces.iterdir())) == 1


@pytest.mark.parametrize(("answer", "remain"), [("n", 4), ("y", 1), ("\x03", 4), ("\x04", 4)])
def test_in_a_real_terminal(traces: Path, answer: str, remain: int) -> None:
    pexpect = pytest.importorskip("pexpect")
    found = shutil.which("tracetop", path=os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]))
    command, *first = [found] if found else [sys.executable, "-m", "tracetop"]
    child = pexpect.spawn(command, [*first, "clean", str(traces), "--older-than", "30d"], encoding="utf-8", timeout=20)
    child.expect_exact("Delete 2 sessions, 3.0 kB? [y/N]")
    child.send(answer if answer < " " else f"{answer}\r")
    child.expect(pexpect.EOF)
    assert child.before.endswith("\r\n")  # the shell's prompt begins a line
    child.close()
    assert child.exitstatus == (130 if answer < " " else 0)
    assert len(list(traces.iterdir())) == remain


def test_without_folder_the_default_folders_are_cleaned(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    result = run("--older-than", "30d")
    assert result.exit_code == 3
    assert ".attocode/traces or .traces" in only_line(result.stderr)
    one, two = write(Path(".attocode/traces/one.jsonl")), write(Path(".traces/deep/two.jsonl"))
    other = write(Path("elsewhere/three.jsonl"))
    result = run("--older-than", "30d")
    assert result.exit_code == 0
    assert str(one) in result.stdout and str(two) in result.stdout
    assert [path.exists() for path in (one, two, other)] == [False, False, True]


def test_a_folder_that_is_missing_stops_it_before_anything_is_deleted(traces: Path) -> None:
    result = run(traces, traces / "never", "--older-than", "30d")
    assert (result.exit_code, result.stdout) == (3, "")
    assert only_line(result.stderr) == f"{traces / 'never'}: no such folder"
    assert len(list(traces.iterdir())) == 4


def test_a_file_is_no_folder(traces: Path) -> None:
    result = run(traces, traces / "session-1.jsonl", "--older-than", "30d")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "session-1.jsonl' is a file" in only_line(result.stderr)
    assert len(list(traces.iterdir())) == 4


def test_an_empty_name_is_not_the_current_folder(traces: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(traces)
    result = run("", "--older-than", "30d")
    assert result.exit_code == 2
    assert "empty name" in only_line(result.stderr)
    assert len(list(traces.iterdir())) == 4


@pytest.mark.parametrize("age", ["30", "0", "0d", "-1d", "d", "1.5d", "1y", "", "30 d", "\x1b[1md"])
def test_what_is_no_age_says_what_is_meant(traces: Path, age: str) -> None:
    result = run(traces, "--older-than", age)
    assert (result.exit_code, result.stdout) == (2, "")
    said = only_line(result.stderr)
    assert "30d" in said and "--help" in said and said.isprintable()
    assert len(list(traces.iterdir())) == 4


def test_the_age_must_be_given(traces: Path) -> None:
    result = run(traces, "--yes")
    assert result.exit_code == 2
    assert "--older-than" in only_line(result.stderr)


def test_files_that_are_no_traces_are_mentioned(tmp_path: Path) -> None:
    write(tmp_path / "notes.jsonl", text='{"a": 1}\n')
    lines = run(tmp_path, "--older-than", "30d").stdout.splitlines()
    assert lines == ["1 file left: not a trace", "No session is old enough."]
    write(tmp_path / "data.jsonl", text="")
    write(tmp_path / "more.jsonl", text='{"kind": "x"}\n')
    write(tmp_path / "session-1.jsonl")
    write(tmp_path / "session-2.jsonl")
    (tmp_path / "session-2~002.jsonl").symlink_to(tmp_path / "notes.jsonl")
    os.utime(tmp_path / "session-2~002.jsonl", (1e9, 1e9), follow_symlinks=False)
    lines = run(tmp_path, "--older-than", "30d").stdout.splitlines()
    assert lines[1:] == [
        "3 files left: not traces",
        "1 file left: another part of the session is a link or not a trace",
        "1 session, 994 B deleted",
    ]
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "data.jsonl", "more.jsonl", "notes.jsonl", "session-2.jsonl", "session-2~002.jsonl",
    ]  # fmt: skip


def test_a_hostile_name_never_reaches_the_terminal(tmp_path: Path) -> None:
    write(tmp_path / HOSTILE)
    write(tmp_path / os.fsdecode(b"session-\xff.jsonl"))
    result = run(tmp_path, "--older-than", "30d")
    assert (result.exit_code, result.stderr) == (0, "")
    lines = result.stdout.split("\n")
    assert len(lines) == 4
    assert all(line.isprintable() for line in lines)
    assert "[bold]x" in result.stdout
    assert list(tmp_path.iterdir()) == []


def test_a_long_path_is_not_cut(tmp_path: Path) -> None:
    path = write(tmp_path / ("a" * 200) / ("b" * 200) / "session-1.jsonl")
    assert str(path) in run(tmp_path, "--older-than", "30d").stdout


def test_what_cannot_be_deleted_is_one_line_and_exit_3(traces: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    unlink = Path.unlink

    def refuse(path: Path) -> None:
        if path.name.startswith("session-1"):
            raise PermissionError(1, "Operation not permitted", str(path))
        unlink(path)

    monkeypatch.setattr(Path, "unlink", refuse)
    result = run(traces, "--older-than", "30d")
    assert result.exit_code == 3
    assert only_line(result.stderr) == f"{traces}/session-1~002.jsonl: Operation not permitted"
    assert result.stdout.splitlines()[-1] == "1 session, 994 B deleted"
    assert len(list(traces.iterdir())) == 3


def test_what_grows_while_it_asks_is_left(traces: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def answer(question: str) -> bool:
        (traces / "session-2.jsonl").touch()
        return True

    monkeypatch.setattr("click.confirm", answer)
    lines = run_in_terminal(traces, "--older-than", "30d").stdout.splitlines()
    assert lines[-2:] == ["1 session left: changed meanwhile", "1 session, 2.0 kB deleted"]
    assert (traces / "session-2.jsonl").exists()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_folder_without_permission_is_one_line_and_exit_3(traces: Path) -> None:
    write(traces / "closed" / "session-4.jsonl")
    (traces / "closed").chmod(0)
    try:
        result = run(traces, "--older-than", "30d")
    finally:
        (traces / "closed").chmod(0o700)
    assert result.exit_code == 3
    assert only_line(result.stderr) == f"{traces}/closed: Permission denied"
    assert "2 sessions, 3.0 kB deleted" in result.stdout


@pytest.mark.parametrize(
    ("size", "said"),
    [
        (0, "0 B"), (999, "999 B"), (1_000, "1.0 kB"), (9_949, "9.9 kB"), (9_999, "10 kB"), (999_499, "999 kB"),
        (999_500, "1.0 MB"), (45_000_000, "45 MB"), (3 * 10**9, "3.0 GB"), (5 * 10**15, "5,000 TB"),
    ],
)  # fmt: skip
def test_sizes(size: int, said: str) -> None:
    assert total([StoredSession((Part(Path("x"), (0, 0), size, 0, True),))]) == f"1 session, {said}"
