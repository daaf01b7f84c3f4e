"""The command line. What a command needs is imported when it runs, so that only what opens a screen loads Textual."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click

from .. import __version__
from .commands import foreign, reports, screens, upkeep
from .commands.command_group import OpenCommand, TracetopGroup, is_debugging
from .commands.options import all_option, debug_option, index_option, latest_option, theme_option, usage_errors

_THEMED = ("PATH", "demo", "listen", "replay", "wall")
ALL, LATEST = "tracetop.all", "tracetop.latest"
_CONTEXT = {"help_option_names": ["-h", "--help"], "max_content_width": 100}


@click.group(
    cls=TracetopGroup,
    invoke_without_command=True,
    context_settings=_CONTEXT,
    subcommand_metavar="[PATH | COMMAND ...]",
)
@all_option
@latest_option
@theme_option
@index_option
@debug_option
@click.version_option(__version__, message="tracetop %(version)s")
@click.pass_context
def cli(ctx: click.Context, theme: str | None, everything: bool, latest: bool) -> None:
    """See what a coding agent does, where its tokens and money go, and what it wastes.

    PATH is a trace file (followed while it grows) or a folder of them: native traces, sessions of Claude Code, rollouts
    of Codex, OpenTelemetry. Without PATH: the sessions of the current folder, whichever agent left them (tracetop
    sources tells where it looks). Where no dashboard can be drawn (no terminal, TERM=dumb) the plain report is printed.

    \b
      tracetop                               browse the sessions of this project
      tracetop --latest                      the newest one, and each that starts from now on
      tracetop wall                          several live sessions at once
      tracetop session-1.jsonl               watch one, live or afterwards
      tracetop report session-1.jsonl        the morning after, in plain text
      tracetop issues X.jsonl --fail-on high  a gate for CI
      tracetop ./report                      a file that is called like a command
      tracetop listen                        record what agents send with OpenTelemetry
      tracetop demo                          a scripted agent to look at

    What you always want so goes into a file: see tracetop config --help.

    Exit codes: 0 fine, 1 a gate was violated, 2 wrong usage, 3 the input cannot be read.
    """
    ctx.obj = theme
    ctx.meta.update({ALL: everything, LATEST: latest})
    if ctx.invoked_subcommand is None:
        ctx.invoke(open_path, path=None)
    elif (everything or latest) and ctx.invoked_subcommand != "PATH":
        raise click.UsageError(f"--all and --latest are for the sessions, not for {ctx.invoked_subcommand}", ctx)
    elif theme is not None and ctx.invoked_subcommand not in _THEMED:
        raise click.UsageError(f"{ctx.invoked_subcommand} draws no dashboard: --theme means nothing here", ctx)


@click.command("open", cls=OpenCommand, context_settings=_CONTEXT)
@click.argument("path", type=click.Path(path_type=Path))
@latest_option
@theme_option
@index_option
@debug_option
@click.pass_context
def open_path(ctx: click.Context, path: Path | None, theme: str | None = None, latest: bool = False) -> None:
    """Open the dashboard on a file or a folder."""
    from .commands import headless

    latest, everything = latest or ctx.meta.get(LATEST, False), ctx.meta.get(ALL, False)
    if path is not None and everything:
        raise click.UsageError("--all shows all sessions; it goes without a path", ctx)
    if path is not None and latest and not path.is_dir():
        raise click.UsageError(f"--latest follows the sessions of a folder, and {path} is none", ctx)
    if headless.has_screen():
        if path is not None:
            headless.check_openable(path)
        from .standalone import run_dashboard

        with usage_errors():
            run_dashboard(path, debug=is_debugging(), theme=theme or ctx.obj, everything=everything, latest=latest)
    elif path is None or path.is_dir():
        headless.write_lines(headless.list_sessions([path] if path is not None else [], everything))
    else:
        headless.put_report(path, as_json=False)


cli.opener = open_path
for command in (
    reports.report,
    reports.issues,
    reports.timeline,
    reports.tokens,
    reports.tools,
    screens.wall,
    screens.replay,
    screens.shot,
    screens.cast,
    screens.demo,
    foreign.convert,
    foreign.listen,
    upkeep.sources,
    upkeep.config,
    upkeep.clean,
    upkeep.completion,
):
    cli.add_command(command)


def main() -> None:
    """The console script."""
    _open_what_is_closed()
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(errors="replace")
    cli.main(prog_name="tracetop")


def _open_what_is_closed() -> None:
    """Have what goes to a standard stream that was closed (`>&-`) go nowhere: the exit code may be all that is wanted.

    Else Python has None there, and the next file that is opened gets what others write to the stream's number.
    """
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, Path(os.devnull).open(mode, encoding="utf-8"))  # noqa: SIM115 - for as long as we run
