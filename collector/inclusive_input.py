"""Which models' providers report input with the cached part in it."""

from __future__ import annotations

import re

_INCLUSIVE_MODELS = re.compile(r"(^|[/:.])(gpt|chatgpt|codex|o[1-9](?![0-9])|davinci|text-embedding)", re.IGNORECASE)


def input_includes_cache(model: str) -> bool:
    """Whether input of this model is taken to be reported with the cached part in it, as OpenAI's interface does."""
    return _INCLUSIVE_MODELS.search(model) is not None
