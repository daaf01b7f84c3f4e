"""The dashboard's keys: which key does what, under which name it can be given another key."""

from __future__ import annotations

from textual.binding import Binding, BindingType

_FIND, _GO_TO, _REPLAY, _MARK, _PANES, _MORE = map(
    Binding.Group, ("find", "go to", "step and replay", "bookmarks", "panes", "more")
)

BINDINGS: list[BindingType] = [
    Binding("ctrl+d", "close", "Close", priority=True, id="trace.toggle", group=_MORE, tooltip="Close the dashboard"),
    Binding(
        "escape", "peel", "Back", show=False, id="trace.back", group=_MORE, tooltip="Close what is open, topmost first"
    ),
    Binding("slash", "search", "Search", key_display="/", id="trace.search", group=_FIND, tooltip="Search the events"),
    Binding(
        "n", "found_next", "Next found", show=False, id="trace.found_next", group=_FIND, tooltip="Next event found"
    ),
    Binding(
        "N",
        "found_previous",
        "Previous found",
        show=False,
        id="trace.found_previous",
        group=_FIND,
        tooltip="Previous event found",
    ),
    Binding("F", "filter", "Filter", id="trace.filter", group=_FIND, tooltip="Show only some events in the timeline"),
    Binding("e", "next('error')", "Error", id="trace.error", group=_GO_TO, tooltip="Next error"),
    Binding("E", "previous('error')", "Previous error", show=False, id="trace.error_before", group=_GO_TO),
    Binding("i", "next('issue')", "Issue", id="trace.issue", group=_GO_TO, tooltip="Next issue"),
    Binding("I", "previous('issue')", "Previous issue", show=False, id="trace.issue_before", group=_GO_TO),
    Binding("b", "next('break')", "Break", id="trace.break", group=_GO_TO, tooltip="Next cache break"),
    Binding("B", "previous('break')", "Previous cache break", show=False, id="trace.break_before", group=_GO_TO),
    Binding(
        "c",
        "next('compaction')",
        "Compaction",
        show=False,
        id="trace.compaction",
        group=_GO_TO,
        tooltip="Next compaction",
    ),
    Binding(
        "C", "previous('compaction')", "Previous compaction", show=False, id="trace.compaction_before", group=_GO_TO
    ),
    Binding(
        "space",
        "play",
        "Pause",
        key_display="space",
        id="trace.play",
        group=_REPLAY,
        tooltip="Pause, or play from here",
    ),
    Binding("z", "zoom", "Zoom", id="trace.zoom", group=_PANES, tooltip="Show the active pane only"),
    Binding("v", "evidence(1)", "Evidence", id="trace.evidence", group=_GO_TO, tooltip="Next proof of the issue"),
    Binding("V", "evidence(-1)", "Previous evidence", show=False, id="trace.evidence_before", group=_GO_TO),
    Binding(
        "m",
        "bookmark",
        "Bookmark",
        show=False,
        id="trace.bookmark",
        group=_MARK,
        tooltip="Bookmark the event, with a note",
    ),
    Binding("M", "bookmarks", "Bookmarks", show=False, id="trace.bookmarks", group=_MARK, tooltip="All bookmarks"),
    Binding(
        "apostrophe",
        "next_bookmark",
        "Next bookmark",
        show=False,
        key_display="'",
        id="trace.next_bookmark",
        group=_MARK,
    ),
    Binding(
        "quotation_mark",
        "previous_bookmark",
        "Previous bookmark",
        show=False,
        key_display='"',
        id="trace.previous_bookmark",
        group=_MARK,
    ),
    Binding("J", "jump", "Jump", id="trace.jump", group=_GO_TO, tooltip="Type the letters on what you want to go to"),
    Binding("u,alt+left", "back", "Go back", id="trace.visited_before", group=_GO_TO, tooltip="Where you were before"),
    Binding(
        "U,alt+right",
        "forward",
        "Go forward",
        show=False,
        id="trace.visited_after",
        group=_GO_TO,
        tooltip="And forth again",
    ),
    Binding(
        "R",
        "reading",
        "Stop reading",
        show=False,
        id="trace.reading",
        group=_MORE,
        tooltip="Stop reading, or read on",
    ),
    Binding("question_mark", "help", "Help", key_display="?", id="trace.help", group=_MORE, tooltip="Every key"),
    Binding("q", "quit_tracetop", "Quit", id="trace.quit", group=_MORE, tooltip="Quit tracetop"),
    Binding("1", "pane(0)", "Timeline", show=False, id="trace.pane1", group=_PANES, tooltip="The timeline"),
    Binding("2", "pane(1)", "Tree", show=False, id="trace.pane2", group=_PANES, tooltip="The iteration tree"),
    Binding("3", "pane(2)", "Tokens", show=False, id="trace.pane3", group=_PANES, tooltip="The token flow"),
    Binding("4", "pane(3)", "Cache", show=False, id="trace.pane4", group=_PANES, tooltip="The cache boundary"),
    Binding("5", "pane(4)", "Issues", show=False, id="trace.pane5", group=_PANES, tooltip="The issues"),
    Binding("tab", "next_pane(1)", "Next pane", show=False, id="trace.next_pane", group=_PANES),
    Binding("shift+tab", "next_pane(-1)", "Previous pane", show=False, id="trace.previous_pane", group=_PANES),
    Binding(
        "comma",
        "step(-1)",
        "Step back",
        show=False,
        key_display=",",
        id="trace.step_back",
        group=_REPLAY,
        tooltip="One event back",
    ),
    Binding(
        "full_stop",
        "step(1)",
        "Step",
        show=False,
        key_display=".",
        id="trace.step",
        group=_REPLAY,
        tooltip="One event on",
    ),
    Binding(
        "left_square_bracket",
        "previous('iteration')",
        "Previous iteration",
        show=False,
        key_display="[",
        id="trace.iteration_before",
        group=_GO_TO,
    ),
    Binding(
        "right_square_bracket",
        "next('iteration')",
        "Next iteration",
        show=False,
        key_display="]",
        id="trace.iteration",
        group=_GO_TO,
    ),
    Binding("plus,equals_sign", "speed(1)", "Faster", show=False, key_display="+", id="trace.faster", group=_REPLAY),
    Binding("minus", "speed(-1)", "Slower", show=False, key_display="-", id="trace.slower", group=_REPLAY),
    Binding(
        "P",
        "stop_at",
        "Stop at",
        show=False,
        id="trace.stop_at",
        group=_REPLAY,
        tooltip="What a replay stops at: issue, error, break, compaction, a cost",
    ),
    # With priority, for in lists these keys would mean the list's own first and last row.
    Binding(
        "home", "first", "First", show=False, priority=True, id="trace.first", group=_GO_TO, tooltip="The first event"
    ),
    Binding(
        "end",
        "live",
        "Live",
        show=False,
        priority=True,
        id="trace.live",
        group=_GO_TO,
        tooltip="The newest event, and follow",
    ),
    Binding(
        "f", "live", "Follow", priority=True, id="trace.follow", group=_GO_TO, tooltip="The newest event, and follow"
    ),
    Binding("y", "copy", "Copy", id="trace.copy", group=_MORE, tooltip="Copy the event's line"),
    Binding(
        "colon",
        "go_to",
        "Go to",
        key_display=":",
        id="trace.go_to",
        group=_GO_TO,
        tooltip="An event, iteration, share or time",
    ),
]
