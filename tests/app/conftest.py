"""What tests of the app share."""

from __future__ import annotations

import asyncio
import gc
import itertools
import re
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import orjson
import pytest
from textual.app import App
from textual.content import Content
from textual.css.model import RuleSet
from textual.css.stylesheet import Stylesheet
from textual.events import Key
from textual.pilot import Pilot

START = 1_780_000_000.0
NOW = START + 300.0
DEADLINE = 10.0
CHARACTERS = {
    "slash": "/", "comma": ",", "full_stop": ".", "colon": ":", "question_mark": "?", "plus": "+", "minus": "-",
    "equals_sign": "=", "left_square_bracket": "[", "right_square_bracket": "]", "space": " ",
    "apostrophe": "'", "quotation_mark": '"', "dollar_sign": "$",
}  # fmt: skip


@pytest.fixture(scope="session", autouse=True)
def rare_collection() -> None:
    """Collect garbage rarely: on Textual's trees that takes a third of the time of these tests."""
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)


@pytest.fixture(scope="session", autouse=True)
def styles_are_parsed_once() -> Iterator[None]:
    """Have apps with the same theme share the rules of their styles: parsing is a sixth of an app's start."""
    parse = Stylesheet._parse_rules
    parsed: dict[Any, list[RuleSet]] = {}

    def once(sheet: Stylesheet, *about: Any, **named: Any) -> list[RuleSet]:
        key = (frozenset(sheet._variables.items()), about, *named.items())
        if key not in parsed:
            parsed[key] = parse(sheet, *about, **named)
        return parsed[key]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Stylesheet, "_parse_rules", once)
        yield


@pytest.fixture(autouse=True)
def nothing_fails_unseen(request: pytest.FixtureRequest, caplog: pytest.LogCaptureFixture) -> Any:
    """Fail where something of the dashboard failed and was contained, so that no frame told of it."""
    yield
    if request.node.get_closest_marker("provokes_failures") is None:
        failed = [each for each in caplog.get_records("call") if each.getMessage().startswith("dashboard: ")]
        assert not failed, [f"{each.getMessage()}: {each.exc_info[1] if each.exc_info else ''}" for each in failed]


def _frame_text(app: App[Any]) -> str:
    # The one place that reads a private name of Textual: there is no public way to a frame's text.
    return "\n".join(strip.text for strip in app.screen._compositor.render_strips())


@pytest.fixture
def frame_text() -> Callable[[App[Any]], str]:
    """Return a function that returns the text of what an app shows now, a line per terminal line."""
    return _frame_text


@pytest.fixture
def frame_segments() -> Callable[[App[Any]], list[str]]:
    """Return a function that returns every piece of text that an app sends to the terminal now."""
    return lambda app: [segment.text for strip in app.screen._compositor.render_strips() for segment in strip]


