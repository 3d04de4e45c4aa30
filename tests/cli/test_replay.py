"""`switchboard replay` and `switchboard convert`, as a terminal sees them."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.replay.chat_process import free_port
from tests.replay.conversations import write_conversations


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "chatserver", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


@pytest.fixture
def recorded(tmp_path: Path) -> Path:
    return write_conversations(tmp_path / "chats.jsonl", 2)


def test_bad_usage_is_said_clearly_and_ends_with_2(recorded: Path, tmp_path: Path) -> None:
    nobody = f"http://localhost:{free_port()}"
    broken = tmp_path / "broken.jsonl"
    broken.write_text(recorded.read_text() + "{}\n")
    for arguments, words in (
        (("replay", "none.jsonl"), "there is no such file"),
        (("replay", str(broken)), "line 3"),
        (("replay", str(recorded), "--url", "localhost"), "--url"),
        (("replay", str(recorded), "--url", nobody), "No server answers"),
        (("replay", str(recorded), "--speed", "quick"), "--speed"),
        (("replay", str(recorded), "--agent", "ana"), "NAME:PASSWORD"),
        (("convert", "other", str(recorded), "out"), "Known are: star"),
        (("convert", "star", "none.jsonl", "out"), "there is no such file"),
    ):
        found = run(*arguments)
        assert found.returncode == 2, (arguments, found)
        assert words in found.stderr
        assert "Traceback" not in found.stderr


def test_convert_writes_our_format(tmp_path: Path) -> None:
    star, out = tmp_path / "star", tmp_path / "out.jsonl"
    star.write_text('{"id": "s", "start": 1, "turns": [["customer", "Hi", 1], ["agent", "Hello", 2]]}\n')

    assert run("convert", "star", str(star), str(out)).stdout.startswith("1 conversations written")
    assert '"sender":"customer"' in out.read_text()
