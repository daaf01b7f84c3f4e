"""The inspector under the keys of a user: facts and links, folding, differences, copying, reading in a pager."""

from __future__ import annotations

import stat
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import orjson
import pytest
from tracetop.app.panes.inspector.inspector import InspectorPane
from tracetop.app.safe_text import width_of

START = 1_780_000_000.0
DIFF = "--- a/x.py\n+++ b/x.py\n@@ -1,2 +1,2 @@\n def f():\n-    return 1\n+    return 2"


class Story:
    """Lines of a trace, a second apart; an event's number is its place."""

    def __init__(self) -> None:
        self.lines: list[bytes] = []

    def add(self, kind: str, parent: int | None = None, duration_ms: float | None = None, **data: Any) -> int:
        number = len(self.lines)
        event = {
            "event_id": f"e{number}",
            "kind": kind,
            "timestamp": START + number + 0.25,
            "session_id": "s1",
            "iteration": 1,
            "data": data,
            "parent_event_id": None if parent is None else f"e{parent}",
            "duration_ms": duration_ms,
        }
        self.lines.append(orjson.dumps(event) + b"\n")
        return number

    def tool(self, args: Any, result: Any = "done", name: str = "bash") -> int:
        start = self.add("tool_start", tool_name=name, args=args)
        return self.add("tool_end", start, 1500, tool_name=name, args=args, result=result)

    def write(self, folder: Path) -> Path:
        path = folder / "story.jsonl"
        path.write_bytes(b"".join(self.lines))
        return path


@pytest.fixture
def story() -> Story:
    return Story()


@pytest.fixture
def inspect(show: Any, story: Story, tmp_path: Path) -> Callable[..., Any]:
    """Return a context manager that shows the story with the inspector open on an event."""
    from contextlib import asynccontextmanager

    @asynccontextmanager
    async def inspected(event: int, size: tuple[int, int] = (120, 36)) -> Any:
        async with show(story.write(tmp_path), size) as it:
            it.screen.inspect(event)
            await it.settle()
            yield it
            assert it.screen._failure == ""

    return inspected


def text_of(it: Any) -> list[str]:
    """The rows in sight, without border, cursor mark and scroll bar."""
    rows = it.crop("#trace-inspector-lines").split("\n")
    return [row[1:].rstrip(" ▁▂▃▄▅▆▇█") for row in rows]


def cursor_row(it: Any) -> str:
    return str(it.lit_row("#trace-inspector-lines")[1:].rstrip())


def outline(it: Any) -> Any:
    return it.screen.query_one("#trace-inspector-lines")


async def go_to(it: Any, text: str) -> None:
    """Put the cursor on the last row in sight that holds a text."""
    row = max(index for index, row in enumerate(text_of(it)) if text in row)
    outline(it).go_to(outline(it).top + row)
    await it.settle()


def toasts(it: Any) -> list[str]:
    return [notification.message for notification in it.app._notifications]


# -- the card of an event


async def test_an_event_at_a_glance(inspect: Any, story: Story) -> None:
    story.add("iteration_start")
    end = story.tool({"command": "ls -la"}, "a\nb")
    async with inspect(end) as it:
        text = text_of(it)
        assert text[0] == "  ✓ bash ls -la → a⏎b"
        facts = [row.split() for row in text[2:6]]
        assert facts[0] == ["kind", "tool_end", "·", "TOOL", "time", "20:26:42.250", "·", "2026-05-28"]
        assert facts[1] == ["iteration", "1", "agent", "main"]
        assert facts[2] == ["duration", "1.5s", "size", f"{len(story.lines[end]) - 1}", "bytes"]
        position = sum(map(len, story.lines[:end]))
        assert facts[3][:3] == ["event", "id", "e2"]
        assert f"byte {position:,} of story.jsonl" in text[5]
        assert "→ start" in text[6]
        assert "(its parent)" in text[6]
        assert text[8:] == [
            "  data  3 fields",
            "  tool_name: bash",
            "▾ args: 1 field",
            "    command: ls -la",
            "▾ result: 2 lines",
            "    a",
            "    b",
            *[""] * (len(text) - 15),
        ]


