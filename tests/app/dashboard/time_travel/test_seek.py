"""A host seeks a place, waits for one that is not there yet, and plays from there."""

from __future__ import annotations

import pytest
from tracetop.app.dashboard.cursor import Mode


async def test_a_host_seeks_plays_pauses_and_follows(show, demo):
    async with show(demo) as it:
        it.screen._timer.pause()
        it.screen.seek(40)
        assert it.screen.frame.view.at == 40
        assert it.screen.cursor.mode is Mode.PAUSED
        it.screen.play(10)
        assert (it.screen.cursor.mode, it.screen.replay.speed) == (Mode.REPLAY, 10.0)
        for _ in range(24):
            it.screen.on_tick()
        assert it.place > 40
        it.screen.seek("it 2")  # a replay goes on from there
        assert it.screen.cursor.mode is Mode.REPLAY
        it.screen.pause()
        assert it.screen.cursor.mode is Mode.PAUSED
        it.screen.follow()
        assert it.screen.cursor.follows
        it.screen.play("max")
        assert it.place == 0


async def test_a_host_seeks_an_event_as_it_was_recorded_or_by_its_id(show, demo):
    async with show(demo) as it:
        event = it.screen.source.trace.event(77)
        it.screen.seek(event)
        assert it.place == 77
        it.screen.seek(1)
        it.screen.seek(event.event_id)
        await it.until(lambda: it.place == 77)


async def test_an_event_that_is_not_there_yet_is_waited_for(show, small, line):
    async with show(small) as it:
        it.screen.seek(33)
        assert it.screen.cursor.follows
        with small.open("ab") as file:
            file.write(line("checkpoint", 10) * 5)
        await it.until(lambda: it.screen.cursor.mode is Mode.PAUSED)
        assert it.screen.frame.view.at == 33


async def test_what_never_comes_is_told_once_and_given_up(show, small):
    async with show(small) as it:
        it.screen._timer.pause()
        for wanted, told in ((1000, "there are 30 events"), ("no such id", "no event no such id"), ("it 99", "99")):
            it.screen.seek(wanted)
            for _ in range(40):
                it.screen.on_tick()
            await it.settle()
            assert it.screen._seek is None
            assert told in " | ".join(notification.message for notification in it.app._notifications)
            assert it.screen.cursor.follows


@pytest.mark.parametrize(("wanted", "error"), [(0, ValueError), (-1, ValueError), (1.5, TypeError), (None, TypeError)])
async def test_what_is_no_event_is_refused(show, small, wanted, error):
    async with show(small) as it:
        with pytest.raises(error):
            it.screen.seek(wanted)
        with pytest.raises(ValueError, match="no speed"):
            it.screen.play(0)
