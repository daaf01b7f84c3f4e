"""Payloads whose text would command the terminal."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson
from tracetop.app.panes.inspector.inspector import InspectorPane

from .shown import outline, toasts
from .story import Story

ATTACK = "\x1b[31mred\x1b]52;c;Zm9v\x07[/oops][@click=app.quit]x[/] a\u202eb\x00\ttab\n@@ -1 +1 @@\n+文字\u200b"


async def test_no_text_of_a_payload_commands_the_terminal(
    inspect: Any, story: Story, frame_segments: Any, pager: Path, lent: list[str], tmp_path: Path
) -> None:
    huge = "k" * 1_000_000 + ATTACK
    args = {ATTACK: ATTACK, huge: [ATTACK, {ATTACK: 1}], "json": orjson.dumps({ATTACK: ATTACK}).decode()}
    for text in (ATTACK, huge):
        story.add("tool_start", tool_name=huge, args={**args, "changed": text, "list": [text]})
        story.add(ATTACK, len(story.lines) - 1, tool_name=text)
        story.add("tool_end", len(story.lines) - 2, tool_name=huge, args=args, result={ATTACK: text})
    async with inspect(0, (100, 40)) as it:

        def check() -> None:
            for segment in frame_segments(it.app):
                assert segment.isprintable(), segment[:200]
            for message in toasts(it):
                assert message.isprintable(), message[:200]
                assert len(message) < 200

        for event in range(it.count):
            it.screen.inspect(event)
            await it.settle()
            for keys in (["d"], ["L", "L", "L"]):
                await it.press(*keys)
                check()
                for row in range(min(outline(it).row_count(), 30)):
                    outline(it).go_to(row)
                    it.screen.inspector.action_copy()
                await it.settle()
                check()
            await it.press("Y", "o", "G", "o", "H")
            check()
            assert "\x1b" not in (pager / "seen").read_text()
        assert isinstance(it.screen.inspector, InspectorPane)
