"""What tests of the prompt share: a pause in typing is over when they say so."""

from __future__ import annotations

import pytest
from tracetop.app.dashboard import prompt


@pytest.fixture(autouse=True)
def no_pause_ends_by_itself(monkeypatch):
    monkeypatch.setattr(prompt, "TYPING_PAUSE", 1000.0)
