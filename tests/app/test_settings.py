"""The settings: what the file, the environment and the command line may say, and what becomes of what they may not."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
from tracetop.analysis.prices import Price, Prices
from tracetop.app.dashboard.screen import FRAMES_PER_SECOND
from tracetop.app.dashboard.screen import LAYOUTS as LAYOUTS_OF_THE_SCREEN
from tracetop.app.list_prices import ListPrices
from tracetop.app.settings.config_file import config_path, read_config, told_path
from tracetop.app.settings.effective import EffectiveSettings, effective_settings
from tracetop.app.settings.example import example, write_example
from tracetop.app.settings.settings import LAYOUTS, OPTIONS, Settings

Hold = Callable[..., EffectiveSettings]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "config.toml"


@pytest.fixture
def hold(file: Path) -> Hold:
    """Return a function that finds out what holds with this text in the file."""

    def find_out(text: str = "", environ: dict[str, str] | None = None, **given: str | None) -> EffectiveSettings:
        file.write_text(text, encoding="utf-8")
        return effective_settings(given, {"TRACETOP_CONFIG": str(file), **(environ or {})})

    return find_out


def test_without_a_file_all_is_as_built_in(tmp_path: Path) -> None:
    effective = effective_settings(environ={"TRACETOP_CONFIG": str(tmp_path / "none.toml")})
    assert effective.settings == Settings()
    assert not effective.problems
    assert effective.origin("theme") == "default"
    assert effective.file is not None
    assert not effective.file.exists


def test_what_is_built_in_is_what_the_screen_does() -> None:
    assert LAYOUTS == LAYOUTS_OF_THE_SCREEN
    assert Settings().frame_rate == FRAMES_PER_SECOND
    assert Settings().layout == "overview"


def test_a_whole_file(hold: Hold) -> None:
    effective = hold(
        """
        theme = "nord"
        frame_rate = 30
        layout = "tree"

        [keys]
        "trace.zoom" = "z, f11"
        trace.help = "f1"

        [prices."claude-*"]
        input = 3
        output = 15.5
        cache_read = 0.3
        cache_write = 3.75
        [prices.gpt-4.1]
        input = 2
        """
    )
    assert effective.problems == ()
    settings = effective.settings
    assert (settings.theme, settings.frame_rate, settings.layout) == ("nord", 30, "tree")
    assert settings.keys == {"trace.zoom": "z,f11", "trace.help": "f1"}
    assert settings.prices.by_model == {
        "claude-*": Price(3.0, 15.5, 0.3, 3.75),
        "gpt-4.1": Price(input=2.0),
    }
    assert effective.origins == {
        "theme": "file, line 2",
        "frame_rate": "file, line 3",
        "layout": "file, line 4",
        "keys.trace.zoom": "file, line 7",
        "keys.trace.help": "file, line 8",
        "prices.claude-*": "file, line 10",
        "prices.gpt-4.1": "file, line 15",
    }


BAD_VALUES = [
    ("theme = 3", "theme: 3 is no name of a theme"),
    ('theme = ""', 'theme: "" is no name of a theme'),
    ('theme = "a\\u001bb"', "is no name of a theme"),
    (f'theme = "{"x" * 300}"', "… is no name of a theme"),
    ("frame_rate = 500", "frame_rate: 500 is not between 1 and 60"),
    ("frame_rate = 0", "frame_rate: 0 is not between 1 and 60"),
    ("frame_rate = -1", "frame_rate: -1 is not between 1 and 60"),
    ("frame_rate = 12.5", "frame_rate: 12.5 is no whole number"),
    ("frame_rate = nan", "frame_rate: nan is no whole number"),
    ("frame_rate = true", "frame_rate: true is no whole number"),
    ('frame_rate = "fast"', 'frame_rate: "fast" is no whole number'),
    ("frame_rate = [12]", "frame_rate: a list is no whole number"),
    ("frame_rate = {}", "frame_rate: a table is no whole number"),
    ('layout = "timelin"', 'layout: "timelin" is no layout; did you mean timeline?'),
    ('layout = "xyz"', 'layout: "xyz" is no layout; there are overview, timeline, tree, tokens, cache, issues'),
    ("layout = 1", "layout: 1 is no layout; there are"),
    ('layout = ["tree"]', "layout: a list is no layout"),
    ('keys = "z"', 'keys: "z" is no table'),
    ('[keys]\n"trace.zoom" = 3', "keys.trace.zoom: 3 is no text"),
    ('[keys]\n"trace.zoom" = ["z"]', "keys.trace.zoom: a list is no text"),
    ('[keys]\n"trace.zoom" = ""', 'keys.trace.zoom: "" names no key'),
    ('[keys]\n"trace.zoom" = "z,,y"', 'keys.trace.zoom: "z,,y" names no key; the comma itself is called "comma"'),
    ("prices = 3", "prices: 3 is no table"),
    ("[prices]\nm = 3", "prices.m: 3 is no table of prices"),
    ("rules = 3", "rules: 3 is no table"),
    ("[rules]\ncycle = 3", "rules.cycle: 3 is no table; [rules.cycle] is meant"),
    ("[rules.cycles]\nrounds = 3", 'rules.cycles.rounds: "cycles" is no rule; did you mean cycle?'),
    ("[rules.cycle]\nround = 3", 'rules.cycle.round: "round" is no threshold; did you mean rounds?'),
    ("[rules.cycle]\nrounds = 1", "rules.cycle.rounds: 1 is not between 2 and 1,000"),
    ("[rules.cycle]\nrounds = 2.5", "rules.cycle.rounds: 2.5 is no whole number"),
    ("[rules.cycle]\nrounds = true", "rules.cycle.rounds: true is no number"),
    ("[rules.slow_outlier]\ntimes = nan", "rules.slow_outlier.times: nan is not between 1 and 1e+06"),
    ('[rules.cycle]\nmuted = "yes"', 'rules.cycle.muted: "yes" is neither true nor false'),
    ("[prices.m]\ninput = -1", "prices.m.input: -1 is not between 0 and 1,000,000 dollars"),
    ("[prices.m]\ninput = 1e9", "prices.m.input: 1000000000.0 is not between"),
    ("[prices.m]\ninput = nan", "prices.m.input: nan is not between"),
    ("[prices.m]\ninput = inf", "prices.m.input: inf is not between"),
    (f"[prices.m]\ninput = 0x{'f' * 400}", "prices.m.input: "),
    ('[prices.m]\ninput = "3"', 'prices.m.input: "3" is no number of dollars'),
    ("[prices.m]\ninput = true", "prices.m.input: true is no number of dollars"),
    ("[prices.m]\nimput = 3", 'prices.m.imput: "imput" is no price; did you mean input?'),
    ("[prices.m]\nx = 3", "there are input, output, cache_read, cache_write"),
    ('thme = "x"', "thme: no such setting; did you mean theme?"),
    (
        "[colours]\nx = 1",
        "colours: no such setting; there are theme, frame_rate, layout, index, list_prices, keys, prices",
    ),
]


@pytest.mark.parametrize(("text", "message"), BAD_VALUES, ids=[text[:40] for text, _ in BAD_VALUES])
def test_a_bad_value_is_told_in_a_line_and_passed_over(hold: Hold, file: Path, text: str, message: str) -> None:
    effective = hold(text)
    [problem] = effective.problems
    assert problem.startswith(f"{file}: ")
    assert message in problem
    assert len(problem) < 300
    assert effective.settings == Settings()


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        (b"theme = ", "is no TOML: Invalid value (at end of document)"),
        (b"theme = 'a'\nframe_rate 3\n", "is no TOML: Expected '=' after a key in a key/value pair (at line 2, "),
        (b"theme = \"\xff\"", "is no UTF-8 text"),
        (b"frame_rate = " + b"9" * 5000, "is no TOML: "),
        (b"x = " + b"[" * 5000, "is no TOML: "),
    ],
    ids=["no value", "no =", "no UTF-8", "an endless number", "an abyss"],
)  # fmt: skip
def test_a_file_that_cannot_be_read_counts_for_nothing(file: Path, raw: bytes, message: str) -> None:
    file.write_bytes(raw)
    effective = effective_settings(environ={"TRACETOP_CONFIG": str(file)})
    [problem] = effective.problems
    assert problem.startswith(f"{file}: {message}")
    assert effective.settings == Settings()


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    effective = effective_settings(environ={"TRACETOP_CONFIG": str(tmp_path)})
    assert effective.problems == (f"{tmp_path}: cannot be read: Is a directory",)


def test_good_values_hold_beside_bad_ones(hold: Hold) -> None:
    effective = hold('theme = "nord"\nframe_rate = 0\n[prices.m]\ninput = 1\noutput = "x"\n[keys]\na = 1\nb = "x"\n')
    assert effective.settings.theme == "nord"
    assert effective.settings.prices.by_model == {"m": Price(input=1.0)}
    assert effective.settings.keys == {"b": "x"}
    assert len(effective.problems) == 3


def test_keys_nested_beyond_reason_are_told(hold: Hold) -> None:
    effective = hold("keys." + ".".join("a" * 60) + ' = "z"\nprices.' + ".".join("b" * 60) + " = 1\n")
    assert len(effective.problems) == 2
    assert effective.settings == Settings()


def test_the_command_line_goes_before_the_environment_and_that_before_the_file(hold: Hold) -> None:
    text = 'theme = "in-file"\nframe_rate = 20\nlayout = "tree"'
    environ = {"TRACETOP_THEME": "in-environment", "TRACETOP_FRAME_RATE": "30"}
    effective = hold(text, environ, theme="given")
    settings = effective.settings
    assert (settings.theme, settings.frame_rate, settings.layout) == ("given", 30, "tree")
    assert effective.origin("theme") == "command line"
    assert effective.origin("frame_rate") == "environment, TRACETOP_FRAME_RATE"
    assert effective.origin("layout") == "file, line 3"
    effective = hold(text, environ, theme=None)
    assert (effective.settings.theme, effective.origin("theme")) == ("in-environment", "environment, TRACETOP_THEME")
    assert not effective.problems


@pytest.mark.parametrize(
    ("variable", "value", "message"),
    [
        ("TRACETOP_FRAME_RATE", "500", "TRACETOP_FRAME_RATE: 500 is not between 1 and 60"),
        ("TRACETOP_FRAME_RATE", "fast", 'TRACETOP_FRAME_RATE: "fast" is no whole number'),
        ("TRACETOP_FRAME_RATE", "9" * 5000, "is no whole number"),
        ("TRACETOP_LAYOUT", "tee", 'TRACETOP_LAYOUT: "tee" is no layout; did you mean tree?'),
        ("TRACETOP_THEME", "\x1b[31m", "is no name of a theme"),
    ],
)
def test_a_bad_value_in_the_environment_gives_way_to_the_file(
    hold: Hold, variable: str, value: str, message: str
) -> None:
    effective = hold('theme = "nord"\nframe_rate = 20\nlayout = "tree"', {variable: value})
    [problem] = effective.problems
    assert message in problem
    assert (effective.settings.theme, effective.settings.frame_rate, effective.settings.layout) == ("nord", 20, "tree")


@pytest.mark.parametrize(
    ("text", "holds"), [("index = false", False), ("index = true", True), ("index = 'off'", False)]
)
def test_whether_large_traces_are_indexed_may_be_said_in_the_file(hold: Hold, text: str, holds: bool) -> None:
    effective = hold(text)
    assert (effective.settings.index, effective.problems) == (holds, ())


def test_and_in_the_environment_and_on_the_command_line(hold: Hold) -> None:
    assert not hold("index = true", {"TRACETOP_INDEX": "0"}).settings.index
    assert not hold("index = true", {"TRACETOP_INDEX": "yes"}, index="false").settings.index
    [problem] = hold("", {"TRACETOP_INDEX": "maybe"}).problems
    assert problem == 'TRACETOP_INDEX: "maybe" is neither true nor false'


def test_an_empty_variable_is_as_good_as_none(hold: Hold) -> None:
    assert hold("", {"TRACETOP_THEME": "", "TRACETOP_LAYOUT": ""}) == hold("")


def test_where_the_file_is(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    usual = tmp_path / ".config" / "tracetop" / "config.toml"
    assert config_path({}) == usual
    assert config_path({"XDG_CONFIG_HOME": "/etc/xdg"}) == Path("/etc/xdg/tracetop/config.toml")
    assert config_path({"XDG_CONFIG_HOME": "relative"}) == usual
    assert config_path({"XDG_CONFIG_HOME": ""}) == usual
    assert config_path({"TRACETOP_CONFIG": "x.toml", "XDG_CONFIG_HOME": "/etc/xdg"}) == Path("x.toml")
    assert config_path({"TRACETOP_CONFIG": "~/x.toml"}) == tmp_path / "x.toml"
    assert config_path({"TRACETOP_CONFIG": ""}) == usual
    assert told_path(usual) == "~/.config/tracetop/config.toml"
    usual.parent.mkdir(parents=True)
    usual.write_text("frame_rate = 500")
    assert effective_settings(environ={}).problems == (
        "~/.config/tracetop/config.toml: frame_rate: 500 is not between 1 and 60",
    )


def test_lines_are_found_past_what_spans_several(file: Path) -> None:
    file.write_text(
        'a = """\nb = 1\n"""\n# c = 2\n[t]\nd = [\n  1,\n]\n"e.f" = 3 # g = 4\n[t.u]\n[[v]]\nw = 1\n', newline=""
    )
    lines = read_config(file).lines
    assert lines[("t",)] == 5
    assert lines[("t", "e.f")] == 9
    assert lines[("t", "u")] == 10
    assert ("c",) not in lines
    assert ("t", "g") not in lines


def test_a_setting_taken_back_is_told_as_from_where_it_came(hold: Hold, file: Path) -> None:
    effective = hold('theme = "x"\n[keys]\n"a.b" = "z"\nc = "y"', {"TRACETOP_LAYOUT": "tree"})
    effective = effective.without("theme", "no theme").without("keys.a.b", "no binding").without("layout", "no room")
    assert effective.settings == Settings(keys={"c": "y"})
    assert effective.problems == (
        f"{file}: theme: no theme",
        f"{file}: keys.a.b: no binding",
        "TRACETOP_LAYOUT: no room",
    )
    assert set(effective.origins) == {"keys.c"}
    assert hold("", theme="x").without("theme", "no theme").problems == ("--theme: no theme",)


def uncommented(text: str) -> str:
    """What a user gets who takes away every `#` that stands right before a setting."""
    return "\n".join(
        line[1:] if line.startswith("#") and not line.startswith("# ") else line for line in text.split("\n")
    )


def test_the_example_changes_nothing_and_shows_everything(hold: Hold) -> None:
    assert tomllib.loads(example()) == {}
    effective = hold(uncommented(example()))
    assert effective.problems == ()
    settings = effective.settings
    assert (settings.theme, settings.frame_rate, settings.layout) == ("tracetop", 12, "overview")
    assert settings.keys
    [price] = settings.prices.by_model.values()
    assert None not in (price.input, price.output, price.cache_read, price.cache_write)
    assert set(tomllib.loads(uncommented(example()))) == {field.name for field in fields(Settings)}
    assert all(option.meaning in example() and option.variable in example() for option in OPTIONS)
    assert max(map(len, example().split("\n"))) <= 150


def test_the_example_is_written_with_its_folders_and_over_nothing(tmp_path: Path) -> None:
    path = tmp_path / "a" / "tracetop" / "config.toml"
    write_example(path)
    assert path.read_text() == example()
    assert path.parent.stat().st_mode & 0o777 == 0o700
    path.write_text("mine")
    with pytest.raises(FileExistsError):
        write_example(path)
    assert path.read_text() == "mine"
    link = tmp_path / "link.toml"
    link.symlink_to(tmp_path / "elsewhere.toml")
    with pytest.raises(FileExistsError):
        write_example(link)
    assert not (tmp_path / "elsewhere.toml").exists()


def test_list_prices_stand_behind_the_user_s_unless_they_are_turned_off(hold: Hold) -> None:
    assert hold("[prices.m]\ninput = 1").settings.prices == Prices({"m": Price(input=1.0)}, ListPrices())
    assert hold("list_prices = false\n[prices.m]\ninput = 1").settings.prices == Prices({"m": Price(input=1.0)})
    assert hold("", {"TRACETOP_LIST_PRICES": "no"}).settings.prices == Prices()
    assert hold("list_prices = 3").settings.list_prices


def test_every_option_is_documented() -> None:
    assert [option.name for option in OPTIONS] == ["theme", "frame_rate", "layout", "index", "list_prices"]
    values: list[Any] = [getattr(Settings(), option.name) for option in OPTIONS]
    assert [option.check(value) for option, value in zip(OPTIONS, values, strict=True)] == values


def test_rules_are_tuned_and_muted(hold: Hold) -> None:
    effective = hold("[rules.cycle]\nrounds = 4\n[rules.blind_edit]\nmuted = true\n[rules.polling]\nmuted = false\n")
    assert not effective.problems
    rules = effective.settings.rules
    assert (rules.of("cycle", "rounds"), rules.of("polling", "calls")) == (4, 5)
    assert rules.muted == {"blind_edit"}
    assert effective.origin("rules.cycle.rounds") == "file, line 2"
