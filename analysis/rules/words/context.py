"""Rules about what fills the context and the budget: compactions, large results, the pace of the spending."""

from __future__ import annotations

from ... import figures
from ...arguments import preview
from ...issues.episodes import Episode
from ..compactions import TOLD
from .wording import Wording


def _prompts(episode: Episode) -> str:
    before, after, _ = episode.detail.split()
    return f"{figures.tokens(int(before))} → {figures.tokens(int(after))}"


def _source(episode: Episode) -> str:
    """Where the lengths of the first compaction are from."""
    is_told = episode.detail.endswith(TOLD)
    return "by its own figures" if is_told else "from the response before to the one after it"


WORDINGS: dict[str, Wording] = {
    "useless_compaction": Wording(
        "medium",
        "medium",
        lambda episode, value, count: (
            f"compaction saved little: context {_prompts(episode)}"
            if value == 1
            else f"{value:.0f} compactions saved little; the first: {_prompts(episode)}"
        ),
        lambda episode, value, count: (
            f"{figures.count(int(value), 'compaction')} left the context nearly as long as it was: "
            f"{_prompts(episode)} ({'the first, ' if value > 1 else ''}{_source(episode)}). "
            "The history was given up for that, and what a cache held of it."
        ),
        "Compact further, later, or drop the results of tools instead; see what is put back into the context at once.",
    ),
    "compaction_thrash": Wording(
        "high",
        "high",
        lambda episode, value, count: f"{value:.0f} compactions, the context full again at once",
        lambda episode, value, count: (
            f"{value:.0f} compactions came one after the other, and within few responses of each the prompt was as "
            "long as before it."
        ),
        "Find what fills the context (pane 4, $): one large file or result that is read again and again undoes each of "
        "them.",
    ),
    "amnesia": Wording(
        "medium",
        "medium",
        lambda episode, value, count: f"{value:.0f} files read again after a compaction: {preview(episode.detail, 50)}",
        lambda episode, value, count: (
            f"After a compaction the agent made {value:.0f} reads once more that it had made before it, with the same "
            "arguments; nothing that the trace tells of had changed these files."
        ),
        "Have the summary name the files that matter with what was found in them, or keep their text through it.",
    ),
    "oversized_result": Wording(
        "medium",
        "medium",
        lambda episode, value, count: (
            f"{episode.label} put ~{figures.tokens(int(value))} tokens into the context"
            if count == 1
            else f"{count:,} large results of {episode.label}: ~{figures.tokens(int(value))} tokens"
        ),
        lambda episode, value, count: (
            f"{figures.count(count, 'result')} of {episode.label} put about {figures.tokens(int(value))} tokens into "
            "the context. They are sent again with every later request until it is "
            "compacted; the cost is that rent so far."
        ),
        "Have the tool page or cut its output (head, a line range, a filter), or write it to a file and give the path.",
    ),
    "burn_forecast": Wording(
        "medium",
        "medium",
        lambda episode, value, count: f"budget ends in ~{value:.0f} turns at this pace",
        lambda episode, value, count: (
            f"At {episode.detail} of the budget, at the pace of the last turns, it is used up within few more: "
            f"by the latest figures about {value:.1f} are left."
        ),
        "Have the agent finish what it has (a summary, a commit) before the budget cuts it off, or raise the budget.",
    ),
}
