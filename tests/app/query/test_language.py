"""The language's table says everything that there is, and nothing else."""

from __future__ import annotations

import re

import pytest
from tracetop.app.query.fields import FIELDS, FLAGS
from tracetop.app.query.language import HINTS, LANGUAGE, language_help
from tracetop.app.query.matching import Query


def test_every_field_and_flag_is_told() -> None:
    told = " ".join(f"{example} {meaning}" for example, meaning in LANGUAGE)
    assert {f"{name}:" for name in FIELDS} <= set(re.findall(r"\w+:", told))
    assert set(FLAGS) <= {example for example, _ in LANGUAGE}


@pytest.mark.parametrize("example", [example for example, _ in LANGUAGE] + list(HINTS))
def test_every_example_has_a_meaning(example: str) -> None:
    Query(example)


def test_the_help_fits_80_columns() -> None:
    assert max(map(len, language_help().splitlines())) <= 80
