"""Why the cache broke in the words of the provider: they go before what is guessed, unless they say nothing."""

from __future__ import annotations

from typing import Any

import pytest
from tracetop.analysis.cache.break_causes import BreakClass, Confidence

from .broken_cache import breaks, cause, request, response, warm


@pytest.mark.parametrize(
    "data",
    [
        {"diagnostics": {"cache_miss_reason": {"type": "tools_changed", "cache_missed_input_tokens": 9}}},
        {"metadata": {"usage": {"cache_miss_reason": "tools_changed"}}},
        {"usage": {"prompt_cache_diagnostics": {"type": "cache_miss", "reason": "tools_changed"}}},
        {"prompt_cache_diagnostics": [{"type": "cache_miss"}, {"type": "cache_miss", "reason": "tools_changed"}]},
    ],
)
def test_what_the_provider_says_goes_before(trace: Any, data: dict[str, Any]) -> None:
    warm(trace, at=0)
    asked = request(trace)
    response(trace, 0, 11_000, at=400, **data)
    assert cause(trace) == (BreakClass.TOOLS, asked, Confidence.HIGH)
    (broken,) = breaks(trace)
    assert broken.cause.told_by == "tools_changed"
    assert [each.kind for each in broken.causes[1:]] == [BreakClass.EXPIRY]


@pytest.mark.parametrize("reason", [None, "", 7, {"type": "unavailable"}, {"type": "previous_message_not_found"}, {}])
def test_a_provider_that_does_not_know_says_nothing(trace: Any, reason: Any) -> None:
    warm(trace, at=0)
    response(trace, 0, 11_000, at=400, diagnostics={"cache_miss_reason": reason})
    assert cause(trace)[0] is BreakClass.EXPIRY


def test_a_reason_we_do_not_know_is_told_in_the_providers_words(trace: Any) -> None:
    warm(trace)
    response(trace, 0, 11_000, prompt_cache_diagnostics={"type": "cache_miss", "reason": "service_tier_changed"})
    (broken,) = breaks(trace)
    assert (broken.cause.kind, broken.cause.confidence) == (BreakClass.UNKNOWN, Confidence.HIGH)
    # No request stands in the trace: the response that says so is the place to look at.
    assert broken.culprit == f"service tier changed at event {broken.event + 1}"


@pytest.mark.parametrize(
    ("word", "kind"),
    [
        ("model_changed", BreakClass.MODEL),
        ("tools_changed", BreakClass.TOOLS),
        ("reasoning_effort_changed", BreakClass.SYSTEM),
        ("verbosity_changed", BreakClass.SYSTEM),
        ("text_format_changed", BreakClass.SYSTEM),
        ("context_compacted", BreakClass.COMPACTION),
        ("input_changed", BreakClass.HISTORY),
        ("prompt_cache_key_changed", BreakClass.UNKNOWN),
    ],
)
def test_every_word_of_the_provider_has_its_class(trace: Any, word: str, kind: BreakClass) -> None:
    warm(trace)
    response(trace, 0, 11_000, prompt_cache_diagnostics={"type": "cache_miss", "reason": word})
    (broken,) = breaks(trace)
    assert (broken.cause.kind, broken.cause.told_by, broken.cause.culprit) == (kind, word, broken.event)


@pytest.mark.parametrize("outcome", ["cache_hit", "comparison_response_not_found", "unavailable"])
def test_an_outcome_that_gives_no_reason_says_nothing(trace: Any, outcome: str) -> None:
    warm(trace, at=0)
    response(trace, 0, 11_000, at=400, prompt_cache_diagnostics={"type": outcome})
    assert cause(trace)[0] is BreakClass.EXPIRY
