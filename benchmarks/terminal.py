"""Programs of a benchmark, each in a process of its own that draws on a real terminal of 120x40; tasks beside an app.

The terminal is a pty, read and thrown away: without one Textual leaves out the conversion to text.
"""

from __future__ import annotations

import asyncio
import fcntl
import json
import os
import pty
import re
import resource
import struct
import sys
import tempfile
import termios
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

COLUMNS, ROWS = 120, 40
CONTROLS = re.compile(r"\x1b\[[0-9;?<>]*[a-zA-Z]")

Task = Callable[..., Coroutine[Any, Any, Any]]
Tasks = dict[str, tuple[Callable[[str], Any], Task]]


def in_terminal(task: str, *arguments: str, script: str) -> Any:
    """Run one of the tasks of a script in a process of its own with a terminal; return what it found."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "found.json"
        said, _ = run_in_terminal([script, "--task", task, str(out), *arguments], {"PYTHONHASHSEED": "0"})
        if not out.exists():
            raise RuntimeError(f"{task} found nothing: {said[said.rfind('Traceback') :]}")
        return json.loads(out.read_text())


def run_in_terminal(arguments: list[str], environment: dict[str, str]) -> tuple[str, resource.struct_rusage]:
    """Run Python with these arguments on a terminal, to its end; give the last of what it drew, and what it took."""
    pid, terminal = pty.fork()
    if pid == 0:
        known = {**os.environ, "TERM": "xterm-256color", "COLORTERM": "truecolor", **environment}
        os.execve(sys.executable, [sys.executable, *arguments], known)
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
    tail = b""
    try:
        while data := os.read(terminal, 1 << 16):
            tail = (tail + data)[-4000:]
    except OSError:  # the terminal's other end is closed
        pass
    _, _, usage = os.wait4(pid, 0)
    os.close(terminal)
    return CONTROLS.sub("", tail.decode(errors="replace")), usage


def run_task(tasks_known: Tasks, name: str, out: str, path: str, *arguments: str) -> None:
    """In the child: run an app and a task beside it, and write what it found."""
    make, task = tasks_known[name]
    app = make(path)
    found: list[Any] = []

    async def beside() -> None:
        try:
            found.append(await task(app, *arguments))
        finally:
            app.exit()

    app.call_later(lambda: tasks.append(asyncio.create_task(beside())))
    tasks: list[Any] = []
    app.run()
    if tasks and tasks[0].done() and tasks[0].exception() is not None:
        raise tasks[0].exception()
    Path(out).write_text(json.dumps(found[0]))