async def test_facts_stand_below_each_other_where_it_is_narrow(inspect: Any, story: Story) -> None:
    story.add("checkpoint", name="x")
    async with inspect(0, (60, 30)) as it:
        names = [row.split()[0] for row in text_of(it)[2:9]]
        assert names == ["kind", "time", "iteration", "agent", "duration", "size", "event"]


async def test_an_event_without_a_payload_says_so(inspect: Any, story: Story) -> None:
    story.add("iteration_start")
    async with inspect(0) as it:
        assert "  no payload" in text_of(it)


async def test_a_line_that_is_gone_is_told(inspect: Any, story: Story, tmp_path: Path) -> None:
    for _ in range(3):
        story.add("checkpoint", name="x")
    async with inspect(2) as it:
        it.screen.inspector._line_known = None
        it.screen.source.trace._line = lambda position: (_ for _ in ()).throw(OSError("\x1b[31mgone"))
        it.screen.inspect(1)
        await it.settle()
        assert any("the line cannot be read again: ␛[31mgone" in row for row in text_of(it))
        assert any("size       –" in row for row in text_of(it))
        await it.press("Y", "o")
        assert toasts(it) == ["the event cannot be read again: ␛[31mgone"] * 2


# -- links


async def test_enter_goes_from_an_end_to_its_start_and_back(inspect: Any, story: Story) -> None:
    story.add("session_start", goal="g")
    end = story.tool({"command": "ls"})
    async with inspect(end) as it:
        await go_to(it, "→ start")
        await it.press("enter")
        assert it.screen.inspector.event == it.place == end - 1
        await go_to(it, "→ end")
        await it.press("enter")
        assert it.screen.inspector.event == it.place == end


async def test_enter_goes_from_a_response_to_its_request_and_to_its_parent(inspect: Any, story: Story) -> None:
    root = story.add("iteration_start")
    request = story.add("llm_request", root, model="m")
    response = story.add("llm_response", root, model="m", output_tokens=3)
    async with inspect(response) as it:
        await go_to(it, "→ request")
        await it.press("enter")
        assert it.screen.inspector.event == request
        await go_to(it, "→ parent")
        assert "#1 " in cursor_row(it)
        await it.press("enter")
        assert it.screen.inspector.event == root


async def test_a_parent_that_is_not_near_is_told_by_its_id(inspect: Any, story: Story) -> None:
    far = story.add("checkpoint", name="far")
    for _ in range(250):
        story.add("checkpoint", name="x")
    child = story.add("custom", far, note="child of far")
    near = story.add("custom", child, note="child of near")
    async with inspect(child) as it:
        (row,) = (row for row in text_of(it) if "parent" in row)
        assert row == "  parent     e0 (not among the events just before)"
        await go_to(it, "parent")
        await it.press("enter", "y")
        assert it.screen.inspector.event == child
        assert it.app.clipboard == "e0"
        it.screen.inspect(near)
        await it.settle()
        assert any(row.startswith("→ parent     #252 ") for row in text_of(it))


async def test_nothing_that_is_yet_to_come_is_shown_while_paused(show: Any, story: Story, tmp_path: Path) -> None:
    story.add("session_start", goal="g")
    end = story.tool({"command": "ls"})
    async with show(story.write(tmp_path)) as it:
        await it.press("comma", "space", "enter")
        inspector = it.screen.inspector
        inspector.inspect_event(it.screen.source.trace, end - 1, at=end)
        it.screen.move_cursor(end - 1)
        await it.settle()
        assert any(row.split() == ["end", "not", "yet"] for row in text_of(it))


