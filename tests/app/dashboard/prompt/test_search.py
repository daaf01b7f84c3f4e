"""The search: counted while one types, gone on with, kept up with a trace that grows or starts over."""

from __future__ import annotations

import threading

from tracetop.app.dashboard import findings
from tracetop.app.query.matching import Query

from ..conftest import messages
from .typed import listed, said, type_in


async def test_a_search_counts_while_one_types_and_enter_goes_on_from_the_cursor(show, demo):
    async with show(demo) as it:
        errors = list(it.screen.source.trace.session.errors)
        it.screen.move_cursor(errors[1] + 1)
        await it.press("slash")
        assert said(it).startswith(" search ")
        await type_in(it, "errors")
        assert said(it).endswith(f"{len(errors)} of 162 match")
        assert it.place == errors[1] + 1
        assert listed(it) is None
        await it.press("enter")
        assert it.place == errors[2]
        assert it.screen.search_status == f"3 of {len(errors)} found"
        await it.press("N")
        assert it.screen.search_status == f"2 of {len(errors)} found"
        await it.press("n", "n")
        assert it.screen.search_status == f"4 of {len(errors)} found"
        await it.press("comma")
        assert it.screen.search_status == f"{len(errors)} found"
        assert messages(it) == ""
        it.screen.move_cursor(161)
        await it.press("slash", "enter")
        assert it.place == errors[0]  # round to the first


async def test_escape_brings_the_search_back_that_was_there(show, demo):
    async with show(demo) as it:
        await it.press("slash")
        await it.enter("errors")
        found, place = list(it.screen.found), it.place
        await it.press("slash")
        await type_in(it, "kind:checkpoint")
        assert list(it.screen.found) != found
        await it.press("escape")
        assert list(it.screen.found) == found
        assert it.place == place
        await it.press("slash")
        await it.enter("")
        assert it.screen.search_status == ""
        assert it.screen.check_action("found_next", ()) is None


async def test_a_search_can_be_gone_back_from(show, demo):
    async with show(demo) as it:
        it.screen.move_cursor(20)
        await it.press("slash")
        await it.enter("kind:session_end")
        assert it.place == 161
        await it.press("u")
        assert it.place == 20


async def test_growth_extends_the_filter_and_the_search(show, small, line):
    async with show(small) as it:
        await it.press("F")
        await it.enter("kind:checkpoint")
        await it.press("slash")
        await it.enter("needle")
        await it.until(lambda: "nothing found for 'needle'" in messages(it))
        assert it.screen.search_status == "0 found"
        await it.press("F")
        with small.open("ab") as file:
            file.write(line("checkpoint", 10, name="needle") + line("mode_change", 10) + line("checkpoint", 10))
        await it.until(lambda: listed(it) == 2)
        await it.until(lambda: said(it).endswith("2 of 33 match"))
        await it.press("escape")
        await it.until(lambda: it.screen.search_status == "1 found")
        assert it.screen.check_action("found_next", ()) is True
        await it.press("n")
        assert it.place == 30
        assert it.screen.search_status == "1 of 1 found"


async def test_a_backlog_is_looked_through_in_a_thread(show, small, line, monkeypatch):
    monkeypatch.setattr(findings, "_MOST_PER_FRAME", 3)
    threads, find = set(), Query.find

    def noted(query, *args):
        threads.add(threading.current_thread() is threading.main_thread())
        return find(query, *args)

    async with show(small) as it:
        await it.press("F")
        await it.enter("kind:checkpoint")
        await it.until(lambda: it.screen.filtered_through == 30)
        monkeypatch.setattr(Query, "find", noted)
        with small.open("ab") as file:
            file.write(b"".join(line("checkpoint", 10) for _ in range(20)))
        await it.until(lambda: listed(it) == 20)
        assert False in threads


async def test_a_trace_that_starts_over_is_searched_anew(show, small, line):
    async with show(small) as it:
        await it.press("slash")
        await it.enter("tool:bash")
        assert it.screen.search_status == "1 of 10 found"
        await it.press("F")
        await type_in(it, "tool:bash")
        small.write_bytes(line("session_start") + line("tool_end", 1, tool_name="bash"))
        await it.until(lambda: it.count == 2)
        await it.until(lambda: it.screen.search_status == "1 of 1 found")
        await it.until(lambda: said(it).endswith("1 of 2 matches"))
        await it.press("escape")
        assert it.screen.filtering is None
        assert listed(it) is None
