"""Other people's formats, seen from the first line."""

import os
from pathlib import Path

import pytest

from chatserver.replay.conversation import ReplayError
from chatserver.replay.converting import convert, read_conversations

STAR = (
    b'{"id": "star-1", "domain": "bank", "task": "bank_balance", "happy": true, "worker": "w", "start": 100, '
    b'"dur": 20, "turns": [["customer", "Hi", 100], ["agent", "Hello", 108], ["customer", "Bye", 120]]}\n'
)
MULTIDOGO = (
    b'{"id": "m-1", "department": "airline", "intents": ["x"], "turns": [["customer", "hai", 0, null]]}\n'
)
OURS = b'{"id": "c-1", "turns": [{"sender": "customer", "text": "Hi"}]}\n'
DATA = Path(os.environ.get("SWITCHBOARD_TEST_DATA", Path(__file__).parents[3] / "shared" / "data"))
STAR_FILE = DATA / "star_chats_dev.jsonl.gz"


@pytest.mark.parametrize(("line", "id_"), [(STAR, "star-1"), (MULTIDOGO, "m-1"), (OURS, "c-1")])
def test_each_format_is_recognised(tmp_path: Path, line: bytes, id_: str) -> None:
    (tmp_path / "f").write_bytes(line)

    assert [c.id for c in read_conversations(tmp_path / "f")] == [id_]


def test_star_keeps_its_times_and_gets_a_customer_chosen_by_its_id(tmp_path: Path) -> None:
    (tmp_path / "f").write_bytes(STAR)

    first, again = (read_conversations(tmp_path / "f")[0] for _ in range(2))

    assert [(t.sender, t.at_s) for t in first.turns] == [("customer", 0), ("agent", 8), ("customer", 20)]
    assert first == again
    assert first.country
    assert first.address
    assert first.user_agent
    assert first.department == "billing"


def test_what_was_converted_reads_as_the_same_conversations(tmp_path: Path) -> None:
    (tmp_path / "star").write_bytes(STAR)

    assert convert("star", tmp_path / "star", tmp_path / "ours") == 1
    assert read_conversations(tmp_path / "ours") == read_conversations(tmp_path / "star")


def test_a_bad_line_is_named_by_its_number(tmp_path: Path) -> None:
    (tmp_path / "f").write_bytes(OURS + b'{"id": "c-2", "turns": [{"sender": "robot", "text": "x"}]}\n')

    with pytest.raises(ReplayError, match=r"line 2: .*robot"):
        read_conversations(tmp_path / "f")
    (tmp_path / "f").write_bytes(b"not json\n")
    with pytest.raises(ReplayError, match="line 1: this is not a JSON object"):
        read_conversations(tmp_path / "f")


def test_only_as_many_as_asked_for_are_read(tmp_path: Path) -> None:
    (tmp_path / "f").write_bytes(OURS * 3 + b"broken")

    assert len(read_conversations(tmp_path / "f", 2)) == 2


@pytest.mark.skipif(not STAR_FILE.exists(), reason="the real conversations are not on this machine")
def test_the_real_conversations_come_from_many_countries_languages_and_browsers() -> None:
    found = read_conversations(STAR_FILE)

    assert len(found) == 436
    assert len({c.country for c in found}) > 20
    assert len({c.language for c in found}) > 20
    assert len({c.user_agent for c in found}) > 5