async def test_the_end_of_a_call_appears_when_it_comes(show: Any, story: Story, tmp_path: Path) -> None:
    story.add("tool_start", tool_name="bash", args={"command": "sleep"})
    path = story.write(tmp_path)
    async with show(path) as it:
        await it.press("enter")
        assert any("not yet" in row for row in text_of(it))
        await go_to(it, "command: sleep")
        story.add("tool_end", 0, tool_name="bash", result="x")
        with path.open("ab") as file:
            file.write(story.lines[1])
        await it.until(lambda: it.count == 2)
        await it.settle()
        assert any(row.startswith("→ end        #2 ") for row in text_of(it))
        assert "command: sleep" in cursor_row(it)
        assert it.screen.inspector.event == 0


# -- folding


async def test_every_key_of_folding(inspect: Any, story: Story) -> None:
    story.add("custom", args={"deep": {"deeper": {"x": [[1], [2]]}}}, last=True)
    async with inspect(0) as it:
        assert any(row.strip() == "▾ x: 2 items" for row in text_of(it))
        await go_to(it, "▾ args")
        await it.press("h")
        assert cursor_row(it).startswith("▸ args: 1 field  deep: {…}")
        assert not any(row.strip() == "▾ deep: 1 field" for row in text_of(it))
        await it.press("l")
        assert cursor_row(it) == "▾ args: 1 field"
        await it.press("right", "right")
        assert cursor_row(it).strip() == "▾ deeper: 1 field"
        await it.press("left")
        assert cursor_row(it).strip().startswith("▸ deeper: 1 field")
        await it.press("enter")
        assert cursor_row(it).strip() == "▾ deeper: 1 field"
        await it.press("H")
        assert cursor_row(it).startswith("▸ args")
        shown = len([row for row in text_of(it) if row])
        await it.press("L")
        assert len([row for row in text_of(it) if row]) == shown + 1
        await it.press("L")
        assert len([row for row in text_of(it) if row]) == shown + 2


async def test_what_was_folded_stays_folded_and_the_cursor_on_its_key_while_stepping(
    inspect: Any, story: Story
) -> None:
    for number in range(3):
        story.tool({"command": f"echo {number}"}, f"line\nof {number}\n")
    async with inspect(1) as it:
        await go_to(it, "▾ args")
        await it.press("h")
        await go_to(it, "of 0")
        await it.press("full_stop", "full_stop")
        assert it.screen.inspector.event == 3
        assert cursor_row(it) == "▾ result: 2 lines"
        assert any(row.startswith("▸ args") for row in text_of(it))
        await it.press("H", "full_stop", "full_stop")
        assert it.screen.inspector.event == 5
        assert not any("▾" in row for row in text_of(it))
        assert cursor_row(it).startswith("▸ result: line⏎of 2⏎")
        await it.press("escape", "enter")
        assert any(row == "▾ result: 2 lines" for row in text_of(it))
        assert cursor_row(it).startswith("  ✓")


async def test_a_small_payload_is_unfolded_and_a_huge_one_folded_where_it_is_huge(inspect: Any, story: Story) -> None:
    messages = [{"role": "user", "content": "x\n" * 50} for _ in range(1000)]
    story.add("custom", messages=messages, other={"a": 1})
    async with inspect(0) as it:
        assert any(row.startswith("▸ messages: 1,000 items") for row in text_of(it))
        assert "▾ other: 1 field" in text_of(it)
        await go_to(it, "messages")
        await it.press("l")
        assert outline(it).row_count() > 1000
        await it.press("G", "g", "H", "L", "L")
        assert outline(it).row_count() < 20_000


async def test_a_resize_wraps_anew_and_keeps_the_place(inspect: Any, story: Story) -> None:
    words = " ".join(f"word{number}" for number in range(400))
    story.add("custom", text=words, after=1)
    async with inspect(0) as it:
        await go_to(it, "word100 ")
        for width in (80, 200, 120):
            await it.pilot.resize_terminal(width, 36)
            await it.settle()
            assert "word100 " in cursor_row(it) or "word99 " in cursor_row(it), width
            assert all(width_of(row) <= width for row in text_of(it))


