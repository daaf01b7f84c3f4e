"""Keys of panes: by number, one after the other, zoomed."""

from __future__ import annotations

from ..shown import has_focus

PANES = ("timeline", "tree", "tokens", "cache", "issues")


async def test_a_number_makes_its_pane_the_active_one(show, demo):
    async with show(demo) as it:
        for key, pane in reversed(list(zip("12345", PANES, strict=True))):
            await it.press(key)
            assert it.screen.panes[it.screen.active].id == f"trace-{pane}"
            assert it.screen.query_one(f"#trace-{pane}").has_class("-active")
            if pane not in ("tokens", "cache"):
                assert has_focus(it, pane)


async def test_a_number_shows_its_pane_where_there_is_room_for_one(show, demo):
    async with show(demo, (80, 24)) as it:
        for key, pane in reversed(list(zip("12345", PANES, strict=True))):
            await it.press(key)
            assert [name for name in PANES if it.screen.query_one(f"#trace-{name}").region.height] == [pane]


async def test_tab_and_shift_tab_go_round_the_panes(show, demo):
    async with show(demo) as it:
        seen = []
        for _ in range(5):
            await it.press("tab")
            seen.append(it.screen.active)
        for _ in range(5):
            await it.press("shift+tab")
            seen.append(it.screen.active)
        assert seen == [1, 2, 3, 4, 0, 4, 3, 2, 1, 0]


async def test_z_zooms_the_active_pane_and_back(show, demo):
    async with show(demo) as it:
        before = it.text
        await it.press("5", "z")
        shown = [name for name in PANES if it.screen.query_one(f"#trace-{name}").region.height]
        assert shown == ["issues"]
        assert it.screen.query_one("#trace-issues").region.width == 120
        await it.press("z", "1")
        assert it.text == before
