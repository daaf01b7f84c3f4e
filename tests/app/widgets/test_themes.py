"""Every style of the palette can be read in every theme, in sixteen colours, and without colour."""

from __future__ import annotations

from typing import Any

import pytest
from rich.color import ColorSystem
from rich.style import Style
from textual.theme import BUILTIN_THEMES
from tracetop.app.widgets.event_list import EventList
from tracetop.app.widgets.palette import STYLE_CLASSES

FADED_ON_THE_CURSOR = 2.5
"""Least contrast under the cursor; the least elsewhere is higher, and a mark at the left says where the cursor is."""
LEGIBLE = 2.9
CAPS = frozenset({"cache_read_cap", "cache_write_cap", "output_cap"})
"""Ends of patterns, as bright as these: without them a bar is a part of a cell shorter, and never gone."""


def contrast(style: Style) -> float:
    def luminance(channel: int) -> float:
        value = channel / 255
        return value / 12.92 if value <= 0.03928 else ((value + 0.055) / 1.055) ** 2.4

    assert style.color is not None and style.bgcolor is not None
    high, low = sorted(
        (
            0.2126 * luminance(color.red) + 0.7152 * luminance(color.green) + 0.0722 * luminance(color.blue)
            for color in (style.color.get_truecolor(), style.bgcolor.get_truecolor())
        ),
        reverse=True,
    )
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", sorted(BUILTIN_THEMES))
async def test_every_style_is_legible(stage: Any, theme: str) -> None:
    async with stage(EventList()).run_test(size=(20, 5)) as pilot:
        pilot.app.theme = theme
        await pilot.pause()
        view = pilot.app.widget
        for looks, least in ((view.looks(), LEGIBLE), (view.cursor_looks(), FADED_ON_THE_CURSOR)):
            for name in STYLE_CLASSES.keys() - CAPS:
                style = looks[name]
                assert style.color is not None and style.bgcolor is not None
                if style.bgcolor.is_default:
                    continue  # the terminal's own colours
                assert contrast(style) >= least, name
                sixteen = [color.downgrade(ColorSystem.STANDARD).number for color in (style.color, style.bgcolor)]
                assert sixteen[0] != sixteen[1], name