# -- long texts


async def test_going_down_reads_on(inspect: Any, story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    from tracetop.app.panes.inspector import text_entry

    monkeypatch.setattr(text_entry, "MORE_LINES", 150)
    story.add("custom", text="".join(f"line {number}\n" for number in range(500)), after="the end")
    async with inspect(0) as it:
        assert outline(it).row_count() < 120
        await it.press("G")
        assert cursor_row(it) == "  after: the end"
        await it.press("up")
        assert cursor_row(it).strip() == "line 100"  # the cursor came to where it goes on, and so it does
        assert outline(it).row_count() > 250
        await it.press("g")
        for _ in range(9):
            await it.press("pagedown")
        previous = int(cursor_row(it).split()[-1])
        assert previous > 200
        await it.press("down")
        assert cursor_row(it).strip() == f"line {previous + 1}"
        for _ in range(13):
            await it.press("pagedown")
        assert cursor_row(it) == "  after: the end"


async def test_a_click_where_a_text_goes_on_reads_on(inspect: Any, story: Story) -> None:
    story.add("custom", text="".join(f"line {number}\n" for number in range(300)))
    async with inspect(0) as it:
        outline(it).scroll_rows_to(1000)
        await it.settle()
        assert "… " in text_of(it)[-1]
        region = outline(it).region
        await it.pilot.click(offset=(region.x + 8, region.bottom - 1))
        await it.settle()
        assert cursor_row(it).strip().startswith("line ")


async def test_reading_on_skips_no_line(inspect: Any, story: Story) -> None:
    story.add("custom", text="".join(f"line {number}\n" for number in range(300)))
    async with inspect(0) as it:
        seen: set[str] = set()
        for _ in range(15):
            seen.update(row.strip() for row in text_of(it) if row.strip().startswith("line "))
            await it.press("pagedown")
        assert seen == {f"line {number}" for number in range(300)}


async def test_a_text_without_end_says_where_to_read_the_rest(
    inspect: Any, story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tracetop.app.panes.inspector import wrapped_text

    monkeypatch.setattr(wrapped_text, "MOST_LINES", 200)
    story.add("custom", text="line\n" * 1_000, after="the end")
    async with inspect(0) as it:
        for _ in range(10):
            await it.press("pagedown")
        assert any("… 4,000 more characters not shown: o opens all of it" in row for row in text_of(it))
        await it.press("G", "up")
        assert "not shown" in cursor_row(it)
        await it.press("y")
        assert it.app.clipboard == "line\n" * 1_000


# -- differences


async def test_d_compares_with_the_call_before_and_goes_back(inspect: Any, story: Story) -> None:
    story.tool({"command": "pytest", "env": {"CI": "1", "N": 1}, "gone": True}, "3 failed\nend")
    story.tool({"path": "x"}, name="read")
    end = story.tool({"command": "pytest -x", "env": {"CI": "1", "N": 2}, "new": None}, "2 failed\nend")
    async with inspect(end) as it:
        await go_to(it, "▾ args")
        await it.press("d")
        assert text_of(it) == [
            "  bash compared with the call before it, event #1",
            "  4 of 4 arguments not the same",
            "",
            '→ before     #1       20:26:40  ▪ bash pytest env={"CI":"1","N":1} gone=True',
            '→ this one   #5       20:26:44  ▪ bash pytest -x env={"CI":"1","N":2} new=None',
            "",
            "  arguments",
            "  ± command: pytest → pytest -x",
            "▾ ± env: 1 of 2 fields not the same",
            '    = CI: "1"',
            "    ± N: 1 → 2",
            "  + new: null",
            "  - gone: true",
            "",
            "  result",
            "▾ ± not the same: 1 line added, 1 removed",
            "    @@ -1,2 +1,2 @@",
            "    -3 failed",
            "    +2 failed",
            "     end",
            *[""] * (len(text_of(it)) - 20),
        ]
        await it.press("d")
        assert cursor_row(it) == "▾ args: 3 fields"
        await it.press("d")
        await go_to(it, "→ before")
        await it.press("enter")
        assert it.screen.inspector.event == 0
        assert text_of(it)[0].startswith("  ▪ bash pytest")


async def test_an_identical_call_is_called_so(inspect: Any, story: Story) -> None:
    for _ in range(3):
        story.tool({"a": 1, "b": 2}, "same")
    story.tool({"a": 2}, "other")
    again = story.tool({"b": 2, "a": 1}, "same")
    async with inspect(5) as it:
        await it.press("d")
        assert "  identical to event #3 (3rd identical call)" in text_of(it)
        assert "  = the same: same" in text_of(it)
        it.screen.inspect(again)
        await it.settle()
        assert "  2 of 2 arguments not the same" in text_of(it)
        assert "  but identical to event #5 further back (4th identical call)" in text_of(it)


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ("text", "text", "= args: text"),
        ('{"a": 1}', {"a": 1}, "= a: 1"),
        ([1], [1, 2], "± args: 2 lines added, 1 removed"),
        ({"n": 1}, {"n": "1"}, '± n: 1 → "1"'),
        ({"t": "x" * 200}, {"t": "y" * 200}, "± t: changed"),
        ({"t": "x" * 3_000_000}, {"t": "y" * 3_000_000}, "± t: changed; too long to compare"),
        ({"t": "a\nb\n"}, {"t": "a\nb"}, "± t: changed in nothing but line ends"),
        (None, None, "neither call says"),
    ],
)
async def test_arguments_of_any_shape_are_compared(
    inspect: Any, story: Story, before: Any, after: Any, told: str
) -> None:
    story.tool(before)
    end = story.tool(after)
    async with inspect(end) as it:
        await it.press("d")
        assert any(told in row for row in text_of(it)), text_of(it)


