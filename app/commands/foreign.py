"""The commands for agents that write no traces of our own."""

from __future__ import annotations

from pathlib import Path

import click

from .command_group import USAGE, complain, is_debugging
from .options import check_folder, debug_option, file_argument, theme_option, usage_errors


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
    from ..reports.merged import merged_words
    from .conversion import TO_STDOUT, NothingToConvertError, convert

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


@click.command()
@click.option("--port", type=click.IntRange(0, 65_535), default=4318, show_default=True, help="0: any that is free.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Another than this machine's own is warned of.")
@click.option(
    "-o",
    "--out",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path(".traces"),
    show_default=True,
    metavar="FOLDER",
    help="Where a trace for each session is written.",
)
@click.option("--no-screen", is_flag=True, help="Only print what is recorded.")
@theme_option
@debug_option
@click.pass_obj
def listen(
    general_theme: str | None, port: int, host: str, folder: Path, no_screen: bool, theme: str | None = None
) -> int:
    """Record what agents send with OpenTelemetry, and watch it live.

    Any agent whose SDK or framework traces with GenAI or OpenInference attributes can send to it, as JSON or protobuf;
    it needs no change but where it sends to. Each session becomes a trace in FOLDER; the dashboard shows the one that
    started last. Spans arrive when they end: what goes on just now is seen when it is over. Logs and metrics are
    accepted and left out, messages are kept as lengths only. Ctrl+C ends it; in the dashboard it is q.

    \b
      tracetop listen
      OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:4318 python my_agent.py
      tracetop listen --port 0 --no-screen -o traces
    """
    from .headless import has_screen
    from .listening import PortTakenError, record_only, watch

    try:
        if no_screen or not has_screen():
            record_only(folder, host, port)
        else:
            with usage_errors():
                watch(folder, host, port, theme=theme or general_theme, debug=is_debugging())
    except PortTakenError as error:
        return complain(str(error), USAGE)
    return 0
