"""The prices of genai-prices: what it knows of a model, as a tariff.

The library and what it depends on take 0.15 s and 20 MB to import, so that is left until a trace gives no cost for a
model that the user has no price for. Only the data it brings with it is used; nothing is ever fetched.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time
from functools import cache, lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..analysis.prices import Period, Price, Tariff, Tier

if TYPE_CHECKING:
    from genai_prices.data_snapshot import DataSnapshot
    from genai_prices.types import ConditionalPrice, ModelInfo, ModelPrice, Provider

_LIBRARY = "genai-prices"
_LONGEST_NAME = 200
_MOST_KEPT = 1024
_LONG_WRITE = 2.0
"""What Anthropic takes for a cache write of an hour, in prices of input, wherever its models run (prompt caching,
pricing, at platform.claude.com/docs). The list has it for most of them, not for all resellers."""
_BUCKETS = {
    "output": "output_mtok",
    "cache_read": "cache_read_mtok",
    "cache_write": "cache_write_mtok",
    "cache_write_1h": "cache_write_1h_mtok",
}
_INSTEAD = {"cache_read": "input", "cache_write": "input", "cache_write_1h": "cache_write"}
"""What the list charges for a bucket that it has no price for."""
_OFFERED_BY = {"codex": "openai", "glm-": "zai"}
"""Providers of models that the list does not find by their name alone, by how that begins."""
_ON_BEDROCK = re.compile(r"(?:[a-z-]+\.)?(?:anthropic|amazon|meta|mistral|cohere|ai21|deepseek|openai|qwen)\.")
_RUN_AT_HOME = re.compile(r":(?:latest|\d+(?:\.\d+)?[bm])(?:-|$)")
"""A tag of Ollama's: that costs nothing anybody knows, whoever else offers the model."""
WELL_KNOWN = {
    "anthropic": ("claude-opus-5-5", "claude-sonnet-5-5", "claude-haiku-5-5"),
    "openai": ("gpt-6.1-sol", "gpt-6.1-terra", "gpt-6-luna"),
    "google": ("gemini-4-argon", "gemini-3.8-flash"),
    "deepseek": ("deepseek-v4-pro", "deepseek-v4-flash"),
    "moonshotai": ("kimi-k3", "kimi-k2.7-code"),
    "zai": ("glm-5.3", "glm-5.3-flash"),
}
"""By provider the models that others are held against, the strongest first: ours, as of the list's 2026-11."""
_FAST = "-fast", {"speed": "fast"}
"""What a log's reader adds to the name of a model that was asked to hurry, and how the list calls such a price."""
_PREFIX = re.compile(r"[/:]")
_log = logging.getLogger("tracetop")


@dataclass(frozen=True, slots=True)
class ListPrices:
    """The price list of genai-prices, loaded when the first model is asked for."""

    @property
    def name(self) -> str:
        """The library and its version, told without loading it."""
        return f"{_LIBRARY} {_version()}".rstrip()

    def tariff_of(self, model: str) -> Tariff | None:
        """What a model takes: as the list matches names, by the provider that stands before the name where one does.

        None for a model that is not listed, or not with a price of its input: what the list calls free is often only
        unknown to it.
        """
        return _tariff_of(model) if len(model) <= _LONGEST_NAME else None

    def window_of(self, model: str) -> int | None:
        """The context window of a model, in tokens; None where the list does not say."""
        found = _look_up(model)
        return None if found is None else found[1].context_window

    def others(self, model: str) -> tuple[str, ...]:
        """Well-known models: those of its provider, and the strongest of each other."""
        own = _look_up(model)
        provider = "" if own is None else own[0].id
        first = WELL_KNOWN.get(provider, ())
        rest = (names[0] for name, names in WELL_KNOWN.items() if name != provider)
        return tuple(name for name in (*first, *rest) if (found := _look_up(name)) is not None and found != own)


@cache
def _version() -> str:
    spec = find_spec(_LIBRARY.replace("-", "_"))
    if spec is None or spec.origin is None:
        return ""
    # The name of the folder that pip made says it; importlib.metadata is 12 ms of imports.
    folders = Path(spec.origin).parents[1].glob("genai_prices-*.dist-info")
    return next((folder.name.removesuffix(".dist-info").partition("-")[2] for folder in folders), "")


@cache
def _snapshot() -> DataSnapshot | None:
    """The list as it was installed, whatever a host of ours has the library fetch."""
    try:
        from genai_prices.data import providers
        from genai_prices.data_snapshot import DataSnapshot
    except ImportError as error:  # an application around us may bring other versions of what it needs
        _log.warning("no list prices: %s", error)
        return None
    return DataSnapshot(providers=providers, from_auto_update=False)


