"""The prices of genai-prices as tariffs: the same money as the library itself says, and names as traces have them."""

from __future__ import annotations

import pickle
from datetime import UTC, datetime
from functools import cache
from typing import Any

import pytest
from genai_prices import Usage, calc_price
from genai_prices.data import providers
from genai_prices.types import ModelInfo, Provider
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from tracetop.analysis.prices import Tariff
from tracetop.analysis.tokens import Buckets
from tracetop.app import list_prices
from tracetop.app.list_prices import ListPrices, tariff_from

LIST = ListPrices()
JULY_2025, OCTOBER_2026 = 1_752_000_000.0, 1_791_000_000.0


@cache
def listed() -> list[tuple[Provider, ModelInfo, Tariff]]:
    tariffs = ((provider, model, tariff_from(model)) for provider in providers for model in provider.models)
    return [(provider, model, tariff) for provider, model, tariff in tariffs if tariff is not None]


@cache
def odd() -> list[tuple[Provider, ModelInfo, Tariff]]:
    """Those with tiers or several periods."""
    return [each for each in listed() if len(each[2].periods) > 1 or each[2].periods[0].tiers]


def by_the_library(provider: Provider, model: ModelInfo, tokens: Buckets, long: int, time: float) -> float:
    sent, output, read, written, _ = tokens
    usage = Usage(
        input_tokens=(sent or 0) + (read or 0) + (written or 0),
        output_tokens=output,
        cache_read_tokens=read,
        cache_write_tokens=written,
        cache_write_1h_tokens=long,
    )
    when = datetime.fromtimestamp(time, UTC)
    return float(model.calc_price(usage, provider, genai_request_timestamp=when).total_price)


@st.composite
def calls(draw: st.DrawFn) -> tuple[Provider, ModelInfo, Tariff, Buckets, int, float]:
    provider, model, tariff = draw(st.one_of(st.deferred(lambda: st.sampled_from(odd())), st.sampled_from(listed())))
    read, written, output = (draw(st.integers(0, 300_000)) for _ in range(3))
    sent = draw(st.integers(0, 300_000))
    borders = [tier.above for period in tariff.periods for tier in period.tiers]
    if borders and draw(st.booleans()):
        prompt = draw(st.sampled_from(borders)) + draw(st.integers(-1, 1))
        read, written = min(read, prompt), 0
        sent = prompt - read
    begins = [period.since for period in tariff.periods if period.since > 0]
    hours = [86_400 * 20_500 + second for period in tariff.periods for second in period.hours or ()]
    at = draw(st.one_of(st.floats(1.6e9, 1.9e9), *[st.sampled_from(each) for each in (begins, hours) if each]))
    long = draw(st.integers(0, written))
    at += draw(st.sampled_from([-1.0, 0.0, 1.0]))
    return provider, model, tariff, Buckets(sent, output, read, written), long, at


@given(calls())
@settings(max_examples=300, deadline=None)
def test_a_tariff_says_what_the_library_says(call: tuple[Provider, ModelInfo, Tariff, Buckets, int, float]) -> None:
    provider, model, tariff, tokens, long, time = call
    if "claude" in model.id:
        assume(not long or model.get_prices(datetime.fromtimestamp(time, UTC)).cache_write_1h_mtok)
    cost = tariff.estimate(tokens, long, time)
    if cost is None:  # it is output, and has no price
        assert model.get_prices(datetime.fromtimestamp(time, UTC)).output_mtok is None
        return
    assert cost == pytest.approx(by_the_library(provider, model, tokens, long, time), rel=1e-9, abs=1e-15)


def test_there_are_tiers_periods_and_hours_in_the_list() -> None:
    periods = [period for _, _, tariff in odd() for period in tariff.periods]
    assert any(period.tiers for period in periods)
    assert any(period.since > 0 for period in periods)
    assert any(period.hours for period in periods)


def test_claude_code_s_own_bill_comes_out() -> None:
    tariff = LIST.tariff_of("claude-haiku-4-5-20251001")
    assert tariff is not None
    tokens = Buckets(input=368, output=516, cache_read=106_786, cache_write=9_149)
    assert tariff.estimate(tokens, 9_149, OCTOBER_2026) == pytest.approx(0.0319246)
    assert tariff.estimate(tokens, 0, OCTOBER_2026) == pytest.approx(0.02506285, rel=1e-5)


@pytest.mark.parametrize(
    ("name", "same_as"),
    [
        ("claude-sonnet-4-20250514", "claude-sonnet-4-0"),
        ("Claude-Sonnet-4-20250514", "claude-sonnet-4-0"),
        ("anthropic/claude-opus-4-6", "claude-opus-4-6"),
        ("anthropic:claude-opus-4-6", "claude-opus-4-6"),
        ("anthropic/claude-sonnet-4.5", "claude-sonnet-4-5"),
        ("claude-opus-4-6[1m]", "claude-opus-4-6"),
        ("openai:gpt-5-mini", "gpt-5-mini"),
        ("openai/gpt-5", "gpt-5"),
        ("azure/gpt-4o", "gpt-4o"),
        ("google/gemini-2.5-pro", "gemini-2.5-pro"),
        ("models/gemini-2.5-pro", "gemini-2.5-pro"),
        ("gemini/gemini-2.5-pro", "gemini-2.5-pro"),
    ],
)
def test_a_name_is_read_as_traces_have_it(name: str, same_as: str) -> None:
    assert LIST.tariff_of(name) == LIST.tariff_of(same_as) is not None


