"""A task of a benchmark beside an app, in a process of its own that draws on a real terminal of 120x40.

The terminal is a pty, read and thrown away: without one Textual leaves out the conversion to text.
"""

from __future__ import annotations

import asyncio
import fcntl
import json
import os
import pty
import re
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
        pid, terminal = pty.fork()
        if pid == 0:
            environment = {**os.environ, "TERM": "xterm-256color", "COLORTERM": "truecolor", "PYTHONHASHSEED": "0"}
            os.execve(sys.executable, [sys.executable, script, "--task", task, str(out), *arguments], environment)
        fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
        tail = b""
        try:
            while data := os.read(terminal, 1 << 16):
                tail = (tail + data)[-4000:]
        except OSError:  # the terminal's other end is closed
            pass
        os.waitpid(pid, 0)
        os.close(terminal)
        if not out.exists():
            said = CONTROLS.sub("", tail.decode(errors="replace"))
            raise RuntimeError(f"{task} found nothing: {said[said.rfind('Traceback') :]}")
        return json.loads(out.read_text())


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
