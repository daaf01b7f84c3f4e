"""What is painted is drawn at once, in one go, where nothing stands against it."""

import pytest
from textual.screen import ModalScreen
from tracetop.app.dashboard.draw_now import draw_now


@pytest.fixture
def drawn(monkeypatch):
    """Return a function that notes each time that an app draws something."""

    def watch(app):
        times, display = [], app._display

        def displayed(screen, renderable):
            if renderable is not None:
                times.append(screen)
            display(screen, renderable)

        monkeypatch.setattr(app, "_display", displayed)
        return times

    return watch


async def test_a_moved_cursor_is_drawn_in_one_go(show, demo, drawn):
    async with show(demo) as it:
        it.screen._timer.pause()
        it.screen.move_cursor(4)
        await it.settle()  # with the first move other keys make sense, and the line that names them follows
        times = drawn(it.app)
        it.screen.move_cursor(5)
        assert len(times) == 1, "before any other message is heard"
        await it.quiet()
        it.screen.on_tick()
        assert len(times) == 2, "the other panes with the next frame, in one go too"
        await it.quiet()
        await it.pilot.pause()
        assert len(times) == 2
        it.screen.on_tick()
        await it.pilot.pause()
        assert len(times) == 2, "nothing has changed"


async def test_what_is_still_to_be_heard_comes_first(show, demo, drawn):
    async with show(demo) as it:
        it.screen._timer.pause()
        it.screen.move_cursor(4)
        await it.settle()
        times = drawn(it.app)
        it.screen.call_later(it.screen.move_cursor, 7)
        it.screen.move_cursor(5)
        assert not times, "the next key is there already"
        await it.quiet()
        assert len(times) == 1
        assert it.place == 7


async def test_a_dashboard_under_a_dialog_is_left_to_textual(show, demo, drawn):
    async with show(demo) as it:
        it.screen._timer.pause()
        dashboard = it.screen
        await it.app.push_screen(ModalScreen())
        await it.quiet()
        times = drawn(it.app)
        draw_now(dashboard)
        dashboard.refresh()
        draw_now(dashboard)
        assert not times


async def test_a_widget_that_takes_another_place_is_laid_out_first(show, demo, drawn):
    async with show(demo) as it:
        it.screen._timer.pause()
        strip = it.screen.query_one("#trace-strip")
        strip.refresh(layout=True)
        times = drawn(it.app)
        draw_now(it.screen)
        assert not times
        await it.pilot.pause()
        assert times, "with the layout"