@lru_cache(_MOST_KEPT)
def _tariff_of(model: str) -> Tariff | None:
    fast = _fast_tariff_of(model)
    if fast is not None:
        return fast
    found = _look_up(model)
    return None if found is None else tariff_from(found[1])


def _fast_tariff_of(model: str) -> Tariff | None:
    """What a model takes that was asked to hurry; None where the name or the list does not say so."""
    suffix, condition = _FAST
    found = _look_up(model.removesuffix(suffix)) if model.endswith(suffix) else None
    if found is None:
        return None
    variants = found[1].price_variants or ()
    prices = next((each.prices for each in variants if each.when == condition), None)
    return None if prices is None else tariff_from(found[1], prices)


def _look_up(model: str) -> tuple[Provider, ModelInfo] | None:
    """Who offers a model, and what the list knows of it."""
    snapshot = _snapshot() if len(model) <= _LONGEST_NAME else None
    return None if snapshot is None else _find(snapshot, model.lower())


def _find(snapshot: DataSnapshot, model: str) -> tuple[Provider, ModelInfo] | None:
    for name, provider in _readings(model):
        try:
            return snapshot.find_provider_model(name, None, provider, None)
        except LookupError:
            continue
    return None


def _readings(model: str) -> Iterator[tuple[str, str | None]]:
    """What a model's name may mean, the likeliest first: the name at a provider, or as the list finds it."""
    if _RUN_AT_HOME.search(model):
        return
    if model.startswith("arn:aws:bedrock:"):
        model = model.rpartition("/")[2]
    if _ON_BEDROCK.match(model):
        yield model, "aws"
    yield model, None
    for begin, provider in _OFFERED_BY.items():
        if model.startswith(begin):
            yield model, provider
    prefix, *rest = _PREFIX.split(model, maxsplit=1)
    if rest and rest[0]:
        if prefix == "models":
            yield rest[0], None
        else:
            yield rest[0], prefix


def tariff_from(model: ModelInfo, variant: list[ConditionalPrice] | ModelPrice | None = None) -> Tariff | None:
    """All that the list says of a model's tokens, or those of a variant; None where input has no price at some time."""
    prices: list[ConditionalPrice] | ModelPrice = model.prices if variant is None else variant
    conditions = [(each.constraint, each.prices) for each in prices] if isinstance(prices, list) else [(None, prices)]
    is_claude = "claude" in model.id
    periods = [_period(constraint, prices, is_claude) for constraint, prices in conditions]
    known = [period for period in periods if period is not None]
    return Tariff(tuple(known)) if known and len(known) == len(periods) else None


def _period(constraint: Any, prices: ModelPrice, is_claude: bool) -> Period | None:
    # A model that takes money for each request, or is listed without a price, costs nobody knows how much.
    if prices.input_mtok is None or prices.requests_kcount is not None:
        return None
    listed = {"input": prices.input_mtok, **{bucket: getattr(prices, key) for bucket, key in _BUCKETS.items()}}
    borders = sorted({tier.start for each in listed.values() for tier in getattr(each, "tiers", ())})
    tiers = tuple(Tier(border, _price(listed, border + 1, is_claude)) for border in borders)
    price = _price(listed, 0, is_claude)
    start = getattr(constraint, "start_date", None)
    if start is not None:
        return Period(price, tiers, datetime.combine(start, time(), UTC).timestamp())
    if constraint is not None:
        return Period(price, tiers, hours=(_second(constraint.start_time), _second(constraint.end_time)))
    return Period(price, tiers)


def _price(listed: Mapping[str, Any], prompt: int, is_claude: bool) -> Price:
    """The price of a call with a prompt of this length."""
    price: dict[str, float | None] = {}
    for bucket, amount in listed.items():
        if amount is None and bucket == "cache_write_1h" and is_claude:
            price[bucket] = _LONG_WRITE * (price["input"] or 0.0)
        elif amount is None:
            price[bucket] = price.get(_INSTEAD.get(bucket, ""))
        else:
            price[bucket] = float(_in_tier(amount, prompt))
    return Price(**price)


def _in_tier(amount: Any, prompt: int) -> Any:
    tiers = getattr(amount, "tiers", None)
    if tiers is None:
        return amount
    return next((tier.price for tier in reversed(tiers) if prompt > tier.start), amount.base)


def _second(of_day: time) -> float:
    """The second of the day in UTC; a time without a zone is in UTC."""
    offset = of_day.utcoffset()
    seconds = of_day.hour * 3600 + of_day.minute * 60 + of_day.second + of_day.microsecond * 1e-6
    return (seconds - (offset.total_seconds() if offset is not None else 0.0)) % 86_400