@pytest.fixture
def utc(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Have local time be UTC."""
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.fixture(scope="session")
def demo_lines(tmp_path_factory: pytest.TempPathFactory) -> list[bytes]:
    """Return the lines of the demo's trace, as its agent recorded it, but for the ids, which are the same each time."""
    from tracetop.app.demo.command import write_demo

    text = write_demo(tmp_path_factory.mktemp("demo"), start=START).read_text()
    for number, line in enumerate(text.splitlines()):
        text = text.replace(orjson.loads(line)["event_id"], f"{number:012x}")
    return text.encode().splitlines(keepends=True)


@pytest.fixture
def demo(demo_lines: list[bytes], tmp_path: Path, utc: None) -> Path:
    """Return a recorded trace of 162 events in a folder of its own."""
    folder = tmp_path / "traces"
    folder.mkdir()
    path = folder / "session-demo.jsonl"
    path.write_bytes(b"".join(demo_lines))
    return path


@pytest.fixture
def line() -> Callable[..., bytes]:
    """Return a function that makes lines of a trace, a second apart, with ids e0, e1 …"""
    numbers = itertools.count()

    def make(kind: str, iteration: int | None = None, *, session: str = "s1", **data: Any) -> bytes:
        number = next(numbers)
        event = {
            "event_id": f"e{number}",
            "kind": kind,
            "timestamp": START + number,
            "session_id": session,
            "iteration": iteration,
            "data": data,
        }
        return orjson.dumps(event) + b"\n"

    return make


@pytest.fixture
def small(line: Callable[..., bytes], tmp_path: Path, utc: None) -> Path:
    """Return a trace of 30 events: a start, then tool calls in iterations of their own."""
    path = tmp_path / "traces" / "small.jsonl"
    path.parent.mkdir(exist_ok=True)
    lines = [line("session_start", goal="count to ten", model="claude-test")]
    for number in range(1, 11):
        lines.append(line("iteration_start", number))
        lines.append(line("tool_end", number, tool_name="bash", args={"command": f"echo {number}"}, duration_ms=10))
        lines.append(line("llm_response", number, input_tokens=100, output_tokens=10, model="claude-test"))
    path.write_bytes(b"".join(lines[:30]))
    return path


class Show:
    """A dashboard that is shown, and what tests ask of it."""

    def __init__(self, app: App[Any], pilot: Pilot[Any]) -> None:
        self.app = app
        self.pilot = pilot

    @property
    def screen(self) -> Any:
        return self.app.screen

    @property
    def text(self) -> str:
        """The frame as it is shown now."""
        return _frame_text(self.app)

    @property
    def strip(self) -> str:
        """The session strip, its lines joined."""
        return self.crop("#trace-strip").replace("\n", " ")

    @property
    def count(self) -> int:
        return int(self.screen.source.trace.session.count)

    @property
    def place(self) -> int | None:
        """The number of the event under the cursor."""
        return self.screen.cursor.place(self.count)

    def crop(self, selector: str) -> str:
        """The text where a widget is shown."""
        region = self.screen.query_one(selector).region
        strips = self.screen._compositor.render_strips()[region.y : region.bottom]
        return "\n".join(strip.crop(region.x, region.right).text for strip in strips)

    def title(self, pane: str) -> str:
        """What a pane's border says: its name, then its figures, as many as fit."""
        shown = Content.from_markup(self.screen.query_one(f"#trace-{pane}").border_title)
        return re.sub(" ─+ ", " · ", shown.plain)

    def lit_row(self, selector: str) -> str:
        """The row under the cursor of a list or a tree, as it is shown."""
        rows = [row for row in self.crop(selector).split("\n") if row.startswith("▌")]
        assert len(rows) == 1, rows
        return rows[0]

    async def quiet(self) -> None:
        """Wait until no message waits anywhere. `pilot.pause` would do, but takes 20 ms each time."""
        calm = 0
        while calm < 8:
            await asyncio.sleep(0)
            nodes = [self.app, *self.app.screen_stack, *self.screen.walk_children()]
            calm = 0 if any(node.message_queue_size for node in nodes) else calm + 1

    async def settle(self) -> None:
        """Have all that is known painted."""
        await self.quiet()
        if hasattr(self.screen, "paint"):
            self.screen.paint()
        for _ in range(2):  # what a refresh makes visible may ask for another one
            refreshed = asyncio.Event()
            if not self.screen.call_after_refresh(refreshed.set):
                return  # the app is ending
            deadline = time.monotonic() + DEADLINE
            while not refreshed.is_set() and self.app.is_running and time.monotonic() < deadline:
                await asyncio.sleep(0.001)
            await self.quiet()

    async def resize(self, width: int, height: int) -> None:
        await self.pilot.resize_terminal(width, height)
        await self.settle()

    async def press(self, *keys: str) -> None:
        """Press keys, as `pilot.press` does."""
        for key in keys:
            self.app.post_message(Key(key, CHARACTERS.get(key, key if len(key) == 1 else None)))
            await self.quiet()
        await self.settle()

    async def enter(self, text: str) -> None:
        """Put text into the prompt that is open, and press enter."""
        self.app.focused.value = text  # type: ignore[union-attr]
        await self.press("enter")

    async def until(self, condition: Callable[[], object], what: str = "") -> None:
        """Wait for something to become true."""
        deadline = time.monotonic() + DEADLINE
        while not condition():
            if time.monotonic() > deadline:
                pytest.fail(f"never came true: {what or condition}\n{self.text}")
            await self.pilot.pause(0.01)


@pytest.fixture
def show(utc: None, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    """Return a context manager that shows a trace in tracetop's own app, read to its end."""
    from tracetop.app.standalone import TracetopApp

    # It collects garbage, and tunes that for a process that is all its own: this one is not.
    monkeypatch.setattr(TracetopApp, "on_ready", lambda self: None)

    @asynccontextmanager
    async def shown(
        path: Path, size: tuple[int, int] = (120, 36), *, read: bool = True, settings: Any = None
    ) -> AsyncIterator[Show]:
        app = TracetopApp(path, clock=lambda: NOW, settings=settings)
        async with app.run_test(size=size) as pilot:
            it = Show(app, pilot)
            await pilot.pause()
            if read:
                assert it.screen.source.wait_until_read(DEADLINE)
            await it.settle()
            yield it

    return shown


@pytest.fixture
def visit() -> type[Show]:
    """Return the class that asks things of an app that runs already."""
    return Show
