"""Reading a text in the user's pager."""

from __future__ import annotations

import shlex
import shutil
import signal
import subprocess
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from tempfile import NamedTemporaryFile

from ...safe_text import many_lines
from ...signals import taking

_USUAL = ("less", "more")


class PagerError(Exception):
    """A text cannot be shown in a pager; the message says why."""


def pager_command(environment: Mapping[str, str]) -> list[str]:
    """The command that $PAGER names, else the first usual pager there is. Raises PagerError."""
    wanted = environment.get("PAGER", "").strip()
    try:
        command = shlex.split(wanted)
    except ValueError as error:
        raise PagerError(f"$PAGER is no command ({error}): {wanted}") from None
    if command and shutil.which(command[0]) is None:
        raise PagerError(f"$PAGER is not there: {command[0]}")
    found = command or next(([name] for name in _USUAL if shutil.which(name)), [])
    if not found:
        raise PagerError(f"there is neither {' nor '.join(_USUAL)}, and $PAGER names nothing else")
    return found


def read_in_pager(text: str, command: list[str], hand_over: Callable[[], AbstractContextManager[None]]) -> None:
    """Show a text, made safe for a terminal, and wait until the user has read it.

    `hand_over` leaves the terminal to the pager; what it raises is passed on. The text stands in a file that only the
    user may read, and that is then deleted. Raises PagerError.
    """
    safe = "\n".join(many_lines(text, limit=len(text)))
    try:
        with NamedTemporaryFile("w", prefix="tracetop-", suffix=".txt", encoding="utf-8", errors="replace") as file:
            file.write(safe + "\n")
            file.flush()
            # Nothing may be raised in there: the terminal would not be taken back.
            with hand_over():
                failure = _run([*command, file.name])
    except OSError as error:
        raise PagerError(f"no file can be made for it: {error}") from None
    if failure:
        raise PagerError(f"{Path(command[0]).name} {failure}")


def _run(command: list[str]) -> str:
    """Run a pager to its end; gives what went wrong."""
    try:
        # Ctrl+C stops a search in less; it reaches this process too, where it must not end the app. Not SIG_IGN: that
        # the pager would inherit.
        with taking(signal.SIGINT, lambda number, frame: None):
            code = subprocess.run(command, check=False).returncode
    except OSError as error:
        return f"cannot be started: {error.strerror or error}"
    return f"ended with code {code}" if code else ""
