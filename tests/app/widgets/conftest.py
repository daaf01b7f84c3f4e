"""What tests of the widgets share."""

from __future__ import annotations

from typing import Any

import pytest
from rich.cells import cell_len
from textual.app import App, ComposeResult
from textual.message import Message
from textual.widget import Widget

HOSTILE = [
    "\x1b[31mred\x1b[0m",
    "\x1b]0;title\x07",
    "\x1b]52;c;Zm9v\x1b\\",
    "[/oops] [bold]no[/] [@click=app.quit]x[/]",
    "one\ntwo\r\nthree\rfour\u2028five",
    "tab\there\x00\x08\x0b\x0c\x7f\x85\x9b31m",
    "abc\u202egpj.exe\u2066x\u2069",
    "zero\u200bwidth\u200d\ufeff\u00ad",
    "\ud800 lone \udfff",
    "\ue000 private \U000e0041 tag",
    "文字列漢字ひらがな",
    "e\u0301\u0301\u0301\u0301\u0301\u0301\u0301 combining",
    "\u0301 leading mark",
    "⚠️ warning ⏱️",
]


class Stage(App[None]):
    """An app that holds one widget and remembers the messages it posts."""

    CSS = "Screen { overflow: hidden; }"

    def __init__(self, widget: Widget) -> None:
        super().__init__()
        self.widget = widget
        self.heard: list[Message] = []

    def compose(self) -> ComposeResult:
        yield self.widget

    def on_mount(self) -> None:
        self.widget.focus()

    async def _on_message(self, message: Message) -> None:
        if type(message).__module__.startswith("tracetop."):
            self.heard.append(message)
        await super()._on_message(message)


@pytest.fixture
def stage() -> type[Stage]:
    """Return the app class that holds the widget under test."""
    return Stage


@pytest.fixture
def hostile() -> list[str]:
    """Return texts as found in real traces, or as an attacker would put there."""
    return HOSTILE


@pytest.fixture
def assert_clean_frame() -> Any:
    """Return a function that asserts that a frame has no control character and no line too wide or too narrow."""

    def check(text: str, width: int) -> None:
        for line in text.split("\n"):
            bad = [character for character in line if not character.isprintable()]
            assert not bad, f"{bad!r} in {line!r}"
            assert cell_len(line) == width, f"{cell_len(line)} cells: {line!r}"

    return check
