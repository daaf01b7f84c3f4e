"""How the command line as a whole behaves: what a first argument means, how errors are told, how it exits."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

VIOLATED, USAGE, UNREADABLE = 1, 2, 3
"""The documented exit codes beside 0: a gate was violated, wrong usage, the input cannot be read."""

_BUG, _INTERRUPTED, _PIPE_BROKEN = 70, 130, 141
_DEBUG = "tracetop.debug"
_NO_INDEX = "tracetop.no_index"
_log = logging.getLogger("tracetop")


class NoSuchThemeError(ValueError):
    """The command line names a theme that does not exist."""


class TracetopGroup(click.Group):
    """A group whose first argument may also be a path, given to `opener`. Errors are one line on stderr."""

    opener: click.Command

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,
        **extra: Any,
    ) -> Any:
        """Run; with `standalone_mode` leave by SystemExit, else return the exit code."""
        try:
            code = super().main(args, prog_name, complete_var, standalone_mode=False, **extra)
        except click.UsageError as error:
            command = error.ctx.command_path if error.ctx else "tracetop"
            code = complain(f"{error.format_message()} (see: {command} --help)", USAGE)
        except click.ClickException as error:
            code = complain(error.format_message(), error.exit_code)
        except click.Abort:
            code = _INTERRUPTED
        code = code if isinstance(code, int) else 0
        if standalone_mode:
            sys.exit(code)
        return code

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command that was named, and tell in one line what went wrong."""
        try:
            result = super().invoke(ctx)
            sys.stdout.flush()
            return result
        except BrokenPipeError:
            _let_go_of_stdout()
            return _PIPE_BROKEN
        except KeyboardInterrupt:
            return _INTERRUPTED
        except (click.exceptions.Exit, click.Abort, click.ClickException):
            raise
        except Exception as error:  # noqa: BLE001 - the outermost frame: told below, and its traceback logged
            _log.debug("%s failed", ctx.invoked_subcommand or "tracetop", exc_info=True)
            return _explain(error)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that the first argument names, else the one that opens it as a path."""
        word = args[0]
        if self.get_command(ctx, word) is not None:
            return super().resolve_command(ctx, args)
        if word.isalpha() and not ctx.resilient_parsing and not Path(word).exists():
            meant = get_close_matches(word, self.list_commands(ctx), n=1)
            if meant:
                ctx.fail(f"{word}: no such command, file or folder; did you mean '{meant[0]}'?")
        return "PATH", self.opener, args

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Commands, options and files."""
        from click.shell_completion import CompletionItem

        return [*super().shell_complete(ctx, incomplete), CompletionItem(incomplete, type="file")]


class OpenCommand(click.Command):
    """A command whose help is that of the whole program."""

    def get_help(self, ctx: click.Context) -> str:
        return ctx.parent.get_help() if ctx.parent else super().get_help(ctx)


def complain(message: str, code: int) -> int:
    """Say something in one line on stderr; give the exit code back."""
    from ..safe_text import one_line

    click.echo(f"tracetop: {one_line(' '.join(message.split()))}", err=True)
    return code


def start_debugging(ctx: click.Context, _: click.Parameter, wanted: bool) -> None:
    """The callback of `--debug`: log to stderr until the program is done."""
    if not wanted or ctx.meta.get(_DEBUG):
        return
    ctx.meta[_DEBUG] = True
    handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    level = _log.level
    _log.addHandler(handler)
    _log.setLevel(logging.DEBUG)

    def stop() -> None:
        _log.removeHandler(handler)
        _log.setLevel(level)

    ctx.find_root().call_on_close(stop)


def go_without_index(ctx: click.Context, _: click.Parameter, wanted: bool) -> None:
    """The callback of `--no-index`."""
    if wanted:
        ctx.meta[_NO_INDEX] = True


def given_settings() -> dict[str, str | None]:
    """The settings that are given on the command line that runs, those apart that are options of one command."""
    ctx = click.get_current_context(silent=True)
    return {"index": "false"} if ctx is not None and ctx.meta.get(_NO_INDEX) else {}


def is_debugging() -> bool:
    """Whether `--debug` was given to the command that runs."""
    return bool(click.get_current_context().meta.get(_DEBUG))


def _explain(error: Exception) -> int:
    from ..trace import UnreadableTraceError

    if isinstance(error, UnreadableTraceError):
        return complain(str(error), UNREADABLE)
    if isinstance(error, OSError):
        where = f"{error.filename}: " if error.filename else ""
        return complain(f"{where}{error.strerror or error}", UNREADABLE)
    return complain(f"a bug: {type(error).__name__}: {error} (run with --debug to see where)", _BUG)


def _let_go_of_stdout() -> None:
    """Let what is still buffered run into the void, so that the interpreter does not complain on its way out."""
    try:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except (OSError, ValueError):
        _log.debug("standard output is no file", exc_info=True)
