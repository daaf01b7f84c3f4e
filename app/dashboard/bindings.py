"""The dashboard's keys: which key does what, under which name it can be given another key."""

from __future__ import annotations

from textual.binding import Binding, BindingType

BINDINGS: list[BindingType] = [
    Binding("ctrl+d", "close", "Close", priority=True, id="trace.toggle", tooltip="Close the dashboard"),
    Binding("escape", "peel", "Back", show=False, id="trace.back", tooltip="Close what is open, topmost first"),
    Binding("slash", "search", "Search", key_display="/", id="trace.search", tooltip="Search the events"),
    Binding("n", "found_next", "Next found", show=False, id="trace.found_next", tooltip="Next event found"),
    Binding("N", "found_previous", "Previous found", show=False, id="trace.found_previous"),
    Binding("F", "filter", "Filter", id="trace.filter", tooltip="Show only some events in the timeline"),
    Binding("e", "next('error')", "Error", id="trace.error", tooltip="Next error"),
    Binding("E", "previous('error')", "Previous error", show=False, id="trace.error_before"),
    Binding("i", "next('issue')", "Issue", id="trace.issue", tooltip="Next issue"),
    Binding("I", "previous('issue')", "Previous issue", show=False, id="trace.issue_before"),
    Binding("b", "next('break')", "Break", id="trace.break", tooltip="Next cache break"),
    Binding("B", "previous('break')", "Previous cache break", show=False, id="trace.break_before"),
    Binding("space", "play", "Pause", key_display="space", id="trace.play", tooltip="Pause, or play from here"),
    Binding("z", "zoom", "Zoom", id="trace.zoom", tooltip="Show the active pane only"),
    Binding("v", "evidence(1)", "Evidence", id="trace.evidence", tooltip="Next proof of the issue"),
    Binding("V", "evidence(-1)", "Previous evidence", show=False, id="trace.evidence_before"),
    Binding("J", "jump", "Jump", id="trace.jump", tooltip="Type the letters on what you want to go to"),
    Binding("u,alt+left", "back", "Go back", id="trace.visited_before", tooltip="Where you were before"),
    Binding("U,alt+right", "forward", "Go forward", show=False, id="trace.visited_after", tooltip="And forth again"),
    Binding("question_mark", "help", "Help", key_display="?", id="trace.help", tooltip="Every key"),
    Binding("q", "quit_tracetop", "Quit", id="trace.quit", tooltip="Quit tracetop"),
    Binding("1", "pane(0)", "Timeline", show=False, id="trace.pane1", tooltip="The timeline"),
    Binding("2", "pane(1)", "Tree", show=False, id="trace.pane2", tooltip="The iteration tree"),
    Binding("3", "pane(2)", "Tokens", show=False, id="trace.pane3", tooltip="The token flow"),
    Binding("4", "pane(3)", "Cache", show=False, id="trace.pane4", tooltip="The cache boundary"),
    Binding("5", "pane(4)", "Issues", show=False, id="trace.pane5", tooltip="The issues"),
    Binding("tab", "next_pane(1)", "Next pane", show=False, id="trace.next_pane"),
    Binding("shift+tab", "next_pane(-1)", "Previous pane", show=False, id="trace.previous_pane"),
    Binding(
        "comma", "step(-1)", "Step back", show=False, key_display=",", id="trace.step_back", tooltip="One event back"
    ),
    Binding("full_stop", "step(1)", "Step", show=False, key_display=".", id="trace.step", tooltip="One event on"),
    Binding(
        "left_square_bracket",
        "previous('iteration')",
        "Previous iteration",
        show=False,
        key_display="[",
        id="trace.iteration_before",
    ),
    Binding(
        "right_square_bracket",
        "next('iteration')",
        "Next iteration",
        show=False,
        key_display="]",
        id="trace.iteration",
    ),
    Binding("plus,equals_sign", "speed(1)", "Faster", show=False, key_display="+", id="trace.faster"),
    Binding("minus", "speed(-1)", "Slower", show=False, key_display="-", id="trace.slower"),
    # With priority, for in lists these keys would mean the list's own first and last row.
    Binding("home", "first", "First", show=False, priority=True, id="trace.first", tooltip="The first event"),
    Binding("end", "live", "Live", show=False, priority=True, id="trace.live", tooltip="The newest event, and follow"),
    Binding("f", "live", "Follow", priority=True, id="trace.follow", tooltip="The newest event, and follow"),
    Binding("y", "copy", "Copy", id="trace.copy", tooltip="Copy the event's line"),
    Binding("colon", "go_to", "Go to", key_display=":", id="trace.go_to", tooltip="An event, iteration or time"),
]
