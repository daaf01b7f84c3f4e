"""The search and the filter: what they find and show, while the trace grows and while it is paused."""

from __future__ import annotations

from .conftest import messages
from .shown import is_shown, state_of


async def test_search_then_n_and_N_go_round_what_was_found(show, demo):
    async with show(demo) as it:
        assert state_of(it, "found_next") is None
        await it.press("slash")
        await it.enter("errors")
        await it.until(lambda: len(it.screen.found))
        found = list(it.screen.found)
        assert found == list(it.screen.source.trace.session.errors)
        assert it.place == found[0]
        assert not is_shown(it, "#trace-prompt")
        for key, place in (("n", found[1]), ("n", found[2]), ("N", found[1]), ("N", found[0]), ("N", found[-1])):
            await it.press(key)
            assert it.place == place
        await it.press("n")
        assert it.place == found[0]
        assert state_of(it, "found_next") is True


async def test_a_search_that_finds_nothing_says_so(show, demo):
    async with show(demo) as it:
        await it.press("slash")
        await it.enter("no such words")
        await it.until(lambda: "nothing found for 'no such words'" in messages(it))
        assert it.screen.cursor.follows


async def filter_by(it, text):
    await it.press("F")
    await it.enter(text)


async def test_filter_shows_only_what_matches(show, demo):
    async with show(demo) as it:
        await filter_by(it, "kind:tool_error")
        await it.until(lambda: "of 162 events" in it.title("timeline"))
        rows = [row for row in it.crop("#trace-timeline-list").split("\n") if row.strip()]
        assert rows
        assert all("✗ tool" in row for row in rows)
        await it.press("F")
        it.app.focused.value = ""
        await it.press("enter")
        assert it.title("timeline").startswith("1 timeline · 99 rows of 162 events")


async def test_growth_passes_the_filter_too(show, small, line):
    async with show(small) as it:
        await filter_by(it, "kind:checkpoint")
        await it.until(lambda: "0 of 30 events" in it.title("timeline"))
        with small.open("ab") as file:
            file.write(
                line("checkpoint", 10, name="one") + line("mode_change", 10) + line("checkpoint", 10, name="two")
            )
        await it.until(lambda: "2 of 33 events" in it.title("timeline"))
        rows = [row for row in it.crop("#trace-timeline-list").split("\n") if row.strip()]
        assert len(rows) == 2
        assert "one" in rows[0]
        assert "two" in rows[1]


async def test_a_search_under_a_filter_loses_no_growth(show, small, line):
    async with show(small) as it:
        await filter_by(it, "kind:checkpoint")
        await it.until(lambda: "0 of 30 events" in it.title("timeline"))
        it.screen._timer.pause()
        with small.open("ab") as file:
            file.write(line("checkpoint", 10))
        await it.until(lambda: it.count == 31)
        await it.press("slash")
        await it.enter("echo")
        await it.until(lambda: len(it.screen.found))
        it.screen._timer.resume()
        await it.until(lambda: "1 of 31 events" in it.title("timeline"))


async def test_a_bad_query_tells(show, demo):
    async with show(demo) as it:
        await filter_by(it, "colour:red")
        assert "unknown field colour:" in messages(it)
        assert is_shown(it, "#trace-prompt")
        assert it.screen.filtering is None


async def test_a_filter_while_paused_shows_nothing_of_later(show, demo):
    async with show(demo) as it:
        calls = [event for event in range(162) if it.screen.source.trace.event(event).kind == "llm_response"]
        it.screen.move_cursor(calls[3])
        await it.press("space")
        await filter_by(it, "kind:llm_response")
        await it.until(lambda: "4 of" in it.title("timeline"))
        await it.press("down")
        assert it.place == calls[4]
        assert it.screen.query_one("#trace-timeline-list").row_count() == 5