@pytest.mark.parametrize(
    ("name", "provider"),
    [
        ("us.anthropic.claude-sonnet-4-20250514-v1:0", "aws"),
        ("anthropic.claude-3-5-sonnet-20241022-v2:0", "aws"),
        ("bedrock/us.anthropic.claude-sonnet-4-20250514-v1:0", "aws"),
        ("arn:aws:bedrock:us-east-1:1:inference-profile/us.anthropic.claude-sonnet-4-20250514-v1:0", "aws"),
        ("accounts/fireworks/models/kimi-k2p5", "fireworks"),
        ("vertex_ai/claude-sonnet-4@20250514", "google"),
        ("openrouter/anthropic/claude-sonnet-4.5", "openrouter"),
        ("openrouter/qwen/qwen3-coder", "openrouter"),
        ("codex-mini-latest", "openai"),
        ("gpt-5-codex", "openai"),
        ("gpt-5.1-codex-max", "openai"),
        ("gpt-5.3-codex", "openai"),
        ("glm-4.6", "zai"),
    ],
)
def test_a_name_tells_the_provider(name: str, provider: str) -> None:
    theirs = [tariff for each, _, tariff in listed() if each.id == provider]
    assert LIST.tariff_of(name) in theirs


@pytest.mark.parametrize(
    "name",
    ["", "m", "<synthetic>", "claude", "claude-next", "ollama/llama3", "llama3.1:8b", "deepseek-r1:32b", "gpt-oss:20b",
     "codex-auto-review",
     "sonnet", "mistral:latest", "/", ":", "models/", "anthropic/", "x" * 300, "(other names)", "\ud800", "claude\0"],
)  # fmt: skip
def test_what_is_not_listed_has_no_price(name: str) -> None:
    assert LIST.tariff_of(name) is None


def test_no_model_is_free() -> None:
    """What the list calls free is mostly what it does not know."""
    unpriced = [model for provider in providers for model in provider.models if tariff_from(model) is None]
    assert any(not vars(model.prices) for model in unpriced)
    for _, _, tariff in listed():
        assert all(period.price.input is not None for period in tariff.periods)


def test_an_hour_in_the_cache_costs_twice_the_input_wherever_claude_runs() -> None:
    tariff = LIST.tariff_of("us.anthropic.claude-sonnet-4-20250514-v1:0")
    assert tariff is not None
    price = tariff.periods[-1].price
    assert price.input and price.cache_write_1h == pytest.approx(2 * price.input)


def test_a_model_that_was_asked_to_hurry_takes_what_the_library_says() -> None:
    hurried = [
        model
        for provider in providers
        for model in provider.models
        if provider.id == "anthropic" and any(each.when == {"speed": "fast"} for each in model.price_variants or ())
    ]
    assert hurried
    usage = Usage(input_tokens=6_000, output_tokens=50, cache_read_tokens=3_000, cache_write_tokens=2_000)
    for model in hurried:
        tariff, plain = LIST.tariff_of(f"{model.id}-fast"), LIST.tariff_of(model.id)
        said = calc_price(usage, model.id, provider_id="anthropic", price_context={"speed": "fast"}).total_price
        assert tariff is not None and plain is not None
        tokens = Buckets(1_000, 50, 3_000, 2_000)
        assert tariff.estimate(tokens, 0, OCTOBER_2026) == pytest.approx(float(said))
        assert tariff.estimate(tokens, 0, OCTOBER_2026) == pytest.approx(
            2.0 * (plain.estimate(tokens, 0, OCTOBER_2026) or 0.0)
        )


def test_a_model_whose_own_name_ends_so_keeps_its_price() -> None:
    assert LIST.tariff_of("grok-4-fast") not in (None, LIST.tariff_of("grok-4"))


def test_the_day_of_the_call_decides() -> None:
    dated = [tariff for _, _, tariff in odd() if tariff.periods[-1].since > 0]
    tariff = next(tariff for tariff in dated if tariff.periods[0].price != tariff.periods[-1].price)
    tokens, since = Buckets(1000, 1000), tariff.periods[-1].since
    assert tariff.estimate(tokens, 0, since) == tariff.periods[-1].price.estimate(tokens)
    assert tariff.estimate(tokens, 0, since - 1) != tariff.estimate(tokens, 0, since)
    assert tariff.estimate(tokens, 0, float("nan")) == tariff.periods[0].price.estimate(tokens)


def test_its_name_has_the_version() -> None:
    from genai_prices import __version__

    assert LIST.name == f"genai-prices {__version__}"


def test_another_process_has_the_same_list() -> None:
    assert pickle.loads(pickle.dumps(LIST)) == LIST


def test_a_library_that_cannot_be_loaded_only_means_no_prices(monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "genai_prices.data", None)
    caches: list[Any] = [list_prices._snapshot, list_prices._tariff_of]
    for each in caches:
        each.cache_clear()
    assert LIST.tariff_of("gpt-5") is None
    monkeypatch.undo()
    for each in caches:
        each.cache_clear()
    assert LIST.tariff_of("gpt-5") is not None


@pytest.mark.parametrize("name", [name for names in list_prices.WELL_KNOWN.values() for name in names])
def test_models_that_others_are_held_against_are_listed_with_a_price(name: str) -> None:
    assert LIST.tariff_of(name) is not None


def test_the_others_are_those_of_the_provider_first_without_the_model_itself() -> None:
    known = list_prices.WELL_KNOWN
    assert LIST.others("claude-opus-4-1")[:3] == known["anthropic"]
    assert LIST.others("openai/gpt-6-luna")[:2] == known["openai"][:2]
    assert known["openai"][2] not in LIST.others("gpt-6-luna")
    strongest = tuple(names[0] for names in known.values())
    assert LIST.others("nobody's") == LIST.others("") == strongest


def test_the_window_of_a_model_is_known() -> None:
    assert LIST.window_of("claude-sonnet-4-5-20250929") == 200_000
    assert LIST.window_of("nobody's") is None
