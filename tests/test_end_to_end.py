"""The installed command in a terminal, as a user has it: a pseudo-terminal, keys, and the screen they lead to."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from itertools import cycle
from pathlib import Path
from typing import Any

import orjson
import pytest

pexpect = pytest.importorskip("pexpect")
pyte = pytest.importorskip("pyte")

ROOT = Path(__file__).parents[1]
TRACES = Path(os.environ.get("TRACETOP_TRACES", ROOT.parent / "shared" / "traces"))
COLUMNS, LINES = 120, 36
DEADLINE = 20.0
ENTER_SCREEN, LEAVE_SCREEN, SHOW_CURSOR = b"\x1b[?1049h", b"\x1b[?1049l", b"\x1b[?25h"
MOUSE_OFF = b"\x1b[?1000l"


def command() -> list[str]:
    """The installed command, of the environment that runs the tests first."""
    found = shutil.which("tracetop", path=os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]))
    return [found] if found else [sys.executable, "-m", "tracetop"]


class Terminal:
    """A program in a pseudo-terminal, and the screen that its output makes."""

    def __init__(self, arguments: list[str], folder: Path, **environment: str) -> None:
        self.screen = pyte.Screen(COLUMNS, LINES)
        self.raw = b""
        self._stream = pyte.ByteStream(self.screen)
        env = {**os.environ, "TERM": "xterm-256color", "LANG": "C.UTF-8", "TZ": "UTC", **environment}
        for name in ("NO_COLOR", "COLUMNS", "LINES", "TEXTUAL", "TEXTUAL_DRIVER", "COLORTERM"):
            env.pop(name, None)
        self.process = pexpect.spawn(
            arguments[0], arguments[1:], dimensions=(LINES, COLUMNS), env=env, cwd=str(folder), timeout=DEADLINE
        )
        self.process.delaybeforesend = None

    @property
    def text(self) -> str:
        return "\n".join(self.screen.display)

    def read(self, timeout: float = 0.05) -> None:
        """Take in what the program has written."""
        try:
            data = self.process.read_nonblocking(1 << 16, timeout)
        except pexpect.TIMEOUT:
            return
        self.raw += data
        # pyte takes these for text or stumbles over them; they paint nothing.
        self._stream.feed(data.replace(b"\x1b[>1u", b"").replace(b"\x1b[<u", b""))

    def until(self, condition: Callable[[str], object], what: str) -> None:
        deadline = time.monotonic() + DEADLINE
        while not condition(self.text):
            if time.monotonic() > deadline:
                pytest.fail(f"never seen: {what}\n{self.text}")
            try:
                self.read()
            except pexpect.EOF:
                pytest.fail(f"ended before it was seen: {what}\n{self.text}")

    def see(self, *words: str) -> None:
        """Wait until all these are on the screen."""
        self.until(lambda text: all(word in text for word in words), " and ".join(words))

    def press(self, keys: str) -> None:
        self.process.send(keys)

    def rest(self) -> None:
        """Wait until the screen rests: a terminal, too, tells escape from a sequence by what comes at once."""
        deadline = time.monotonic() + DEADLINE
        length = -1
        while length != len(self.raw) and time.monotonic() < deadline:
            length = len(self.raw)
            try:
                self.read(0.2)
            except pexpect.EOF:
                self.process.close()
                pytest.fail(f"ended with {self.process.exitstatus}\n{self.text}")

    def resize(self, columns: int, lines: int) -> None:
        self.process.setwinsize(lines, columns)
        self.screen.resize(lines, columns)

    def end(self, *insist: str) -> int:
        """Wait for the program to end, pressing the keys in `insist` each second, and return its exit code."""
        deadline = time.monotonic() + DEADLINE
        keys, due = cycle(insist or [""]), time.monotonic() + 1.0
        try:
            while time.monotonic() < deadline:
                self.read()
                if time.monotonic() > due:
                    self.press(next(keys))
                    due += 1.0
            pytest.fail(f"did not end\n{self.text}")
        except pexpect.EOF:
            self.process.close()
        return int(self.process.exitstatus if self.process.exitstatus is not None else -self.process.signalstatus)

    def assert_restored(self) -> None:
        """Whatever was switched on for the screen is switched off again."""
        assert self.raw.count(ENTER_SCREEN) == self.raw.count(LEAVE_SCREEN) == 1
        after = self.raw[self.raw.rindex(LEAVE_SCREEN) - 400 :]
        assert SHOW_CURSOR in after
        assert MOUSE_OFF in after


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Callable[..., Terminal]]:
    """Return a function that runs a program in a terminal."""
    opened: list[Terminal] = []

    def run(*arguments: str, folder: Path = tmp_path, **environment: str) -> Terminal:
        opened.append(Terminal(list(arguments), folder, **environment))
        return opened[-1]

    yield run
    for each in opened:
        each.process.close(force=True)


@pytest.fixture
def trace(tmp_path: Path) -> Path:
    """Return a copy of a real trace."""
    original = TRACES / "attocode" / "collector-typed.jsonl"
    if not original.is_file():
        if os.environ.get("CI") == "true":
            pytest.fail(f"no trace {original}; set TRACETOP_TRACES to the folder of real traces")
        pytest.skip(f"no trace {original}; set TRACETOP_TRACES to the folder of real traces")
    return Path(shutil.copy(original, tmp_path / "real.jsonl"))


@pytest.fixture
def events(trace: Path) -> list[dict[str, Any]]:
    return [orjson.loads(line) for line in trace.read_bytes().splitlines()]


def tool_call(events: list[dict[str, Any]], name: str) -> bytes:
    last = events[-1]
    event = {**last, "event_id": f"new-{name}", "kind": "tool_end", "data": {"tool_name": name, "args": {}}}
    return orjson.dumps(event) + b"\n"


def test_a_trace_is_shown_grows_shrinks_and_is_left(terminal, trace, events):
    it = terminal(*command(), str(trace))
    it.see("1 timeline", "2 iteration tree", "3 token flow", "4 cache boundary", "5 issues", f"{len(events)} events")

    with trace.open("ab") as file:
        file.write(tool_call(events, "freshly_appended"))
    it.see("freshly_appended", f"{len(events) + 1} events")

    trace.write_bytes(tool_call(events, "after_truncation"))
    it.see("after_truncation", "1 event ")
    it.until(lambda text: "freshly_appended" not in text, "the old events gone")

    it.press("q")
    assert it.end() == 0
    it.assert_restored()


def test_a_session_is_replayed_paused_stepped_and_left_at_its_end(terminal, trace, events):
    count = len(events)
    it = terminal(*command(), "replay", str(trace), "--at", "50%", "--stop-at", "error")
    it.see("PAUSED", "1x", f"{count // 2 + 1} of {count}", "stops at error", "space play")
    it.press(".")
    it.see(f"{count // 2 + 2} of {count}")
    it.press("+")
    it.see(" 2x ")
    it.press("\x1b[H")  # home
    it.see(f"1 of {count}")
    it.press(":")
    it.see("go to")
    it.press("it 2\r")
    it.see("iteration 2", "space play")
    it.press("\x1b[F")  # end
    it.see("ENDED", f"{count} of {count}")  # the bar stays, for it was a replay that was asked for
    it.press("q")
    assert it.end() == 0
    it.assert_restored()


def test_a_replay_plays_to_its_end_by_itself(terminal, trace, events):
    it = terminal(*command(), "replay", str(trace), "--speed", "1000x")
    it.see("ENDED", f"{len(events)} of {len(events)}", "1000x")
    it.press("q")
    assert it.end() == 0


def test_a_terminal_may_be_resized_while_it_is_open(terminal, trace):
    it = terminal(*command(), str(trace))
    it.see("1 timeline", "5 issues")
    it.resize(80, 24)
    it.until(lambda text: "4 cache boundary" not in text and "1 timeline  2 tree  3 tokens" in text, "one pane")
    it.resize(200, 60)
    it.see("4 cache boundary", "2 iteration tree")
    it.press("q")
    assert it.end() == 0
    it.assert_restored()


def test_keys_in_any_order_do_no_harm(terminal, trace):
    it = terminal(*command(), str(trace))
    it.see("1 timeline", "5 issues")
    escape = "\x1b"
    for keys in (
        "jjkk12345\t\tzz gG,.[]++--eEiIbBcCyn N??" * 3,
        "/bash\r",
        "nnNF",
        "errors\r",
        "2LLHH",
        f"{escape}[A{escape}[B{escape}[5~{escape}[6~{escape}[H{escape}[F",
        ":50%\r",
        "\r?",
        escape,
        escape,
        escape,
        f"{escape}[200~pasted [/text]{escape}[201~",
        "\x10",
        escape,
        "f1",
    ):
        it.press(keys)
        it.rest()
        assert "dashboard error" not in it.text
    assert it.end("\x1b", "q") == 0  # whatever is open by now
    it.assert_restored()


def test_a_folder_is_browsed_and_a_session_opened(terminal, trace):
    it = terminal(*command(), str(trace.parent))
    it.see("tracetop · 1 session")
    it.press("\r")
    it.see("1 timeline", "5 issues")
    it.press("\x04")
    it.see("tracetop · 1 session")
    it.press("q")
    assert it.end() == 0


def test_the_demo_fills_up(terminal):
    it = terminal(*command(), "demo", "--speed", "10")
    it.see("Refactor the session store", "1 timeline", "● LIVE")
    it.see("iteration 3", "$")
    it.press("q")
    assert it.end() == 0
    it.assert_restored()


def test_the_example_agent_shows_its_dashboard_over_the_prompt(terminal, tmp_path):
    (tmp_path / "notes.md").write_text("buy milk\n")
    it = terminal(sys.executable, str(ROOT / "examples" / "agent_app.py"), "--trace")
    it.see("Ask about a file here")
    it.press("what is here?")
    it.see("what is here?")
    it.press("\x04")
    it.see("1 timeline", "chat")
    it.press("\x04")
    it.until(lambda text: "1 timeline" not in text and "what is here?" in text, "the prompt, as it was left")
    it.press("\r")
    it.see("> what is here?", "notes.md begins: buy milk")
    it.press("/quit\r")
    assert it.end() == 0
    it.assert_restored()
    assert list((tmp_path / ".attocode" / "traces").glob("*.jsonl"))


def test_a_dumb_terminal_gets_the_report(terminal, trace):
    it = terminal(*command(), str(trace), TERM="dumb")
    assert it.end() == 0
    assert b"\x1b" not in it.raw
    assert b"Tokens" in it.raw or b"tokens" in it.raw


def test_a_pipe_that_closes_early_is_no_error(trace):
    trace.write_bytes(trace.read_bytes() * 200)
    script = f"'{command()[0]}' timeline '{trace}' | head -1" if len(command()) == 1 else "true"
    done = subprocess.run(["sh", "-c", script], capture_output=True, timeout=DEADLINE, check=False)
    assert done.stderr == b""
    assert done.stdout.count(b"\n") == 1


def test_what_an_agent_sends_is_shown_as_it_comes(terminal, tmp_path):
    spans = TRACES / "otlp" / "openinference_pydantic_ai.jsonl"
    if not spans.is_file():
        pytest.skip(f"no trace {spans}")
    it = terminal(*command(), "listen", "--port", "0", "-o", "recorded")
    it.see("Listening on http://127.0.0.1:", "Ctrl+C here")
    port = it.text.split("http://127.0.0.1:")[1].split()[0]

    def send(line: bytes) -> None:
        url, kind = f"http://127.0.0.1:{port}/v1/traces", {"Content-Type": "application/json"}
        urllib.request.urlopen(urllib.request.Request(url, line, kind), timeout=DEADLINE).close()

    first, *others = spans.read_bytes().splitlines()
    send(first)
    it.see("1 timeline", "2 iteration tree", "12.1k tok")
    for line in others:
        send(line)
    it.see("ENDED", "57.3k tok", "sub-agent explorer")
    it.press("q")
    assert it.end() == 0
    it.assert_restored()
    it.see("recorded 1 session in recorded")
