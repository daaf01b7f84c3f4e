"""What became of the records of another agent's log: told, so that its figures can be trusted."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ...analysis.figures import count
from ...collector.formats.translator import Merged
from ..safe_text import one_line
from ..trace import Trace
from .layout import more, wrapped

_TYPES_SHOWN = 6


def merged_fields(trace: Trace) -> dict[str, Any]:
    """What is merged, as JSON has it; nothing for a native trace."""
    merged = trace.merged
    if merged is None:
        return {}
    return {
        "records": merged.records,
        "duplicates": merged.duplicates,
        **({"history": merged.history} if merged.history else {}),
        "skipped": dict(merged.skipped.most_common()),
        **({"uncounted_calls": merged.uncounted} if merged.uncounted else {}),
    }


def merged_lines(trace: Trace, width: int) -> Iterator[str]:
    """The same for people; nothing for a native trace."""
    if trace.merged is not None:
        yield from wrapped(f"Read as {merged_words(trace.format, trace.merged)}.", width, "  ")


def merged_words(format: str, merged: Merged) -> str:
    """What became of the records of a log in a format, in one sentence."""
    skipped = sum(merged.skipped.values())
    told = f"{format}: {merged.records:,} records, {merged.duplicates:,} of them copies of others"
    if merged.history:
        told += f", {merged.history:,} the history of another session, where they count"
    types = merged.skipped.most_common(_TYPES_SHOWN)
    if types:
        names = ", ".join(f"{one_line(name, 30)} {count:,}" for name, count in types)
        hidden = f" {more(len(merged.skipped) - len(types))}" if len(merged.skipped) > len(types) else ""
        told += f", {skipped:,} that say nothing of what was done ({names}{hidden})"
    if merged.uncounted:
        calls = count(merged.uncounted, "call")
        told += (
            f". Of {calls} of sub-agents only parts were copied here, and their logs are missing: no figure counts them"
        )
    return told
