"""Queries that are still looked for: one at a time, shown as it finds."""

from __future__ import annotations

import threading

from tracetop.app.query.matching import Query

from .typed import listed, said, title, type_in


class Gate:
    """Holds a search up until it is opened."""

    def __init__(self, monkeypatch, text):
        self.open = threading.Event()
        self.entered = threading.Event()
        find = Query.find

        def held(query, *args):
            if query.text == text:
                self.entered.set()
                assert self.open.wait(20)
            return find(query, *args)

        monkeypatch.setattr(Query, "find", held)


async def test_only_the_newest_query_is_shown(show, demo, monkeypatch):
    gate = Gate(monkeypatch, "session")
    async with show(demo) as it:
        await it.press("F")
        await type_in(it, "session")
        await it.until(gate.entered.is_set)
        assert said(it).endswith("looking … 0%")
        assert listed(it) is None
        await type_in(it, "kind:tool_error")
        newest = title(it)
        assert listed(it)
        gate.open.set()
        await it.until(lambda: all(worker.is_finished for worker in it.app.workers))
        await it.settle()
        assert title(it) == newest
        assert "looking" not in said(it)


async def test_a_filter_that_still_looks_is_restored_and_goes_on(show, demo, monkeypatch):
    gate = Gate(monkeypatch, "session")
    async with show(demo) as it:
        await it.press("F")
        await it.enter("session")
        await it.until(gate.entered.is_set)
        await it.press("F")
        await type_in(it, "errors")
        await it.press("escape")
        gate.open.set()
        await it.until(lambda: it.screen.filtered_through == 162)
        await it.settle()
        assert listed(it) == 162


async def test_what_is_found_is_shown_as_it_is_found(show, demo, monkeypatch):
    monkeypatch.setattr("tracetop.app.dashboard.finding._FIRST_STRETCH", 50)
    find, second, opened = Query.find, threading.Event(), threading.Event()

    def held(query, trace, start, *args):
        if start == 50:
            second.set()
            assert opened.wait(20)
        return find(query, trace, start, *args)

    monkeypatch.setattr(Query, "find", held)
    async with show(demo) as it:
        await it.press("F")
        await type_in(it, "session")
        await it.until(second.is_set)
        await it.settle()
        assert listed(it) == 50
        assert said(it).endswith("looking … 31% · 50 so far")
        assert it.screen.filtered_through is None
        await it.press("escape", "slash")
        await it.enter("session")
        await it.until(lambda: it.place == 0)
        assert it.screen.search_status == "1 of 50 found · looking … 31%"
        opened.set()
        await it.until(lambda: it.screen.search_status == "1 of 162 found")
