"""Text typed or found that would command the terminal."""

from __future__ import annotations

import json

from textual.events import Paste

from ..conftest import messages
from .typed import is_shown, type_in

ATTACK = "\x1b]0;owned\x07\x1b[31mred \x9b1m\u202e\u200b[/oops] e" + "\u0301" * 9


async def test_nothing_raw_reaches_the_terminal(show, tmp_path, frame_segments):
    path = tmp_path / "t.jsonl"
    kinds = [("tool_end", {"tool_name": f"b{ATTACK}"}), ("llm_response", {"model": f"b{ATTACK}", "tokens": 1})]
    kinds += [(f"b{ATTACK}", {}), ("checkpoint", {"agent_id": f"b{ATTACK}"})]
    lines = [{"kind": kind, "timestamp": 1e9, "session_id": "s", "data": data} for kind, data in kinds]
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))

    def check(it):
        for text in frame_segments(it.app):
            assert text.isprintable(), repr(text)

    async def leave(it):
        await it.settle()
        check(it)
        await it.press("enter")
        check(it)
        if is_shown(it):
            await it.press("escape")
            check(it)

    meanings = (f"/({ATTACK}/", f"x:{ATTACK}", f"cat:{ATTACK}")
    completions = ("tool:b", "model:b", "agent:b", "kind:b")
    async with show(path) as it:
        for key, texts in (("F", (*completions, *meanings)), ("slash", ("tool:b", *meanings[:1])), ("colon", meanings)):
            await it.press(key)
            it.app.focused.post_message(Paste(ATTACK))
            await it.settle()
            assert "owned" in it.app.focused.value
            it.screen.on_typing_paused()
            await leave(it)
            for text in texts:
                await it.press(key)
                await type_in(it, text)
                await leave(it)
        assert all(message.isprintable() for message in messages(it).split("\n"))
