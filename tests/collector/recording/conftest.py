"""What tests of recording share."""

import json
from pathlib import Path

import pytest
from tracetop import TraceCollector


class Hostile:
    def __str__(self):
        raise RuntimeError("no text")

    __repr__ = __str__

    def __float__(self):
        raise RuntimeError("no number")


def events_in(path):
    return [json.loads(line) for line in Path(path).read_bytes().splitlines()]


class Clock:
    """Time that passes only when told to."""

    def __init__(self):
        self.now = 1000.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def collector(clock):
    return TraceCollector(None, "s", clock=clock)


@pytest.fixture
def memory():
    return TraceCollector(None, "s")


def events_of(collector):
    return [json.loads(line) for line in collector.lines()]


def kinds_of(collector):
    return [event["kind"] for event in events_of(collector)]


RING: dict = {}
RING["ring"] = RING
