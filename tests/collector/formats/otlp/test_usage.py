"""Tokens and cost that a span tells of."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from .reading import read
from .spans import chat, span


@pytest.mark.parametrize(
    ("attributes", "expected"),
    [
        ({"gen_ai.usage.input_tokens": 100, "gen_ai.usage.cache_read.input_tokens": 60}, (40, 60, None)),
        ({"gen_ai.usage.input_tokens": 100, "gen_ai.usage.cache_write.input_tokens": 30}, (70, None, 30)),
        ({"gen_ai.usage.input_tokens": 100, "gen_ai.usage.cache_creation.input_tokens": 30}, (70, None, 30)),
        ({"gen_ai.usage.prompt_tokens": 100, "gen_ai.usage.completion_tokens": 1}, (100, None, None)),
        ({"gen_ai.usage.input_tokens": 40, "gen_ai.usage.cache_read.input_tokens": 60}, (40, 60, None)),
        ({"llm.token_count.prompt": 100, "llm.token_count.prompt_details.cache_read": 60}, (40, 60, None)),
        (
            {
                "gen_ai.usage.input_tokens": 100, "llm.token_count.prompt": 100,
                "gen_ai.usage.cache_read.input_tokens": 60, "llm.token_count.prompt_details.cache_read": 60,
            },
            (40, 60, None),
        ),
        ({"gen_ai.usage.output_tokens": 7}, (None, None, None)),
        ({"gen_ai.usage.input_tokens": "100", "gen_ai.usage.output_tokens": "x"}, (100, None, None)),
    ],
)  # fmt: skip
@pytest.mark.parametrize("model", ["claude-x", "gpt-5.5"])
def test_input_is_told_without_the_cache_whatever_a_provider_calls_it(
    tmp_path: Path, model: str, attributes: dict[str, Any], expected: tuple[int | None, ...]
) -> None:
    about = {"gen_ai.operation.name": "chat", "gen_ai.request.model": model}
    told = read(tmp_path, span("c", "", 0, 1, attributes={**about, **attributes})).view.tokens
    assert (told.input, told.cache_read, told.cache_write) == expected


def test_cost_is_known_only_where_a_span_gives_it(tmp_path: Path) -> None:
    assert read(tmp_path, chat("c", "", 0, 1, input=5, output=5)).view.cost is None
    for name in ("operation.cost", "llm.cost.total"):
        about = {"openinference.span.kind": "LLM", "llm.model_name": "m", "llm.token_count.prompt": 5, name: 0.25}
        assert read(tmp_path, span("c", "", 0, 1, attributes=about)).view.cost == 0.25
