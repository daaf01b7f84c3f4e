"""Where cost comes from."""

from __future__ import annotations

import json

from tracetop.analysis.prices import Price, Prices
from tracetop.app.fold_apart import Folding
from tracetop.app.list_prices import ListPrices
from tracetop.app.reports.folder import folder_json, folder_text, total_of
from tracetop.app.reports.report import report_object, report_text
from tracetop.app.reports.tokens import tokens_text
from tracetop.app.trace import Trace, load_trace

from .conftest import FULL, Traces, response, row_of, text_of


def priced(make: Traces, prices: Prices) -> Trace:
    calls = [
        response(0, 1, model="claude-sonnet-4", input_tokens=1000, output_tokens=100),
        response(1, 2, model="mine", input_tokens=1000, output_tokens=100),
        response(2, 3, model="m", input_tokens=1000, output_tokens=100),
        response(3, 4, model="m", input_tokens=1000, output_tokens=100),
        response(4, 5, input_tokens=1000, output_tokens=100),
        response(5, 6, model="claude-sonnet-4", tokens=10),
        response(6, 7, model="\x1b[31mred", input_tokens=1000, output_tokens=100),
    ]
    make(*calls)
    return load_trace(make.path, prices=prices)


MINE = {"mine": Price(input=1.0, output=1.0)}


def test_the_report_says_whose_prices_and_which_models_have_none(make: Traces) -> None:
    trace = priced(make, Prices(MINE, ListPrices()))
    for text in (text_of(report_text(trace, 200)), text_of(tokens_text(trace, 200))):
        prose = " ".join(text.split())
        assert f"estimated by {ListPrices().name} and your prices for 1 model (see: tracetop config)" in prose
        assert "No price is known of m (2 calls), a model without a name (1 call)," in prose
        assert "Of 1 call the trace says too little" in prose
        assert "\x1b" not in text
    report = report_object(trace)
    assert report["cost_estimated"] is True
    assert report["price_source"] == f"{ListPrices().name}, config"
    assert report["unpriced"][:2] == [{"model": "m", "calls": 2}, {"model": None, "calls": 1}]


def test_of_many_models_without_a_price_some_are_named(make: Traces) -> None:
    text = " ".join(text_of(tokens_text(make(*(response(0, 1, model=f"m{number}", input_tokens=1, output_tokens=1)
                                               for number in range(9))), 200)).split())  # fmt: skip
    assert "No price is known of m0 (1 call)," in text
    assert "m4 (1 call) … and 4 more: what they cost is in no total." in text


def test_one_source_is_named_alone_and_none_not_at_all(make: Traces) -> None:
    assert report_object(priced(make, Prices(MINE)))["price_source"] == "config"
    assert "by your prices for 1 model (" in " ".join(text_of(report_text(priced(make, Prices(MINE)), 200)).split())
    report = report_object(priced(make, Prices()))
    assert "price_source" not in report
    assert {each["model"] for each in report["unpriced"]} >= {"claude-sonnet-4", "mine", "m"}
    measured = make(*FULL)
    assert not {"price_source", "unpriced"} & set(report_object(measured))
    assert "price" not in text_of(report_text(measured, 200))


def test_a_folder_s_report_marks_what_is_estimated_of_a_model(make: Traces) -> None:
    priced(make, Prices())
    folded = [Folding(Prices(MINE, ListPrices())).fold(make.path)]
    report = json.loads(folder_json("f", folded, total_of(folded)))
    assert report["price_source"] == f"{ListPrices().name}, config"
    assert {"model": "m", "calls": 2} in report["unpriced"]
    assert report["models"]["mine"]["cost_estimated"] is True
    assert "cost_estimated" not in report["models"]["m"]
    assert report["by_session"][0]["cost_estimated"] is True
    text = text_of(folder_text("f", folded, total_of(folded), 200))
    assert row_of(text, "mine")[-1] == "~$0.0011"
    assert f"estimated by {ListPrices().name} and your prices (see" in text
    assert "No price is known of m (2 calls)" in text
