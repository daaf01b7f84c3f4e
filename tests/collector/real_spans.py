"""Files of spans that real agents sent, where they are at hand."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
TRACES = Path(os.environ.get("TRACETOP_TRACES") or REPOSITORY.parent / "shared" / "traces") / "otlp"
REAL = sorted(TRACES.glob("*.jsonl"))
needs_traces = pytest.mark.skipif(not REAL, reason=f"no real traces in {TRACES}")
