"""What tests of the dashboard in a host share: the host, and what is asked of it."""

from __future__ import annotations

from contextlib import asynccontextmanager

import pytest
from textual.app import App
from textual.screen import ModalScreen, Screen
from textual.widgets import Button, Input, Label, Static, TextArea
from tracetop.app import DashboardHost, DashboardScreen


class Host(DashboardHost, App[None]):
    BINDINGS = [("f5", "app.push_screen('question')", "Ask"), ("f6", "app.push_screen('page')", "Page")]
    SCREENS = {"question": ModalScreen, "page": Screen}

    def __init__(self, source, css=""):
        super().__init__()
        self.given = source
        self.own_css = css

    def on_load(self):
        if self.own_css:
            self.stylesheet.add_source(self.own_css, read_from=("host", ""))

    def compose(self):
        yield Label("a label")
        yield Button("a button")
        yield Static("a text")
        yield Input(value="a value")
        yield TextArea("a text area")

    def dashboard_source(self):
        if isinstance(self.given, Exception):
            raise self.given
        return self.given


@pytest.fixture
def push(visit):
    """Return a context manager that pushes a dashboard on a plain app by hand, once its trace is read."""

    @asynccontextmanager
    async def pushed(path, size=(120, 36)):
        app = App()
        async with app.run_test(size=size) as pilot:
            dashboard = DashboardScreen(path)
            await app.push_screen(dashboard)
            assert dashboard.source.wait_until_read()
            yield visit(app, pilot), dashboard

    return pushed


def is_open(it):
    return isinstance(it.screen, DashboardScreen)


async def open_dashboard(it):
    await it.press("ctrl+d")
    assert is_open(it)
    assert it.screen.source.wait_until_read()
    await it.settle()


def messages(it):
    return " | ".join(notification.message for notification in it.app._notifications)
