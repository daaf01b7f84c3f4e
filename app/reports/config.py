"""The settings that hold, and where each comes from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from ...analysis.prices import Price
from ..safe_text import one_line
from ..settings.effective import MUTED, EffectiveSettings
from ..settings.settings import OPTIONS
from .json_text import json_text
from .layout import heading, table

if TYPE_CHECKING:
    from ..keymap import Bound

_PRICE_WORDS = {
    "input": "in",
    "output": "out",
    "cache_read": "cache read",
    "cache_write": "cache write",
    "cache_write_1h": "cache write of an hour",
}


def config_text(effective: EffectiveSettings, width: int) -> Iterator[str]:
    """One line per setting: name, value, where it comes from; then the file."""
    settings = effective.settings
    rows = [(option.name, str(getattr(settings, option.name))) for option in OPTIONS]
    rows += [(f"keys.{id}", keys) for id, keys in settings.keys.items()] or [("keys", "as built in")]
    listed = settings.prices.listed
    otherwise = "none: cost is what traces say" if listed is None else f"none of yours: those of {listed.name}"
    rows += [(f"prices.{model}", _price(price)) for model, price in settings.prices.by_model.items()] or [
        ("prices", otherwise)
    ]
    rows += [(f"rules.{key}", f"{value:g}") for key, value in settings.rules.given.items()]
    rows += [(f"rules.{rule}.{MUTED}", "true") for rule in sorted(settings.rules.muted)]
    if rows[-1][0].split(".")[0] != "rules":
        rows.append(("rules", "as built in"))
    cells = [[name, value, effective.origin(name)] for name, value in rows]
    yield heading("settings", "", width)
    yield from table(["", "", ""], cells, width, left=frozenset({0, 1, 2}), elastic=1)
    if effective.file is not None:
        yield ""
        remark = "" if effective.file.exists else "  (not there; tracetop config --init writes an example)"
        yield f"  file  {one_line(str(effective.file.path))}{remark}"


def config_json(effective: EffectiveSettings) -> str:
    """The same as one JSON object; prices in dollars per million tokens."""
    settings = effective.settings

    def said(name: str, value: object) -> dict[str, object]:
        return {"value": value, "origin": effective.origin(name)}

    told: dict[str, Any] = {option.name: said(option.name, getattr(settings, option.name)) for option in OPTIONS}
    told["keys"] = {id: said(f"keys.{id}", keys) for id, keys in settings.keys.items()}
    told["prices"] = {
        model: said(f"prices.{model}", asdict(price)) for model, price in settings.prices.by_model.items()
    }
    told["rules"] = {
        **{key: said(f"rules.{key}", value) for key, value in settings.rules.given.items()},
        **{f"{rule}.{MUTED}": said(f"rules.{rule}.{MUTED}", True) for rule in sorted(settings.rules.muted)},
    }
    file = effective.file
    return json_text(
        {
            "file": str(file.path) if file else None,
            "exists": bool(file and file.exists),
            "settings": told,
            "problems": list(effective.problems),
        },
        indent=True,
    )


def keys_text(ours: Sequence[Bound], others: Mapping[str, str], width: int) -> Iterator[str]:
    """Every binding that can be given other keys: its id, its keys, what it does. `others` are the user's keys."""
    rows = [
        [bound.id, others.get(bound.id, ",".join(bound.keys)), "yours" if bound.id in others else "", bound.words]
        for bound in _once(ours)
    ]
    yield from table(["id", "keys", "", "does"], rows, width, left=frozenset({0, 1, 2, 3}), elastic=3, indent="")


def keys_json(ours: Sequence[Bound], others: Mapping[str, str]) -> Iterator[str]:
    """The same as JSON Lines."""
    for bound in _once(ours):
        built_in = ",".join(bound.keys)
        yield json_text(
            {"id": bound.id, "keys": others.get(bound.id, built_in), "default": built_in, "does": bound.words}
        )


def _once(ours: Sequence[Bound]) -> list[Bound]:
    """The first of each id: what is bound in two places is listed once."""
    return list({bound.id: bound for bound in reversed(ours) if bound.id}.values())[::-1]


def _price(price: Price) -> str:
    known = ((words, getattr(price, bucket)) for bucket, words in _PRICE_WORDS.items())
    return ", ".join(f"${dollars:g} {words}" for words, dollars in known if dollars is not None)
