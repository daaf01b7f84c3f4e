"""The report of a folder: what all its sessions came to, which cost most, and what they wasted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any

from ...analysis import figures
from ...analysis.issues.issue import SEVERITIES
from ...analysis.rules.findings import severity_of
from ...analysis.totals import Totals
from ..fold_apart import Folded
from ..safe_text import one_line
from ..sessions.entry import session_name
from ..words.waste import of_a_bill, own_waste
from .json_text import json_text, known
from .layout import exact, heading, more, table
from .price_notes import origin_fields, price_notes
from .tools import longest_first, tool_table
from .waste import wasted_object

_SESSIONS_SHOWN = 20
_MODELS_SHOWN = 10
_TOOLS_SHOWN = 10


def total_of(folded: Sequence[Folded]) -> Totals:
    """What all sessions came to."""
    totals = Totals()
    for each in folded:
        if each.totals is not None:
            totals = totals.plus(each.totals)
    return totals


def folder_json(name: str, folded: Sequence[Folded], totals: Totals) -> str:
    """One JSON object: what all came to, and a few figures of each session, the most expensive first."""
    efficiency = totals.efficiency
    return json_text(
        {
            "folder": name,
            "sessions": totals.sessions,
            "unreadable": sum(1 for each in folded if each.totals is None),
            "events": totals.events,
            "duration_seconds": known(totals.seconds, 6),
            "iterations": totals.iterations,
            "llm_calls": totals.llm_calls,
            "tool_calls": totals.tool_calls,
            "errors": totals.errors,
            "compactions": totals.compactions,
            "tokens": totals.tokens._asdict(),
            "cost": known(totals.cost),
            **_origin_fields(totals),
            "cache_hit_rate": known(totals.cache_hit_rate),
            "efficiency": {
                "score": known(efficiency.score),
                "components": {part: known(ratio) for part, ratio in asdict(efficiency.components).items()},
            },
            "issues": dict(totals.issues),
            "findings": dict(totals.findings),
            "wasted": wasted_object(totals.wasted),
            "models": {
                model or None: {
                    "calls": each.calls,
                    "tokens": each.tokens,
                    "cost": known(each.cost),
                    **({"cost_estimated": True} if each.cost_estimated else {}),
                }
                for model, each in totals.models.items()
            },
            "tools": {
                tool: {
                    "calls": each.calls,
                    "errors": each.errors,
                    "repeats": each.repeats,
                    "total_duration_ms": known(each.total_ms, 3) if each.timed else None,
                }
                for tool, each in longest_first(totals.tools)
            },
            "by_session": [_session_object(each) for each in dearest_first(folded)],
        },
        indent=True,
    )


def dearest_first(folded: Sequence[Folded]) -> list[Folded]:
    """Sessions by cost, then by tokens; those that cannot be read come last."""

    def rank(each: Folded) -> tuple[bool, float, int, str]:
        if each.totals is None:
            return True, 0.0, 0, str(each.path)
        return False, -(each.totals.cost or 0.0), -(each.totals.tokens.total or 0), str(each.path)

    return sorted(folded, key=rank)


def _session_object(each: Folded) -> dict[str, Any]:
    summary, totals = each.summary, each.totals
    if summary is None or totals is None:
        return {"source": str(each.path), "error": each.error}
    return {
        "source": str(each.path),
        "session_id": summary.session_id,
        "goal": summary.goal,
        "model": summary.model,
        "events": totals.events,
        "duration_seconds": known(totals.seconds, 6),
        "tokens": totals.tokens.total,
        "cost": known(totals.cost),
        **({"cost_estimated": True} if totals.cost_estimated else {}),
        "cache_hit_rate": known(totals.cache_hit_rate),
        "score": known(summary.efficiency_score),
        "issues": sum(totals.issues.values()),
        "findings": sum(totals.findings.values()),
        "wasted": wasted_object(totals.wasted),
    }


def folder_text(name: str, folded: Sequence[Folded], totals: Totals, width: int) -> Iterator[str]:
    """The same for people."""
    unreadable = [each for each in folded if each.totals is None]
    yield heading("folder", figures.count(totals.sessions, "session"), width)
    yield f"  {one_line(name)}"
    yield from _figures(totals, width)
    yield from _sessions(folded, width)
    yield from _models(totals, width)
    yield from _tools(totals, width)
    yield from _issues(totals, width)
    if unreadable:
        yield ""
        yield heading("reading", f"{len(unreadable):,} of {len(folded):,} cannot be read", width)
        for each in unreadable[:_SESSIONS_SHOWN]:
            yield f"  {one_line(each.path.name)}: {one_line(each.error)}"
        if len(unreadable) > _SESSIONS_SHOWN:
            yield f"  {more(len(unreadable) - _SESSIONS_SHOWN)}"


def _figures(totals: Totals, width: int) -> Iterator[str]:
    tokens = totals.tokens
    cells = [
        ("events", f"{totals.events:,}"),
        ("iterations", f"{totals.iterations:,}"),
        ("time", figures.duration(None if totals.seconds is None else totals.seconds * 1000.0)),
        ("LLM calls", f"{totals.llm_calls:,}"),
        ("tool calls", f"{totals.tool_calls:,}"),
        ("errors", f"{totals.errors:,}"),
        ("tokens", figures.tokens(tokens.total)),
        ("cost", figures.cost(totals.cost, totals.cost_estimated)),
        ("cache hit", figures.share(totals.cache_hit_rate)),
        ("input", figures.tokens(tokens.input)),
        ("output", figures.at_least(figures.tokens(tokens.output), totals.output_is_lower_bound)),
        ("score", figures.score(totals.efficiency.score)),
    ]
    yield ""
    yield heading("figures", "all sessions together", width)
    for start in range(0, len(cells), 3):
        row = (f"{label:<14}{value:>9}" for label, value in cells[start : start + 3])
        yield "  " + "   ".join(row)


def _sessions(folded: Sequence[Folded], width: int) -> Iterator[str]:
    readable = [each for each in dearest_first(folded) if each.totals is not None]
    if not readable:
        return
    yield ""
    yield heading("sessions", "the most expensive first", width)
    headers = ["session", "goal", "events", "tokens", "cost", "cache", "score", "issues", "wasted"]
    rows = [_session_row(each) for each in readable[:_SESSIONS_SHOWN]]
    yield from table(headers, rows, width, left=frozenset({0, 1}), elastic=1)
    if len(readable) > _SESSIONS_SHOWN:
        yield f"  {more(len(readable) - _SESSIONS_SHOWN, 'sessions')}"


def _session_row(each: Folded) -> list[str]:
    summary, totals = each.summary, each.totals
    if summary is None or totals is None:
        raise ValueError(f"{each.path} could not be read")
    return [
        session_name(each.path),
        summary.goal or figures.UNKNOWN,
        f"{totals.events:,}",
        figures.tokens(totals.tokens.total),
        figures.cost(totals.cost, totals.cost_estimated),
        figures.share(totals.cache_hit_rate),
        figures.score(summary.efficiency_score),
        f"{sum(totals.issues.values()) + sum(totals.findings.values()):,}",
        own_waste(totals.wasted) or figures.UNKNOWN,
    ]


def _models(totals: Totals, width: int) -> Iterator[str]:
    models = sorted(totals.models.items(), key=lambda named: (-(named[1].cost or 0.0), -named[1].calls, named[0]))
    if not models:
        return
    yield ""
    yield heading("models", figures.count(len(models), "model"), width)
    rows = [
        [
            name or "(no name)",
            f"{each.calls:,}",
            figures.tokens(each.tokens),
            figures.cost(each.cost, each.cost_estimated),
        ]
        for name, each in models[:_MODELS_SHOWN]
    ]
    yield from table(["model", "calls", "tokens", "cost"], rows, width)
    if len(models) > _MODELS_SHOWN:
        yield f"  {more(len(models) - _MODELS_SHOWN, 'models')}"
    yield from price_notes(list(totals.price_sources), _unpriced(totals), width)


def _origin_fields(totals: Totals) -> dict[str, Any]:
    return origin_fields(sorted(totals.price_sources), _unpriced(totals))


def _unpriced(totals: Totals) -> dict[str, int]:
    unpriced = {name: each.unpriced for name, each in totals.models.items() if each.unpriced}
    return dict(sorted(unpriced.items(), key=lambda named: (-named[1], named[0])))


def _tools(totals: Totals, width: int) -> Iterator[str]:
    tools = longest_first(totals.tools)
    if not tools:
        return
    yield ""
    yield heading("tools", figures.count(len(tools), "tool"), width)
    yield from tool_table(tools[:_TOOLS_SHOWN], width)
    if len(tools) > _TOOLS_SHOWN:
        yield f"  {more(len(tools) - _TOOLS_SHOWN, 'tools')}"


def _issues(totals: Totals, width: int) -> Iterator[str]:
    counts = {**totals.issues, **totals.findings}
    severities = Counter[str]()
    for category, count in counts.items():
        severities[severity_of(category)] += count
    told = ", ".join(f"{severities[severity]:,} {severity}" for severity in SEVERITIES if severities.get(severity))
    yield ""
    yield heading("issues", told or "none", width)
    order = sorted(counts, key=lambda category: (SEVERITIES.index(severity_of(category)), category))
    rows = [
        [severity_of(category), category, exact(counts[category]), "finding" if category in totals.findings else ""]
        for category in order
    ]
    if rows:
        yield from table(["", "", "", ""], rows, width, left=frozenset({0, 1, 3}))
    wasted = of_a_bill(totals.wasted, totals.tokens.total, totals.cost, totals.cost_estimated)
    if wasted:
        yield f"  {wasted}."
    else:
        yield "  None found."
