"""Tools: how often each was called, how often in vain, how long it took, and how often it was asked the same again."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass

from ...analysis import figures
from ..trace import Trace
from .json_text import json_text, known
from .layout import table

_NO_NAME = "(no name)"


@dataclass(slots=True)
class ToolFigures:
    """What is known of one tool. `calls` have ended, `running` have not; `timed` of the ended have a known duration.

    `repeats` counts the calls that were identical, arguments and all, to an earlier one of the same run of their agent.
    """

    name: str
    calls: int = 0
    errors: int = 0
    running: int = 0
    timed: int = 0
    total_ms: float = 0.0
    max_ms: float = 0.0
    repeats: int = 0

    @property
    def error_rate(self) -> float | None:
        """Failed calls among the ended ones."""
        return self.errors / self.calls if self.calls else None

    @property
    def mean_ms(self) -> float | None:
        """The mean duration of the calls that have one."""
        return self.total_ms / self.timed if self.timed else None


def tool_figures(trace: Trace) -> list[ToolFigures]:
    """The tools of a trace, those that took longest first."""
    view = trace.view()
    columns, at = view.session.tools, view.at
    by_label: dict[int, ToolFigures] = {}
    for call, event in enumerate(columns.event):
        if event >= at:
            break
        label = columns.label[call]
        tool = by_label.get(label)
        if tool is None:
            tool = by_label[label] = ToolFigures(view.session.labels.name(label))
        end = columns.end[call]
        if end < at:
            _count(tool, bool(columns.failed[call]), columns.duration[call])
        else:
            tool.running += 1
    for event in columns.repeats[: bisect_left(columns.repeats, at)]:
        call = columns.call_of(event)
        if call is not None:
            by_label[columns.label[call]].repeats += 1
    return sorted(by_label.values(), key=lambda tool: (-tool.total_ms, -tool.calls, tool.name))


def tools_json(trace: Trace) -> Iterator[str]:
    """One line per tool."""
    for tool in tool_figures(trace):
        yield json_text(
            {
                "tool_name": tool.name or None,
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
    if any(tool.timed < tool.calls for tool in tools):
        yield ""
        yield "  ≥: some calls say nothing of how long they took."


def tool_table(tools: list[ToolFigures], width: int) -> list[str]:
    """The table of these tools."""
    headers = ["tool", "calls", "errors", "failed", "repeats", "running", "time", "mean", "longest"]
    return table(headers, [_row(tool) for tool in tools], width)


def _row(tool: ToolFigures) -> list[str]:
    partial = "≥ " if 0 < tool.timed < tool.calls else ""
    return [
        tool.name or _NO_NAME,
        f"{tool.calls:,}",
        f"{tool.errors:,}",
        figures.share(tool.error_rate),
        f"{tool.repeats:,}",
        f"{tool.running:,}",
        f"{partial}{figures.duration(tool.total_ms if tool.timed else None)}",
        figures.duration(tool.mean_ms),
        figures.duration(tool.max_ms if tool.timed else None),
    ]


def _count(tool: ToolFigures, failed: bool, duration_ms: float) -> None:
    tool.calls += 1
    tool.errors += failed
    if duration_ms == duration_ms:  # NaN, unknown, is not equal to itself
        tool.timed += 1
        tool.total_ms += duration_ms
        tool.max_ms = max(tool.max_ms, duration_ms)
