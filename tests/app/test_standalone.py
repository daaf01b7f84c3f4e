"""The user's settings in tracetop's own app: keys move, the theme is set; a host's app reads none of it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from tracetop.analysis.prices import Price, Prices
from tracetop.app import DashboardHost
from tracetop.app.settings.effective import EffectiveSettings
from tracetop.app.settings.settings import Settings
from tracetop.app.standalone import TracetopApp


def wish(**settings: Any) -> EffectiveSettings:
    return EffectiveSettings(Settings(**settings))


async def test_a_key_really_moves(small: Path, show: Any) -> None:
    async with show(small, settings=wish(keys={"trace.zoom": "f11,ctrl+t", "rows.down": "t"}), size=(200, 36)) as it:
        await it.press("z")
        assert not it.screen.has_class("-zoomed")
        await it.press("f11")
        assert it.screen.has_class("-zoomed")
        await it.press("ctrl+t")
        assert not it.screen.has_class("-zoomed")
        await it.press("home")
        await it.press("j")
        assert it.place == 0
        await it.press("t")
        assert it.place == 1
        assert "f11 zoom" in it.crop("#trace-keys").replace("F11", "f11")


async def test_the_key_of_the_dashboard_itself_moves(small: Path, show: Any) -> None:
    async with show(small, settings=wish(keys={"trace.toggle": "f12"})) as it:
        dashboard = it.screen
        await it.press("ctrl+d")
        assert it.screen is dashboard
        await it.press("f12")
        assert it.screen is it.app.browser
        await it.press("f12")
        assert it.screen is dashboard


async def test_what_cannot_be_is_told_on_the_screen_and_stops_nothing(small: Path, show: Any) -> None:
    settings = EffectiveSettings(
        Settings(theme="no[/]pe", keys={"trace.zoom": "j", "trace.help": "f1"}), problems=("x.toml: a: b [bold] \x1b",)
    )
    async with show(small, settings=settings) as it:
        assert it.app.theme == "tracetop"
        await it.press("f1")
        assert it.screen.help.has_class("-shown")
        [told] = [note.message for note in it.app._notifications]
        assert told.split("\n") == [
            "x.toml: a: b [bold] ␛",
            it.app.effective.problems[1],
            "keys.trace.zoom: j is the key of rows.down (Move to the row below)",
        ]


async def test_many_problems_are_cut_and_that_is_told(small: Path, show: Any) -> None:
    async with show(small, settings=EffectiveSettings(problems=tuple(f"problem {n}" for n in range(9)))) as it:
        [told] = [note.message for note in it.app._notifications]
        assert told.split("\n")[-2:] == ["problem 4", "… and 4 more (see: tracetop config)"]


async def test_the_screen_is_made_as_set(small: Path, show: Any) -> None:
    settings = wish(theme="tracetop-light", frame_rate=30, layout="tree")
    async with show(small, settings=settings) as it:
        assert it.app.theme == "tracetop-light"
        assert it.screen.frames_per_second == 30
        assert it.screen.has_class("-zoomed")
        assert it.screen.active == 1


async def test_prices_reach_the_dashboard_and_the_browser(small: Path, show: Any) -> None:
    prices = Prices({"claude-test": Price(input=3.0, output=15.0)})
    async with show(small, settings=wish(prices=prices)) as it:
        view = it.screen.source.trace.view()
        assert view.cost_estimated
        assert view.cost == pytest.approx(9 * 0.00045)
        await it.press("escape")
        await it.until(lambda: "~$0.0040" in it.text, "an estimate in the browser")


async def test_nothing_set_is_nothing_changed(small: Path, show: Any) -> None:
    async with show(small) as it:
        assert it.app.theme == "tracetop"
        assert it.screen.frames_per_second == 12
        assert not it.screen.has_class("-zoomed")
        assert not it.screen.source.trace.view().cost_estimated
        assert not it.app._notifications


def test_the_app_reads_no_file_by_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "config.toml").write_text('theme = "nord"')
    monkeypatch.setenv("TRACETOP_CONFIG", str(tmp_path / "config.toml"))
    assert TracetopApp(None).settings == Settings()


class Host(DashboardHost):
    """An agent's own app."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.path = path

    def dashboard_source(self) -> Path:
        return self.path


@pytest.fixture
async def host(small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Host]:
    """A host in front of a user who has set everything."""
    config = tmp_path / "config.toml"
    config.write_text(
        'theme = "nord"\nframe_rate = 30\nlayout = "tree"\n'
        '[keys]\n"trace.zoom" = "f11"\n[prices."*"]\ninput = 1\noutput = 1\n'
    )
    monkeypatch.setenv("TRACETOP_CONFIG", str(config))
    monkeypatch.setenv("TRACETOP_LAYOUT", "tokens")
    app = Host(small)
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("ctrl+d")
        await pilot.pause()
        yield app


async def test_a_host_reads_no_settings(host: Host) -> None:
    screen = host.dashboard
    assert screen is not None
    assert host.theme == "textual-dark"
    assert "tracetop" not in host.available_themes
    assert screen.frames_per_second == 12
    assert not screen.has_class("-zoomed")
    screen.source.wait_until_read()
    assert not screen.source.trace.view().cost_estimated
    assert screen.active_bindings["z"].binding.id == "trace.zoom"


async def test_a_host_may_make_its_own_screen(small: Path) -> None:
    class Frugal(Host):
        def dashboard_screen(self, source: Any) -> Any:
            screen = super().dashboard_screen(source)
            screen.frames_per_second = 1
            return screen

    app = Frugal(small)
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("ctrl+d")
        await pilot.pause()
        assert app.dashboard is not None
        assert app.dashboard.frames_per_second == 1
