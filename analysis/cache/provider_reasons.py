"""What a provider itself says of a cache that missed, wherever in a response's payload that stands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_FIELDS = ("cache_miss_reason", "prompt_cache_diagnostics")
_WORD_FIELDS = ("reason", "miss_reason", "type", "cache_miss_reason")
_TOKEN_FIELDS = ("cache_missed_input_tokens", "cache_missed_tokens")
_SAYS_NOTHING = frozenset(
    {
        "unavailable",
        "previous_message_not_found",
        "comparison_response_not_found",
        "cache_hit",
        "cache_miss",
        "hit",
        "miss",
        "none",
    }
)
_DEEPEST = 4
_MOST_LOOKED_AT = 200
_LONGEST_WORD = 80


@dataclass(frozen=True, slots=True)
class MissReason:
    """The provider's word, and how many tokens it says were missed; None where it does not."""

    word: str
    missed_tokens: int | None

    @property
    def says_why(self) -> bool:
        """Whether it is a reason, not only that there was a miss, or that nothing is known of it."""
        return self.word not in _SAYS_NOTHING


def miss_reason(data: Mapping[str, Any]) -> MissReason | None:
    """The reason in a payload; None where the provider gives none, or says that the cache was hit."""
    waiting: list[tuple[Mapping[str, Any], int]] = [(data, 0)]
    for _ in range(_MOST_LOOKED_AT):
        if not waiting:
            return None
        place, depth = waiting.pop(0)
        for name in _FIELDS:
            reason = _told(place.get(name))
            if reason is not None:
                return reason
        if depth < _DEEPEST:
            waiting += [(value, depth + 1) for value in place.values() if isinstance(value, Mapping)]
    return None


def _told_in(value: list[object]) -> MissReason | None:
    """The first of several that says why, else the first that says anything."""
    told = [reason for reason in map(_told, value[:_MOST_LOOKED_AT]) if reason is not None]
    return next((reason for reason in told if reason.says_why), told[0] if told else None)


def _told(value: object) -> MissReason | None:
    if isinstance(value, str):
        return MissReason(value[:_LONGEST_WORD], None) if value else None
    if isinstance(value, list):
        return _told_in(value)
    if not isinstance(value, Mapping):
        return None
    words = (value[name] for name in _WORD_FIELDS if isinstance(value.get(name), str))
    word = next((word for word in words if word), None)
    if word is None:
        return None
    tokens = (value[name] for name in _TOKEN_FIELDS if name in value)
    missed = next((count for count in tokens if type(count) is int and count >= 0), None)
    return MissReason(word[:_LONGEST_WORD], missed)
