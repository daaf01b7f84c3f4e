"""The scripts that make a shell complete the command line."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import PurePath

import click
from click.shell_completion import get_completion_class

PROGRAM = "tracetop"


def completion_script(command: click.Command, shell: str | None, shells: Sequence[str]) -> str:
    """The script for one of `shells`; where `shell` is None, for the user's own. Raises click.UsageError."""
    name = shell or PurePath(os.environ.get("SHELL", "")).name
    completer = get_completion_class(name) if name in shells else None
    if completer is None:
        raise click.UsageError(f"name your shell: {', '.join(shells)}")
    return completer(command, {}, PROGRAM, f"_{PROGRAM.upper()}_COMPLETE").source()
