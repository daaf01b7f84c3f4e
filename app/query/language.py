"""What a filter or a search may say, in words for people: the one table behind every help text."""

from __future__ import annotations

from typing import Final

LANGUAGE: Final[tuple[tuple[str, str], ...]] = (
    ("no such file", "all these words in the event's line, letter case aside"),
    ('"no such file"', "this text; quotes also make text of - / and :"),
    ("kind:tool_error", "the kind has this in its name; kind:=error is exact"),
    ("category:llm", "the category begins with this; or cat:llm"),
    ("tool:bash,grep", "the tool is one of these; so in any field"),
    ("model:sonnet", "the model of a request or a response"),
    ("agent:a1", "the agent; the main one is agent:main"),
    ("it:7  it:3-9", "the iteration"),
    ("took:>5s  took:<200ms", "the duration in ms, s, m, h; took:5s is 5 s or more"),
    ("errors", "whatever failed: tools, model calls, agents, tasks"),
    ("issues", "the events that prove an issue or a finding"),
    ("/exit [1-9]/", "a regular expression (Python's) in the first 64 kB of"),
    ("", "the line; it minds case if it has a capital letter"),
    ("-tool:bash  -errors", "a - in front: not this"),
)
"""An example and what it asks for; a meaning goes on where there is no example."""

HINTS: Final = (
    "words",
    "tool:bash",
    "kind:tool_error",
    "errors",
    "-not",
    "/regex/",
    "took:>5s",
    "cat:llm",
    "agent:a1",
    "it:3-9",
    "model:opus",
    "issues",
    '"quoted text"',
)
"""The same at a glance, what is used most first."""


def language_help() -> str:
    """The language as a block of lines for a command's help."""
    width = max(len(example) for example, _ in LANGUAGE) + 2
    lines = "\n".join(f"  {example:{width}}{meaning}" for example, meaning in LANGUAGE)
    return f"\b\nA filter is words; an event is shown if all of them hold:\n{lines}"
