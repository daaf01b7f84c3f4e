"""Lines about calls of models and of tools."""

from __future__ import annotations

import re
from collections.abc import Mapping

from ...collector.inclusive_input import input_includes_cache
from ...collector.records import arguments_of
from .. import figures
from ..arguments import preview
from .payload_text import Data, counted, first, join, number_of

_NUMBERED = re.compile(r"^ *(\d{1,7})(?:→|\t)", re.MULTILINE)
"""A line with its number before it, as tools that read files put it."""
_CUT = "…[+"
"""How the recorder ends what it keeps only the start of."""
_TAIL = 4_000


def tool(data: Data) -> str:
    return first(data, "tool_name", "tool")


def call(data: Data) -> str:
    return join(tool(data), preview(arguments_of(data)), by=" ")


def llm_request(data: Data) -> str:
    return join("asks", first(data, "model"), counted(data, "messages_count", "message"), attempt(data))


def llm_response(data: Data) -> str:
    chunk = data.get("chunk_type")
    if chunk is not None:
        return f"… {first(data, 'content', 'text', 'delta')}"
    if isinstance(data.get("whole"), Mapping):  # more became known of a call: it says what it took in all
        data = {**data, **data["whole"]}
    sent, *cache = (number_of(data.get(name)) for name in ("input_tokens", "cache_read_tokens", "cache_write_tokens"))
    known = [number for number in (sent, *cache) if number is not None]
    if sent is not None and sent >= sum(known) - sent and input_includes_cache(first(data, "model")):
        known = [sent]
    output, total, cost = (number_of(data.get(name)) for name in ("output_tokens", "tokens", "cost"))
    amounts = ""
    if known or output is not None:
        bound = figures.at_least(figures.tokens(output), data.get("output_lower_bound") is True)
        amounts = f"{figures.tokens(sum(known) if known else None)} → {bound}"
    elif total is not None:
        amounts = f"{figures.tokens(total)} tokens"
    cached = number_of(data.get("cache_read_tokens"))
    return join(
        amounts,
        f"{figures.tokens(cached)} cached" if cached else "",
        figures.cost(cost) if cost is not None else "",
        first(data, "model"),
        first(data, "stop_reason") if data.get("stop_reason") not in (None, "tool_use", "end_turn") else "",
    ) or first(data, "content", "text", "note", "message")


def llm_error(data: Data) -> str:
    return join(first(data, "error", "message"), first(data, "status_code"))


def attempt(data: Data) -> str:
    number = number_of(data.get("attempt"))
    return f"attempt {number:.0f}" if number is not None and number > 1 else ""


def llm_retry(data: Data) -> str:
    delay = number_of(data.get("delay"))
    wait = "" if delay is None else f"in {figures.duration(delay * 1000)}"
    number = number_of(data.get("attempt"))
    return join("retries", f"attempt {number:.0f}" if number is not None else "", wait, first(data, "error"))


def tool_end(data: Data) -> str:
    result = numbered(data.get("result")) or first(data, "result", "output", "message")
    return join(call(data), f"→ {result}" if result else "", by=" ")


def numbered(result: object) -> str:
    """`lines 12–98` of a file that was read with line numbers before its lines; nothing of any other result."""
    if not isinstance(result, str) or not (first := _NUMBERED.match(result)) or _CUT in result[-_TAIL:]:
        return ""
    *_, last = _NUMBERED.findall(result[-_TAIL:]) or [first[1]]
    return f"line {last}" if last == first[1] else f"lines {first[1]}–{last}"


def tool_error(data: Data) -> str:
    error = first(data, "error", "result", "message")
    return join(call(data), f"→ {error}" if error else "", by=" ")


def tool_approval(data: Data) -> str:
    approved = data.get("approved")
    verdict = "" if approved is None else "approved" if approved else "denied"
    waited = number_of(data.get("waited_ms"))
    after = "" if waited is None else f"after {figures.duration(waited)}"
    return join(call(data), join(verdict, after, by=" "), first(data, "reason"))
