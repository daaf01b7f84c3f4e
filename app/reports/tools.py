"""Tools: how often each was called, how often in vain, how long it took, and how often it was asked the same again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ...analysis import figures
from ...analysis.totals import ToolTotals, tools_of
from ..trace import Trace
from .json_text import json_text, known
from .layout import table

_NO_NAME = "(no name)"


NamedTools = list[tuple[str, ToolTotals]]


def tool_figures(trace: Trace) -> NamedTools:
    """The tools of a trace by name, those that took longest first."""
    return longest_first(tools_of(trace.view()))


def longest_first(tools: Mapping[str, ToolTotals]) -> NamedTools:
    """Tools by name, those that took longest first."""
    return sorted(tools.items(), key=lambda named: (-named[1].total_ms, -named[1].calls, named[0]))


def tools_json(trace: Trace) -> Iterator[str]:
    """One line per tool."""
    for name, tool in tool_figures(trace):
        yield json_text(
            {
                "tool_name": name or None,
                "calls": tool.calls,
                "errors": tool.errors,
                "error_rate": known(tool.error_rate),
                "running": tool.running,
                "timed_calls": tool.timed,
                "total_duration_ms": known(tool.total_ms, 3) if tool.timed else None,
                "mean_duration_ms": known(tool.mean_ms, 3),
                "max_duration_ms": known(tool.max_ms, 3) if tool.timed else None,
                "repeats": tool.repeats,
            }
        )


def tools_text(trace: Trace, width: int) -> Iterator[str]:
    """A table with a row per tool."""
    tools = tool_figures(trace)
    if not tools:
        yield "No tool calls."
        return
    yield from tool_table(tools, width)
    if any(tool.timed < tool.calls for _, tool in tools):
        yield ""
        yield "  ≥: some calls say nothing of how long they took."


def tool_table(tools: NamedTools, width: int) -> list[str]:
    """The table of these tools."""
    headers = ["tool", "calls", "errors", "failed", "repeats", "running", "time", "mean", "longest"]
    return table(headers, [_row(name, tool) for name, tool in tools], width)


def _row(name: str, tool: ToolTotals) -> list[str]:
    partial = "≥ " if 0 < tool.timed < tool.calls else ""
    return [
        name or _NO_NAME,
        f"{tool.calls:,}",
        f"{tool.errors:,}",
        figures.share(tool.error_rate),
        f"{tool.repeats:,}",
        f"{tool.running:,}",
        f"{partial}{figures.duration(tool.total_ms if tool.timed else None)}",
        figures.duration(tool.mean_ms),
        figures.duration(tool.max_ms if tool.timed else None),
    ]
