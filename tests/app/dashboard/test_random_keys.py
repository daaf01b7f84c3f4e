"""Whatever is pressed, clicked and resized, on real traces, in any order: the dashboard goes on and draws."""

from __future__ import annotations

import os
import random
from pathlib import Path

import pytest
from tracetop.app.contain import Failed
from tracetop.app.dashboard.screen import DashboardScreen

REPOSITORY = Path(__file__).resolve().parents[3]
TRACES = Path(os.environ.get("TRACETOP_TRACES") or REPOSITORY.parent / "shared" / "traces") / "attocode"
NAMES = ("collector-typed", "swarm", "cli-compaction")
STEPS = 80
SIZES = ((80, 24), (120, 36), (200, 60), (250, 70), (40, 12), (20, 5), (101, 28))
KEYS = (
    *"12345zzfenNEiIbBcCPvVJuUywxsdLHjkgG0<>,.[]+-mMmM",
    *("up", "down", "left", "right", "pageup", "pagedown", "home", "end", "tab", "shift+tab", "enter", "escape"),
    *("space", "question_mark", "slash", "F", "colon", "ctrl+d", "ctrl+p", "backspace", "shift+right", "alt+left"),
    *("apostrophe", "quotation_mark", "delete"),
)
"""Everything that is bound and some that is not, but for what ends the program."""
WORDS = (
    "errors",
    "tool:bash",
    "kind:",
    "/[/",
    "it 3",
    "50%",
    "99:99",
    "error $0.1",
    "-",
    "\x1b[31m",
    "[/oops]",
    "文字",
)


@pytest.mark.parametrize("name", NAMES)
async def test_nothing_that_is_pressed_breaks_it(show, name, monkeypatch, tmp_path):
    real = TRACES / f"{name}.jsonl"
    if not real.exists():
        message = f"no trace {real}; set TRACETOP_TRACES to the folder of real traces"
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(message)
    path = tmp_path / real.name
    path.write_bytes(real.read_bytes())  # bookmarks are kept beside a trace
    failures = []
    monkeypatch.setattr(DashboardScreen, "on_failed", lambda screen, message: failures.append(message))
    rng = random.Random(f"{name} 20261122")
    pressed: list[str] = []
    async with show(path) as it:
        for _ in range(STEPS):
            await step(it, rng, pressed)
            assert not failures, told(failures, pressed)
            assert it.app.return_code is None, pressed[-20:]
        await bring_back(it)
        await it.pilot.resize_terminal(120, 36)
        await it.settle()
        assert not failures, told(failures, pressed)
        assert "1 timeline" in it.text, it.text


async def step(it, rng, pressed):
    chance = rng.random()
    if chance < 0.06:
        size = rng.choice(SIZES)
        pressed.append(f"resize {size}")
        await it.pilot.resize_terminal(*size)
        await it.settle()
    elif chance < 0.12:
        width, height = it.app.size
        at = rng.randrange(width), rng.randrange(max(1, height - 1))  # the last line has a key that quits
        pressed.append(f"click {at}")
        await it.pilot.click(offset=at)
        await it.settle()
    elif chance < 0.18 and it.app.focused is not None and hasattr(it.app.focused, "value"):
        pressed.append("type")
        it.app.focused.value = rng.choice(WORDS)
        await it.press(rng.choice(("enter", "escape", "up", "tab")))
    else:
        pressed.append(rng.choice(KEYS))
        await it.press(pressed[-1])


async def bring_back(it):
    """Close what is open, and leave the browser for the dashboard."""
    for _ in range(20):
        if isinstance(it.screen, DashboardScreen) and not list(it.screen.layers_open()):
            return
        await it.press("escape" if it.screen.is_modal or isinstance(it.screen, DashboardScreen) else "ctrl+d")


def told(failures: list[Failed], pressed: list[str]) -> str:
    return f"{failures[0].where}: {failures[0].error!r} after {pressed[-30:]}"
