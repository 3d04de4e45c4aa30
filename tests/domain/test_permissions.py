"""Who may do what, and who sees which chat: tables, row by row."""

import inspect
from collections.abc import Callable
from types import MappingProxyType

import msgspec
import pytest

from chatserver.domain import commands as c
from chatserver.domain import deciding, permissions
from chatserver.domain.chat import Chat, Customer
from chatserver.domain.errors import Conflict, NotAllowed, NotFound
from chatserver.domain.organisation import (
    ROLE_PERMISSIONS,
    Department,
    Group,
    Membership,
    Method,
    Permission,
    Person,
    Role,
    permissions_of,
)
from chatserver.domain.permissions import MAY, may_see
from tests.domain.builders import BOB, SALES, Story

ABSTRACT = {c.Command, c.VisitorCommand, c.StaffCommand}
COMMANDS = [
    kind
    for _, kind in inspect.getmembers(c, inspect.isclass)
    if issubclass(kind, c.Command) and kind not in ABSTRACT
]

NEEDED: dict[type[c.StaffCommand], Permission] = {
    c.AgentSay: Permission.SERVE_CHATS,
    c.TakeChats: Permission.SERVE_CHATS,
    c.GetFromQueue: Permission.SERVE_CHATS,
    c.EndChats: Permission.SERVE_CHATS,
    c.TransferChats: Permission.TRANSFER,
    c.SaveDepartment: Permission.CHANGE_SETTINGS,
    c.SaveGroup: Permission.CHANGE_SETTINGS,
    c.SavePerson: Permission.CHANGE_SETTINGS,
    c.SaveMembership: Permission.CHANGE_SETTINGS,
    c.RemoveMembership: Permission.CHANGE_SETTINGS,
    c.SetMethod: Permission.CHANGE_SETTINGS,
}
EXAMPLE: dict[type[c.StaffCommand], Callable[[str], c.StaffCommand]] = {
    c.AgentSay: lambda me: c.AgentSay(me, 1, "client-id", "Hello"),
    c.TakeChats: lambda me: c.TakeChats(me, (c.Seen(1),)),
    c.GetFromQueue: c.GetFromQueue,
    c.EndChats: lambda me: c.EndChats(me, (1,)),
    c.TransferChats: lambda me: c.TransferChats(me, (1,), "sales"),
    c.SaveDepartment: lambda me: c.SaveDepartment(me, SALES),
    c.SaveGroup: lambda me: c.SaveGroup(me, Group("sales", "Sales", "sales")),
    c.SavePerson: lambda me: c.SavePerson(me, BOB),
    c.SaveMembership: lambda me: c.SaveMembership(me, Membership("bob", "sales", 3)),
    c.RemoveMembership: lambda me: c.RemoveMembership(me, "bob", "sales"),
    c.SetMethod: lambda me: c.SetMethod(me, Method.ROUND_ROBIN),
}


@pytest.mark.parametrize("kind", COMMANDS)
def test_every_command_has_a_permission_and_a_decider(kind: type[c.Command]) -> None:
    assert kind in MAY
    assert kind in deciding._DECIDERS


def test_the_tables_name_no_other_commands() -> None:
    assert set(MAY) == set(deciding._DECIDERS) == set(COMMANDS)


def test_every_staff_command_but_those_about_oneself_needs_a_permission() -> None:
    staff = {kind for kind in COMMANDS if issubclass(kind, c.StaffCommand)}

    assert staff - set(NEEDED) == {c.SetAvailability, c.SetGroupActivity}


@pytest.mark.parametrize("permission", Permission)
@pytest.mark.parametrize("kind", NEEDED)
def test_a_command_is_allowed_to_exactly_those_who_have_its_permission(
    kind: type[c.StaffCommand], permission: Permission, monkeypatch: pytest.MonkeyPatch
) -> None:
    """R3: separate permissions; each opens its own commands and no other."""
    story = Story()
    monkeypatch.setattr(permissions, "permissions_of", lambda _roles: frozenset({permission}))
    command = EXAMPLE[kind]("bob")

    if permission is NEEDED[kind]:
        permissions.check_may(story.desk, command)
    else:
        with pytest.raises(NotAllowed):
            permissions.check_may(story.desk, command)


def test_a_transfer_to_a_named_agent_needs_its_own_permission(monkeypatch: pytest.MonkeyPatch) -> None:
    """R3: transfer at all; transfer to a named agent."""
    story = Story()
    monkeypatch.setattr(permissions, "permissions_of", lambda _roles: frozenset({Permission.TRANSFER}))

    permissions.check_may(story.desk, c.TransferChats("bob", (1,), "sales"))
    with pytest.raises(NotAllowed):
        permissions.check_may(story.desk, c.TransferChats("bob", (1,), "sales", "cyd"))


