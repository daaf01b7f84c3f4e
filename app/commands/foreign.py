"""The commands for agents that write no traces of our own."""

from __future__ import annotations

from pathlib import Path

import click

from ..command_group import USAGE, complain
from .options import check_folder, debug_option, file_argument


@click.command()
@file_argument
@click.option(
    "-o",
    "--out",
    required=True,
    type=click.Path(dir_okay=False, allow_dash=True, path_type=Path),
    metavar="OUT",
    help="The trace to write; - for standard output.",
)
@click.option("--force", is_flag=True, help="Replace OUT if it is there.")
@debug_option
def convert(file: Path, out: Path, force: bool) -> int:
    """Write the session of another agent as a trace of our own.

    FILE is a log that tracetop reads anyway (see tracetop report FILE): nothing needs to be converted to be looked at.
    What is written is the same events, one a line, so every figure stays as it is. Sub-agents whose logs stand in
    files of their own are in it. What was merged and left out is told on stderr. A trace of our own is refused.

    \b
      tracetop convert spans.jsonl -o session.jsonl
      tracetop convert spans.jsonl -o - | grep tool_error
    """
    from ..conversion import TO_STDOUT, NothingToConvertError, convert
    from ..reports.merged import merged_words

    if out != TO_STDOUT:
        check_folder(out)
        if out.exists() and file.exists() and out.samefile(file):
            raise click.BadParameter("that is the file to be read", param_hint="-o")
        if out.exists() and not force:
            raise click.BadParameter(f"{out} is there already; --force replaces it", param_hint="-o")
    try:
        format, events, merged = convert(file, out)
    except NothingToConvertError as error:
        return complain(str(error), USAGE)
    click.echo(f"{events:,} events. {merged_words(format, merged)}.", err=True)
    return 0
