"""Keys of stepping, pausing and replay."""

from __future__ import annotations

from tracetop.app.dashboard.cursor import Mode

from ..shown import state_of

LAST = 161


async def test_comma_and_full_stop_step_one_event(show, demo):
    async with show(demo) as it:
        await it.press("comma", "comma")
        assert it.place == LAST - 2
        await it.press("full_stop")
        assert it.place == LAST - 1
        await it.press("home", "comma")
        assert it.place == 0


async def test_brackets_go_to_the_iteration_before_and_after(show, demo):
    async with show(demo) as it:
        firsts = list(it.screen.source.trace.session.iterations.first)[1:]
        await it.press("left_square_bracket")
        assert it.place == firsts[-1]
        await it.press("left_square_bracket")
        assert it.place == firsts[-2]
        await it.press("right_square_bracket")
        assert it.place == firsts[-1]


async def test_space_pauses_every_pane_at_the_cursor(show, demo):
    async with show(demo) as it:
        await it.press("x")  # every event on a row of its own
        it.screen.move_cursor(40)
        await it.press("space")
        assert "■ PAUSED" in it.strip
        assert it.screen.cursor.mode is Mode.PAUSED
        assert it.screen.frame.view.at == 41
        assert "41 events" in it.title("timeline")
        assert "41 of 162" in it.crop("#trace-transport")
        assert it.screen.query_one("#trace-timeline-list").row_count() == 41


async def test_space_again_plays_on_and_ends_live(show, demo):
    async with show(demo) as it:
        it.screen.move_cursor(100)
        await it.press("space", "space")
        assert "▶ REPLAY 1x" in it.strip
        it.screen.replay.speed = 1000.0
        await it.until(lambda: it.screen.cursor.follows, "the replay catches up")
        await it.settle()
        assert it.place == LAST
        assert "○ ENDED" in it.strip


async def test_replay_moves_on_at_the_pace_of_the_recording(show, small):
    async with show(small) as it:
        it.screen._timer.pause()
        it.screen.move_cursor(0)
        await it.press("space", "space")
        for _ in range(36):  # three seconds of frames; events are one second apart
            it.screen.on_tick()
        assert it.place in (2, 3)
        it.screen.replay.speed = 10.0
        for _ in range(12):
            it.screen.on_tick()
        assert it.place in (12, 13)


async def test_plus_and_minus_change_the_speed(show, demo):
    async with show(demo) as it:
        assert state_of(it, "speed", 1) is None
        await it.press("plus")
        assert it.screen.replay.speed == 1.0
        await it.press("space")
        assert state_of(it, "speed", 1) is True
        await it.press("plus", "plus")
        assert it.screen.replay.speed == 5.0
        await it.press("minus")
        assert it.screen.replay.speed == 2.0
        await it.press("equals_sign")
        assert "5x" in it.crop("#trace-transport")
