"""Rules about tool calls: loops, files, failures, endings."""

from __future__ import annotations

from ... import figures
from ...arguments import preview
from ...issues.episodes import Episode
from .wording import Wording, about

WORDINGS: dict[str, Wording] = {
    "cycle": Wording(
        "high",
        "high",
        lambda episode, value, count: f"{value:.0f} rounds of {episode.label}",
        lambda episode, value, count: (
            f"The same {episode.detail} calls, {episode.label}, arguments and all, came {value:.0f} times in turns. "
            "No file was changed between."
        ),
        "Tell the agent what it has tried already, or stop it after the second round.",
    ),
    "near_repeat": Wording(
        "medium",
        "medium",
        lambda episode, value, count: f"{value:.0f}× alike but for numbers: {about(episode)}",
        lambda episode, value, count: (
            f"{episode.label} was called {value:.0f} times with arguments that differ in nothing but numbers, and no "
            f"file was changed between: {preview(episode.detail, 160)}"
        ),
        "Do it in one command (a loop, a range), or see whether the agent is guessing at a number.",
    ),
    "polling": Wording(
        "medium",
        "medium",
        lambda episode, value, count: f"asked {value:.0f}× how it stands: {about(episode)}",
        lambda episode, value, count: (
            f"{about(episode, 160)} was asked {value:.0f} times at regular gaps with nothing but waiting between; "
            "each question sends the whole context again."
        ),
        "Wait in one call until it is done (--wait, --watch, a loop in the shell), or have the host wake the agent.",
    ),
    "no_progress": Wording(
        "high",
        "medium",
        lambda episode, value, count: f"{value:.0f} iterations without progress",
        lambda episode, value, count: (
            f"Through {value:.0f} iterations with tool calls no file was changed, nothing was read that had not been "
            "read before, and nothing that was run went well."
        ),
        "Stop here and ask: the goal may be out of reach, or something may be missing that the agent cannot find out.",
    ),
    "duplicate_read": Wording(
        "low",
        "high",
        lambda episode, value, count: f"read {value:.0f}× unchanged: {preview(episode.detail, 60)}",
        lambda episode, value, count: (
            f"{about(episode, 160)} was read {value:.0f} times with the same arguments. Nothing that the trace tells "
            "of changed it, and the context was not compacted between."
        ),
        "Have the tool answer `unchanged since you read it`, or keep what was read where the agent finds it again.",
    ),
    "serial_reads": Wording(
        "low",
        "low",
        lambda episode, value, count: f"{value:.0f} files read one by one",
        lambda episode, value, count: (
            f"{value:.0f} different files were read in as many iterations in a row, each of which did nothing else. "
            "Where one read does not depend on the one before, one iteration can make them all."
        ),
        "Allow parallel tool calls, and say in the prompt that reads may be made together.",
    ),
    "blind_edit": Wording(
        "low",
        "medium",
        lambda episode, value, count: (
            f"edited unread: {preview(episode.detail, 60)}"
            if value == 1
            else f"{value:.0f} edits of unread files: {preview(episode.detail, 40)}"
        ),
        lambda episode, value, count: (
            f"{value:.0f} edit{'' if value == 1 else 's'} of files that this agent had neither read nor written, nor "
            f"named in a command; the first: {preview(episode.detail, 160)}"
        ),
        "Have the edit tool refuse files that were not read; where the text came with the prompt all is well.",
    ),
    "edit_churn": Wording(
        "medium",
        "medium",
        lambda episode, value, count: f"{value:.0f} edits, runs still failing: {preview(episode.detail, 60)}",
        lambda episode, value, count: (
            f"{preview(episode.detail, 160)} was edited {value:.0f} times within few iterations, with runs that failed "
            "between."
        ),
        "Have the agent say what it expects before the next edit, and go back to the last state that worked.",
    ),
    "error_loop": Wording(
        "high",
        "high",
        lambda episode, value, count: f"failed {value:.0f}× alike: {about(episode)}",
        lambda episode, value, count: (
            f"{about(episode, 160)} failed {value:.0f} times in a row with the same arguments, or ones alike, and no "
            "file was changed between."
        ),
        "Read the first of these errors: it will not go away by itself. Let the tool say what to do instead.",
    ),
    "failure_rate": Wording(
        "medium",
        "high",
        lambda episode, value, count: f"{value:.0%} of the latest calls failed: {episode.label}",
        lambda episode, value, count: f"Up to {value:.0%} of the latest calls of {episode.label} failed.",
        "See whether the tool is broken, or the agent holds it wrongly: its description may be unclear.",
    ),
    "slow_outlier": Wording(
        "low",
        "medium",
        lambda episode, value, count: (
            f"{episode.label} took {figures.duration(value)}, usually {_usual(episode)}"
            + (f" ({count:,} such calls)" if count > 1 else "")
        ),
        lambda episode, value, count: (
            f"{figures.count(count, 'call')} of {episode.label} took up to {figures.duration(value)}. When the first "
            f"of them ended, 95 % of its calls so far had taken {_usual(episode)} or less."
        ),
        "See what these calls worked on, or whether they waited for somebody's leave; give the tool a time limit.",
    ),
    "hung_call": Wording(
        "medium",
        "medium",
        lambda episode, value, count: (
            f"{episode.label} has no end" if value == 1 else f"{value:.0f} calls of {episode.label} have no end"
        ),
        lambda episode, value, count: (
            f"{figures.count(int(value), 'call')} of {episode.label} began and did not end, though the agent that made "
            "them went on, or the session ended."
        ),
        "See whether the tool hangs, or whether its end is not recorded.",
    ),
    "retry_storm": Wording(
        "medium",
        "high",
        lambda episode, value, count: f"{value:.0f} errors and retries of the model at once",
        lambda episode, value, count: f"The model's provider was tried again, or failed, {value:.0f} times in a row.",
        "Wait longer between tries, ask for a higher limit, or run fewer agents at once.",
    ),
    "tail_spin": Wording(
        "medium",
        "low",
        lambda episode, value, count: f"ended with {value:.0f} iterations that brought nothing",
        lambda episode, value, count: (
            f"In the last {value:.0f} iterations with tool calls before the agent was done, it called nothing "
            "that it had not called before since its last change."
        ),
        "See what these were for: a clear end of the task in the prompt saves them.",
    ),
    "stuck": Wording(
        "high",
        "medium",
        lambda episode, value, count: f"should have stopped here: {episode.detail}",
        lambda episode, value, count: (
            f"From here on it was known that the run goes round in circles ({episode.detail}). No call since then "
            "succeeded that changed a file or had not been made before. The cost is what was spent since."
        ),
        "Stop a run at this point, or step in: show the agent what it has tried, or give it what it lacks.",
    ),
    "unverified_finish": Wording(
        "medium",
        "medium",
        lambda episode, value, count: f"ended with {figures.count(int(value), 'edit')} that nothing was run after",
        lambda episode, value, count: (
            f"The agent was done after {figures.count(int(value), 'edit')}, the last of "
            f"{preview(episode.detail, 120)}, and nothing was run behind them: no test, no build, no program."
        ),
        "Have the agent run the tests, or whatever shows that it works, before it ends.",
    ),
}


def _usual(episode: Episode) -> str:
    return figures.duration(float(episode.detail))
