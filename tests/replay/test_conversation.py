"""Our own format of recorded chats."""

import gzip
from pathlib import Path

import pytest

from chatserver.replay.conversation import Conversation, ReplayError, Turn, check_conversation, read_lines


def chat(*turns: Turn) -> Conversation:
    return Conversation(id="c-1", turns=turns)


def test_a_chat_begins_with_the_customers_question_even_if_the_agent_greeted_first() -> None:
    found = check_conversation(
        chat(Turn("agent", "Hi", 0), Turn("customer", "Help", 5), Turn("agent", "Sure", 9))
    )

    assert [(t.sender, t.text, t.at_s) for t in found.turns] == [
        ("customer", "Help", 0),
        ("agent", "Hi", 0),
        ("agent", "Sure", 9),
    ]


def test_turns_are_ordered_by_time_cleaned_and_left_out_when_empty() -> None:
    found = check_conversation(
        chat(Turn("agent", "B\x00 ", 9), Turn("customer", "A", 1), Turn("agent", "  ", 2))
    )

    assert [t.text for t in found.turns] == ["A", "B"]


def test_a_chat_without_a_customer_is_refused() -> None:
    with pytest.raises(ReplayError, match="the customer says nothing"):
        check_conversation(chat(Turn("agent", "Hello?")))


def test_lines_are_read_plain_and_zipped_with_their_numbers(tmp_path: Path) -> None:
    plain, zipped = tmp_path / "a.jsonl", tmp_path / "b.jsonl"
    plain.write_bytes(b"one\n\nthree\n")
    zipped.write_bytes(gzip.compress(b"one\n\nthree\n"))

    assert list(read_lines(plain)) == list(read_lines(zipped)) == [(1, b"one\n"), (3, b"three\n")]


def test_a_missing_folder_or_broken_file_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(ReplayError, match="there is no such file"):
        list(read_lines(tmp_path / "none"))
    with pytest.raises(ReplayError, match="cannot be read"):
        list(read_lines(tmp_path))
    broken = tmp_path / "c.gz"
    broken.write_bytes(gzip.compress(b"one\n" * 1000)[:-12])
    with pytest.raises(ReplayError, match="cannot be read"):
        list(read_lines(broken))
