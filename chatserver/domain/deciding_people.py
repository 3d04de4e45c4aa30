"""Decisions about people and the organisation (SPEC section 1, R19)."""

import re
from datetime import datetime
from typing import TYPE_CHECKING

from chatserver.domain import commands as c
from chatserver.domain import events as e
from chatserver.domain.decision import Decision
from chatserver.domain.errors import Conflict, Invalid
from chatserver.domain.organisation import Group, Membership, Role

if TYPE_CHECKING:
    from chatserver.domain.desk import Desk

_ID = re.compile(r"[a-z0-9][a-z0-9._-]{0,39}")
MAX_LIMIT = 100  # nobody chats with more customers at once; a typing error does


def decide_presence(desk: "Desk", command: c.SetPresence, _now: datetime) -> Decision:
    """Records that a person's console came or went, when that is news."""
    desk.organisation.get_person(command.person_id)
    duty = desk.duties.get(command.person_id)
    if command.online is (duty is not None and duty.online):
        return Decision()
    since = duty.online_since if duty else None
    return Decision((e.PresenceChanged(person_id=command.person_id, since=since, online=command.online),))


def decide_availability(desk: "Desk", command: c.SetAvailability, _now: datetime) -> Decision:
    """Available or away: blocks new chats only (R19)."""
    duty = desk.duties.get(command.person_id)
    if command.available is (duty is None or duty.available):
        return Decision()
    since = duty.available_since if duty else None
    return Decision(
        (e.AvailabilityChanged(person_id=command.person_id, since=since, available=command.available),)
    )


def decide_group_activity(desk: "Desk", command: c.SetGroupActivity, _now: datetime) -> Decision:
    """Active or not in one group (R19)."""
    duty = desk.duties.get(command.target_person_id)
    if command.active is (duty is None or command.group_id not in duty.inactive_groups):
        return Decision()
    return Decision(
        (
            e.GroupActivityChanged(
                person_id=command.target_person_id,
                since=duty.activity_since.get(command.group_id) if duty else None,
                group_id=command.group_id,
                active=command.active,
                by_person_id=command.person_id,
            ),
        )
    )


def decide_save_department(desk: "Desk", command: c.SaveDepartment, _now: datetime) -> Decision:
    """A department always has its front-line group, which belongs to it (R1)."""
    department, group = command.department, command.front_line_group
    _check_id(department.id)
    _check_name(department.name)
    if group is None:
        group = desk.organisation.get_group(department.front_line_group_id)
    if group.id != department.front_line_group_id or group.department_id != department.id:
        raise Invalid("The front-line group must be a group of the department itself.")
    events: list[e.AnyEvent] = [e.DepartmentSaved(department)]
    if command.front_line_group is not None:
        events.append(_save_group(desk, group))
    return Decision(tuple(events))


def decide_save_group(desk: "Desk", command: c.SaveGroup, _now: datetime) -> Decision:
    """A group belongs to one department, for good: its chats and history do (R1)."""
    desk.organisation.get_department(command.group.department_id)
    return Decision((_save_group(desk, command.group),))


def _save_group(desk: "Desk", group: Group) -> e.GroupSaved:
    _check_id(group.id)
    _check_name(group.name)
    known = desk.organisation.groups.get(group.id)
    if known is not None and known.department_id != group.department_id:
        raise Conflict(f"{known.name} belongs to another department. Groups cannot move between departments.")
    return e.GroupSaved(group)


def decide_save_person(desk: "Desk", command: c.SavePerson, _now: datetime) -> Decision:
    """A person needs a role, and names; the last administrator stays one."""
    person = command.person
    _check_id(person.id)
    _check_name(person.name)
    _check_name(person.chat_name)
    if not person.roles:
        raise Invalid("Give the person at least one role.")
    others = [p for p in desk.organisation.people.values() if p.id != person.id]
    was_one = person.id in desk.organisation.people
    if (
        was_one
        and Role.ADMINISTRATOR not in person.roles
        and not any(Role.ADMINISTRATOR in p.roles for p in others)
    ):
        raise Conflict("This is the only administrator. Make somebody else one first.")
    return Decision((e.PersonSaved(person),))


def decide_save_membership(desk: "Desk", command: c.SaveMembership, _now: datetime) -> Decision:
    """A place in a group, with its limit (R2)."""
    membership = command.membership
    desk.organisation.get_person(membership.person_id)
    desk.organisation.get_group(membership.group_id)
    if not 0 <= membership.max_active_chats <= MAX_LIMIT:
        raise Invalid(f"The limit of active chats is a number from 0 to {MAX_LIMIT}.")
    return Decision((e.MembershipSaved(membership),))


def decide_remove_membership(desk: "Desk", command: c.RemoveMembership, _now: datetime) -> Decision:
    """Active chats stay with the person; new ones of the group no longer come."""
    if desk.organisation.find_membership(command.target_person_id, command.group_id) is None:
        return Decision()
    return Decision((e.MembershipRemoved(command.target_person_id, command.group_id),))


def decide_set_method(desk: "Desk", command: c.SetMethod, _now: datetime) -> Decision:
    """The default for all groups without their own (R14)."""
    if desk.organisation.method is command.method:
        return Decision()
    return Decision((e.MethodSet(command.method),))


def decide_set_up(desk: "Desk", command: c.SetUpSite, _now: datetime) -> Decision:
    """The first administrator, department and group, while there is nobody yet."""
    if desk.organisation.people:
        raise Conflict("This site is already set up. Sign in instead.")
    department, group, person = command.department, command.front_line_group, command.person
    if Role.ADMINISTRATOR not in person.roles:
        raise Invalid("The first person must be an administrator.")
    events: list[e.AnyEvent] = [
        *decide_save_person(desk, c.SavePerson(person.id, person), _now).events,
        *decide_save_department(desk, c.SaveDepartment(person.id, department, group), _now).events,
    ]
    if Role.AGENT in person.roles:
        events.append(e.MembershipSaved(Membership(person.id, group.id, command.max_active_chats)))
    return Decision(tuple(events))


def _check_id(text: str) -> None:
    if not _ID.fullmatch(text):
        raise Invalid(f"{text!r} is not an id: use 1 to 40 of a-z, 0-9, dot, dash and underscore.")


def _check_name(text: str) -> None:
    if not text.strip() or len(text) > 80:
        raise Invalid("A name has 1 to 80 characters.")
