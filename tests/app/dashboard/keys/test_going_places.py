"""Keys that go to what matters, and to a place by its name."""

from __future__ import annotations

import re

import pytest

from ..conftest import messages
from ..shown import is_shown


@pytest.mark.parametrize(
    ("forward", "back", "places"),
    [
        ("e", "E", lambda session: list(session.errors)),
        ("b", "B", lambda session: list(session.cache_breaks.events)),
        ("i", "I", lambda session: sorted(e.raised for e in session.issues.standing(162))),
    ],
)
async def test_next_and_previous_of_what_matters(show, demo, forward, back, places):
    async with show(demo) as it:
        events = places(it.screen.source.trace.session)
        assert events
        await it.press("home")
        seen = []
        for _ in events:
            await it.press(forward)
            seen.append(it.place)
        assert seen == events
        await it.press(forward)
        assert it.place == events[-1]
        assert "no next" in messages(it)
        seen = [it.place]
        for _ in events[1:]:
            await it.press(back)
            seen.append(it.place)
        assert seen == events[::-1]


async def test_i_lights_the_issue_in_its_pane(show, demo):
    async with show(demo) as it:
        await it.press("home", "i")
        first = it.screen.query_one("#trace-issues").selected
        await it.press("i")
        second = it.screen.query_one("#trace-issues").selected
        assert first.raised < second.raised == it.place


async def test_colon_goes_to_an_event_an_iteration_a_share_or_a_time(show, demo):
    async with show(demo) as it:
        for text, place in (("1", 0), ("#120", 119), ("162", 161), ("50%", 81), ("100%", 161), ("0%", 0)):
            await it.press("colon")
            await it.enter(text)
            assert it.place == place, text
            assert not is_shown(it, "#trace-prompt")
        await it.press("colon")
        await it.enter("20:29:58")
        assert it.lit_row("#trace-timeline-list").startswith("▌20:29:26")  # the row of the call that ended then
        await it.press("colon")
        await it.enter("it 7")
        assert re.match(r"▌\d\d:\d\d:\d\d +(\S+ +)?7 +▸ iteration 7 ", it.lit_row("#trace-timeline-list"))


async def test_colon_tells_what_it_cannot_do(show, demo):
    async with show(demo) as it:
        for text, answer in (
            ("0", "there are 162 events"),
            ("it 99", "no iteration 99"),
            ("23:59", "no event at or after 23:59"),
            ("soon", "cannot go to 'soon'"),
            ("", "cannot go to ''"),
        ):
            await it.press("colon")
            await it.enter(text)
            assert answer in messages(it)
            assert is_shown(it, "#trace-prompt")
            assert it.screen.cursor.follows
            await it.press("escape")
