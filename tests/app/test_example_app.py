"""The example: an agent app with the dashboard built in."""

from __future__ import annotations

import importlib.util
import json
import sys
import time
from pathlib import Path

import pytest
from textual.widgets import Input, RichLog, TextArea
from tracetop import TraceCollector
from tracetop.app.trace import load_trace

EXAMPLE = Path(__file__).parents[2] / "examples" / "agent_app.py"


@pytest.fixture
def example(monkeypatch, tmp_path):
    """Load the example, to run in a folder with one file, at once."""
    folder = tmp_path / "work"
    folder.mkdir()
    (folder / "notes.md").write_text("buy milk\nand [/oops] \x1b[31mred\n")
    monkeypatch.chdir(folder)
    spec = importlib.util.spec_from_file_location("tracetop_example_agent_app", EXAMPLE)
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, spec.name, module)
    spec.loader.exec_module(module)
    monkeypatch.setattr(module, "THINKING_SECONDS", 0.01)
    return module


def logged(app):
    return "\n".join(line.text for line in app.query_one("#log", RichLog).lines)


async def ask(app, pilot, text):
    app.query_one(Input).value = text
    await pilot.press("enter")
    await app.workers.wait_for_complete()
    await pilot.pause()


async def test_a_question_gets_an_answer_and_leaves_a_trace(example, tmp_path):
    collector = TraceCollector(tmp_path / "traces")
    app = example.AgentApp(collector)
    async with app.run_test(size=(100, 30)) as pilot:
        await ask(app, pilot, "what is in notes.md?")
        assert "notes.md begins: buy milk" in logged(app)
        assert "\x1b" not in logged(app)
    collector.end_session()
    trace = load_trace(collector.path)
    view = trace.view()
    assert trace.bad_line_count == 0
    assert (view.iterations, view.llm_calls, view.tool_calls, view.failed_tools) == (3, 3, 2, 0)
    assert view.cost == 0
    events = [json.loads(line) for line in collector.path.read_bytes().splitlines()]
    assert [event["data"]["tool_name"] for event in events if event["kind"] == "tool_end"] == [
        "list_files",
        "read_file",
    ]


@pytest.mark.parametrize("name", ["missing.txt", "../secret.txt"])
async def test_a_file_that_it_may_not_or_cannot_read_is_a_failed_call(example, tmp_path, name):
    (tmp_path / "secret.txt").write_text("secret")
    collector = TraceCollector(tmp_path / "traces")
    app = example.AgentApp(collector)
    async with app.run_test(size=(100, 30)) as pilot:
        await ask(app, pilot, f"read {name}")
        assert f"I cannot read '{name}'" in logged(app)
    collector.end_session()
    assert load_trace(collector.path).view().failed_tools == 1


async def test_trace_toggles_recording(example, tmp_path):
    collector = TraceCollector(tmp_path / "traces", enabled=False)
    app = example.AgentApp(collector)
    async with app.run_test(size=(160, 30)) as pilot:
        await ask(app, pilot, "hello")
        assert not collector.path.exists()
        await ask(app, pilot, "/trace")
        assert collector.enabled
        assert "Recording is on" in logged(app)
        assert collector.path.name in logged(app).replace("\n", "")
        await ask(app, pilot, "hello again")
        await ask(app, pilot, "/trace")
        assert not collector.enabled
        assert "Recording is off" in logged(app)
        size = collector.path.stat().st_size
        assert load_trace(collector.path).view().llm_calls == 3
        await ask(app, pilot, "unseen")
        assert collector.path.stat().st_size == size


async def test_help_and_quit(example):
    app = example.AgentApp(TraceCollector(None))
    async with app.run_test(size=(160, 30)) as pilot:
        await ask(app, pilot, "/help")
        assert logged(app).count("/quit") == 2
        app.query_one(Input).value = "/quit"
        await pilot.press("enter")
        await pilot.pause()
    assert not app.is_running


async def press_ctrl_d_until(app, pilot, shown):
    from tracetop.app.dashboard.screen import DashboardScreen

    await pilot.press("ctrl+d")
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        await pilot.pause(0.02)
        if isinstance(app.screen, DashboardScreen) == shown:
            return
    pytest.fail(f"the dashboard is {'not ' if shown else ''}shown")


@pytest.mark.parametrize("focused", [Input, TextArea])
async def test_ctrl_d_opens_and_closes_the_dashboard(example, tmp_path, focused):
    collector = TraceCollector(tmp_path / "traces")
    app = example.AgentApp(collector)
    async with app.run_test(size=(140, 40)) as pilot:
        await ask(app, pilot, "what is in notes.md?")
        if focused is TextArea:
            await pilot.press("f2", *"ab", "left")
        else:
            await pilot.press(*"ab", "left")
        assert isinstance(app.focused, focused)
        await press_ctrl_d_until(app, pilot, True)
        await press_ctrl_d_until(app, pilot, False)
        assert isinstance(app.focused, focused)
        text = app.focused.text if focused is TextArea else app.focused.value
        assert text == "ab", "nothing was deleted"
    collector.end_session()
