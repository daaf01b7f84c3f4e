"""Which settings hold, and where each comes from: command line over environment over file over default.

What is no value of a setting is told and passed over, so that a mistake in the file never stops tracetop.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from ...analysis.prices import Price, Prices
from ...analysis.rules.findings import CATEGORIES
from ...analysis.rules.thresholds import THRESHOLDS, Tuning
from ..list_prices import ListPrices
from .config_file import ConfigFile, config_path, leaves, read_config
from .settings import (
    BUCKETS,
    OPTIONS,
    SECTIONS,
    Option,
    Settings,
    dollars_from,
    keys_from,
    meant,
    muted_from,
    threshold_from,
    told,
)

MUTED = "muted"
"""What a rule is set to that is not to be looked for."""
DEFAULT, COMMAND_LINE = "default", "command line"
_FILE, _ENVIRONMENT = "file", "environment, "


@dataclass(frozen=True, slots=True)
class EffectiveSettings:
    """The settings that hold. `origins` says for people where each comes from that is not the default.

    The keys of `origins` are `theme`, `keys.trace.zoom`, `prices.gpt-5`, `rules.cycle.rounds`. `problems` are lines for
    people: each a value that does not hold, and why.
    """

    settings: Settings = field(default_factory=Settings)
    origins: Mapping[str, str] = field(default_factory=dict)
    problems: tuple[str, ...] = ()
    file: ConfigFile | None = None

    def origin(self, name: str) -> str:
        """Where a setting comes from."""
        return self.origins.get(name, DEFAULT)

    def problem(self, name: str, reason: str) -> str:
        """The line that says what is wrong with a setting, and where to set it right."""
        origin = self.origin(name)
        if self.file is not None and origin.startswith(_FILE):
            return f"{self.file.name}: {name}: {reason}"
        teller = {COMMAND_LINE: f"--{name}", DEFAULT: name}.get(origin) or origin.removeprefix(_ENVIRONMENT)
        return f"{teller}: {reason}"

    def without(self, name: str, reason: str) -> EffectiveSettings:
        """These with a setting back at its default, and a problem more."""
        section, _, key = name.partition(".")
        settings = self.settings
        if section == "keys":
            settings = replace(settings, keys={id: keys for id, keys in settings.keys.items() if id != key})
        else:
            settings = replace(settings, **{section: getattr(Settings(), section)})
        origins = {each: origin for each, origin in self.origins.items() if each != name}
        return replace(self, settings=settings, origins=origins, problems=(*self.problems, self.problem(name, reason)))


def effective_settings(
    given: Mapping[str, str | None] | None = None, environ: Mapping[str, str] | None = None
) -> EffectiveSettings:
    """Find out what holds. `given` are options of the command line, by name; None stands for one that was not given."""
    environ = os.environ if environ is None else environ
    file = read_config(config_path(environ))
    found = _Found(file, given or {}, environ)
    values = {option.name: value for option in OPTIONS for value in found.option(option)}
    keys, own, rules = found.keys(), found.prices(), found.rules()
    found.look_for_strangers()
    settings = Settings(**values, keys=keys, rules=rules)
    settings = replace(settings, prices=Prices(own, ListPrices() if settings.list_prices else None))
    return EffectiveSettings(settings, found.origins, tuple(found.problems), file)


class _Candidate(NamedTuple):
    """A value that somebody gave: where from, as origins and as messages have it."""

    value: object
    origin: str
    teller: str


class _Found:
    """What was found on the way to the settings that hold."""

    def __init__(self, file: ConfigFile, given: Mapping[str, str | None], environ: Mapping[str, str]) -> None:
        self.origins: dict[str, str] = {}
        self.problems: list[str] = [f"{file.name}: {file.defect}"] if file.defect else []
        self._file = file
        self._given = given
        self._environ = environ

    def option(self, option: Option) -> Iterator[Any]:
        """The value that holds, if anybody gave one."""
        holds = False
        for candidate in self._candidates(option):
            try:
                value = option.check(candidate.value)
            except ValueError as error:
                self.problems.append(f"{candidate.teller}: {error}")
                continue
            if not holds:
                holds = True
                self.origins[option.name] = candidate.origin
                yield value

    def keys(self) -> dict[str, str]:
        """The key map of the file; `trace.zoom` without quotes is a table in a table to TOML."""
        keys: dict[str, str] = {}
        for path, value in leaves(self._section("keys")):
            name = f"keys.{'.'.join(path)}"
            try:
                keys[".".join(path)] = keys_from(value)
            except ValueError as error:
                self._tell(name, str(error))
            else:
                self.origins[name] = self._line("keys", path)
        return keys

    def prices(self) -> dict[str, Price]:
        """The prices of the file."""
        by_model: dict[str, dict[str, float]] = {}
        for path, value in leaves(self._section("prices")):
            model, bucket = ".".join(path[:-1]), path[-1]
            name = f"prices.{'.'.join(path)}"
            if not model:
                self._tell(name, f'{told(value)} is no table of prices; [prices."{bucket}"] is meant')
            elif bucket not in BUCKETS:
                self._tell(name, f"{told(bucket)} is no price{meant(bucket, BUCKETS)}")
            else:
                try:
                    by_model.setdefault(model, {})[bucket] = dollars_from(value)
                except ValueError as error:
                    self._tell(name, str(error))
                else:
                    self.origins.setdefault(f"prices.{model}", self._line("prices", path[:-1]))
        return {model: Price(**prices) for model, prices in by_model.items() if prices}

    def rules(self) -> Tuning:
        """The thresholds of the rules, and which of these are muted, of the file."""
        given, muted = dict[str, float](), set[str]()
        for path, value in leaves(self._section("rules")):
            name = f"rules.{'.'.join(path)}"
            rule, key = path[0], ".".join(path[1:])
            thresholds = {each.name: each for each in THRESHOLDS if each.rule == rule}
            if rule not in CATEGORIES:
                self._tell(name, f"{told(rule)} is no rule{meant(rule, CATEGORIES)}")
            elif not key:
                self._tell(name, f"{told(value)} is no table; [rules.{rule}] is meant")
            elif key != MUTED and key not in thresholds:
                self._tell(name, f"{told(key)} is no threshold{meant(key, [*thresholds, MUTED])}")
            else:
                try:
                    if key != MUTED:
                        given[f"{rule}.{key}"] = threshold_from(value, thresholds[key])
                    elif muted_from(value):
                        muted.add(rule)
                except ValueError as error:
                    self._tell(name, str(error))
                else:
                    self.origins[name] = self._line("rules", path)
        return Tuning(given, frozenset(muted))

    def look_for_strangers(self) -> None:
        """Tell of what the file sets that is no setting."""
        names = [*(option.name for option in OPTIONS), *SECTIONS]
        for name in self._file.content:
            if name not in names:
                self._tell(name, f"no such setting{meant(name, names)}")

    def _candidates(self, option: Option) -> Iterator[_Candidate]:
        name = option.name
        given = self._given.get(name)
        if given is not None:
            yield _Candidate(given, COMMAND_LINE, f"--{name}")
        if self._environ.get(option.variable):
            yield _Candidate(self._environ[option.variable], f"{_ENVIRONMENT}{option.variable}", option.variable)
        if name in self._file.content:
            yield _Candidate(self._file.content[name], self._line(name, ()), f"{self._file.name}: {name}")

    def _section(self, name: str) -> Mapping[str, Any]:
        content = self._file.content.get(name, {})
        if isinstance(content, Mapping):
            return content
        self._tell(name, f"{told(content)} is no table")
        return {}

    def _tell(self, name: str, reason: str) -> None:
        self.problems.append(f"{self._file.name}: {name}: {reason}")

    def _line(self, first: str, rest: tuple[str, ...]) -> str:
        number = self._file.lines.get((first, *rest))
        return _FILE if number is None else f"{_FILE}, line {number}"
