"""Every pane as it looks, at three sizes, dark and light: text frames to read in a review, and pictures.

The frames stand in `frames/`. After a change that is meant, `make frames` writes them anew: look at the difference
before it is committed. Pictures depend on how Textual draws: they are compared only under the versions that made them.
"""

from __future__ import annotations

import os
from importlib.metadata import version
from pathlib import Path

import pytest

FRAMES = Path(__file__).parent / "frames"
MADE_WITH = FRAMES / "made-with.txt"
UPDATES = os.environ.get("TRACETOP_UPDATE_FRAMES") == "1"
SIZES = {"80x24": (80, 24), "120x36": (120, 36), "200x60": (200, 60)}
THEMES = {"dark": "tracetop", "light": "tracetop-light"}
VIEWS: dict[str, tuple[str, ...]] = {
    "overview": (),
    "timeline": ("1", "z"),
    "waterfall": ("1", "z", "w"),
    "tree": ("2", "z", "L"),
    "tokens": ("3", "z"),
    "cache": ("4", "z"),
    "issues": ("5", "z"),
    "inspector": ("e", "enter"),
    "issue": ("5", "enter"),
    "bookmarks": ("e", "m", *"provider?", "enter", "i", "m", *"thrice", "enter", "1", "home", "m", "enter", "M"),
    "marked": ("e", "m", *"provider?", "enter", "e", "m", *"why", "space", *"again?", "enter"),
    "help": ("question_mark",),
    "paused": ("home", *["right_square_bracket"] * 5, "space"),
}
"""What is pressed to get there."""


def drawn_by() -> str:
    """The versions of what draws."""
    return "".join(f"{name} {version(name)}\n" for name in ("textual", "rich"))


def compare(path: Path, drawn: str) -> None:
    """Compare with what is kept, or keep it."""
    if UPDATES:
        path.write_text(drawn, encoding="utf-8")
    assert path.exists(), f"{path.name} is not kept; make frames makes it"
    is_same = drawn == path.read_text(encoding="utf-8")  # a difference between pictures would fill the screen
    assert is_same, f"{path.name} looks different; if it should, make frames and look at the difference"


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("view", VIEWS)
async def test_a_view_looks_as_it_did(show, demo, view, size):
    if UPDATES:
        FRAMES.mkdir(exist_ok=True)
        MADE_WITH.write_text(drawn_by(), encoding="utf-8")
    same_drawing = MADE_WITH.read_text(encoding="utf-8") == drawn_by()
    async with show(demo, size=SIZES[size]) as it:
        await it.press(*VIEWS[view])
        texts = []
        for shade, theme in THEMES.items():
            it.app.theme = theme
            await it.settle()
            texts.append("\n".join(line.rstrip() for line in it.text.split("\n")) + "\n")
            if same_drawing:
                compare(FRAMES / f"{view}-{size}-{shade}.svg", it.app.export_screenshot(title=f"{view} {size}"))
        compare(FRAMES / f"{view}-{size}.txt", texts[0])
        assert texts[0] == texts[1], "what is said does not depend on the theme"


@pytest.mark.skipif(UPDATES, reason="frames are being made")
def test_no_frame_is_kept_that_no_view_makes():
    made = {f"{view}-{size}{end}" for view in VIEWS for size in SIZES for end in (".txt", "-dark.svg", "-light.svg")}
    assert {path.name for path in FRAMES.iterdir()} == {*made, MADE_WITH.name}
