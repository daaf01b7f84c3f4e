"""Bookmarks are kept for the next dashboard, a host's too; where they cannot be, that is told."""

from __future__ import annotations

import os

from textual.app import App
from tracetop import TraceCollector
from tracetop.app import DashboardHost

from ...bookmarks.beside import lines_of
from ..conftest import messages
from .marked import mark

# -- where it cannot be kept


async def test_one_that_cannot_be_saved_is_kept_and_told(show, small, monkeypatch):
    really_open = os.open

    def refuse(path, flags, *args, **options):
        if flags & (os.O_WRONLY | os.O_RDWR):
            raise OSError(30, "Read-only file system", path)
        return really_open(path, flags, *args, **options)

    async with show(small) as it:
        monkeypatch.setattr(os, "open", refuse)
        await mark(it, 19, "kept")
        assert messages(it) == "bookmark 20 not saved: Read-only file system: small.jsonl.bookmarks"
        assert "kept" in it.lit_row("#trace-timeline-list")
        await it.press("M")
        assert it.title("bookmarks") == "bookmarks · 1 · 1 not saved"
        await it.press("x")
        assert "removal of bookmark 20 not saved" in messages(it)
        monkeypatch.undo()


async def test_a_trace_that_started_over_has_other_events(show, small, line):
    async with show(small) as it:
        await mark(it, 4, "of the first")
        it.screen.move_cursor(7)
        await it.press("m")
        generation = it.screen.source.trace.generation
        small.write_bytes(b"".join(line("checkpoint") for _ in range(12)))
        await it.until(lambda: it.screen.source.trace.generation != generation and it.count == 12)
        await it.settle()
        await it.enter("too late")
        assert "the trace has started over" in messages(it)
        await it.press("escape")
        assert "⚑" not in it.text
        await it.press("M")
        assert "of the first" in it.crop("#trace-bookmarks-list")


# -- as a guest, and again


class Host(DashboardHost, App[None]):
    def __init__(self, source):
        super().__init__()
        self.given = source

    def dashboard_source(self):
        return self.given


async def opened(it):
    await it.press("ctrl+d")
    assert it.screen.source.wait_until_read()
    await it.settle()


async def test_a_host_that_records_a_file_keeps_them_beside_it(visit, tmp_path):
    with TraceCollector(tmp_path / "traces") as collector:
        path = collector.start_session("be embedded", "claude-test")
        collector.record_tool_call("bash", {"command": "ls"}, "ok", 5)
        collector.flush()
        app = Host(collector)
        async with app.run_test(size=(120, 36)) as pilot:
            it = visit(app, pilot)
            await opened(it)
            before = path.read_bytes()
            await mark(it, 1, "the first call")
            assert [line["event"] for line in lines_of(path)] == [2]
            await it.press("ctrl+d")
            await opened(it)
            assert "the first call" in it.crop("#trace-timeline-list")
            assert path.read_bytes() == before


async def test_a_trace_in_memory_has_bookmarks_until_it_ends(visit, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with TraceCollector(None) as collector:
        collector.start_session("be embedded", "claude-test")
        collector.record_tool_call("bash", {"command": "ls"}, "ok", 5)
        app = Host(collector)
        async with app.run_test(size=(120, 36)) as pilot:
            it = visit(app, pilot)
            await opened(it)
            await mark(it, 1, "the first call")
            assert messages(it) == "bookmark 2 not saved: the trace is no file to keep it beside"
            await it.press("ctrl+d")
            await opened(it)
            assert "the first call" in it.crop("#trace-timeline-list")
    assert not list(tmp_path.rglob("*.bookmarks"))


async def test_they_are_there_when_the_trace_is_opened_again(show, small):
    async with show(small) as it:
        await mark(it, 19, "why here?")
    async with show(small) as it:
        assert "why here?" in it.crop("#trace-timeline-list")
        await it.press("apostrophe")
        assert it.place == 19


async def test_a_screen_that_is_shown_again_shows_them_again(push, small):
    async with push(small) as (it, dashboard):
        await it.settle()
        await mark(it, 19, "why here?")
        await it.press("M", "ctrl+d")
        await it.app.push_screen(dashboard)
        await it.settle()
        assert "why here?" in it.crop("#trace-timeline-list")
        await it.press("M")
        assert "why here?" in it.crop("#trace-bookmarks-list")
