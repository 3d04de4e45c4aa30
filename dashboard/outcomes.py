"""What people are told before and after they act on chats (R21, R22, R25)."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from chatserver.domain.chat import Chat
from chatserver.domain.organisation import Organisation

SHOWN_REFUSALS = 3


def chats_text(count: int) -> str:
    """'1 chat', '3 chats'."""
    return f"{count} chat" if count == 1 else f"{count} chats"


def forecast_of_end(chats: Sequence[Chat], person_id: str) -> str:
    """What ending these will do to whom."""
    others = sum(1 for chat in chats if chat.person_id and chat.person_id != person_id)
    waiting = sum(1 for chat in chats if not chat.person_id)
    parts = [f"{chats_text(len(chats))} will end; the customers are told so and cannot write any more."]
    if waiting:
        parts.append(f"{waiting} of them {'was' if waiting == 1 else 'were'} not answered yet.")
    if others:
        parts.append(f"{others} {'belongs' if others == 1 else 'belong'} to other agents.")
    return " ".join(parts)


def outcome_of(results: Sequence[Mapping[str, Any]], organisation: Organisation) -> tuple[str, bool]:
    """(what became of the chats, one by one where it was refused; whether anything was refused)."""
    counts: Counter[str] = Counter()
    refusals: list[str] = []
    over_limit = 0
    for result in results:
        code, person_id = str(result.get("code", "")), str(result.get("person_id", ""))
        if code == "refused":
            refusals.append(f"#{result.get('chat_id')}: {result.get('message') or 'refused'}")
            continue
        over_limit += bool(result.get("over_limit"))
        counts[f"assigned to {_name(organisation, person_id)}" if code == "assigned" else code] += 1
    parts = [f"{chats_text(count)} {what}" for what, count in counts.items()]
    if over_limit:
        parts.append(f"{over_limit} above the agent's limit")
    if refusals:
        shown = "; ".join(refusals[:SHOWN_REFUSALS])
        more = f" … and {len(refusals) - SHOWN_REFUSALS} more" if len(refusals) > SHOWN_REFUSALS else ""
        parts.append(f"{len(refusals)} not done: {shown}{more}")
    return (", ".join(parts) or "Nothing to do") + ".", bool(refusals)


def _name(organisation: Organisation, person_id: str) -> str:
    person = organisation.people.get(person_id)
    return person.name if person else "an agent"
