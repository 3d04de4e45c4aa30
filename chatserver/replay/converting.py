"""Other people's formats of recorded chats, made into ours. The kind of a file is seen from its first line."""

from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from pathlib import Path
from types import MappingProxyType

import msgspec
from msgspec import Struct

from chatserver.replay.conversation import Conversation, ReplayError, Turn, check_conversation, read_lines
from chatserver.sample_data.origins import visitor_for

SECONDS_A_TURN = 15.0  # where the record has no times; about the median in those that have

# In which department of the sample company a topic is asked about; others are spread by id.
_DEPARTMENT_OF = MappingProxyType(
    {
        "bank": "billing",
        "finance": "billing",
        "insurance": "returns",
        "software": "technical",
        "media": "technical",
    }
)


class StarChat(Struct, frozen=True):
    """A line of RasaHQ/STAR as one chat: turns are (speaker, text, unix time in seconds)."""

    id: str
    start: float
    turns: tuple[tuple[str, str, float], ...]
    domain: str | None = None
    task: str | None = None


class MultiDogoChat(Struct, frozen=True):
    """A line of MultiDoGO as one chat: turns are (speaker, text, number, intent); it holds customers' sides only."""

    id: str
    department: str
    turns: tuple[tuple[str, str, float, str | None], ...]


def from_star(line: bytes) -> Conversation:
    """Raises msgspec.DecodeError or ReplayError."""
    chat = msgspec.json.decode(line, type=StarChat)
    turns = tuple(
        Turn("customer" if speaker == "customer" else "agent", text, max(0.0, at - chat.start))
        for speaker, text, at in chat.turns
    )
    return _complete(chat.id, chat.domain or chat.task or "", turns)


def from_multidogo(line: bytes) -> Conversation:
    """The record lacks the agent's side: each turn gets a short answer. Raises msgspec.DecodeError or ReplayError."""
    chat = msgspec.json.decode(line, type=MultiDogoChat)
    turns: list[Turn] = []
    for _, text, *_ in chat.turns:
        turns.append(Turn("customer", text, len(turns) * SECONDS_A_TURN))
        turns.append(
            Turn("agent", "Thank you, I have noted that. Please go on.", len(turns) * SECONDS_A_TURN)
        )
    return _complete(chat.id, chat.department, tuple(turns))


def from_ours(line: bytes) -> Conversation:
    """Raises msgspec.DecodeError or ReplayError."""
    return check_conversation(msgspec.json.decode(line, type=Conversation))


FORMATS: Mapping[str, Callable[[bytes], Conversation]] = MappingProxyType(
    {"switchboard": from_ours, "star": from_star, "multidogo": from_multidogo}
)


def detect_format(line: bytes) -> str:
    """The name of the line's format in FORMATS. Raises ReplayError."""
    try:
        fields = msgspec.json.decode(line, type=dict[str, msgspec.Raw])
        turns = msgspec.json.decode(fields.get("turns", msgspec.Raw(b"[]")), type=list[msgspec.Raw])
    except msgspec.DecodeError as error:
        raise ReplayError(f"this is not a JSON object with turns ({error}).") from None
    if turns and bytes(turns[0]).lstrip()[:1] == b"[":
        return "star" if "start" in fields else "multidogo"
    return "switchboard"


def read_conversations(path: Path, limit: int | None = None, kind: str = "") -> list[Conversation]:
    """The file's first conversations. `kind` '': the format is seen from the first line. Raises ReplayError."""
    return list(islice(_conversations(path, kind), limit))


def convert(kind: str, path: Path, out: Path) -> int:
    """Writes all of the file's conversations to `out` in our format; returns how many. Raises ReplayError."""
    conversations = read_conversations(path, kind=kind)
    try:
        with out.open("wb") as file:
            file.writelines(msgspec.json.encode(conversation) + b"\n" for conversation in conversations)
    except OSError as error:
        raise ReplayError(f"{out} cannot be written ({error.strerror}).") from None
    return len(conversations)


def _conversations(path: Path, kind: str) -> Iterator[Conversation]:
    for number, line in read_lines(path):
        try:
            kind = kind or detect_format(line)
            yield FORMATS[kind](line)
        except (msgspec.DecodeError, ReplayError) as error:
            raise ReplayError(f"{path}, line {number}: {error}") from None


def _complete(chat_id: str, topic: str, turns: tuple[Turn, ...]) -> Conversation:
    visitor = visitor_for(chat_id)
    return check_conversation(
        Conversation(
            id=chat_id,
            turns=turns,
            department=_DEPARTMENT_OF.get(topic, ""),
            language=visitor.accept_language,
            country=visitor.country,
            address=visitor.place.address,
            user_agent=visitor.user_agent,
            ended_by="agent" if turns and turns[-1].sender == "agent" else "customer",
        )
    )