async def test_a_result_that_is_not_told_is_not_compared(inspect: Any, story: Story) -> None:
    story.tool({"a": 1})
    story.add("tool_start", tool_name="bash", args={"a": 1})
    async with inspect(2) as it:
        await it.press("d")
        assert "  – this call has told no result so far" in text_of(it)


async def test_d_is_disabled_where_there_is_nothing_to_compare_with(inspect: Any, story: Story) -> None:
    story.add("checkpoint", name="x")
    story.tool({"a": 1})
    story.tool({"a": 2})
    async with inspect(0) as it:
        inspector = it.screen.inspector
        states = []
        for event in range(it.count):
            it.screen.inspect(event)
            await it.settle()
            states.append(inspector.check_action("diff", ()))
        assert states == [None, None, None, True, True]
        it.screen.inspect(0)
        await it.press("d")
        assert "compared" not in " ".join(text_of(it))
        assert toasts(it) == []


async def test_stepping_goes_on_comparing(inspect: Any, story: Story) -> None:
    for number in range(3):
        story.tool({"n": number})
    async with inspect(3) as it:
        await it.press("d", "full_stop", "full_stop")
        assert it.screen.inspector.event == 5
        assert "  ± n: 1 → 2" in text_of(it)
        assert "compared with the call before" in it.title("inspector")
        await it.press("home", "escape")


# -- copying


async def test_y_copies_the_value_under_the_cursor(inspect: Any, story: Story) -> None:
    story.add("custom", text="one\ntwo\n", number=5, args={"a": [1, None]}, json='{"b":  1}')
    async with inspect(0) as it:
        copied = {}
        for row in ("text: 2 lines", "two", "number", "▾ args", "▾ json", "event id", "data", "kind"):
            await go_to(it, row)
            await it.press("y")
            copied[row] = it.app.clipboard
        assert copied["text: 2 lines"] == copied["two"] == "one\ntwo\n"
        assert copied["number"] == "5"
        assert copied["▾ args"] == '{\n  "a": [\n    1,\n    null\n  ]\n}'
        assert copied["▾ json"] == '{"b":  1}'
        assert orjson.loads(copied["data"])["number"] == 5
        assert copied["kind"].startswith("kind: custom · CUSTOM\ntime: ")
        assert toasts(it)[:3] == [
            "copied text (8 characters)",
            "copied text (8 characters)",
            "copied number (1 character)",
        ]
        await it.press("g", "down", "y")
        assert toasts(it)[-1] == "there is nothing to copy in this row"


