"""Keys that make no sense now are not available, and come to life when they do."""

from __future__ import annotations

from ..shown import is_shown, state_of


async def test_keys_are_disabled_where_they_make_no_sense(show, tmp_path):
    empty = tmp_path / "empty.jsonl"
    empty.touch()
    async with show(empty) as it:
        for action, *parameters in (
            ("found_next",),
            ("found_previous",),
            ("speed", 1),
            ("next", "error"),
            ("previous", "error"),
            ("next", "issue"),
            ("next", "break"),
            ("next", "iteration"),
            ("copy",),
            ("step", 1),
            ("play",),
            ("first",),
            ("live",),
        ):
            assert state_of(it, action, *parameters) is None, action
        for action in ("close", "peel", "help", "search", "filter", "zoom", "quit_tracetop"):
            assert state_of(it, action) is True, action


async def test_pane_keys_are_disabled_under_the_inspector(show, demo):
    async with show(demo) as it:
        await it.press("enter")
        for action, parameter in (("pane", 1), ("next_pane", 1), ("zoom", None)):
            assert state_of(it, action, parameter) is None
        await it.press("2", "tab", "z")
        assert it.screen.active == 0
        assert is_shown(it, "#trace-inspector")


async def test_keys_come_to_life_in_the_key_line_as_the_trace_grows(show, tmp_path, line):
    path = tmp_path / "new.jsonl"
    path.write_bytes(line("session_start", goal="g"))
    async with show(path) as it:

        def error_key_is_lit():
            return "trace.error" in {
                active.binding.id for active in it.screen.active_bindings.values() if active.enabled
            } and any(key.action == "next('error')" for _, _, key in it.screen.query_one("#trace-keys")._places)

        assert not error_key_is_lit()
        with path.open("ab") as file:
            file.write(line("error", message="oops"))
        await it.until(error_key_is_lit)
