"""Rules about sub-agents and workers."""

from __future__ import annotations

from ... import figures
from ...arguments import preview
from .wording import Wording


def _files(count: float) -> str:
    return "file" if count == 1 else f"{count:.0f} files"


WORDINGS: dict[str, Wording] = {
    "silent_agent": Wording(
        "medium",
        "medium",
        lambda episode, value, count: f"{episode.label} is silent since {figures.duration(value * 1000.0)}",
        lambda episode, value, count: (
            f"The sub-agent {episode.label} had not been heard of for {figures.duration(value * 1000.0)} while others "
            "went on. It has neither completed nor failed, and waits for no call and no agent of its own that the "
            "trace knows."
        ),
        "See whether it hangs; give sub-agents a time limit, and have them say now and then what they are at.",
    ),
    "low_yield_agent": Wording(
        "low",
        "low",
        lambda episode, value, count: f"{episode.label} took {figures.tokens(value)} tokens and told little",
        lambda episode, value, count: (
            f"The sub-agent {episode.label} took {figures.tokens(value)} tokens, changed no file, and told back "
            + (f"no more than: {preview(episode.detail, 160)}" if episode.detail else "nothing at all.")
        ),
        "Ask sub-agents for their findings in full sentences and places; do small questions without one.",
    ),
    "redone_agent": Wording(
        "medium",
        "high",
        lambda episode, value, count: f"sent {value:.0f}× for the same: {preview(episode.detail, 60)}",
        lambda episode, value, count: (
            f"{value:.0f} sub-agents were sent for the very same task, the later ones after one had completed it: "
            f"{preview(episode.detail, 160)}"
        ),
        "Keep what a sub-agent told in the parent's context through compactions, or in a file that it knows of.",
    ),
    "overlapping_workers": Wording(
        "high",
        "medium",
        lambda episode, value, count: f"{episode.label} edit the same {_files(value)}: {preview(episode.detail, 40)}",
        lambda episode, value, count: (
            f"{figures.count(int(value), 'file')} {'was' if value == 1 else 'were'} edited by workers that ran at "
            f"the same time, first {preview(episode.detail, 120)} by {episode.label}."
        ),
        "Give each worker files of its own, run such tasks one after the other, or let one merge what others found.",
    ),
}
