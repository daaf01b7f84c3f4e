"""tracetop's own themes: legible, and their meanings apart for every kind of eye."""

from __future__ import annotations

import itertools

import pytest
from rich.color import Color as RichColor
from rich.color import ColorSystem
from rich.style import Style
from textual.app import App, ComposeResult
from textual.color import Color
from textual.theme import BUILTIN_THEMES, Theme
from tracetop.app.standalone import TracetopApp
from tracetop.app.themes import THEMES
from tracetop.app.widgets.block_chart import BlockChart, Series
from tracetop.app.widgets.event_list import EventList
from tracetop.app.widgets.palette import STYLE_CLASSES

Vector = tuple[float, float, float]

LEGIBLE = 4.5
"""Contrast of text, WCAG 2.1 AA."""
VISIBLE = 3.0
"""Contrast of graphics, the same."""
APART = 15.0
"""Distance in CIE Lab; 2 can just be told side by side, 10 at a glance."""
LIGHTER = 4.0
"""Difference of L* that is seen in grey."""

MEANINGS = ("primary", "success", "warning", "error")
BLOCKS = ("bar", "explore", "edit", "run", "output", "talk")
FAINT = ("idle", "cache_read_cap", "cache_write_cap", "output_cap")
"""Where nothing is, and what is as bright as a pattern: not to be read."""

# Machado, Oliveira and Fernandes 2009, complete loss of one kind of cone; for linear RGB.
EYES: dict[str, tuple[Vector, Vector, Vector]] = {
    "usual": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "protanopia": (
        (0.152286, 1.052583, -0.204868),
        (0.114503, 0.786281, 0.099216),
        (-0.003882, -0.048116, 1.051998),
    ),
    "deuteranopia": (
        (0.367322, 0.860646, -0.227968),
        (0.280085, 0.672501, 0.047413),
        (-0.011820, 0.042940, 0.968881),
    ),
    "tritanopia": (
        (1.255528, -0.076749, -0.178779),
        (-0.078411, 0.930809, 0.147602),
        (0.004733, 0.691367, 0.303900),
    ),
}


def linear(color: Color) -> Vector:
    def channel(value: int) -> float:
        share = value / 255
        return share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4

    return channel(color.r), channel(color.g), channel(color.b)


def contrast(one: Color, other: Color) -> float:
    low, high = sorted(sum(map(float.__mul__, (0.2126, 0.7152, 0.0722), linear(color))) for color in (one, other))
    return (high + 0.05) / (low + 0.05)


def lab(red: float, green: float, blue: float) -> Vector:
    def curve(share: float) -> float:
        return share ** (1 / 3) if share > 0.008856 else 7.787 * share + 16 / 116

    x = curve((0.4124564 * red + 0.3575761 * green + 0.1804375 * blue) / 0.95047)
    y = curve(0.2126729 * red + 0.7151522 * green + 0.0721750 * blue)
    z = curve((0.0193339 * red + 0.1191920 * green + 0.9503041 * blue) / 1.08883)
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


def seen(color: Color, eye: str) -> Vector:
    sent = linear(color)
    red, green, blue = (min(1.0, max(0.0, sum(a * b for a, b in zip(row, sent, strict=True)))) for row in EYES[eye])
    return lab(red, green, blue)


def distance(one: Vector, other: Vector) -> float:
    return sum((a - b) ** 2 for a, b in zip(one, other, strict=True)) ** 0.5


def resolved(theme: Theme) -> dict[str, Color]:
    """What Textual makes of the colors that have a meaning: for blocks, and for text."""
    variables = {**theme.to_color_system().generate(), **theme.variables}
    return {
        name: Color.parse(variables[name])
        for name in (*MEANINGS, *(f"text-{meaning}" for meaning in MEANINGS), "background", "panel", "surface")
    }


themed = pytest.mark.parametrize("theme", THEMES, ids=lambda theme: theme.name)


@themed
@pytest.mark.parametrize("eye", EYES)
@pytest.mark.parametrize("prefix", ["", "text-"], ids=["blocks", "text"])
def test_meanings_are_apart(theme: Theme, eye: str, prefix: str) -> None:
    colors = resolved(theme)
    for one, other in itertools.combinations(MEANINGS, 2):
        apart = distance(seen(colors[prefix + one], eye), seen(colors[prefix + other], eye))
        assert apart >= APART, f"{one} and {other} are {apart:.1f} apart"


