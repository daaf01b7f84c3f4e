"""The file at the end: parts, deletions, and lines that are never torn."""

import errno
import json
import os
import stat
import subprocess
import sys

import pytest
from tracetop import TraceCollector, load_session
from tracetop.collector.parts import parts_from
from tracetop.collector.recording import append_file
from tracetop.collector.recording.append_file import AppendFile


def lines_of(paths):
    return b"".join(path.read_bytes() for path in paths).splitlines(keepends=True)


def test_a_full_part_is_left_for_the_next(tmp_path):
    file = AppendFile(tmp_path / "t.jsonl", max_bytes=10)
    for line in (b"1234\n", b"5678\n", b"9\n", b"a line of its own\n", b"b\n"):
        file.append(line)
    parts = parts_from(tmp_path / "t.jsonl")
    assert [part.read_bytes() for part in parts] == [b"1234\n5678\n", b"9\n", b"a line of its own\n", b"b\n"]
    assert all(stat.S_IMODE(part.stat().st_mode) == 0o600 for part in parts)


def test_a_new_recorder_goes_on_in_the_last_part_limit_or_not(tmp_path):
    for name in ("t.jsonl", "t~002.jsonl"):
        (tmp_path / name).write_bytes(b"x\n")
    AppendFile(tmp_path / "t.jsonl").append(b"new\n")
    AppendFile(tmp_path / "t.jsonl", max_bytes=100).append(b"newer\n")
    assert (tmp_path / "t.jsonl").read_bytes() == b"x\n"
    assert (tmp_path / "t~002.jsonl").read_bytes() == b"x\nnew\nnewer\n"


def test_a_part_that_another_process_began_is_followed(tmp_path):
    file = AppendFile(tmp_path / "t.jsonl", max_bytes=100)
    file.append(b"one\n")
    (tmp_path / "t~002.jsonl").write_bytes(b"theirs\n")
    file.append(b"two\n")
    assert (tmp_path / "t.jsonl").read_bytes() == b"one\n"
    assert (tmp_path / "t~002.jsonl").read_bytes() == b"theirs\ntwo\n"


def test_a_recorder_with_a_limit_is_read_as_one_trace(tmp_path):
    with TraceCollector(tmp_path, "s", max_bytes=4000, buffer_size=7) as collector:
        path = collector.start_session("long")
        for number in range(200):
            collector.record("custom", {"n": number, "fill": "x" * (number % 90)})
        collector.record("custom", {"n": 200, "fill": "y" * 9000})
    parts = parts_from(path)
    assert len(parts) > 5
    for part in parts:
        assert part.stat().st_size <= 4000 or len(part.read_bytes().splitlines()) == 1
    session = load_session(path)
    assert [event.data["n"] for event in session.events if event.kind == "custom"] == list(range(201))
    assert (session.goal, session.events[-1].kind) == ("long", "session_end")


ROTATING = """
import sys
from tracetop import TraceCollector
collector = TraceCollector(sys.argv[1], "s", max_bytes=20_000, buffer_size=9)
for n in range(1500):
    collector.record("custom", {"who": sys.argv[2], "n": n, "fill": "x" * (n % 300)})
"""


def test_several_processes_share_the_parts(tmp_path):
    processes = [subprocess.Popen([sys.executable, "-c", ROTATING, str(tmp_path), who]) for who in "abc"]
    assert [process.wait(120) for process in processes] == [0, 0, 0]
    parts = parts_from(tmp_path / "session-s.jsonl")
    assert len(parts) > 20
    events = [json.loads(line) for line in lines_of(parts)]
    assert len(events) == 4500
    for who in "abc":
        assert [event["data"]["n"] for event in events if event["data"]["who"] == who] == list(range(1500))


@pytest.mark.parametrize(
    "setting",
    [
        {"max_bytes": 0},
        {"max_bytes": "1 MB"},
        {"durability": "disk"},
        {"buffer_size": None},
        {"buffer_size": 0},
        {"max_string": "x"},
        {"flush_interval": None},
        {"flush_interval": float("nan")},
        {"flush_interval": -1},
    ],
    ids=str,
)
def test_a_setting_that_cannot_be_is_refused_at_once(tmp_path, setting):
    with pytest.raises(ValueError, match=next(iter(setting))):
        TraceCollector(tmp_path, **setting)


def test_what_went_to_a_deleted_file_is_written_again(tmp_path):
    path = tmp_path / "t.jsonl"
    file = AppendFile(path)
    file.append_line(b"looked after\n")
    file.append_line(b"not looked after\n")
    path.unlink()
    file.append_line(b"lost at first\n")
    assert not path.exists()
    file.close()
    assert path.read_bytes().endswith(b"lost at first\n")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_deleted_file_that_cannot_be_made_again_is_not_forgotten(tmp_path):
    folder = tmp_path / "traces"
    file = AppendFile(folder / "t.jsonl")
    file.append_line(b"one\n")
    (folder / "t.jsonl").unlink()
    folder.rmdir()
    file.append_line(b"two\n")
    folder.write_text("in the way")
    with pytest.raises(OSError):
        file.close()
    folder.unlink()
    file.append(b"three\n")
    assert (folder / "t.jsonl").read_bytes().endswith(b"two\nthree\n")


@pytest.mark.parametrize("taken", [1, 5, 6, 11, 12])
def test_a_short_write_never_leaves_a_torn_line(tmp_path, monkeypatch, taken):
    file = AppendFile(tmp_path / "t.jsonl")
    real = os.write
    plan = [taken, OSError(errno.ENOSPC, "No space left on device")]

    def write(fd, data):
        step = plan.pop(0) if plan else len(data)
        if isinstance(step, OSError):
            raise step
        return real(fd, data[:step])

    monkeypatch.setattr(append_file.os, "write", write)
    with pytest.raises(OSError, match="No space"):
        file.append(b"line 1\nline 2\n")
    whole = b"line 1\n" if taken >= 7 else b""
    assert (tmp_path / "t.jsonl").read_bytes() == whole
    assert file.sent == len(whole)


def test_a_torn_line_that_another_process_wrote_behind_is_given_up(tmp_path, monkeypatch):
    path = tmp_path / "t.jsonl"
    file = AppendFile(path)
    file.append(b"before\n")
    real = os.write

    def write(fd, data):
        monkeypatch.setattr(append_file.os, "write", refuse)
        return real(fd, data[:3])

    def refuse(fd, data):
        with path.open("ab") as other:
            other.write(b"theirs\n")
        monkeypatch.setattr(append_file.os, "write", real)
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(append_file.os, "write", write)
    file.sent = 0
    with pytest.raises(OSError, match="No space"):
        file.append(b"ours\n")
    assert file.sent == 0
    file.append(b"ours\n")
    assert path.read_bytes() == b"before\nourtheirs\nours\n"
