"""What all tests share: whoever runs them, their settings are not read, nor is their cache written to."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture(scope="session", autouse=True)
def no_settings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Have tracetop find no settings anywhere, and a cache of its own; in child processes too."""
    with pytest.MonkeyPatch.context() as patch:
        nowhere: Path = tmp_path_factory.mktemp("settings") / "none.toml"
        patch.setenv("TRACETOP_CONFIG", str(nowhere))
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        for variable in ("TRACETOP_THEME", "TRACETOP_FRAME_RATE", "TRACETOP_LAYOUT", "TRACETOP_INDEX"):
            patch.delenv(variable, raising=False)
        yield