def test_rights_are_the_union_of_the_roles() -> None:
    """R3."""
    both = permissions_of((Role.AGENT, Role.MANAGER))

    assert both == ROLE_PERMISSIONS[Role.AGENT] | ROLE_PERMISSIONS[Role.MANAGER]
    assert permissions_of(()) == frozenset()
    assert permissions_of((Role.ADMINISTRATOR,)) == frozenset(Permission)
    assert isinstance(ROLE_PERMISSIONS, MappingProxyType)


@pytest.mark.parametrize("kind", EXAMPLE)
def test_somebody_unknown_may_do_nothing(kind: type[c.StaffCommand]) -> None:
    story = Story()

    with pytest.raises(NotFound):
        story.do(EXAMPLE[kind]("nobody"))
    with pytest.raises(NotFound):
        story.do(c.SetAvailability("nobody", available=False))


@pytest.mark.parametrize(
    ("person_id", "queued", "with_bob", "with_dan", "ended_with_bob"),
    [
        # sales queue, sales active, support active
        ("bob", True, True, False, True),  # agent: own chats and the queues of own groups
        ("cyd", True, False, False, False),  # a colleague in the same group
        ("dan", False, False, True, False),  # an agent elsewhere
        ("mia", True, True, False, True),  # manager of sales
        ("ada", True, True, True, True),  # administrator, in no group
    ],
)
def test_who_sees_a_chat(
    person_id: str, queued: bool, with_bob: bool, with_dan: bool, ended_with_bob: bool
) -> None:
    """R3: own chats and queues of own groups; a manager's departments; everything for administrators."""
    organisation = Story().desk.organisation
    waiting = Chat(1, "v", Customer(), "sales", "sales", Story().now)
    active = msgspec.structs.replace(waiting, status="active", person_id="bob")
    support = msgspec.structs.replace(active, department_id="support", group_id="support", person_id="dan")
    ended = msgspec.structs.replace(active, status="ended")

    seen = [may_see(organisation, person_id, chat) for chat in (waiting, active, support, ended)]

    assert seen == [queued, with_bob, with_dan, ended_with_bob]


def test_a_manager_sees_the_whole_department_of_one_group() -> None:
    """R3: each department where they belong to at least one group, not only that group."""
    organisation = Story().desk.organisation
    at_night = Chat(1, "v", Customer(), "sales", "sales-night", Story().now, status="active", person_id="eve")  # type: ignore[arg-type]

    assert may_see(organisation, "mia", at_night)


def test_who_may_not_see_a_chat_is_not_told_that_it_exists() -> None:
    """R3."""
    story = Story()
    story.sign_in("bob")
    chat = story.start()

    with pytest.raises(NotFound) as hidden:
        story.do(c.AgentSay("dan", chat.id, "client-id", "Hello"))
    with pytest.raises(NotFound) as absent:
        story.do(c.AgentSay("dan", chat.id + 1, "client-id", "Hello"))

    assert hidden.value.message.replace(str(chat.id), "N") == absent.value.message.replace(
        str(chat.id + 1), "N"
    )
    taken = story.take("dan", chat)
    assert taken.person_id == "", "a refusal must not say whose a hidden chat is"


@pytest.mark.parametrize(
    ("command", "refusal"),
    [
        (c.SetGroupActivity("bob", "cyd", "sales", active=False), NotAllowed),  # an agent, about a colleague
        (c.SetGroupActivity("mia", "dan", "support", active=False), NotAllowed),  # not her department
        (c.SetGroupActivity("mia", "dan", "sales", active=False), NotFound),  # not a member
        (c.SetGroupActivity("mia", "cyd", "sales", active=False), None),
        (c.SetGroupActivity("cyd", "cyd", "sales", active=False), None),
        (c.SetGroupActivity("ada", "dan", "support", active=False), None),
    ],
)
def test_who_may_change_who_is_active_in_a_group(
    command: c.SetGroupActivity, refusal: type[Exception] | None
) -> None:
    """R19: active per group: the agent or a manager may change it."""
    story = Story()

    if refusal is None:
        story.do(command)
        assert command.group_id in story.desk.duties[command.target_person_id].inactive_groups
    else:
        with pytest.raises(refusal):
            story.do(command)


def test_a_site_is_set_up_once() -> None:
    owner = Person("zed", "Zed", "Zed", (Role.ADMINISTRATOR,))
    department = Department("new", "New", "new")

    with pytest.raises((NotAllowed, Conflict)):
        Story().do(c.SetUpSite(owner, department, Group("new", "New", "new")))
