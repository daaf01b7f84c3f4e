"""Old traces: which sessions are found, which are left, and what deleting them leaves behind."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from tracetop.collector.retention import Deletion, Survey, age_seconds, delete_sessions, find_old

NOW = 1_790_000_000.0
DAY = 86_400.0
MONTH = 30 * DAY


def line(kind: str = "session_start", **fields: object) -> str:
    return json.dumps({"kind": kind, "timestamp": 1e9, "session_id": "s", **fields}) + "\n"


def write(path: Path, text: str | bytes | None = None, *, days: float = 31.0) -> Path:
    """A file, a trace unless `text` says otherwise, that was last written to so many days ago."""
    path.parent.mkdir(parents=True, exist_ok=True)
    content = line() if text is None else text
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return aged(path, days)


def aged(path: Path, days: float) -> Path:
    os.utime(path, (NOW - days * DAY, NOW - days * DAY), follow_symlinks=False)
    return path


def find(*folders: Path, older_than: float = MONTH) -> Survey:
    return find_old(folders, older_than, NOW)


def names(survey: Survey | Deletion) -> list[list[str]]:
    sessions = survey.sessions if isinstance(survey, Survey) else survey.deleted
    return [[part.path.name for part in session.parts] for session in sessions]


def left(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob("*"))


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("45s", 45), ("90m", 5_400), ("12h", 43_200), ("30d", 2_592_000), ("2w", 1_209_600), ("007d", 604_800)],
)
def test_ages(text: str, seconds: int) -> None:
    assert age_seconds(text) == seconds


@pytest.mark.parametrize(
    "text",
    [
        "",
        "0d",
        "000s",
        "-1d",
        "30",
        "d",
        "1.5d",
        "30D",
        "1y",
        "3 d",
        " 3d",
        "3d\n",
        "1d12h",
        "+3d",
        "٣d",
        "9" * 5000 + "d",
    ],
)
def test_what_is_no_age(text: str) -> None:
    assert age_seconds(text) is None


def test_old_sessions_are_found_in_all_folders_oldest_first(tmp_path: Path) -> None:
    write(tmp_path / "b.jsonl", days=40)
    write(tmp_path / "deep" / "er" / "a.jsonl", days=50)
    write(tmp_path / "deep" / "young.jsonl", days=2)
    write(tmp_path / ".hidden" / "c.jsonl", days=45)
    survey = find(tmp_path)
    assert names(survey) == [["a.jsonl"], ["c.jsonl"], ["b.jsonl"]]
    assert survey.sessions[0].mtime == NOW - 50 * DAY
    assert (survey.foreign, survey.bound, survey.failures) == ((), (), ())


def test_a_near_miss_in_age_stays(tmp_path: Path) -> None:
    write(tmp_path / "exactly.jsonl", days=30)
    write(tmp_path / "almost.jsonl", days=30 - 1 / DAY)
    write(tmp_path / "from-the-future.jsonl", days=-400)
    write(tmp_path / "just.jsonl", days=30 + 1 / DAY)
    assert names(find(tmp_path)) == [["just.jsonl"]]


def test_a_folder_named_twice_is_searched_once(tmp_path: Path) -> None:
    write(tmp_path / "deep" / "a.jsonl")
    (tmp_path / "link").symlink_to(tmp_path / "deep")
    assert names(find(tmp_path, tmp_path / "deep", tmp_path / "link", tmp_path)) == [["a.jsonl"]]


def test_parts_go_together(tmp_path: Path) -> None:
    paths = [write(tmp_path / f"session-x{part}.jsonl", days=40) for part in ("", "~002", "~003")]
    survey = find(tmp_path)
    assert names(survey) == [[path.name for path in paths]]
    assert survey.sessions[0].size == 3 * len(line())
    deletion = delete_sessions(survey.sessions)
    assert deletion == Deletion(survey.sessions, (), ())
    assert left(tmp_path) == []


@pytest.mark.parametrize("young", ["", "~002", "~003"])
def test_one_young_part_keeps_all(tmp_path: Path, young: str) -> None:
    for part in ("", "~002", "~003"):
        write(tmp_path / f"session-x{part}.jsonl", days=1 if part == young else 40)
    assert names(find(tmp_path)) == []


def test_a_part_without_the_one_before_is_a_session_of_its_own(tmp_path: Path) -> None:
    write(tmp_path / "session-x.jsonl", days=1)
    write(tmp_path / "session-x~003.jsonl", days=50)
    write(tmp_path / "session-x~004.jsonl", days=40)
    write(tmp_path / "session-y~002.jsonl", days=60)
    write(tmp_path / "other" / "session-x~002.jsonl", days=70)
    assert names(find(tmp_path)) == [
        ["session-x~002.jsonl"],
        ["session-y~002.jsonl"],
        ["session-x~003.jsonl", "session-x~004.jsonl"],
    ]


def test_more_than_nine_parts_stay_in_order(tmp_path: Path) -> None:
    wanted = ["x.jsonl", *(f"x~{number:03d}.jsonl" for number in range(2, 1_003))]
    for name in wanted:
        write(tmp_path / name)
    assert names(find(tmp_path)) == [wanted]


def test_names_that_no_recorder_gives_a_part(tmp_path: Path) -> None:
    for name in ("run~000.jsonl", "run~001.jsonl", "run~0002.jsonl", "run~ab1.jsonl", "run~12.jsonl"):
        write(tmp_path / name)
    survey = find(tmp_path)
    assert sum(map(len, names(survey))) == 5
    assert not delete_sessions(survey.sessions).changed
    assert left(tmp_path) == []


@pytest.mark.parametrize(
    "text",
    [
        '{"message": "hello"}\n',
        '{"type": "user", "timestamp": "2026-01-19T03:15:09.388Z", "sessionId": "x"}\n',
        '{"kind": "CLIENT", "timestamp": 1502787600000000, "traceId": "5"}\n',
        '["kind", "timestamp"]\n',
        "no json\n" + line(),
        "\n",
        "  ",
        line()[:40],
        "[" * 100_000,
        b"\xff\xfe\x00",
    ],
)
def test_a_foreign_file_stays(tmp_path: Path, text: str | bytes) -> None:
    path = write(tmp_path / "session-1.jsonl", text)
    survey = find(tmp_path)
    assert survey == Survey((), (path,), (), ())
    assert path.exists()


def test_only_what_is_old_enough_is_called_foreign(tmp_path: Path) -> None:
    write(tmp_path / "notes.jsonl", "{}\n", days=3)
    assert find(tmp_path) == Survey((), (), (), ())


def test_only_jsonl_is_looked_at(tmp_path: Path) -> None:
    for name in ("session-1.json", "session-1.jsonl.gz", "session-1.JSONL", "session-1.jsonl~", "jsonl"):
        write(tmp_path / name)
    (tmp_path / "folder.jsonl").mkdir()
    os.mkfifo(aged(tmp_path, 90) / "pipe.jsonl")
    aged(tmp_path / "pipe.jsonl", 90)
    assert find(tmp_path) == Survey((), (), (), ())


@pytest.mark.parametrize(
    "text",
    [
        line("tool_end", data={"result": "x" * 3_000_000}),
        line("kind_of_a_newer_writer"),
        line().rstrip("\n"),
        "\ufeff" + line(),
        "\0" * 100 + line(),
        line() + "torn {",
        line(duration_ms=float("nan")),
        line().encode().replace(b'"s"', b'"\xff"'),
    ],
    ids=["long", "new kind", "no newline", "bom", "nul", "torn end", "nan", "not utf-8"],
)
def test_whatever_the_reader_takes_for_an_event_makes_a_trace(tmp_path: Path, text: str | bytes) -> None:
    write(tmp_path / "a.jsonl", text)
    assert names(find(tmp_path)) == [["a.jsonl"]]


def test_an_empty_file_is_a_trace_if_it_is_called_like_a_session(tmp_path: Path) -> None:
    write(tmp_path / "session-1.jsonl", "")
    write(tmp_path / "session-1~002.jsonl", "")
    other = write(tmp_path / "data.jsonl", "")
    survey = find(tmp_path)
    assert names(survey) == [["session-1.jsonl", "session-1~002.jsonl"]]
    assert survey.foreign == (other,)


def test_links_are_left_alone(tmp_path: Path) -> None:
    outside = write(tmp_path / "outside" / "session-1.jsonl")
    inside = tmp_path / "inside"
    inside.mkdir()
    (inside / "latest.jsonl").symlink_to(outside)
    (inside / "dangling.jsonl").symlink_to(tmp_path / "nothing")
    (inside / "folder").symlink_to(outside.parent, target_is_directory=True)
    (inside / "loop").symlink_to(inside, target_is_directory=True)
    for name in ("latest.jsonl", "dangling.jsonl"):
        aged(inside / name, 90)
    assert find(inside) == Survey((), (), (), ())
    assert left(inside) == ["dangling.jsonl", "folder", "latest.jsonl", "loop"]


def test_a_folder_that_is_named_may_be_a_link(tmp_path: Path) -> None:
    write(tmp_path / "real" / "a.jsonl")
    (tmp_path / "link").symlink_to(tmp_path / "real", target_is_directory=True)
    assert names(find(tmp_path / "link")) == [["a.jsonl"]]


def test_one_part_that_is_no_trace_keeps_all(tmp_path: Path) -> None:
    first = write(tmp_path / "session-x.jsonl")
    second = write(tmp_path / "session-x~002.jsonl", "{}\n")
    (tmp_path / "session-y.jsonl").symlink_to(first)
    aged(tmp_path / "session-y.jsonl", 90)
    behind_link = write(tmp_path / "session-y~002.jsonl")
    assert find(tmp_path) == Survey((), (second,), (first, behind_link), ())


def test_what_changed_since_it_was_found_stays(tmp_path: Path) -> None:
    for name in ("grew", "touched", "rewritten", "replaced", "gone", "linked", "went-on", "same"):
        write(tmp_path / f"{name}.jsonl")
    write(tmp_path / "grew~002.jsonl")
    survey = find(tmp_path)
    with (tmp_path / "grew~002.jsonl").open("a") as file:
        file.write(line())
    aged(tmp_path / "grew~002.jsonl", 31)
    (tmp_path / "touched.jsonl").touch()
    (tmp_path / "rewritten.jsonl").write_text(line("error"))
    write(tmp_path / "new").rename(tmp_path / "replaced.jsonl")
    (tmp_path / "gone.jsonl").unlink()
    (tmp_path / "linked.jsonl").rename(tmp_path / "aside")
    (tmp_path / "linked.jsonl").symlink_to(tmp_path / "aside")
    write(tmp_path / "went-on~002.jsonl")
    deletion = delete_sessions(survey.sessions)
    assert names(deletion) == [["same.jsonl"]]
    assert len(deletion.changed) == 7
    assert deletion.failures == ()
    assert "grew.jsonl" in left(tmp_path)
    assert "same.jsonl" not in left(tmp_path)


def test_a_name_too_long_to_have_a_next_part(tmp_path: Path) -> None:
    write(tmp_path / ("x" * 249 + ".jsonl"))
    delete_sessions(find(tmp_path).sessions)
    assert left(tmp_path) == []


def test_what_cannot_be_deleted_is_told_and_the_rest_goes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("a", "b", "b~002", "b~003", "c"):
        write(tmp_path / f"{name}.jsonl")
    survey = find(tmp_path)
    unlink = Path.unlink

    def refuse(path: Path) -> None:
        if path.name == "b~002.jsonl":
            raise PermissionError(1, "Operation not permitted", str(path))
        unlink(path)

    monkeypatch.setattr(Path, "unlink", refuse)
    deletion = delete_sessions(survey.sessions)
    assert names(deletion) == [["a.jsonl"], ["c.jsonl"]]
    (failure,) = deletion.failures
    assert (failure.path, failure.reason) == (tmp_path / "b~002.jsonl", "Operation not permitted")
    assert left(tmp_path) == ["b.jsonl", "b~002.jsonl"]  # a whole beginning, not parts that lack theirs


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_what_cannot_be_read_is_told_and_stays(tmp_path: Path) -> None:
    write(tmp_path / "open" / "a.jsonl")
    secret = write(tmp_path / "open" / "secret.jsonl")
    secret.chmod(0)
    write(tmp_path / "closed" / "b.jsonl")
    (tmp_path / "closed").chmod(0)
    try:
        survey = find(tmp_path)
    finally:
        (tmp_path / "closed").chmod(0o700)
    assert names(survey) == [["a.jsonl"]]
    assert {failure.path for failure in survey.failures} == {secret, tmp_path / "closed"}
    assert all("ermission" in failure.reason for failure in survey.failures)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may delete everything")
def test_a_folder_that_may_not_be_changed_keeps_its_sessions(tmp_path: Path) -> None:
    write(tmp_path / "a.jsonl")
    write(tmp_path / "a~002.jsonl")
    tmp_path.chmod(0o500)
    try:
        deletion = delete_sessions(find(tmp_path).sessions)
    finally:
        tmp_path.chmod(0o700)
    assert deletion.deleted == ()
    assert [failure.path.name for failure in deletion.failures] == ["a~002.jsonl"]
    assert left(tmp_path) == ["a.jsonl", "a~002.jsonl"]


def test_a_folder_that_is_gone_holds_nothing(tmp_path: Path) -> None:
    assert find(tmp_path / "never") == Survey((), (), (), ())
