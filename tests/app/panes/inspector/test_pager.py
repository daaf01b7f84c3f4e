"""Reading a value, an event or a long text in the user's pager."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson
import pytest

from .shown import go_to, toasts
from .story import Story


async def test_o_opens_the_value_under_the_cursor(inspect: Any, story: Story, pager: Path, lent: list[str]) -> None:
    story.add("custom", text="one\n\ttwo\x1b[31m", args={"a": 1})
    async with inspect(0) as it:
        await go_to(it, "two")
        await it.press("o")
        assert (pager / "seen").read_text() == "one\n    two␛[31m\n"
        arguments, mode, name = eval((pager / "how").read_text())
        assert (arguments, mode) == (["-S"], "0o100600")
        assert not Path(name).exists()
        assert lent == ["lent", "back"]
        await go_to(it, "▾ args")
        await it.press("o")
        assert (pager / "seen").read_text() == '{\n  "a": 1\n}\n'
        assert toasts(it) == []


async def test_o_on_the_head_opens_the_event(inspect: Any, story: Story, pager: Path, lent: list[str]) -> None:
    story.add("custom", text="one\ntwo", deep={"a": [1]})
    async with inspect(0) as it:
        await it.press("o")
        assert orjson.loads((pager / "seen").read_bytes()) == orjson.loads(story.lines[0])


async def test_o_opens_all_of_a_text_that_is_not_shown_whole(
    inspect: Any, story: Story, pager: Path, lent: list[str]
) -> None:
    story.add("custom", text="line\n" * 30_000)
    async with inspect(0) as it:
        await go_to(it, "▾ text")
        await it.press("o")
        assert (pager / "seen").read_text() == "line\n" * 30_000


async def test_a_pager_that_fails_is_told_and_the_terminal_taken_back(
    inspect: Any, story: Story, pager: Path, lent: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    story.add("custom", text="x")
    async with inspect(0) as it:
        monkeypatch.setenv("PAGER_CODE", "3")
        await it.press("o")
        monkeypatch.setenv("PAGER", str(pager / "my pager.py").replace("my ", "my\\ "))
        monkeypatch.setattr("subprocess.run", lambda *_, **__: (_ for _ in ()).throw(PermissionError(13, "not so")))
        await it.press("o")
        monkeypatch.setenv("PAGER", "no-such-[/pager] -R")
        await it.press("o")
        monkeypatch.setenv("PAGER", "less 'unclosed")
        await it.press("o")
        assert toasts(it) == [
            "my pager.py ended with code 3",
            "my pager.py cannot be started: not so",
            "$PAGER is not there: no-such-[/pager]",
            "$PAGER is no command (No closing quotation): less 'unclosed",
        ]
        assert lent == ["lent", "back"] * 2


async def test_without_a_pager_one_is_looked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    from tracetop.app.panes.inspector.pager import PagerError, pager_command

    there = {"less", "more"}
    monkeypatch.setattr("shutil.which", lambda name: name if name in there else None)
    assert pager_command({}) == ["less"]
    assert pager_command({"PAGER": " "}) == ["less"]
    there.remove("less")
    assert pager_command({}) == ["more"]
    there.clear()
    with pytest.raises(PagerError, match="neither less nor more"):
        pager_command({})


async def test_a_terminal_that_cannot_be_lent_is_told(inspect: Any, story: Story, pager: Path) -> None:
    story.add("custom", text="x")
    async with inspect(0) as it:
        await it.press("o")
        assert toasts(it) == ["this terminal cannot be handed over to a pager; y and Y copy"]
        assert not (pager / "seen").exists()
