"""Options and arguments that several commands share."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from .command_group import NoSuchThemeError, go_without_index, start_debugging

SEVERITIES = ("critical", "high", "medium", "low")

debug_option = click.option(
    "--debug",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=start_debugging,
    help="Log to stderr, tracebacks included.",
)
index_option = click.option(
    "--no-index",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=go_without_index,
    help="Read the trace from its start, and keep no index of it.",
)


def _no_standard_input(ctx: click.Context, param: click.Parameter, file: Path) -> Path:
    if file == Path("-") and not file.exists():
        raise click.BadParameter("standard input is not read: name a file", ctx, param)
    return file


file_argument = click.argument("file", type=click.Path(path_type=Path), callback=_no_standard_input)
json_option = click.option("--json", "as_json", is_flag=True, help="JSON for other programs.")
theme_option = click.option(
    "--theme", metavar="NAME", help="The colors: tracetop, tracetop-light, nord, ansi-dark, ..."
)
fail_on_option = click.option(
    "--fail-on",
    metavar="SEVERITY",
    type=click.Choice(SEVERITIES, case_sensitive=False),
    help=f"Exit with 1 if an issue of this severity or worse stands: {', '.join(SEVERITIES)}. Findings do not count.",
)
with_findings_option = click.option(
    "--with-findings", is_flag=True, help="Have --fail-on count the findings of a file as well."
)


all_option = click.option(
    "--all", "everything", is_flag=True, help="The sessions of all projects, not of the current folder alone."
)
latest_option = click.option(
    "--latest", is_flag=True, help="Open the newest session, and each newer one as soon as it starts."
)


@contextmanager
def usage_errors(kind: type[ValueError] = NoSuchThemeError) -> Iterator[None]:
    """What these errors say was said wrong on the command line."""
    try:
        yield
    except kind as error:
        raise click.UsageError(str(error), click.get_current_context()) from error


def check_folder(out: Path) -> None:
    """Make sure that there is a folder to write a file into. Raises click.BadParameter."""
    if not out.absolute().parent.is_dir():
        raise click.BadParameter(f"no folder {out.parent}", param_hint="-o")
