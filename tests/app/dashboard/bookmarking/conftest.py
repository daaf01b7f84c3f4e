"""What tests of bookmarking share: the file is looked at each frame."""

from __future__ import annotations

import pytest
from tracetop.app.bookmarks import bookmarks as store


@pytest.fixture(autouse=True)
def a_look_each_frame(monkeypatch):
    monkeypatch.setattr(store, "_LOOK_SECONDS", 0.0)
