"""What tests of receiving share: a receiver that records for as long as a test lasts."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from .listening import Listening


@pytest.fixture
def listening(tmp_path: Path) -> Iterator[Listening]:
    found = Listening(tmp_path / "traces")
    yield found
    found.receiver.close()
    found.sessions.close()
