"""What a dashboard shows: where its focus is, what is open, which keys are there."""

from __future__ import annotations


def has_focus(it, pane):
    return it.app.focused is not None and it.screen.query_one(f"#trace-{pane}") in it.app.focused.ancestors


def is_shown(it, selector):
    return it.screen.query_one(selector).has_class("-shown")


def state_of(it, action, *parameters):
    return it.screen.check_action(action, parameters)
