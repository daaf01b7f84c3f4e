"""What all tests share: whoever runs them, their settings are not read."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture(scope="session", autouse=True)
def no_settings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Have tracetop find no file of settings and nothing in the environment, in child processes neither."""
    with pytest.MonkeyPatch.context() as patch:
        nowhere: Path = tmp_path_factory.mktemp("settings") / "none.toml"
        patch.setenv("TRACETOP_CONFIG", str(nowhere))
        for variable in ("TRACETOP_THEME", "TRACETOP_FRAME_RATE", "TRACETOP_LAYOUT"):
            patch.delenv(variable, raising=False)
        yield
