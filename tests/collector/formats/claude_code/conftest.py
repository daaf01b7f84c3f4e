"""What tests of Claude Code's logs share: a log that begins as all do."""

from __future__ import annotations

import pytest

from .logs import Log


@pytest.fixture
def log() -> Log:
    """Return a log in which a user asked for something."""
    log = Log()
    log.prompt("count the files")
    return log
