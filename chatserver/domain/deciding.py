"""Which events a command causes by itself. Reads the desk, never changes it; refuses with a ChatError.

One function for each command; `decide` finds it. What the drain adds afterwards is in desk.py.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from msgspec import structs

from chatserver.domain import commands as c
from chatserver.domain import deciding_chats as chats
from chatserver.domain import deciding_people as people
from chatserver.domain.chat import Status
from chatserver.domain.decision import Decision
from chatserver.domain.permissions import check_may
from chatserver.domain.replies import Done, Reply, ResultCode

if TYPE_CHECKING:
    from chatserver.domain.desk import Desk

__all__ = ["Decision", "decide", "settle"]

_DECIDERS: Mapping[type[c.Command], Callable[["Desk", Any, datetime], Decision]] = MappingProxyType(
    {
        c.StartChat: chats.decide_start,
        c.CustomerSay: chats.decide_customer_say,
        c.CustomerEnd: chats.decide_customer_end,
        c.SetCustomerPresence: chats.decide_customer_presence,
        c.AgentSay: chats.decide_agent_say,
        c.TakeChats: chats.decide_take,
        c.GetFromQueue: chats.decide_get_from_queue,
        c.TransferChats: chats.decide_transfer,
        c.EndChats: chats.decide_end,
        c.Tick: chats.decide_tick,
        c.SetPresence: people.decide_presence,
        c.SetAvailability: people.decide_availability,
        c.SetGroupActivity: people.decide_group_activity,
        c.SetUpSite: people.decide_set_up,
        c.SaveDepartment: people.decide_save_department,
        c.SaveGroup: people.decide_save_group,
        c.SavePerson: people.decide_save_person,
        c.SaveMembership: people.decide_save_membership,
        c.RemoveMembership: people.decide_remove_membership,
        c.SetMethod: people.decide_set_method,
    }
)


def decide(desk: "Desk", command: c.Command, now: datetime) -> Decision:
    """The command's own events and its reply. Raises ChatError; permission is asked first, and only here."""
    check_may(desk, command)
    return _DECIDERS[type(command)](desk, command, now)


def settle(desk: "Desk", reply: Reply) -> Reply:
    """Completes the reply after the drain: a chat said to be queued may have found an agent at once (R21)."""
    if not isinstance(reply, Done):
        return reply
    results = []
    for result in reply.results:
        chat = desk.chats.get(result.chat_id)
        if result.code is ResultCode.QUEUED and chat is not None and chat.status is Status.ACTIVE:
            name = desk.organisation.people[chat.person_id].name
            result = structs.replace(  # noqa: PLW2901 -- the completed form of the same result
                result, code=ResultCode.ASSIGNED, person_id=chat.person_id, message=f"Given to {name}."
            )
        results.append(result)
    return Done(tuple(results))
