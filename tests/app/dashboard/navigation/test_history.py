"""Places left behind, to go back to and forth again."""

from __future__ import annotations

from tracetop.app.dashboard.navigation.history import MOST_PLACES, History, Place

A, B, C, D = (Place(event, 0) for event in (10, 20, 30, 40))


def test_back_and_forward_like_a_browser():
    history = History()
    history.leave(A)
    history.leave(B)
    assert history.back(C) == B
    assert history.back(B) == A
    assert history.back(A) is None
    assert history.forward(A) == B
    assert history.forward(B) == C
    assert history.forward(C) is None


def test_a_new_jump_forgets_what_was_ahead():
    history = History()
    history.leave(A)
    assert history.back(B) == A
    history.leave(A)
    assert not history.can_go_forward
    assert history.forward(D) is None


def test_going_back_never_stays_where_it_is():
    history = History()
    history.leave(A)
    history.leave(B)
    assert history.back(B) == A


def test_the_same_place_is_kept_once():
    history = History()
    history.leave(A)
    history.leave(A)
    assert history.back(B) == A
    assert not history.can_go_back


def test_the_same_event_in_another_pane_is_another_place():
    history = History()
    history.leave(Place(10, 0))
    assert history.back(Place(10, 3)) == Place(10, 0)


def test_the_oldest_places_are_forgotten_first():
    history = History()
    for event in range(MOST_PLACES + 5):
        history.leave(Place(event, 0))
    here, seen = Place(-1, 0), []
    while (place := history.back(here)) is not None:
        seen.append(place.event)
        here = place
    assert seen == list(range(MOST_PLACES + 4, 4, -1))


def test_a_trace_that_starts_over_has_no_history():
    history = History()
    history.leave(A)
    history.back(B)
    history.leave(C)
    history.forget()
    assert not history.can_go_back
    assert not history.can_go_forward
