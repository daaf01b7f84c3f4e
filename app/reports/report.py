"""The report: what a session did, where its tokens went, what it wasted, what people noted of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from itertools import starmap
from typing import Any

from ...analysis import figures
from ...analysis.cost_origins import cost_origins
from ...analysis.efficiency import WEIGHTS
from ...analysis.view import View
from ..bookmarks.bookmarks import Bookmarks
from ..safe_text import fit, one_line
from ..trace import Trace
from .agents import agent_lines, agent_objects
from .bookmarks import bookmark_lines, bookmark_objects
from .cache import break_objects, cache_lines
from .cache import finding_objects as cache_finding_objects
from .findings import finding_lines, finding_objects
from .issues import issues_of
from .json_text import json_text, known
from .layout import exact, heading, local_time, more, table, wrapped
from .merged import merged_fields, merged_lines
from .price_notes import origin_fields
from .rent import rent_lines, rent_object
from .tokens import buckets_object, notes
from .told import issue_lines, issue_object, tally
from .tools import tool_figures, tool_table
from .waste import waste_lines, waste_object
from .what_if import what_if_lines, what_if_objects

_TOOLS_SHOWN = 10
_ISSUES_SHOWN = 20
_BAD_LINES_SHOWN = 5
_KINDS_SHOWN = 8

_COMPONENTS = {
    "cache_hit_rate": "prompt read from cache",
    "error_rate": "calls without errors",
    "compaction_frequency": "iterations without compaction",
    "tool_success_rate": "tool calls that succeeded",
    "token_efficiency": "output per prompt token",
}


def report_object(trace: Trace, bookmarks: Bookmarks | None = None) -> dict[str, Any]:
    """The report as JSON has it; unknown values are None. Agents, rent and bookmarks are told where there are any."""
    return dict(_members(trace, bookmarks))


def report_json(trace: Trace, bookmarks: Bookmarks | None = None) -> str:
    """The report as one JSON object."""
    return "\n".join(report_json_parts(trace, bookmarks))


def report_json_parts(trace: Trace, bookmarks: Bookmarks | None = None) -> Iterator[str]:
    """The same bit by bit, each for lines of its own: thousands of breaks and issues are never kept at once."""
    yield "{"
    before = ""
    for text in starmap(_member_text, _members(trace, bookmarks)):
        if before:
            yield f"{before},"
        before = text
    yield before
    yield "}"


def _member_text(name: str, member: object) -> str:
    """A member of an object as it stands in its JSON, without the braces around."""
    return json_text({name: member}, indent=True)[2:-2]


def _members(trace: Trace, bookmarks: Bookmarks | None) -> Iterator[tuple[str, Any]]:
    view = trace.view()
    yield from _sums(trace, view).items()
    if agents := agent_objects(trace):
        yield "agents", agents
    if (rent := rent_object(trace)) is not None:
        yield "rent", rent
    yield "waste", waste_object(trace)
    yield "issues", [issue_object(issue) for issue in view.issues(trace.event_id)]
    yield "findings", finding_objects(trace)
    yield "cache_breaks", break_objects(trace, view)
    yield "cache_findings", cache_finding_objects(trace, view)
    yield "what_if", what_if_objects(trace)
    if bookmarks is not None and bookmarks.placed:
        yield "bookmarks", bookmark_objects(trace, bookmarks)
    yield (
        "reader",
        {
            "lines": trace.lines,
            "bad_lines": trace.bad_line_count,
            "unknown_kinds": len(view.session.unknown_kinds),
            "format": trace.format,
            **merged_fields(trace),
        },
    )


def _sums(trace: Trace, view: View) -> dict[str, Any]:
    """What is known of the whole session."""
    summary, efficiency = view.summary(), view.efficiency
    return {
        "session_id": summary.session_id,
        "goal": summary.goal,
        "model": summary.model,
        "source": trace.name,
        "events": view.at,
        "duration_seconds": known(summary.duration_seconds, 6),
        "iterations": summary.iterations,
        "llm_calls": summary.llm_calls,
        "tool_calls": summary.tool_calls,
        "errors": summary.errors,
        "compactions": summary.compactions,
        "tokens": buckets_object(view.tokens, view.output_is_lower_bound),
        "cost": known(summary.total_cost),
        **origin_fields(view.bill.price_sources, cost_origins(view).unpriced),
        "cache_hit_rate": known(summary.cache_hit_rate),
        "efficiency": {
            "score": known(efficiency.score),
            "components": {name: known(ratio) for name, ratio in asdict(efficiency.components).items()},
        },
    }


def report_text(trace: Trace, width: int, *, torn_bytes: int = 0, bookmarks: Bookmarks | None = None) -> Iterator[str]:
    """The report for people. `torn_bytes` is the length of a last line that is not whole."""
    view = trace.view()
    yield from _session(trace, view, width)
    yield from _figures(view, width)
    yield from _tokens(view, width)
    yield from _efficiency(view, width)
    yield from cache_lines(trace, view, width)
    yield from agent_lines(trace, width)
    yield from _tools(trace, width)
    yield from rent_lines(trace, width)
    yield from waste_lines(trace, width)
    yield from _issues(trace, width)
    yield from finding_lines(trace, width)
    yield from what_if_lines(trace, width)
    if bookmarks is not None:
        yield from bookmark_lines(trace, bookmarks, width)
    yield from _reader(trace, view, width, torn_bytes)


def _session(trace: Trace, view: View, width: int) -> Iterator[str]:
    span = view.time_span
    facts = [
        figures.duration(None if view.duration_seconds is None else view.duration_seconds * 1000.0),
        figures.count(view.runs, "run"),
        figures.count(view.at, "event"),
        "ended" if view.ended else "no session end",
    ]
    yield heading("session", view.session_id, width)
    yield from _field("goal", view.goal or figures.UNKNOWN, width)
    yield from _field("model", view.model or figures.UNKNOWN, width)
    yield from _field("started", local_time(span[0], "%Y-%m-%d %H:%M:%S") if span else figures.UNKNOWN, width)
    yield from _field("took", " · ".join(facts), width)
    yield f"  {'file':<9}{one_line(trace.name)}"
    yield from merged_lines(trace, width)


def _field(name: str, value: str, width: int) -> Iterator[str]:
    first, *rest = wrapped(value, width, " " * 11) or [""]
    yield f"  {name:<9}{first[11:]}"
    if len(rest) > 3:
        rest = [*rest[:2], rest[2].rstrip() + " …"]
    yield from rest


def _figures(view: View, width: int) -> Iterator[str]:
    summary = view.summary()
    per_iteration = summary.avg_tokens_per_iteration
    yield ""
    yield heading("figures", "", width)
    cells = [
        ("iterations", f"{summary.iterations:,}"),
        ("LLM calls", f"{summary.llm_calls:,}"),
        ("tool calls", f"{summary.tool_calls:,}"),
        ("errors", f"{summary.errors:,}"),
        ("compactions", f"{summary.compactions:,}"),
        ("tools running", f"{view.running_tools:,}"),
        ("tokens", figures.tokens(summary.total_tokens)),
        ("cost", figures.cost(summary.total_cost, view.cost_estimated)),
        ("cache hit", figures.share(summary.cache_hit_rate)),
        ("tokens/iter", figures.tokens(per_iteration)),
        ("cost/iter", figures.cost(summary.avg_cost_per_iteration, view.cost_estimated)),
        ("score", figures.score(summary.efficiency_score)),
    ]
    for start in range(0, len(cells), 3):
        row = (f"{name:<14}{value:>9}" for name, value in cells[start : start + 3])
        yield "  " + "   ".join(row)


def _tokens(view: View, width: int) -> Iterator[str]:
    tokens = view.tokens
    yield ""
    yield heading("tokens", f"cache hit {figures.share(view.cache_hit_rate)}", width)
    if tokens.total is None and tokens.prompt is None and tokens.output is None:
        yield "  The trace says nothing of tokens."
        return
    parts = {
        "input, not cached": tokens.input,
        "cache read": tokens.cache_read,
        "cache written": tokens.cache_write,
        "output": tokens.output,
    }
    known_parts = [part for part in parts.values() if part is not None]
    if not known_parts:
        yield f"  {exact(tokens.total)} in total; the trace does not say of what kind."
        return
    told = sum(known_parts)
    whole = max(told, tokens.total or 0)
    rows = [[name, exact(part), *_share_of(part, whole)] for name, part in parts.items()]
    rows[-1][1] = figures.at_least(rows[-1][1], view.output_is_lower_bound)
    if tokens.total is not None and tokens.total > told:
        rest = tokens.total - told
        rows.append(["of no known kind", exact(rest), *_share_of(rest, whole)])
    remark = f"as the trace has it; the four add up to {told:,}" if (tokens.total or told) < told else ""
    rows.append(["total", exact(tokens.total), "", remark])
    yield from table(["", "", "", ""], rows, width, left=frozenset({0, 3}), elastic=3)
    yield from notes(view, width)


def _share_of(part: int | None, whole: int) -> tuple[str, str]:
    ratio = part / whole if part is not None and whole else None
    return figures.share(ratio), "▇" * round(30 * (ratio or 0))


def _efficiency(view: View, width: int) -> Iterator[str]:
    efficiency = view.efficiency
    yield ""
    yield heading("efficiency", f"{figures.score(efficiency.score)} of 100", width)
    ratios = efficiency.components.ratios()
    if not ratios:
        yield "  Nothing in the trace to judge by."
        return
    weight = sum(WEIGHTS[name] for name in ratios)
    rows = []
    for name, words in _COMPONENTS.items():
        ratio = ratios.get(name)
        if ratio is None:
            rows.append([words, figures.UNKNOWN, figures.UNKNOWN, figures.UNKNOWN, "no data, left out"])
            continue
        most = WEIGHTS[name] * 100.0 / weight
        remark = "costs most" if name == efficiency.weakest else ""
        rows.append([words, figures.share(ratio), f"{most * ratio:.1f}", f"{most:.1f}", remark])
    yield from table(["", "", "points", "of", ""], rows, width, left=frozenset({0, 4}))


def _tools(trace: Trace, width: int) -> Iterator[str]:
    tools = tool_figures(trace)
    if not tools:
        return
    yield ""
    yield heading("tools", figures.count(len(tools), "tool"), width)
    yield from tool_table(tools[:_TOOLS_SHOWN], width)
    if len(tools) > _TOOLS_SHOWN:
        yield f"  {more(len(tools) - _TOOLS_SHOWN, 'tools')}"


def _issues(trace: Trace, width: int) -> Iterator[str]:
    issues = issues_of(trace)
    yield ""
    yield heading("issues", tally(issues), width)
    if not issues:
        yield "  None found."
    yield from issue_lines(issues, width, _ISSUES_SHOWN)


def _reader(trace: Trace, view: View, width: int, torn_bytes: int) -> Iterator[str]:
    unknown = view.session.unknown_kinds
    if not trace.bad_line_count and not torn_bytes and not unknown:
        return
    yield ""
    yield heading("reading", f"{figures.count(trace.lines, 'line')}, {trace.bad_line_count:,} bad", width)
    for bad in trace.bad_lines[:_BAD_LINES_SHOWN]:
        yield f"  line {bad.number}: {fit(bad.reason, max(20, width - 20)).rstrip()}"
    if trace.bad_line_count > _BAD_LINES_SHOWN:
        yield f"  {more(trace.bad_line_count - _BAD_LINES_SHOWN, 'bad lines')}"
    if torn_bytes:
        size = figures.count(torn_bytes, "byte")
        yield f"  The last line is torn ({size}): it was cut off, or is still being written."
    if unknown:
        names = ", ".join(one_line(kind, 40) for kind in unknown[:_KINDS_SHOWN])
        hidden = f" {more(len(unknown) - _KINDS_SHOWN)}" if len(unknown) > _KINDS_SHOWN else ""
        yield from wrapped(f"{figures.count(len(unknown), 'kind')} not of the format: {names}{hidden}", width, "  ")
