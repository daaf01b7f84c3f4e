"""Text from a trace is data: no byte of it commands the terminal, no markup of it is obeyed, nothing of it crashes."""

from __future__ import annotations

import json

import pytest
from tracetop.app.browser.browser import BrowserScreen
from tracetop.app.dashboard.screen import DashboardScreen

START = 1_780_000_000.0
ATTACKS = {
    "commands": "\x1b[31mred\x1b[0m\x1b]0;owned\x07\x1b]52;c;b3duZWQ=\x1b\\\x9b31m\x9d0;owned\x9c\x90q\x9c"
    "[/oops] [red]no[/red] [[/] [@click=app.quit]x[/] $error [b "
    "one\ntwo\r\nthree\rfour\u2028five\u2029six\x85seven\ttab\x00\x07\x08\x0b\x0c\x7f\x1a",
    "unicode": "abc\u202egpj.exe\u2066x\u2069\u200f zero\u200bwidth\u200d\ufeff\u00ad\U000e0041 \ud800\udfff"
    "文字列漢字ひらがな한국어 ⚠️ ⏱️ 👩‍👩‍👧 🇩🇪 ❤️‍🔥 e" + "\u0301" * 50,
    "nothing": "",
}


def hostile_line(number, kind, text, **event):
    data = event.pop("data", {})
    return json.dumps(
        {
            "event_id": f"{text}{number}",
            "kind": kind,
            "timestamp": START + number,
            "session_id": text,
            "iteration": event.pop("iteration", None),
            "data": data,
            **event,
        }
    )


def hostile_trace(text):
    """A session of which every string is the same attack."""
    lines = [hostile_line(0, "session_start", text, data={"goal": text, "model": text, text: text})]
    add = lines.append
    for number in range(1, 4):
        at = number * 10
        add(hostile_line(at, "iteration_start", text, iteration=number))
        add(hostile_line(at + 1, "llm_request", text, iteration=number, data={"model": text}))
        usage = {"input_tokens": 100 * 4**number, "output_tokens": 0, "cache_read_tokens": 5000 if number < 3 else 0}
        add(hostile_line(at + 2, "llm_response", text, iteration=number, data={"model": text, "text": text, **usage}))
        call = {"tool_name": text, "args": {text: text, "command": text, "path": [text, {"deep": text}]}}
        add(hostile_line(at + 3, "tool_start", text, iteration=number, data=call))
        add(hostile_line(at + 4, "tool_error", text, iteration=number, data={**call, "error": text}))
        add(hostile_line(at + 5, "tool_end", text, iteration=number, data={**call, "result": text}, duration_ms=40000))
        add(hostile_line(at + 6, "error", text, iteration=number, data={"error": text, "message": text}))
        add(hostile_line(at + 7, text or "custom", text, iteration=number, data={"note": text}))
        spawn = {"agent_id": f"{text}{number}", "task": text, "agent": text}
        add(hostile_line(at + 8, "subagent_spawn", text, iteration=number, data=spawn))
        add(hostile_line(at + 8.5, "llm_response", text, data={"agent_id": f"{text}{number}", "model": text}))
        add(hostile_line(at + 9, "subagent_timeout", text, iteration=number, data={**spawn, "error": text}))
    for kind in ("mode_change", "file_change", "checkpoint", "plan_created", "context_overflow", "mcp_connect"):
        fields = ("path", "name", "mode", "from", "to", "server", "steps", "reason", "action", "status", "message")
        add(hostile_line(50, kind, text, data=dict.fromkeys(fields, text)))
    return "\n".join(lines) + "\n"


VIEWS = (
    *("1 z w", "< > left right 0", "x", "x w z"),
    *("2 z L L", "s", "s", "s G", "z"),
    *("3 z down enter", "escape z", "4 z down enter", "escape z", "5 z", "v", "V enter", "escape z"),
    *("1 e enter", "d", "d", "G y", "Y", "g l L H", "o", "escape"),
    *("J", "escape", "ctrl+p", "escape", "colon", "escape", "u", "U", "space", "full_stop", "end"),
)
"""Keys, one after the other, after each of which everything on the screen is looked at."""


@pytest.fixture
def clean(frame_segments):
    """Return a function that asserts that nothing but printable text is sent to the terminal."""

    def check(app):
        for segment in frame_segments(app):
            bad = [character for character in segment if not character.isprintable()]
            assert not bad, f"{bad!r} in {segment[:200]!r}"
        for notification in app._notifications:
            assert notification.message.isprintable(), notification.message
            assert not notification.markup or "[" not in notification.message

    return check


