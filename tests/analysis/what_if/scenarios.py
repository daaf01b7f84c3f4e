"""The scenarios that are told of events: all of them, those of a family, or one."""

from __future__ import annotations

from typing import Any

from tracetop.analysis import Session
from tracetop.analysis.cache.losses import CacheLosses
from tracetop.analysis.prices import Prices
from tracetop.analysis.rules.second_pass import SecondPass
from tracetop.analysis.rules.thresholds import DEFAULT_TUNING, Tuning
from tracetop.analysis.what_if.scenario import Choice, Scenario
from tracetop.analysis.what_if.what_if import WhatIf
from tracetop.collector.events import TraceEvent

from .prices import PRICES


def what_if_of(events: list[TraceEvent], prices: Prices | None = PRICES, tuning: Tuning = DEFAULT_TUNING) -> WhatIf:
    session = Session(prices)
    session.apply_events(events)
    return WhatIf(SecondPass(session, tuning, CacheLosses(session, events.__getitem__)))


def choices(events: list[TraceEvent], *more: Any) -> tuple[Choice, ...]:
    return what_if_of(events, *more).all(len(events))


def choice(events: list[TraceEvent], family: str, *more: Any) -> Choice:
    return next(each for each in choices(events, *more) if each.options[0].family == family)


def only(events: list[TraceEvent], family: str, *more: Any) -> Scenario:
    (told,) = choice(events, family, *more).options
    return told


def option(events: list[TraceEvent], family: str, name: str, *more: Any) -> Scenario:
    return next(each for each in choice(events, family, *more).options if each.option == name)
