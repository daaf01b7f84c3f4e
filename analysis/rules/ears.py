"""Who is told of what: the rules by hook, without those that do not care at present."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

from .acts import Act
from .rule import Call, Rule

HOOKS = (
    "spawned", "left", "iteration", "started", "ended", "response", "broke", "recurred",
    "file_changed", "raised", "turn_ended", "happened",
)  # fmt: skip
"""What a rule may override."""

_ToldOfCalls: TypeAlias = dict[Act, tuple[Callable[[Call], None], ...]]


class Ears:
    """By hook whom to tell, in the order of the rules.

    `ended` has it of calls that succeeded, and of those that failed, by what they do. A rule that sleeps is not there,
    so it costs nothing; sets of rules that are awake are made once, for rules may wake and fall asleep all the time.
    """

    spawned: tuple[Callable[[int, int], None], ...]
    left: tuple[Callable[[int, int], None], ...]
    iteration: tuple[Callable[[int, int, int], None], ...]
    started: tuple[Callable[[int, int, int, int], None], ...]
    ended: tuple[_ToldOfCalls, _ToldOfCalls]
    response: tuple[Callable[[int, int], None], ...]
    broke: tuple[Callable[[int, int, int], None], ...]
    recurred: tuple[Callable[[int, int], None], ...]
    file_changed: tuple[Callable[[int, int], None], ...]
    raised: tuple[Callable[[int, int, str], None], ...]
    turn_ended: tuple[Callable[[int, int], None], ...]

    def __init__(self, rules: Sequence[Rule]) -> None:
        self._bits = {rule: 1 << place for place, rule in enumerate(rules)}
        self._awake: dict[str, int] = {}
        """By hook a bit for each rule that is to be told."""
        self._made: dict[tuple[str, int], Any] = {}
        for hook in HOOKS:
            bits = (bit for rule, bit in self._bits.items() if _has(rule, hook) and hook not in rule.ASLEEP)
            self._have(hook, sum(bits))

    def wake(self, rule: Rule) -> None:
        """Tell a rule of all its hooks from now on."""
        bit = self._bits[rule]
        for hook in rule.ASLEEP:
            self._have(hook, self._awake[hook] | bit)

    def sleep(self, rule: Rule) -> None:
        """Tell a rule no more of those of its hooks that may be asleep."""
        bit = self._bits[rule]
        for hook in rule.ASLEEP:
            self._have(hook, self._awake[hook] & ~bit)

    def of_kind(self, kind: str) -> tuple[Callable[[int, int, str], None], ...]:
        """Whom to tell of an event of a kind."""
        return tuple(rule.happened for rule in self._told(self._awake["happened"]) if kind in rule.HEARS)

    def _have(self, hook: str, awake: int) -> None:
        self._awake[hook] = awake
        made = self._made.get((hook, awake))
        if made is None:
            made = self._made[hook, awake] = self._make(hook, awake)
        setattr(self, hook, made)

    def _make(self, hook: str, awake: int) -> Any:
        told = self._told(awake)
        if hook != "ended":
            return tuple(getattr(rule, hook) for rule in told)
        return tuple(
            {act: tuple(rule.ended for rule in told if rule.concerns(act, failed)) for act in Act}
            for failed in (False, True)
        )

    def _told(self, awake: int) -> list[Rule]:
        return [rule for rule, bit in self._bits.items() if awake & bit]


def _has(rule: Rule, hook: str) -> bool:
    """Whether a rule overrides a hook."""
    return getattr(type(rule), hook) is not getattr(Rule, hook)
