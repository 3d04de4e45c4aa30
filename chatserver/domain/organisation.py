"""Who works here: departments, groups, people, and what each person may do (R1-R5)."""

from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum
from types import MappingProxyType

from msgspec import Struct, field

from chatserver.domain.errors import NotFound


class Role(StrEnum):
    """A person's rights are the union of those of their roles (R3)."""

    AGENT = "agent"
    MANAGER = "manager"
    ADMINISTRATOR = "administrator"


class Permission(StrEnum):
    """What can be allowed apart from seeing chats (R3)."""

    SERVE_CHATS = "serve_chats"
    TRANSFER = "transfer"
    TRANSFER_TO_AGENT = "transfer_to_agent"
    TAKE_FROM_AGENT = "take_from_agent"
    SEE_BOARDS = "see_boards"
    EXPORT = "export"
    RUN_SQL = "run_sql"
    CHANGE_AVAILABILITY_OF_OTHERS = "change_availability_of_others"
    CHANGE_SETTINGS = "change_settings"


_AGENT = frozenset({Permission.SERVE_CHATS, Permission.TRANSFER, Permission.TRANSFER_TO_AGENT})
_MANAGER = _AGENT | {
    Permission.TAKE_FROM_AGENT,
    Permission.SEE_BOARDS,
    Permission.EXPORT,
    Permission.RUN_SQL,
    Permission.CHANGE_AVAILABILITY_OF_OTHERS,
}

ROLE_PERMISSIONS: Mapping[Role, frozenset[Permission]] = MappingProxyType(
    {Role.AGENT: _AGENT, Role.MANAGER: _MANAGER, Role.ADMINISTRATOR: frozenset(Permission)}
)


class Method(StrEnum):
    """How a group's chats reach its agents (R14)."""

    CHERRY_PICKING = "cherry_picking"
    ROUND_ROBIN = "round_robin"


class Department(Struct, frozen=True):
    """What a customer picks. Its chats land in `front_line_group_id` (R1)."""

    id: str
    name: str
    front_line_group_id: str


class Group(Struct, frozen=True):
    """Agents who share a queue. `method` None means the system's default (R14)."""

    id: str
    name: str
    department_id: str
    method: Method | None = None


class Person(Struct, frozen=True):
    """Somebody of the staff. Customers see `chat_name` and `avatar`, never `name` (R5)."""

    id: str
    name: str
    chat_name: str
    roles: tuple[Role, ...]
    languages: tuple[str, ...] = ()
    avatar: str = ""


class Membership(Struct, frozen=True):
    """A person's place in a group (R2). `max_active_chats` bounds automatic assignment only (R16)."""

    person_id: str
    group_id: str
    max_active_chats: int
    primary: bool = True


class Organisation(Struct):
    """The latest state of everything above, keyed by id."""

    method: Method = Method.ROUND_ROBIN
    departments: dict[str, Department] = field(default_factory=dict)
    groups: dict[str, Group] = field(default_factory=dict)
    people: dict[str, Person] = field(default_factory=dict)
    members: dict[str, dict[str, Membership]] = field(default_factory=dict)  # group id -> person id
    groups_of: dict[str, set[str]] = field(default_factory=dict)  # person id -> group ids

    def get_department(self, department_id: str) -> Department:
        """Raises NotFound."""
        try:
            return self.departments[department_id]
        except KeyError:
            raise NotFound(f"There is no department {department_id!r}.") from None

    def get_group(self, group_id: str) -> Group:
        """Raises NotFound."""
        try:
            return self.groups[group_id]
        except KeyError:
            raise NotFound(f"There is no group {group_id!r}.") from None

    def get_person(self, person_id: str) -> Person:
        """Raises NotFound."""
        try:
            return self.people[person_id]
        except KeyError:
            raise NotFound(f"There is nobody with the sign-in name {person_id!r}.") from None

    def find_membership(self, person_id: str, group_id: str) -> Membership | None:
        """The person's place in the group, or None."""
        return self.members.get(group_id, {}).get(person_id)

    def memberships_of(self, person_id: str) -> Iterator[Membership]:
        """The person's places, in order of group id."""
        for group_id in sorted(self.groups_of.get(person_id, ())):
            yield self.members[group_id][person_id]

    def method_of(self, group_id: str) -> Method:
        """The group's own method, else the system's (R14)."""
        return self.groups[group_id].method or self.method

    def departments_of(self, person_id: str) -> set[str]:
        """Departments in which the person belongs to at least one group (R3)."""
        return {self.groups[group_id].department_id for group_id in self.groups_of.get(person_id, ())}

    def save_membership(self, membership: Membership) -> None:
        """Adds or replaces a place; keeps both directions of the index."""
        self.members.setdefault(membership.group_id, {})[membership.person_id] = membership
        self.groups_of.setdefault(membership.person_id, set()).add(membership.group_id)

    def remove_membership(self, person_id: str, group_id: str) -> None:
        """Takes a place away; does nothing if there is none."""
        self.members.get(group_id, {}).pop(person_id, None)
        self.groups_of.get(person_id, set()).discard(group_id)


def permissions_of(roles: Iterable[Role]) -> frozenset[Permission]:
    """The union of what the roles allow (R3)."""
    return frozenset().union(*(ROLE_PERMISSIONS[role] for role in roles))