@themed
@pytest.mark.parametrize("prefix", ["", "text-"], ids=["blocks", "text"])
def test_success_warning_and_error_are_apart_in_grey(theme: Theme, prefix: str) -> None:
    colors = resolved(theme)
    for one, other in itertools.combinations(("success", "warning", "error"), 2):
        apart = abs(seen(colors[prefix + one], "usual")[0] - seen(colors[prefix + other], "usual")[0])
        assert apart >= LIGHTER, f"{one} and {other} are {apart:.1f} apart"


def test_the_measure_tells_red_from_green_only_for_those_who_can() -> None:
    red, green = Color.parse("#b06a00"), Color.parse("#808000")
    assert distance(seen(red, "usual"), seen(green, "usual")) > 20
    assert distance(seen(red, "deuteranopia"), seen(green, "deuteranopia")) < APART


class Palettes(App[None]):
    """A list and a chart, in which every style is drawn."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.register_theme(theme)
        self.theme = theme.name

    def compose(self) -> ComposeResult:
        yield EventList(id="list")
        yield BlockChart((Series("a", "bar", "█"),), id="chart")


def colors_of(style: Style) -> tuple[Color, Color]:
    assert style.color is not None
    assert style.bgcolor is not None
    return Color.from_rich_color(style.color), Color.from_rich_color(style.bgcolor)


def sixteen(color: RichColor) -> int | None:
    """The number of the color in a terminal that has sixteen."""
    return color.downgrade(ColorSystem.STANDARD).number


@themed
async def test_text_is_legible_on_the_screen_on_panels_and_under_the_cursor(theme: Theme) -> None:
    app = Palettes(theme)
    async with app.run_test() as pilot:
        rows = app.query_one("#list", EventList)
        rows.focus()
        await pilot.pause()
        named = resolved(theme)
        for name in STYLE_CLASSES:
            if name in (*BLOCKS, *FAINT):
                continue
            color, background = colors_of(rows.looks()[name])
            for behind in (background, named["background"], named["panel"], named["surface"]):
                assert contrast(color, behind) >= LEGIBLE, name
            color, background = colors_of(rows.cursor_looks()[name])
            assert contrast(color, background) >= LEGIBLE, f"{name} under the cursor"


@themed
async def test_blocks_are_visible(theme: Theme) -> None:
    app = Palettes(theme)
    async with app.run_test() as pilot:
        await pilot.pause()
        looks = app.query_one("#chart", BlockChart).looks()
        for name in STYLE_CLASSES:
            if name not in FAINT:
                assert contrast(*colors_of(looks[name])) >= VISIBLE, name


SIXTEEN = {
    "primary": 12, "success": 6, "warning": 11, "error": 9, "accent": 13, "text-primary": 12, "text-success": 14,
    "text-warning": 11, "text-error": 9, "text-accent": 13, "text-muted": 7, "foreground": 15, "background": 0,
}  # fmt: skip
"""What the dark theme falls to in a terminal of sixteen colors."""


def test_the_dark_theme_keeps_its_meanings_in_sixteen_colors() -> None:
    theme = THEMES[0]
    variables = {**theme.to_color_system().generate(), **theme.variables}
    fallen = {name: sixteen(Color.parse(variables[name]).rich_color) for name in SIXTEEN}
    assert fallen == SIXTEEN


@themed
async def test_nothing_vanishes_in_sixteen_colors(theme: Theme) -> None:
    app = Palettes(theme)
    async with app.run_test() as pilot:
        rows, chart = app.query_one("#list", EventList), app.query_one("#chart", BlockChart)
        rows.focus()
        await pilot.pause()
        for looks in (rows.looks(), rows.cursor_looks(), chart.looks(), chart.cursor_looks()):
            for name in STYLE_CLASSES:
                style = looks[name]
                assert style.color is not None
                assert style.bgcolor is not None
                assert sixteen(style.color) != sixteen(style.bgcolor), name


@themed
def test_all_is_named(theme: Theme) -> None:
    assert None not in (theme.secondary, theme.accent, theme.foreground, theme.background, theme.surface, theme.panel)
    known = App().get_css_variables()
    assert not [name for name in theme.variables if name not in known]
    assert theme.name not in BUILTIN_THEMES


def test_they_are_there_in_tracetop_and_nowhere_else() -> None:
    assert {theme.name for theme in THEMES} <= set(TracetopApp(None).available_themes)
    assert not {theme.name for theme in THEMES} & set(App().available_themes)
