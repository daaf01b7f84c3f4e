"""The user's keys: which wishes can be met."""

from __future__ import annotations

import pytest
from tracetop.app.keymap import bound, usable_keys


def test_every_binding_of_ours_has_an_id_and_says_what_it_does() -> None:
    ours = bound()
    assert {
        "trace.zoom",
        "trace.toggle",
        "browser.quit",
        "browser.sort",
        "wall.open",
        "rows.down",
        "tree.fold",
        "chart.next",
    } <= {each.id for each in ours}
    assert not [each for each in ours if not each.id or not each.words or not each.keys]


def test_nothing_asked_for_is_nothing_changed() -> None:
    assert usable_keys({}) == ({}, {})


@pytest.mark.parametrize(
    ("keys", "taken"),
    [
        ("f11", "f11"),
        ("z,f11", "z,f11"),
        (" f11 , ctrl+t ", "f11,ctrl+t"),
        ("%", "percent_sign"),
        ("ctrl+f1,alt+x,shift+f3", "ctrl+f1,alt+x,shift+f3"),
        ("ä", "ä"),
    ],
)
def test_free_keys_are_taken(keys: str, taken: str) -> None:
    assert usable_keys({"trace.zoom": keys}) == ({"trace.zoom": taken}, {})


@pytest.mark.parametrize(
    ("wishes", "reason"),
    [
        ({"trace.zom": "x"}, "no binding has this id; did you mean trace.zoom?"),
        ({"x": "y"}, "no binding has this id (see"),
        ({"trace.zoom": "contrl+x"}, 'no key is called "contrl+x"'),
        ({"trace.zoom": "f11,bckspace"}, 'no key is called "bckspace"'),
        ({"trace.zoom": "ctrl+"}, "no key is called"),
        ({"trace.zoom": "?"}, "question_mark is the key of trace.help"),
        ({"trace.zoom": "q"}, "q is the key of trace.quit"),
        ({"trace.zoom": "j"}, "j is the key of rows.down"),
        ({"rows.down": "z"}, "z is the key of trace.zoom"),
        ({"tree.fold": "z"}, "z is the key of trace.zoom"),
        ({"trace.zoom": "ctrl+q"}, "ctrl+q is the key of"),
        ({"trace.zoom": "ctrl+p"}, 'ctrl+p is the key of "Command palette"'),
        ({"browser.quit": "enter"}, "enter is the key of rows.choose"),
        ({"trace.toggle": "r"}, "r is the key of browser.reread"),
    ],
)
def test_what_cannot_be_is_told_and_left_as_it_is(wishes: dict[str, str], reason: str) -> None:
    met, refused = usable_keys(wishes)
    assert met == {}
    [(id, told)] = refused.items()
    assert id in wishes
    assert told.startswith(reason)


def test_two_wishes_for_one_key_the_first_has_it() -> None:
    met, refused = usable_keys({"trace.zoom": "f9", "trace.help": "f9", "browser.quit": "f9"})
    assert met == {"trace.zoom": "f9", "browser.quit": "f9"}
    assert refused == {"trace.help": "f9 is the key of trace.zoom (Show the active pane only)"}


def test_keys_may_be_swapped() -> None:
    swap = {"trace.zoom": "e", "trace.error": "z"}
    assert usable_keys(swap) == (swap, {})


def test_a_key_that_a_refused_wish_keeps_is_not_free() -> None:
    met, refused = usable_keys({"trace.zoom": "j", "trace.copy": "z"})
    assert met == {}
    assert set(refused) == {"trace.zoom", "trace.copy"}


def test_what_is_never_in_force_together_may_share_keys() -> None:
    wishes = {"browser.reread": "z", "jump.leave": "q"}
    assert usable_keys(wishes) == (wishes, {})


def test_no_two_keys_of_the_dashboard_are_the_same() -> None:
    keys = [(each.owner, key) for each in bound() if each.id.startswith("trace.") for key in each.keys]
    assert len(keys) == len(set(keys))