async def test_capital_y_copies_the_line_of_the_event(inspect: Any, story: Story) -> None:
    story.add("custom", text="x")
    async with inspect(0) as it:
        await it.press("Y")
        assert it.app.clipboard == story.lines[0].decode().rstrip("\n")
        assert toasts(it) == [f"copied event 1 ({len(story.lines[0]) - 1} characters)"]


async def test_y_is_the_dashboards_again_where_the_inspector_is_closed(inspect: Any, story: Story) -> None:
    story.add("custom", text="x")
    async with inspect(0) as it:
        await it.press("escape", "y")
        assert it.app.clipboard == story.lines[0].decode().rstrip("\n")


async def test_much_text_is_copied_with_a_warning_and_too_much_is_not(inspect: Any, story: Story) -> None:
    story.add("custom", much="x" * 200_000, too_much="y" * 9_000_000)
    async with inspect(0) as it:
        await it.press("H")
        await go_to(it, "▸ much")
        await it.press("y")
        assert len(it.app.clipboard) == 200_000
        assert toasts(it) == ["copied much (200,000 characters); some terminals refuse so much, o opens it in a pager"]
        await it.press("down", "y")
        assert len(it.app.clipboard) == 200_000
        assert toasts(it)[-1].startswith("not copied: too_much (9,000,000 characters) is too much")


async def test_what_cannot_be_encoded_is_copied_all_the_same(inspect: Any, story: Story) -> None:
    story.lines.append(b'{"event_id":"e0","kind":"custom","timestamp":1780000000,"data":{"text":"a\\ud800b"}}\n')
    async with inspect(0) as it:
        await go_to(it, "text:")
        await it.press("y")
        assert it.app.clipboard == "a?b"


# -- the pager


