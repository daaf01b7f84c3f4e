"""A replay as an asciinema recording: what a terminal that plays it shows, and the same each time."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner
from tracetop.app.cli import cli
from tracetop.app.offscreen.cast import FRAMES_PER_SECOND, make_cast
from tracetop.app.trace import UnreadableTraceError

pyte = pytest.importorskip("pyte")


def played(path):
    """The head, when each frame comes, and what a terminal shows then."""
    head, *frames = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    screen = pyte.Screen(head["width"], head["height"])
    stream = pyte.Stream(screen)
    shown = []
    for time, kind, data in frames:
        assert kind == "o"
        stream.feed(data)
        shown.append((time, "\n".join(screen.display)))
    return head, shown


def test_a_terminal_that_plays_it_shows_the_session_from_its_first_event_to_its_last(demo, tmp_path):
    out = tmp_path / "demo.cast"
    make_cast(demo, out, size=(100, 30), speed=100.0)
    head, shown = played(out)
    assert head == {
        "version": 2, "width": 100, "height": 30, "timestamp": 1_780_000_000, "title": "tracetop session-demo.jsonl",
        "env": {"TERM": "xterm-256color"},
    }  # fmt: skip
    times = [time for time, _ in shown]
    assert times == sorted(times)
    assert all(abs(time * FRAMES_PER_SECOND - round(time * FRAMES_PER_SECOND)) < 1e-3 for time in times)
    first, last = shown[0][1], shown[-1][1]
    assert "▶ REPLAY 100x" in first
    assert "going to" not in first
    assert "1 of 162" in first
    assert "162 of 162" in last
    assert len(shown) > 5


def test_it_is_the_same_each_time(demo, tmp_path):
    outs = [tmp_path / "a.cast", tmp_path / "b.cast"]
    for out in outs:
        make_cast(demo, out, size=(100, 30), speed=200.0)
    assert outs[0].read_bytes() == outs[1].read_bytes()


def test_from_a_place_to_a_place(demo, tmp_path):
    out = tmp_path / "part.cast"
    make_cast(demo, out, size=(100, 30), at="it 2", until="80", speed=50.0, pane="timeline")
    _, shown = played(out)
    assert "80 of 162" in shown[-1][1]
    assert "1 timeline" in shown[0][1]
    assert "81 of 162" not in "".join(text for _, text in shown)


def test_at_no_pace_it_is_over_at_once(demo, tmp_path):
    out = tmp_path / "fast.cast"
    make_cast(demo, out, size=(80, 24), speed=float("inf"))
    _, shown = played(out)
    assert "162 of 162" in shown[-1][1]
    assert shown[-1][0] < 3.0


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"pane": "nonsense"}, "no pane"),
        ({"at": "163"}, "163 is not one of them"),
        ({"at": "50%", "until": "10"}, "comes before the beginning"),
        ({"theme": "nonsense"}, "no theme"),
    ],
)
def test_what_cannot_be_played_is_told(demo, tmp_path, options, reason):
    with pytest.raises(ValueError, match=reason):
        make_cast(demo, tmp_path / "x.cast", **options)


def test_a_replay_of_hours_is_refused_with_the_speed_that_would_do(line, tmp_path):
    path = tmp_path / "long.jsonl"
    path.write_bytes(b"".join(line("custom") for _ in range(8_000)))
    with pytest.raises(ValueError, match=r"2\.2 hours; --speed 3x"):
        make_cast(path, tmp_path / "x.cast")


def test_no_trace_no_cast(tmp_path):
    with pytest.raises(UnreadableTraceError):
        make_cast(tmp_path / "none.jsonl", tmp_path / "x.cast")


def test_the_command(demo, tmp_path):
    out = tmp_path / "out.cast"
    arguments = ["cast", str(demo), "-o", str(out), "--size", "80x24", "--speed", "max", "--at", "100"]
    result = CliRunner().invoke(cli, arguments)
    assert result.exit_code == 0, result.output
    assert "100 of 162" in played(out)[1][0][1]
    for wrong in (["--speed", "0"], ["--at", "never"], ["--until", "x"], ["--longest-silence", "-1"], ["--size", "x"]):
        assert CliRunner().invoke(cli, [*arguments, *wrong], standalone_mode=True).exit_code == 2, wrong
    assert CliRunner().invoke(cli, ["cast", str(demo), "-o", str(tmp_path / "no" / "x.cast")]).exit_code == 2


def test_text_of_a_trace_is_no_escape_sequence_in_it(line, tmp_path):
    path = tmp_path / "hostile.jsonl"
    goal = "\x1b]0;title\x07\x1b[2J[/oops]"
    path.write_bytes(line("session_start", goal=goal) + line("error", message="\x1b[31mred"))
    out = tmp_path / "out.cast"
    make_cast(path, out, size=(100, 30), speed=1.0)
    raw = out.read_text()
    assert "]0;title" in raw
    assert "\\u001b]0" not in raw
    assert "\\u0007" not in raw
    assert "\\u001b[31mred" not in raw


def test_a_full_disk_is_told_and_nothing_else(demo):
    full = Path("/dev/full")
    if not full.exists():
        pytest.skip("no /dev/full here")
    line = [sys.executable, "-m", "tracetop", "cast", str(demo), "--until", "20", "--speed", "max", "-o", str(full)]
    done = subprocess.run([*line, "--size", "200x60"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (3, "tracetop: No space left on device\n")
