"""What tests of bookmarks share: the file is looked at whenever they ask."""

from __future__ import annotations

import pytest
from tracetop.app.bookmarks import bookmarks as module


@pytest.fixture(autouse=True)
def a_look_whenever_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_LOOK_SECONDS", 0.0)