async def visit_everything(it, clean):
    """Open whatever shows text of the trace."""
    clean(it.app)
    await it.press("2", "g", "L", "L", "L")
    clean(it.app)
    await it.press("z", "G")
    clean(it.app)
    await it.press("z", "5", "z")
    clean(it.app)
    for _ in range(3):
        await it.press("enter")
        clean(it.app)
        await it.press("escape", "down")
    await it.press("z", "3", "home", "4", "1")
    seen = set()
    session = it.screen.source.trace.session
    for event in range(it.count):
        if session.events.kind[event] not in seen:
            seen.add(session.events.kind[event])
            it.screen.inspect(event)
            await it.quiet()
            clean(it.app)
    await it.press("escape", "question_mark")
    clean(it.app)
    await it.press("escape", "e", "i", "b", "y")
    clean(it.app)
    await it.press("e", "m", *"why", "enter", "M")
    clean(it.app)
    await it.press("m", "enter", "x", "escape")
    clean(it.app)
    for keys in VIEWS:
        await it.press(*keys.split())
        clean(it.app)
    for size in ((80, 24), (200, 60), (120, 36)):
        await it.pilot.resize_terminal(*size)
        await it.settle()
        clean(it.app)
    await back(it)


async def back(it):
    """Close what lies over the dashboard."""
    while not isinstance(it.screen, DashboardScreen) or list(it.screen.layers_open()):
        await it.press("escape")


@pytest.mark.parametrize("attack", ATTACKS)
async def test_no_text_of_a_trace_commands_the_terminal(show, clean, tmp_path, attack):
    text = ATTACKS[attack]
    path = tmp_path / "hostile.jsonl"
    path.write_text(hostile_trace(text))
    async with show(path) as it:
        assert it.count == 40
        await visit_everything(it, clean)
        assert it.screen._failure == ""
        assert it.app.clipboard.isprintable()
        for key in ("slash", "F"):
            await it.press(key)
            await it.enter(text.strip() or "x")
            clean(it.app)
            await it.press("escape")
        if isinstance(it.screen, DashboardScreen):
            await it.press("ctrl+d")
        assert isinstance(it.screen, BrowserScreen)
        await it.until(lambda: it.screen._rows.entries and it.screen._rows.entries[0].figures is not None)
        await it.settle()
        clean(it.app)
        await it.press("w")
        await it.until(lambda: it.screen.selected is not None)
        await it.settle()
        clean(it.app)
        assert it.app.is_running


async def test_markup_is_shown_as_it_stands(show, tmp_path):
    path = tmp_path / "markup.jsonl"
    path.write_text(hostile_trace("[/oops][red]x"))
    async with show(path) as it:
        assert "[/oops][red]x" in it.strip
        assert "[/oops][red]x" in it.crop("#trace-timeline")
        await it.press("slash")
        await it.enter("zzz[/oops]")
        await it.until(lambda: any("zzz[/oops]" in each.message for each in it.app._notifications))
        await it.press("F")
        await it.enter("[/oops]:x")
        await it.settle()


async def test_a_notice_shows_the_name_of_a_file_as_it_stands(show, clean, tmp_path):
    folder = tmp_path / "[/oops]\x1b[31m\u202e"
    folder.mkdir(parents=True)
    path = folder / "[red]\x1b]0;x\x07.jsonl"
    async with show(path, read=False) as it:
        await it.until(lambda: "waiting for" in it.text)
        assert "[/oops]␛[31m" in it.text
        clean(it.app)
        await it.press("ctrl+d")
        clean(it.app)


async def test_strings_of_a_megabyte_are_no_trouble(show, clean, tmp_path):
    path = tmp_path / "huge.jsonl"
    text = "ab\x1b[31m文 " * 120_000
    call = {"tool_name": text, "args": {"command": text}}
    lines = [
        hostile_line(0, "session_start", "s", data={"goal": text, "model": text}),
        hostile_line(1, "iteration_start", "s", iteration=1),
        hostile_line(2, "llm_response", "s", iteration=1, data={"model": text, "text": text, "output_tokens": 0}),
        *(hostile_line(3 + n, "tool_error", "s", iteration=1, data={**call, "error": text}) for n in range(3)),
        hostile_line(7, "custom" * 200_000, "s", data={text: text}),
    ]
    path.write_text("\n".join(lines) + "\n")
    async with show(path) as it:
        assert it.count == 7
        for pane in "12345":
            await it.press(pane, "G", "enter", "G", "g")
            clean(it.app)
            if it.screen.is_covered:
                await it.press("escape")
        assert it.screen._failure == ""


async def test_a_payload_of_any_shape_can_be_inspected(show, clean, tmp_path):
    deep = {}
    for _ in range(300):
        deep = {"deeper": deep}
    payloads = [
        deep,
        {"list": list(range(5000))},
        {"": {"": None}},
        {"number": 10**300, "float": 1e308, "true": True},
        {"nested": [[], {}, [[]], [{}]]},
        {str(number): number for number in range(3000)},
    ]
    path = tmp_path / "shapes.jsonl"
    path.write_text("".join(hostile_line(n, "custom", "s", data=data) + "\n" for n, data in enumerate(payloads)))
    async with show(path, (80, 24)) as it:
        assert it.count == len(payloads)
        for event in range(it.count):
            it.screen.inspect(event)
            await it.press("G", "g")
            clean(it.app)
        assert it.screen._failure == ""
