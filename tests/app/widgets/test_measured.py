"""A widget meets its size also where Textual tells it none."""

from __future__ import annotations

from typing import Any

from textual.app import App, ComposeResult
from textual.widgets import Static
from tracetop.app.widgets.measured import Measured


class Plain(Measured, Static):
    def __init__(self) -> None:
        super().__init__("text")
        self.sizes: list[tuple[int, int]] = []

    def size_met(self) -> None:
        super().size_met()
        self.sizes.append((self.size.width, self.size.height))


class Host(App[Any]):
    CSS = "Plain { height: 5; }"

    def compose(self) -> ComposeResult:
        yield Plain()


async def test_a_size_that_was_told_is_met_once() -> None:
    async with Host().run_test(size=(40, 10)) as pilot:
        await pilot.pause()
        plain = pilot.app.query_one(Plain)
        assert plain.sizes == [(40, 5)]
        await pilot.resize_terminal(30, 10)
        await pilot.pause()
        assert plain.sizes[-1] == (30, 5)


async def test_a_size_that_was_asked_for_before_the_layout_is_met() -> None:
    async with Host().run_test(size=(40, 10)) as pilot:
        plain = pilot.app.query_one(Plain)
        plain.display = False
        await pilot.pause()
        plain.sizes.clear()
        plain.styles.height = 7
        plain.display = True
        pilot.app.screen._compositor._full_map_invalidated = True  # as a layout of what is in sight leaves it
        assert plain.region.height == 7
        await pilot.pause()
        assert plain.sizes == [(40, 7)]
