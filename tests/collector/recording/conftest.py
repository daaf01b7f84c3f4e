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


@pytest.fixture
def memory():
    return TraceCollector(None, "s")


def events_of(collector):
    return [json.loads(line) for line in collector.lines()]


RING: dict = {}
RING["ring"] = RING
