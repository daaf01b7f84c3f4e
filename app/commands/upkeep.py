"""The commands that look after tracetop itself: settings, old sessions, completion."""

from __future__ import annotations

import sys

import click

from .options import all_option, debug_option, json_option

SHELLS = ("bash", "zsh", "fish")


@click.command()
@all_option
@json_option
@debug_option
def sources(everything: bool, as_json: bool) -> int:
    """Where tracetop looks for sessions, and what it finds there.

    Of the current folder: .attocode/traces and .traces below it, its folder of Claude Code (CLAUDE_CONFIG_DIR, else
    ~/.claude and ~/.config/claude) and the rollouts of Codex (CODEX_HOME, ~/.codex) that were made in it. Logs of
    sub-agents are parts of their sessions and count among the other files.

    \b
      tracetop sources
      tracetop sources --all            of all projects
      tracetop ~/.claude/projects       a folder is browsed whatever it is
    """
    import os
    import time
    from pathlib import Path

    from ...collector.sources import all_sources, sources_of
    from ..reports.layout import terminal_width
    from ..reports.sources import look_into, sources_json, sources_text
    from . import headless

    environ, home, project = os.environ, Path.home(), Path.cwd()
    looked = look_into(all_sources(environ, home) if everything else sources_of(project, environ, home))
    if as_json:
        headless.write_json(sources_json(looked))
    else:
        headless.write_lines(sources_text(project, looked, time.time(), terminal_width()))
    return 0


@click.command()
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
      list_prices = false             no cost but what traces and your prices tell
      [keys]
      "trace.zoom" = "z,f11"          other keys, by binding id
      [prices."claude-haiku-4*"]      dollars per million tokens
      input = 1.00                    and output, cache_read, cache_write, cache_write_1h

    Where a trace gives no cost, prices make an estimate, shown with a ~: yours, else those of genai-prices, unless
    list_prices = false. The very name of a model goes before a name with *.

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
    from ...collector.retention import age_seconds

    seconds = age_seconds(text)
    if seconds is None:
        meant = "a whole number above 0 and a unit are meant, as in 45s, 90m, 12h, 30d, 2w"
        raise click.BadParameter(f"{text!r} is no age; {meant}", ctx, param)
    return seconds


@click.command()
@click.argument("folders", nargs=-1, metavar="[FOLDER]...", type=click.Path(file_okay=False, readable=False))
@click.option("--older-than", "age", required=True, callback=_age, metavar="AGE", help="45s, 90m, 12h, 30d or 2w.")
@click.option("--dry-run", is_flag=True, help="Only say what would be deleted.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@debug_option
def clean(folders: tuple[str, ...], age: int, dry_run: bool, yes: bool) -> int:
    """Delete sessions to which nothing was written for a while.

    FOLDERs are searched with all folders below them; without FOLDER: .attocode/traces and .traces below the current
    one. A session goes whole (session-1.jsonl, session-1~002.jsonl, ...), with its bookmarks and its index, once its
    newest part is old enough. Links, and .jsonl files that are no traces, are left alone. In a terminal it asks first;
    elsewhere it does not. What cannot be read or deleted is told, the rest goes all the same, and the exit code is 3.

    \b
      tracetop clean --older-than 30d --dry-run              what would go
      tracetop clean --older-than 30d                        the sessions of this project
      tracetop clean traces ci/traces --older-than 2w --yes
      0 4 * * * tracetop clean /srv/traces --older-than 90d  every night, in a crontab
    """
    from ..reports.clean import clean_folders

    return clean_folders(folders, age, dry_run=dry_run, ask=not yes and sys.stdin.isatty() and sys.stdout.isatty())


@click.command()
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

    click.echo(completion_script(click.get_current_context().find_root().command, shell, SHELLS))
