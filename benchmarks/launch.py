"""Run a command in a process of its own, and tell what it took: wall seconds, CPU seconds, peak memory.

A child's peak begins with what its parent has at the time, so the parent must be small: this file is run by itself
(python benchmarks/launch.py COMMAND ...), and prints what `Taken` holds, or ends as the command did.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass


class CommandError(Exception):
    """A command ended with an error; the message has the end of what it said."""


@dataclass(frozen=True, slots=True)
class Taken:
    """What a process took, all its threads and children that it waited for included, and what it printed."""

    wall: float
    cpu: float
    peak_bytes: int
    output: str


def launch(command: Sequence[str], environment: Mapping[str, str] | None = None) -> Taken:
    """Run a command. Raises CommandError."""
    done = subprocess.run(
        [sys.executable, __file__, *command],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **(environment or {})},
    )
    if done.returncode:
        raise CommandError(f"{' '.join(command)}: {done.stderr.strip()[-2000:] or f'exit code {done.returncode}'}")
    return Taken(**json.loads(done.stdout))


def main() -> int:
    """Run the command line."""
    start = time.perf_counter()
    with subprocess.Popen(sys.argv[1:], stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        output = child.stdout.read()
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        wall = time.perf_counter() - start
    if child.returncode:
        return 1
    peak = usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    print(json.dumps({"wall": wall, "cpu": usage.ru_utime + usage.ru_stime, "peak_bytes": peak, "output": output}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
