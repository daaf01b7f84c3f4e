"""The commands that draw the dashboard: on the terminal, or into a file."""

from __future__ import annotations

from pathlib import Path

import click

from ..command_group import is_debugging
from .options import debug_option, file_argument, theme_option, usage_errors


def _size(ctx: click.Context, param: click.Parameter, text: str) -> tuple[int, int]:
    width, _, height = text.lower().partition("x")
    if width.isdecimal() and height.isdecimal() and 20 <= int(width) <= 1000 and 5 <= int(height) <= 500:
        return int(width), int(height)
    raise click.BadParameter(f"{text!r} is no size; columns x rows are meant, as in 160x48", ctx, param)


@click.command()
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
    from ..shot import take_shot

    if not out.absolute().parent.is_dir():
        raise click.BadParameter(f"no folder {out.parent}", param_hint="-o")
    with usage_errors(ValueError):
        take_shot(file, out, size, pane, at, theme)


@click.command()
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
    from ..demo.command import run_demo

    with usage_errors():
        run_demo(debug=is_debugging(), speed=speed, keep=keep, theme=theme or general_theme)
