"""Keys that close: the dashboard, what is open in it layer by layer, tracetop."""

from __future__ import annotations

from tracetop.app.browser.browser import BrowserScreen
from tracetop.app.dashboard.screen import DashboardScreen

from ..shown import is_shown


async def test_ctrl_d_closes_and_opens(show, demo):
    async with show(demo) as it:
        await it.press("ctrl+d")
        assert isinstance(it.screen, BrowserScreen)
        await it.press("ctrl+d")
        assert isinstance(it.screen, DashboardScreen)


async def test_escape_peels_one_layer_at_a_time(show, demo):
    async with show(demo) as it:
        await it.press("z", "F")
        await it.enter("tool:bash")
        await it.until(lambda: it.screen.filtered_through is not None)
        await it.press("enter", "question_mark", "slash")
        layers = (
            lambda: is_shown(it, "#trace-prompt"),
            lambda: is_shown(it, "#trace-help"),
            lambda: is_shown(it, "#trace-inspector"),
            lambda: it.screen.filtering is not None,
            lambda: it.screen.has_class("-zoomed"),
            lambda: isinstance(it.screen, DashboardScreen),
        )
        for still_open in range(len(layers)):
            dashboard = it.screen
            assert [is_open() for is_open in layers] == [False] * still_open + [True] * (len(layers) - still_open)
            await it.press("escape")
            if still_open < len(layers) - 1:
                assert it.screen is dashboard
        assert isinstance(it.screen, BrowserScreen)


async def test_q_quits(show, demo):
    async with show(demo) as it:
        await it.press("q")
        assert it.app.return_code == 0
        assert not it.app.is_running
