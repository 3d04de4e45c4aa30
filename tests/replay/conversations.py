"""Short invented conversations for replays."""

from pathlib import Path

import msgspec

from chatserver.replay.conversation import Conversation, Side, Turn


def conversation(number: int, turns: int = 8, ended_by: Side = "customer") -> Conversation:
    """Customer and agent in turn, one second apart."""
    said = tuple(
        Turn("agent" if n % 2 else "customer", f"chat {number} turn {n}", float(n)) for n in range(turns)
    )
    return Conversation(id=f"chat-{number}", turns=said, ended_by=ended_by)


def write_conversations(path: Path, count: int, turns: int = 8) -> Path:
    """A file of them; every second one is ended by the agent."""
    with path.open("wb") as file:
        for number in range(count):
            ended_by: Side = "agent" if number % 2 else "customer"
            file.write(msgspec.json.encode(conversation(number, turns, ended_by)) + b"\n")
    return path
