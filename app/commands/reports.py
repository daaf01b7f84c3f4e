"""The commands that print what a trace says."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ...collector.kinds import Category
from ..query.language import language_help
from .command_group import VIOLATED, complain
from .options import (
    SEVERITIES,
    debug_option,
    fail_on_option,
    file_argument,
    index_option,
    json_option,
    with_findings_option,
)

if TYPE_CHECKING:
    from ...analysis.totals import Totals
    from ..query.matching import Query
    from ..trace import Trace


@click.command()
@file_argument
@json_option
@fail_on_option
@with_findings_option
@index_option
@debug_option
def report(file: Path, as_json: bool, fail_on: str | None, with_findings: bool) -> int:
    """What a session did: figures, tokens, efficiency, tools, issues, findings, what if; and the bookmarks made on it.

    FILE may be a folder: then all its sessions together, and which of them cost most.

    \b
      tracetop report session-1.jsonl
      tracetop report session-1.jsonl --json | jq .cost
      tracetop report session-1.jsonl --fail-on high > report.txt
      tracetop report .attocode/traces
    """
    from . import headless

    if file.is_dir():
        return _gate_folder(file, headless.put_folder_report(file, as_json), fail_on)
    return _gate(headless.put_report(file, as_json), fail_on, with_findings)


def _gate(trace: Trace, severity: str | None, with_findings: bool) -> int:
    from ..reports.findings import findings_of
    from ..reports.issues import at_least, issues_of
    from ..reports.told import tally

    if severity is None:
        return 0
    found = at_least(issues_of(trace), severity)
    if with_findings:
        found += at_least([told.issue for told in findings_of(trace)], severity)
    if not found:
        return 0
    sys.stdout.flush()
    return complain(f"{trace.name}: {tally(found)} (--fail-on {severity})", VIOLATED)


def _gate_folder(folder: Path, totals: Totals, severity: str | None) -> int:
    worst = SEVERITIES[: SEVERITIES.index(severity) + 1] if severity else ()
    found = {each: totals.severities[each] for each in worst if totals.severities.get(each)}
    if not found:
        return 0
    sys.stdout.flush()
    told = ", ".join(f"{count:,} {each}" for each, count in found.items())
    return complain(f"{folder}: issues: {told} (--fail-on {severity})", VIOLATED)


@click.command()
@file_argument
@json_option
@fail_on_option
@with_findings_option
@index_option
@debug_option
def issues(file: Path, as_json: bool, fail_on: str | None, with_findings: bool) -> int:
    """What a session wasted, worst first.

    Loops, repeated calls, cache drops, token spikes, failures, ignored warnings; each with what to do about it. Below
    them the findings of more rules, which docs/rules.md lists and the user's file tunes and mutes; with --json they are
    one last line.

    \b
      tracetop issues session-1.jsonl
      tracetop issues session-1.jsonl --json | jq -r .title
      tracetop issues session-1.jsonl --fail-on high || echo "look at this one"
    """
    from ..reports.issues import issues_json, issues_text
    from . import headless

    return _gate(headless.put(file, issues_json if as_json else None, issues_text), fail_on, with_findings)


def _query(ctx: click.Context, param: click.Parameter, text: str | None) -> Query | None:
    if text is None:
        return None
    from ..query.matching import Query

    try:
        return Query(text)
    except ValueError as error:
        raise click.BadParameter(str(error), ctx, param) from error


@click.command(epilog=language_help())
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
@index_option
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
    from ..query.regex import TooSlowError
    from ..reports.layout import terminal_width
    from ..reports.timeline import choice, nothing_matched, timeline_json, timeline_text
    from . import headless

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


@click.command()
@file_argument
@json_option
@index_option
@debug_option
def tokens(file: Path, as_json: bool) -> None:
    """Tokens and cost per iteration, in four disjoint buckets.

    \b
      tracetop tokens session-1.jsonl
      tracetop tokens session-1.jsonl --json | jq -s 'max_by(.total_tokens)'
    """
    from ..reports.tokens import tokens_json, tokens_text
    from . import headless

    headless.put(file, tokens_json if as_json else None, tokens_text)


@click.command()
@file_argument
@json_option
@index_option
@debug_option
def tools(file: Path, as_json: bool) -> None:
    """Calls, errors, repeats and time per tool.

    A repeat is a call identical, arguments and all, to an earlier one of the same run of its agent.

    \b
      tracetop tools session-1.jsonl
      tracetop tools session-1.jsonl --json | jq -r 'select(.errors > 0) | .tool_name'
    """
    from ..reports.tools import tools_json, tools_text
    from . import headless

    headless.put(file, tools_json if as_json else None, tools_text)
