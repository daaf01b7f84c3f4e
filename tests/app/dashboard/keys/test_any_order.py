"""Keys in any order, and typed before the last one has led anywhere."""

from __future__ import annotations

from textual.events import Key
from tracetop.app.dashboard.screen import DashboardScreen


async def test_any_order_of_keys_is_survived(show, demo):
    keys = "j k g G 1 2 3 4 5 tab shift+tab z enter escape f n N comma full_stop left_square_bracket space plus minus"
    keys += " right_square_bracket home end e E i I b B y question_mark escape up pageup pagedown down z H L l h enter"
    async with show(demo) as it:
        for round_ in range(2):
            await it.press(*keys.split()[round_:])
            assert it.app.is_running
            if not isinstance(it.screen, DashboardScreen):
                await it.press("ctrl+d")
            assert not it.screen._failure


async def test_what_is_typed_right_behind_a_key_goes_where_that_led(show, demo):
    async with show(demo) as it:
        for key in "2s":
            it.app.post_message(Key(key, key))
        await it.settle()
        assert "by cost" in it.title("tree")
