"""What tests of the app share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from textual.app import App


def _frame_text(app: App[Any]) -> str:
    # The one place that reads a private name of Textual: there is no public way to a frame's text.
    return "\n".join(strip.text for strip in app.screen._compositor.render_strips())


@pytest.fixture
def frame_text() -> Callable[[App[Any]], str]:
    """Return a function that returns the text of what an app shows now, a line per terminal line."""
    return _frame_text
