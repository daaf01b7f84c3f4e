"""What tests of the dashboard in a host share: the host, and what is asked of it."""

from __future__ import annotations

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


def is_open(it):
    return isinstance(it.screen, DashboardScreen)


async def open_dashboard(it):
    await it.press("ctrl+d")
    assert is_open(it)
    assert it.screen.source.wait_until_read()
    await it.settle()


def messages(it):
    return " | ".join(notification.message for notification in it.app._notifications)
