"""The file that settings stand in: where it is, what it says, and on which line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

PATH_VARIABLE = "TRACETOP_CONFIG"
_NAME = Path("tracetop") / "config.toml"
_DEEPEST = 8


@dataclass(frozen=True, slots=True)
class ConfigFile:
    """What a file says; `defect` is why it could not be read, if it could not.

    `lines` has the number of the line on which a value or a table begins, by the keys that lead to it, where that is
    easily found.
    """

    path: Path
    exists: bool = False
    content: Mapping[str, Any] = field(default_factory=dict)
    lines: Mapping[tuple[str, ...], int] = field(default_factory=dict)
    defect: str = ""

    @property
    def name(self) -> str:
        """Its path, with `~` for the home folder."""
        return told_path(self.path)


def config_path(environ: Mapping[str, str]) -> Path:
    """Where the file is looked for: `TRACETOP_CONFIG`, else below `XDG_CONFIG_HOME`, else below `~/.config`."""
    named = environ.get(PATH_VARIABLE)
    if named:
        return _at_home(Path(named))
    base = environ.get("XDG_CONFIG_HOME")
    if base and Path(base).is_absolute():
        return Path(base) / _NAME
    return _at_home(Path("~/.config")) / _NAME


def read_config(path: Path) -> ConfigFile:
    """What the file says; nothing where there is none."""
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        return ConfigFile(path)
    except OSError as error:
        return ConfigFile(path, exists=True, defect=f"cannot be read: {error.strerror or error}")
    import tomllib

    try:
        text = raw.decode("utf-8-sig")
        return ConfigFile(path, exists=True, content=tomllib.loads(text), lines=_lines(text))
    except UnicodeDecodeError:
        return ConfigFile(path, exists=True, defect="is no UTF-8 text")
    except ValueError as error:  # TOMLDecodeError, or a number of more digits than Python reads
        return ConfigFile(path, exists=True, defect=f"is no TOML: {error}")
    except RecursionError:
        return ConfigFile(path, exists=True, defect="is no TOML: nested too deep")


def told_path(path: Path) -> str:
    """A path as people write it, with `~` for the home folder."""
    try:
        return f"~/{path.relative_to(Path.home())}"
    except (ValueError, RuntimeError):
        return str(path)


def _at_home(path: Path) -> Path:
    try:
        return path.expanduser()
    except RuntimeError:  # nobody's home: no such file, then
        return path


def leaves(table: Mapping[str, Any], above: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """The values in a table and the tables below it, each with the keys that lead there; empty tables as values."""
    for key, value in table.items():
        if isinstance(value, Mapping) and value and len(above) < _DEEPEST:
            yield from leaves(value, (*above, key))
        else:
            yield (*above, key), value


def _lines(text: str) -> dict[tuple[str, ...], int]:
    """Where values and tables begin. Each line is read as TOML by itself; part of a longer value it rarely is."""
    import tomllib

    lines: dict[tuple[str, ...], int] = {}
    table: tuple[str, ...] = ()
    for number, line in enumerate(text.split("\n"), 1):
        try:
            said = tomllib.loads(line)
        except (ValueError, RecursionError):
            continue
        heads = line.lstrip().startswith("[")
        for path, _ in leaves(said):
            if heads:
                table = path
            whole = table if heads else (*table, *path)
            for length in range(1, len(whole) + 1):
                lines.setdefault(whole[:length], number)
    return lines
