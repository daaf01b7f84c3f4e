"""Keys that move the cursor, while the session is followed and while it is paused."""

from __future__ import annotations

from tracetop.app.dashboard.cursor import Cursor, Mode

LAST = 161


async def test_keys_that_move_by_rows(show, demo):
    async with show(demo) as it:
        await it.press("x")  # every event on a row of its own
        for key, place in (
            ("up", LAST - 1),
            ("k", LAST - 2),
            ("down", LAST - 1),
            ("j", LAST),
            ("g", 0),
            ("j", 1),
            ("G", LAST),
            ("home", 0),
            ("end", LAST),
        ):
            await it.press(key)
            assert it.place == place, key
            assert it.screen.query_one("#trace-timeline-list").cursor == place
            assert it.screen.cursor.follows == (place == LAST)


async def test_page_keys_move_by_a_page(show, demo):
    async with show(demo) as it:
        await it.press("x")  # every event on a row of its own
        page = it.screen.query_one("#trace-timeline-list").page - 1
        await it.press("pageup")
        assert it.place == LAST - page
        await it.press("pageup", "pagedown")
        assert it.place == LAST - page


async def test_following_lets_go_when_moving_up_and_takes_hold_again(show, demo):
    async with show(demo) as it:
        await it.press("x")  # every event on a row of its own
        for key in ("f", "end", "G"):
            await it.press("up")
            assert not it.screen.cursor.follows
            assert "161 of 162" in it.title("timeline")
            await it.press(key)
            assert it.screen.cursor.follows
            assert "following" in it.title("timeline")


async def test_home_end_and_f_mean_the_session_in_every_pane(show, demo):
    async with show(demo) as it:
        for pane in "12345":
            for key, place in (("home", 0), ("f", LAST), ("home", 0), ("end", LAST)):
                await it.press(pane, key)
                assert it.place == place, (pane, key)
                assert it.screen.cursor.follows == (key != "home")


async def test_home_and_end_move_within_the_prompt(show, demo):
    async with show(demo) as it:
        await it.press("slash", *"fee", "home", *"co", "end", "f")
        assert it.app.focused.value == "cofeef"
        assert it.screen.cursor.follows


async def test_moving_while_paused(show, demo):
    async with show(demo) as it:
        await it.press("x")  # every event on a row of its own
        for key, place in (("up", 39), ("down", 41), ("j", 41), ("G", LAST), ("g", 0), ("end", LAST), ("f", LAST)):
            it.screen.cursor = Cursor(40, Mode.PAUSED)
            await it.settle()
            await it.press(key)
            assert it.place == place, key
            assert it.screen.cursor.follows == (key in ("end", "f"))


async def test_a_page_down_while_paused_goes_a_page_on(show, demo):
    async with show(demo) as it:
        await it.press("x")  # every event on a row of its own
        it.screen.move_cursor(40)
        await it.press("space", "pagedown")
        page = it.screen.query_one("#trace-timeline-list").page - 1
        assert it.place == 40 + page
