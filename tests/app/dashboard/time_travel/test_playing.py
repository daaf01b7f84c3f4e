"""A recording is played in the dashboard: by keys, on the bar, to what it stops at."""

from __future__ import annotations

from tracetop.app.dashboard.cursor import Mode


async def test_space_at_the_end_of_an_ended_session_plays_it_from_the_start(show, demo):
    async with show(demo) as it:
        it.screen._timer.pause()
        await it.press("space")
        assert "■ PAUSED" in it.strip
        assert it.place == it.count - 1
        await it.press("space")
        assert "▶ REPLAY 1x" in it.strip
        assert it.place == 0


async def test_it_stops_at_what_was_asked_for_and_says_why(show, demo):
    async with show(demo) as it:
        it.screen._timer.pause()
        await it.press("home", "space", "P")
        await it.enter("error compaction")
        assert "stops at error compaction" in it.crop("#trace-transport")
        session = it.screen.source.trace.session
        expected = sorted([*session.errors, *session.compactions])
        it.screen.replay.speed = 1000.0
        for event in expected:
            await it.press("space")
            for _ in range(1000):
                if it.screen.cursor.mode is not Mode.REPLAY:
                    break
                it.screen.on_tick()
            await it.settle()
            assert it.screen.cursor.mode is Mode.PAUSED
            assert it.place == event
            assert "stopped: " in it.crop("#trace-transport")
            assert it.screen.frame.view.at == event + 1
        await it.press("full_stop")
        assert "stopped: " not in it.crop("#trace-transport")


async def test_what_cannot_be_stopped_at_is_told(show, demo):
    async with show(demo) as it:
        await it.press("P")
        await it.enter("nonsense")
        assert "cannot stop at 'nonsense'" in it.text
        await it.press("escape")
        assert not it.screen.replay.stops


async def test_keys_to_the_next_and_previous_compaction(show, demo):
    async with show(demo) as it:
        compactions = list(it.screen.source.trace.session.compactions)
        await it.press("home", "c")
        assert it.place == compactions[0]
        await it.press("end", "C")
        assert it.place == compactions[-1]


async def test_the_key_line_leads_with_what_a_replay_needs(show, demo):
    async with show(demo) as it:
        assert not it.crop("#trace-keys").startswith(" space")
        await it.press("space")
        assert it.crop("#trace-keys").startswith(" space play  , step back  . step")
        await it.press("home", "space")
        assert it.crop("#trace-keys").startswith(" space pause")
        await it.press("end")
        assert not it.crop("#trace-keys").startswith(" space")


# -- while the session grows


async def test_a_replay_waits_for_what_is_still_being_read(show, demo, monkeypatch):
    async with show(demo) as it:
        it.screen._timer.pause()
        it.screen.seek(it.count)
        it.screen.pause()
        monkeypatch.setattr(type(it.screen.source), "is_read", property(lambda source: False))
        it.screen._travel(it.count - 1, Mode.REPLAY)
        it.screen.on_tick()
        assert it.screen.cursor.mode is Mode.REPLAY
        monkeypatch.undo()
        it.screen.on_tick()
        assert it.screen.cursor.follows


async def test_a_trace_that_starts_over_ends_the_replay(show, small, line):
    async with show(small) as it:
        await it.press("home", "space", "space")
        assert it.screen.cursor.mode is Mode.REPLAY
        small.write_bytes(line("session_start", goal="anew") + line("error", message="x"))
        await it.until(lambda: it.screen.cursor.follows and it.count == 2)
        await it.settle()
        assert "anew" in it.strip


# -- the bar and the mouse


async def test_a_long_silence_is_said_to_be_cut_while_it_lasts(show, tmp_path, line):
    path = tmp_path / "quiet.jsonl"
    first, second = line("session_start", goal="wait"), line("error", message="after a while")
    path.write_bytes(first + second.replace(b"1780000001", b"1780000300"))
    async with show(path) as it:
        it.screen._timer.pause()
        it.screen.seek(1)
        it.screen.play()
        for _ in range(12):
            it.screen.on_tick()
        await it.settle()
        assert "┄ 5m 00s of silence, 2.0s here" in it.crop("#trace-transport")
        assert "2:30 of 5:00" in it.crop("#trace-transport")
        assert "last event 2 min ago" in it.strip
        assert "┄" in it.crop("#trace-transport").split("event")[0]


async def test_a_click_on_the_track_goes_there_and_a_drag_along_it(show, demo):
    async with show(demo) as it:
        it.screen.seek(1)
        await it.settle()
        bar = it.screen.query_one("#trace-transport")
        width = bar._track_width()
        await it.pilot.click("#trace-transport", offset=(9 + width // 2, 0))
        await it.settle()
        pace = it.screen.replay.pace_of(it.screen.source.trace.session)
        assert abs(pace.seconds(it.place) - pace.total / 2) < pace.total / width + 2.0
        await it.pilot.mouse_down("#trace-transport", offset=(9, 0))
        await it.pilot.hover("#trace-transport", offset=(9 + width + 20, 0))
        await it.pilot.mouse_up("#trace-transport", offset=(9 + width + 20, 0))
        await it.settle()
        assert it.place == it.count - 1
        await it.pilot.hover("#trace-transport", offset=(12, 0))
        await it.settle()
        assert it.place == it.count - 1


async def test_a_click_on_the_state_plays_and_pauses(show, demo):
    async with show(demo) as it:
        it.screen._timer.pause()
        it.screen.seek(1)
        await it.settle()
        for mode in (Mode.REPLAY, Mode.PAUSED):
            await it.pilot.click("#trace-transport", offset=(2, 0))
            await it.settle()
            assert it.screen.cursor.mode is mode


async def test_the_bar_says_where_it_is_whatever_room_there_is(show, demo):
    async with show(demo) as it:
        it.screen._timer.pause()
        it.screen.seek(75)
        for size in ((200, 60), (120, 36), (80, 24), (40, 12), (20, 5)):
            await it.resize(*size)
            bar = it.crop("#trace-transport")
            assert bar.startswith(" ■ 1x")
            assert "75" in bar
            if size[0] >= 80:
                assert "75 of 162" in bar
                assert "●" in bar
            assert "\n" not in bar
