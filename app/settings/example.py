"""The file that `tracetop config --init` writes: everything that may be set, commented out."""

from __future__ import annotations

from pathlib import Path

from .settings import OPTIONS, Settings

_FOLDER_MODE = 0o700

_HEAD = """\
# What tracetop is set to. Every line below is as it is without this file: take the # away and change what you like.
# `tracetop config` tells what holds and where it comes from. A dashboard inside another app reads none of this.
"""

_KEYS = """\
# Other keys, by the ids that `tracetop config --keys` lists; several with commas between them.
#
#[keys]
#"trace.zoom" = "z,f11"
#"trace.toggle" = "ctrl+d"
"""

_PRICES = """\
# What models cost you, in dollars per million tokens. Where a trace gives no cost it is estimated from these, and shown
# with a ~ before it; they go before list prices. A name is matched whole; a * in it stands for any characters. Leave
# out what you do not know: a call with tokens in a bucket without a price gets no estimate. What is written to the
# cache for an hour takes cache_write unless cache_write_1h is set.
#
#[prices."some-model-*"]
#input = 3.00
#output = 15.00
#cache_read = 0.30
#cache_write = 3.75
#cache_write_1h = 6.00
"""


_RULES = """\
# From where on the rules fire that look for waste beyond the documented issues, and which are not to be looked for.
# docs/rules.md has all of them; an issue's card says by what it fired.
#
#[rules.cycle]
#rounds = 3
#
#[rules.blind_edit]
#muted = true
#
#[rules.never_cached]
#responses = 5
"""


def example() -> str:
    """The text of the file."""
    defaults = Settings()
    parts = [_HEAD]
    for option in OPTIONS:
        value = getattr(defaults, option.name)
        said = f'"{value}"' if isinstance(value, str) else str(value).lower()
        parts.append(f"# {option.meaning} Environment: {option.variable}.\n#{option.name} = {said}\n")
    return "\n".join([*parts, _KEYS, _PRICES, _RULES])


def write_example(path: Path) -> None:
    """Write the file, and the folders above it. Raises FileExistsError where there is one, OSError where it cannot."""
    try:
        path.parent.mkdir(mode=_FOLDER_MODE, parents=True, exist_ok=True)
    except FileExistsError as error:
        raise NotADirectoryError(error.errno, "is no folder", str(path.parent)) from error
    with path.open("x", encoding="utf-8") as file:
        file.write(example())
