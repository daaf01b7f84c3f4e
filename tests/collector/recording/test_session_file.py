import pytest
from tracetop.collector.recording.session_file import session_file_name

IDS = [
    "abc",
    "ABC.1-2_3",
    "",
    ".",
    "..",
    "../../etc/passwd",
    "/etc/passwd",
    "a/b",
    "a\\b",
    "a_b",
    "a b",
    "a:b",
    "a\x00b",
    "a\nb",
    "\x1b[31m",
    ".hidden",
    "CON",
    "nul",
    "日本",
    "日木",
    "\ud800",
    "~",
    "x" * 5000,
    "x" * 5001,
    "x" * 120,
    "C:\\x",
    "*?",
    "$(rm)",
]


@pytest.mark.parametrize("session_id", IDS)
def test_file_names_are_one_safe_component(session_id, tmp_path):
    name = session_file_name(session_id)
    assert (tmp_path / name).resolve().parent == tmp_path.resolve()
    assert name.startswith("session-")
    assert name.endswith(".jsonl")
    assert len(name) < 200
    assert not set(name) - set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-~")
    (tmp_path / name).write_text("")


def test_distinct_ids_get_distinct_files():
    names = [session_file_name(session_id) for session_id in IDS]
    assert len(set(names)) == len(IDS)
    # A cleaned name given as an id of its own does not meet the file it imitates.
    imitation = session_file_name("a b").removeprefix("session-").removesuffix(".jsonl")
    assert session_file_name(imitation) != session_file_name("a b")


def test_the_prefix_is_not_doubled():
    assert session_file_name("abc") == "session-abc.jsonl"
    assert session_file_name("session-abc") == "session-abc.jsonl"
