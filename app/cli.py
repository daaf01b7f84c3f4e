"""The command line. What a command needs is imported when it runs, so that only what opens a screen loads Textual."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from .. import __version__
from ..collector.kinds import Category
from .command_group import (
    VIOLATED,
    NoSuchThemeError,
    OpenCommand,
    TracetopGroup,
    complain,
    is_debugging,
    start_debugging,
)
from .query.language import language_help

if TYPE_CHECKING:
    from .matching import Query
    from .trace import Trace

_THEMED = ("PATH", "demo")
SEVERITIES = ("critical", "high", "medium", "low")
SHELLS = ("bash", "zsh", "fish")
_CONTEXT = {"help_option_names": ["-h", "--help"], "max_content_width": 100}

debug_option = click.option(
    "--debug",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=start_debugging,
    help="Log to stderr, tracebacks included.",
)
file_argument = click.argument("file", type=click.Path(path_type=Path))
json_option = click.option("--json", "as_json", is_flag=True, help="JSON for other programs.")
theme_option = click.option(
    "--theme", metavar="NAME", help="The colors: tracetop, tracetop-light, nord, ansi-dark, ..."
)
fail_on_option = click.option(
    "--fail-on",
    metavar="SEVERITY",
    type=click.Choice(SEVERITIES, case_sensitive=False),
    help=f"Exit with 1 if an issue of this severity or worse stands: {', '.join(SEVERITIES)}.",
)


@click.group(
    cls=TracetopGroup,
    invoke_without_command=True,
    context_settings=_CONTEXT,
    subcommand_metavar="[PATH | COMMAND ...]",
)
@theme_option
@debug_option
@click.version_option(__version__, message="tracetop %(version)s")
@click.pass_context
def cli(ctx: click.Context, theme: str | None) -> None:
    """See what a coding agent does, where its tokens and money go, and what it wastes.

    PATH is a trace file (followed while it grows) or a folder of them. Without PATH: the folders .attocode/traces and
    .traces below the current one. Where no dashboard can be drawn (no terminal, TERM=dumb) the plain report is printed.

    \b
      tracetop                               browse the sessions of this project
      tracetop session-1.jsonl               watch one, live or afterwards
      tracetop report session-1.jsonl        the morning after, in plain text
      tracetop issues X.jsonl --fail-on high  a gate for CI
      tracetop ./report                      a file that is called like a command
      tracetop demo                          a scripted agent to look at

    What you always want so goes into a file: see tracetop config --help.

    Exit codes: 0 fine, 1 a gate was violated, 2 wrong usage, 3 the input cannot be read.
    """
    ctx.obj = theme
    if ctx.invoked_subcommand is None:
        ctx.invoke(open_path, path=None)
    elif theme is not None and ctx.invoked_subcommand not in _THEMED:
        raise click.UsageError(f"{ctx.invoked_subcommand} draws no dashboard: --theme means nothing here", ctx)


@click.command("open", cls=OpenCommand, context_settings=_CONTEXT)
@click.argument("path", type=click.Path(path_type=Path))
@theme_option
@debug_option
@click.pass_obj
def open_path(general_theme: str | None, path: Path | None, theme: str | None = None) -> None:
    """Open the dashboard on a file or a folder."""
    from . import headless

    if headless.has_screen():
        if path is not None:
            headless.check_openable(path)
        from .standalone import run_dashboard

        with _usage_errors():
            run_dashboard(path, debug=is_debugging(), theme=theme or general_theme)
    elif path is None or path.is_dir():
        headless.write_lines(headless.list_sessions(path))
    else:
        headless.put_report(path, as_json=False)


cli.opener = open_path


@cli.command()
@file_argument
@json_option
@fail_on_option
@debug_option
def report(file: Path, as_json: bool, fail_on: str | None) -> int:
    """What a session did: figures, tokens, efficiency, tools, issues.

    \b
      tracetop report session-1.jsonl
      tracetop report session-1.jsonl --json | jq .cost
      tracetop report session-1.jsonl --fail-on high > report.txt
    """
    from . import headless

    return _gate(headless.put_report(file, as_json), fail_on)


def _gate(trace: Trace, severity: str | None) -> int:
    from .reports.issues import at_least, issues_of, tally

    found = at_least(issues_of(trace), severity) if severity else []
    if not found:
        return 0
    sys.stdout.flush()
    return complain(f"{trace.name}: {tally(found)} (--fail-on {severity})", VIOLATED)


@cli.command()
@file_argument
@json_option
@fail_on_option
@debug_option
def issues(file: Path, as_json: bool, fail_on: str | None) -> int:
    """What a session wasted, worst first.

    Loops, repeated calls, cache drops, token spikes, failures, ignored warnings; each with what to do about it.

    \b
      tracetop issues session-1.jsonl
      tracetop issues session-1.jsonl --json | jq -r .title
      tracetop issues session-1.jsonl --fail-on high || echo "look at this one"
    """
    from . import headless
    from .reports.issues import issues_json, issues_text

    return _gate(headless.put(file, issues_json if as_json else None, issues_text), fail_on)


def _query(ctx: click.Context, param: click.Parameter, text: str | None) -> Query | None:
    if text is None:
        return None
    from .matching import Query

    try:
        return Query(text)
    except ValueError as error:
        raise click.BadParameter(str(error), ctx, param) from error


@cli.command(epilog=language_help())
@file_argument
@json_option
@click.option("--kind", "kinds", multiple=True, metavar="KIND", help="Only events of this kind; may be repeated.")
@click.option(
    "--category",
    "categories",
    multiple=True,
    metavar="CATEGORY",
    type=click.Choice([category.value for category in Category], case_sensitive=False),
    help="Only events of this category (LLM, TOOL, ERROR, ...); may be repeated.",
)
@click.option("--grep", "text", default="", metavar="TEXT", help="Only events with TEXT in kind, summary or payload.")
@click.option("--filter", "query", callback=_query, metavar="QUERY", help="Only events that match; see below.")
@debug_option
def timeline(
    file: Path, as_json: bool, kinds: tuple[str, ...], categories: tuple[str, ...], text: str, query: Query | None
) -> None:
    """All events, one line each.

    Number, local time, time since the line above, iteration, kind, summary, duration; and the agent, where there are
    several. Summaries are cut at the width of the terminal, or at 100 columns in a pipe (COLUMNS=200 makes it 200).

    \b
      tracetop timeline session-1.jsonl
      tracetop timeline session-1.jsonl --category error --category tool
      tracetop timeline session-1.jsonl --kind tool_end --grep pytest
      tracetop timeline session-1.jsonl --filter 'tool:bash errors'
      tracetop timeline session-1.jsonl --filter 'took:>30s -kind:session,iteration'
      tracetop timeline session-1.jsonl --filter '"no such file" it:3-9'
      tracetop timeline session-1.jsonl --json | jq -c 'select(.duration_ms > 5000)'
    """
    from . import headless
    from .query.regex import TooSlowError
    from .reports.layout import terminal_width
    from .reports.timeline import choice, nothing_matched, timeline_json, timeline_text

    trace = headless.open_trace(file)
    wanted = choice(kinds, categories, text, query)
    try:
        if as_json:
            count = headless.write_json(timeline_json(trace, wanted))
        else:
            count = headless.write_lines(timeline_text(trace, wanted, terminal_width()))
    except TooSlowError as error:
        raise click.BadParameter(str(error), param_hint="--filter") from error
    if not count:
        complain(f"{file}: {nothing_matched(trace)}", 0)


@cli.command()
@file_argument
@json_option
@debug_option
def tokens(file: Path, as_json: bool) -> None:
    """Tokens and cost per iteration, in four disjoint buckets.

    \b
      tracetop tokens session-1.jsonl
      tracetop tokens session-1.jsonl --json | jq -s 'max_by(.total_tokens)'
    """
    from . import headless
    from .reports.tokens import tokens_json, tokens_text

    headless.put(file, tokens_json if as_json else None, tokens_text)


@cli.command()
@file_argument
@json_option
@debug_option
def tools(file: Path, as_json: bool) -> None:
    """Calls, errors, repeats and time per tool.

    A repeat is a call identical, arguments and all, to an earlier one of the same agent.

    \b
      tracetop tools session-1.jsonl
      tracetop tools session-1.jsonl --json | jq -r 'select(.errors > 0) | .tool_name'
    """
    from . import headless
    from .reports.tools import tools_json, tools_text

    headless.put(file, tools_json if as_json else None, tools_text)


def _size(ctx: click.Context, param: click.Parameter, text: str) -> tuple[int, int]:
    width, _, height = text.lower().partition("x")
    if width.isdecimal() and height.isdecimal() and 20 <= int(width) <= 1000 and 5 <= int(height) <= 500:
        return int(width), int(height)
    raise click.BadParameter(f"{text!r} is no size; columns x rows are meant, as in 160x48", ctx, param)


@cli.command()
@file_argument
@click.option("-o", "--out", required=True, type=click.Path(dir_okay=False, path_type=Path), help="The SVG to write.")
@click.option("--size", callback=_size, metavar="WxH", default="160x48", show_default=True, help="Columns x rows.")
@click.option("--pane", metavar="NAME", help="Zoom one pane: timeline, tree, tokens, cache, issues.")
@click.option("--at", type=click.IntRange(min=0), metavar="EVENT", help="As of this event; else the end.")
@theme_option
@debug_option
def shot(file: Path, out: Path, size: tuple[int, int], pane: str | None, at: int | None, theme: str | None) -> None:
    """A picture of the dashboard as SVG, without a terminal.

    The same everywhere: your settings are not read.

    \b
      tracetop shot session-1.jsonl -o session.svg
      tracetop shot session-1.jsonl -o tokens.svg --size 120x36 --pane tokens --at 200
    """
    from .shot import take_shot

    if not out.absolute().parent.is_dir():
        raise click.BadParameter(f"no folder {out.parent}", param_hint="-o")
    with _usage_errors(ValueError):
        take_shot(file, out, size, pane, at, theme)


@contextmanager
def _usage_errors(kind: type[ValueError] = NoSuchThemeError) -> Iterator[None]:
    """What these errors say was said wrong on the command line."""
    try:
        yield
    except kind as error:
        raise click.UsageError(str(error), click.get_current_context()) from error


@cli.command()
@click.option(
    "--speed", type=click.FloatRange(min=0, min_open=True), default=1.0, show_default=True, help="Times real."
)
@click.option("--keep", type=click.Path(path_type=Path), metavar="PATH", help="Keep the trace that the demo records.")
@theme_option
@debug_option
@click.pass_obj
def demo(general_theme: str | None, speed: float, keep: Path | None, theme: str | None) -> None:
    """A scripted agent records a session, live in the dashboard.

    No model is called, nothing is spent.

    \b
      tracetop demo
      tracetop demo --speed 4 --keep demo-traces
    """
    from .demo.command import run_demo

    with _usage_errors():
        run_demo(debug=is_debugging(), speed=speed, keep=keep, theme=theme or general_theme)


@cli.command()
@json_option
@click.option("--keys", is_flag=True, help="List the bindings of the dashboard: their ids and keys.")
@click.option("--init", is_flag=True, help="Write a commented example where the file is looked for.")
@debug_option
def config(as_json: bool, keys: bool, init: bool) -> int:
    """The settings that hold, and where each comes from.

    The file is ~/.config/tracetop/config.toml (XDG_CONFIG_HOME moves it, TRACETOP_CONFIG names another). The command
    line goes before the environment (TRACETOP_THEME, TRACETOP_FRAME_RATE, TRACETOP_LAYOUT), the environment before the
    file. What the file says wrong is told and passed over. A dashboard inside another app reads none of this.

    \b
      theme = "tracetop-light"        the colors
      frame_rate = 20                 frames a second, 1 to 60
      layout = "timeline"             what to open with; overview: all panes
      [keys]
      "trace.zoom" = "z,f11"          other keys, by binding id
      [prices."claude-haiku-4*"]      dollars per million tokens
      input = 1.00                    and output, cache_read, cache_write

    Where a trace gives no cost, prices make an estimate, shown with a ~. The very name of a model goes before a name
    with *.

    \b
      tracetop config                 what holds
      tracetop config --init          begin with an example
      tracetop config --keys          what could have other keys
      TRACETOP_THEME=nord tracetop    just this once
    """
    from . import headless

    if init:
        return headless.init_config()
    if keys:
        return headless.put_keys(as_json)
    return headless.put_config(as_json)


def _age(ctx: click.Context, param: click.Parameter, text: str) -> int:
    from ..collector.retention import age_seconds

    seconds = age_seconds(text)
    if seconds is None:
        meant = "a whole number above 0 and a unit are meant, as in 45s, 90m, 12h, 30d, 2w"
        raise click.BadParameter(f"{text!r} is no age; {meant}", ctx, param)
    return seconds


@cli.command()
@click.argument("folders", nargs=-1, metavar="[FOLDER]...", type=click.Path(file_okay=False, readable=False))
@click.option("--older-than", "age", required=True, callback=_age, metavar="AGE", help="45s, 90m, 12h, 30d or 2w.")
@click.option("--dry-run", is_flag=True, help="Only say what would be deleted.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@debug_option
def clean(folders: tuple[str, ...], age: int, dry_run: bool, yes: bool) -> int:
    """Delete sessions to which nothing was written for a while.

    FOLDERs are searched with all folders below them; without FOLDER: .attocode/traces and .traces below the current
    one. A session goes whole (session-1.jsonl, session-1~002.jsonl, ...), once its newest part is old enough. Links,
    and .jsonl files that are no traces, are left alone. In a terminal it asks first; elsewhere it does not. What
    cannot be read or deleted is told, the rest goes all the same, and the exit code is 3.

    \b
      tracetop clean --older-than 30d --dry-run              what would go
      tracetop clean --older-than 30d                        the sessions of this project
      tracetop clean traces ci/traces --older-than 2w --yes
      0 4 * * * tracetop clean /srv/traces --older-than 90d  every night, in a crontab
    """
    from .reports.clean import clean_folders

    return clean_folders(folders, age, dry_run=dry_run, ask=not yes and sys.stdin.isatty() and sys.stdout.isatty())


@cli.command()
@click.argument("shell", type=click.Choice(SHELLS), required=False)
@debug_option
def completion(shell: str | None) -> None:
    """The script that makes your shell complete tracetop's commands.

    \b
      bash   tracetop completion bash > ~/.local/share/bash-completion/completions/tracetop
      zsh    tracetop completion zsh > ~/.zfunc/_tracetop      (with ~/.zfunc in fpath)
      fish   tracetop completion fish > ~/.config/fish/completions/tracetop.fish
    """
    from .completion import completion_script

    click.echo(completion_script(cli, shell, SHELLS))


def main() -> None:
    """The console script."""
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(errors="replace")
    cli.main(prog_name="tracetop")
