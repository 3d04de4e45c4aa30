"""Who may do what, and who may see what: the one table, asked in one place (R3)."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from chatserver.domain import commands as c
from chatserver.domain.chat import Chat, Status
from chatserver.domain.errors import NotAllowed, NotFound
from chatserver.domain.organisation import Organisation, Permission, Role, permissions_of

if TYPE_CHECKING:
    from chatserver.domain.desk import Desk

Check = Callable[["Desk", Any], None]


def anybody(_desk: "Desk", _command: c.Command) -> None:
    """Every customer, about their own chat only: the command names no other."""


def the_server(_desk: "Desk", _command: c.Command) -> None:
    """Only the server itself: no frame parses to this command."""


def needs(permission: Permission) -> Check:
    """A person whose roles give the permission."""

    def check(desk: "Desk", command: c.StaffCommand) -> None:
        check_has(desk.organisation, command.person_id, permission)

    return check


def _may_transfer(desk: "Desk", command: c.TransferChats) -> None:
    check_has(desk.organisation, command.person_id, Permission.TRANSFER)
    if command.to_person_id:
        check_has(desk.organisation, command.person_id, Permission.TRANSFER_TO_AGENT)


def _may_set_activity(desk: "Desk", command: c.SetGroupActivity) -> None:
    organisation = desk.organisation
    if organisation.find_membership(command.target_person_id, command.group_id) is None:
        raise NotFound("That person is not a member of that group.")
    if command.person_id == command.target_person_id:
        return
    check_has(organisation, command.person_id, Permission.CHANGE_AVAILABILITY_OF_OTHERS)
    if not covers(organisation, command.person_id, organisation.get_group(command.group_id).department_id):
        raise NotAllowed("That group is in none of your departments.")


def _may_change_own(desk: "Desk", command: c.StaffCommand) -> None:
    desk.organisation.get_person(command.person_id)


def _nobody_yet(desk: "Desk", _command: c.SetUpSite) -> None:
    if desk.organisation.people:
        raise NotAllowed("This site is already set up. Sign in instead.")


_SERVES = needs(Permission.SERVE_CHATS)
_SETTINGS = needs(Permission.CHANGE_SETTINGS)

MAY: Mapping[type[c.Command], Check] = MappingProxyType(
    {
        c.StartChat: anybody,
        c.CustomerSay: anybody,
        c.CustomerEnd: anybody,
        c.SetCustomerPresence: the_server,
        c.AgentSay: _SERVES,
        c.TakeChats: _SERVES,
        c.GetFromQueue: _SERVES,
        c.TransferChats: _may_transfer,
        c.EndChats: _SERVES,
        c.SetAvailability: _may_change_own,
        c.SetGroupActivity: _may_set_activity,
        c.SetPresence: the_server,
        c.Tick: the_server,
        c.SetUpSite: _nobody_yet,
        c.SaveDepartment: _SETTINGS,
        c.SaveGroup: _SETTINGS,
        c.SavePerson: _SETTINGS,
        c.SaveMembership: _SETTINGS,
        c.RemoveMembership: _SETTINGS,
        c.SetMethod: _SETTINGS,
    }
)


def check_may(desk: "Desk", command: c.Command) -> None:
    """Raises NotAllowed or NotFound unless the sender may give the command."""
    MAY[type(command)](desk, command)


def check_has(organisation: Organisation, person_id: str, permission: Permission) -> None:
    """Raises NotAllowed unless the person's roles give the permission."""
    if permission not in permissions_of(organisation.get_person(person_id).roles):
        allowed = permission.replace("_", " ")
        raise NotAllowed(f"You do not have the permission “{allowed}”. An administrator can give it.")


def covers(organisation: Organisation, person_id: str, department_id: str) -> bool:
    """Does the person see every chat of the department: as an administrator, or as its manager (R3)?"""
    roles = organisation.get_person(person_id).roles
    if Role.ADMINISTRATOR in roles:
        return True
    return Role.MANAGER in roles and department_id in organisation.departments_of(person_id)


def may_see(organisation: Organisation, person_id: str, chat: Chat) -> bool:
    """Own chats, the queues of own groups, and what one covers (R3)."""
    if chat.person_id == person_id:
        return True
    if chat.status is Status.QUEUED and organisation.find_membership(person_id, chat.group_id) is not None:
        return True
    return covers(organisation, person_id, chat.department_id)


def may_serve_queue(desk: "Desk", person_id: str, chat: Chat) -> bool:
    """May the person pull this waiting chat: a member of its group, or one who covers its department?"""
    organisation = desk.organisation
    return organisation.find_membership(person_id, chat.group_id) is not None or covers(
        organisation, person_id, chat.department_id
    )


def check_may_see(desk: "Desk", person_id: str, chat: Chat) -> None:
    """Raises NotFound: who may not see a chat is not told that it exists."""
    if not may_see(desk.organisation, person_id, chat):
        raise NotFound(f"There is no open chat {chat.id}.")