@pytest.fixture
def pager(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Make $PAGER a script that keeps what it is given, in `seen` beside it; the terminal is lent to it."""
    script = tmp_path / "my pager.py"
    script.write_text(
        f"#!{sys.executable}\n"
        "import os, sys\nfrom pathlib import Path\n"
        "here = Path(sys.argv[0]).parent\nfile = Path(sys.argv[-1])\n"
        "(here / 'seen').write_bytes(file.read_bytes())\n"
        "(here / 'how').write_text(repr((sys.argv[1:-1], oct(file.stat().st_mode), str(file))))\n"
        "sys.exit(int(os.environ.get('PAGER_CODE', '0')))\n"
    )
    script.chmod(script.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PAGER", f"'{script}' -S")
    yield tmp_path


@pytest.fixture
def lent(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Let the headless app lend its terminal; return what happened to it."""
    happened: list[str] = []

    @contextmanager
    def suspend(self: Any) -> Iterator[None]:
        happened.append("lent")
        yield
        happened.append("back")

    from textual.app import App

    monkeypatch.setattr(App, "suspend", suspend)
    return happened


async def test_o_opens_the_value_under_the_cursor(inspect: Any, story: Story, pager: Path, lent: list[str]) -> None:
    story.add("custom", text="one\n\ttwo\x1b[31m", args={"a": 1})
    async with inspect(0) as it:
        await go_to(it, "two")
        await it.press("o")
        assert (pager / "seen").read_text() == "one\n    two␛[31m\n"
        arguments, mode, name = eval((pager / "how").read_text())
        assert (arguments, mode) == (["-S"], "0o100600")
        assert not Path(name).exists()
        assert lent == ["lent", "back"]
        await go_to(it, "▾ args")
        await it.press("o")
        assert (pager / "seen").read_text() == '{\n  "a": 1\n}\n'
        assert toasts(it) == []


async def test_o_on_the_head_opens_the_event(inspect: Any, story: Story, pager: Path, lent: list[str]) -> None:
    story.add("custom", text="one\ntwo", deep={"a": [1]})
    async with inspect(0) as it:
        await it.press("o")
        assert orjson.loads((pager / "seen").read_bytes()) == orjson.loads(story.lines[0])


async def test_o_opens_all_of_a_text_that_is_not_shown_whole(
    inspect: Any, story: Story, pager: Path, lent: list[str]
) -> None:
    story.add("custom", text="line\n" * 30_000)
    async with inspect(0) as it:
        await go_to(it, "▾ text")
        await it.press("o")
        assert (pager / "seen").read_text() == "line\n" * 30_000


async def test_a_pager_that_fails_is_told_and_the_terminal_taken_back(
    inspect: Any, story: Story, pager: Path, lent: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    story.add("custom", text="x")
    async with inspect(0) as it:
        monkeypatch.setenv("PAGER_CODE", "3")
        await it.press("o")
        monkeypatch.setenv("PAGER", str(pager / "my pager.py").replace("my ", "my\\ "))
        monkeypatch.setattr("subprocess.run", lambda *_, **__: (_ for _ in ()).throw(PermissionError(13, "not so")))
        await it.press("o")
        monkeypatch.setenv("PAGER", "no-such-[/pager] -R")
        await it.press("o")
        monkeypatch.setenv("PAGER", "less 'unclosed")
        await it.press("o")
        assert toasts(it) == [
            "my pager.py ended with code 3",
            "my pager.py cannot be started: not so",
            "$PAGER is not there: no-such-[/pager]",
            "$PAGER is no command (No closing quotation): less 'unclosed",
        ]
        assert lent == ["lent", "back"] * 2


async def test_without_a_pager_one_is_looked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    from tracetop.app.panes.inspector.pager import PagerError, pager_command

    there = {"less", "more"}
    monkeypatch.setattr("shutil.which", lambda name: name if name in there else None)
    assert pager_command({}) == ["less"]
    assert pager_command({"PAGER": " "}) == ["less"]
    there.remove("less")
    assert pager_command({}) == ["more"]
    there.clear()
    with pytest.raises(PagerError, match="neither less nor more"):
        pager_command({})


async def test_a_terminal_that_cannot_be_lent_is_told(inspect: Any, story: Story, pager: Path) -> None:
    story.add("custom", text="x")
    async with inspect(0) as it:
        await it.press("o")
        assert toasts(it) == ["this terminal cannot be handed over to a pager; y and Y copy"]
        assert not (pager / "seen").exists()


# -- issues


async def test_the_card_of_an_issue(show: Any, story: Story, tmp_path: Path, pager: Path, lent: list[str]) -> None:
    story.add("session_start", goal="g")
    for _ in range(4):
        story.tool({"command": "pytest -q"}, "3 failed")
    async with show(story.write(tmp_path)) as it:
        await it.press("5", "enter")
        text = text_of(it)
        assert text[0] == "  HIGH same call 4×: bash pytest -q"
        assert [row.split()[:2] for row in text[2:5]] == [
            ["category", "repeated_tool_calls"],
            ["iteration", "1"],
            ["since", "event"],
        ]
        assert "agent      main" in text[2]
        assert "count      4 times" in text[3]
        assert "event 2 · 20:26:41.250" in text[4]
        assert "latest     event 8 · 20:26:47.250" in text[4]
        assert text[5].split()[0] == "cost"
        assert "  what to do" in text
        heading = text.index("  evidence: 4 events, enter goes there")
        assert [row.split()[1] for row in text[heading + 1 : heading + 5]] == ["#2", "#4", "#6", "#8"]
        await go_to(it, "was called 4 times")
        await it.press("y", "o")
        assert it.app.clipboard.startswith("bash was called 4 times with identical arguments")
        assert (pager / "seen").read_text().startswith("bash was called 4 times")
        await it.press("Y")
        assert toasts(it)[-1] == "there is no event in this row"
        assert it.screen.inspector.check_action("diff", ()) is None
        await go_to(it, "#6")
        await it.press("Y", "o")
        assert orjson.loads(it.app.clipboard)["event_id"] == "e5"
        assert orjson.loads((pager / "seen").read_bytes())["event_id"] == "e5"
        await it.press("enter")
        assert it.screen.inspector.event == it.place == 5


async def test_the_evidence_of_an_issue_is_read_when_it_is_seen(
    show: Any, story: Story, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(3_000):
        story.add("tool_error", tool_name="bash", error="no")
    async with show(story.write(tmp_path)) as it:
        await it.press("5", "g")
        trace, read = it.screen.source.trace, []
        line = trace._line
        monkeypatch.setattr(trace, "_line", lambda position: read.append(position) or line(position))
        issue = it.screen.panes[4].selected
        assert len(issue.events) == 3_000
        await it.press("enter")
        assert len(read) < 200


async def test_a_trace_that_starts_over_takes_what_it_proved_with_it(show: Any, story: Story, tmp_path: Path) -> None:
    story.add("session_start", goal="g")
    for _ in range(4):
        story.tool({"command": "pytest -q"}, "3 failed")
    path = story.write(tmp_path)
    async with show(path) as it:
        await it.press("5", "enter")
        generation = it.screen.source.trace.generation
        path.write_bytes(story.lines[0])
        await it.until(lambda: it.screen.source.trace.generation > generation and it.count == 1)
        await it.settle()
        assert text_of(it)[0] == "  ● g"
        assert it.screen._failure == ""


# -- hostile text


ATTACK = "\x1b[31mred\x1b]52;c;Zm9v\x07[/oops][@click=app.quit]x[/] a\u202eb\x00\ttab\n@@ -1 +1 @@\n+文字\u200b"


async def test_no_text_of_a_payload_commands_the_terminal(
    inspect: Any, story: Story, frame_segments: Any, pager: Path, lent: list[str], tmp_path: Path
) -> None:
    huge = "k" * 1_000_000 + ATTACK
    args = {ATTACK: ATTACK, huge: [ATTACK, {ATTACK: 1}], "json": orjson.dumps({ATTACK: ATTACK}).decode()}
    for text in (ATTACK, huge):
        story.add("tool_start", tool_name=huge, args={**args, "changed": text, "list": [text]})
        story.add(ATTACK, len(story.lines) - 1, tool_name=text)
        story.add("tool_end", len(story.lines) - 2, tool_name=huge, args=args, result={ATTACK: text})
    async with inspect(0, (100, 40)) as it:

        def check() -> None:
            for segment in frame_segments(it.app):
                assert segment.isprintable(), segment[:200]
            for message in toasts(it):
                assert message.isprintable(), message[:200]
                assert len(message) < 200

        for event in range(it.count):
            it.screen.inspect(event)
            await it.settle()
            for keys in (["d"], ["L", "L", "L"]):
                await it.press(*keys)
                check()
                for row in range(min(outline(it).row_count(), 30)):
                    outline(it).go_to(row)
                    it.screen.inspector.action_copy()
                await it.settle()
                check()
            await it.press("Y", "o", "G", "o", "H")
            check()
            assert "\x1b" not in (pager / "seen").read_text()
        assert isinstance(it.screen.inspector, InspectorPane)


async def test_a_resize_right_after_the_trace_was_truncated(show: Any, small: Path) -> None:
    async with show(small) as it:
        it.screen.move_cursor(28)
        await it.press("enter")
        trace = it.screen.source.trace
        it.screen.hold_still()  # no frame comes before the resize
        small.write_bytes(small.read_bytes().splitlines(keepends=True)[0])
        await it.until(lambda: trace.generation == 1 and trace.session.count == 1)
        await it.pilot.resize_terminal(90, 30)
        await it.settle()
        assert "count to ten" in it.text
