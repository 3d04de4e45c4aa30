"""The sample company, as `company.toml` describes it."""

from pathlib import Path
from typing import Literal

import msgspec
from msgspec import Struct

COMPANY_FILE = Path(__file__).with_name("company.toml")
ARTICLES_FOLDER = Path(__file__).with_name("articles")


class CompanySettings(Struct, frozen=True, forbid_unknown_fields=True):
    """What holds for the whole company."""

    distribution_method: Literal["round_robin", "cherry_picking"]


class SampleDepartment(Struct, frozen=True, forbid_unknown_fields=True):
    """A department, and the id of the group in which its chats land."""

    id: str
    name: str
    front_line_group: str


class SampleGroup(Struct, frozen=True, forbid_unknown_fields=True):
    """A group of a department (by id). `distribution_method` '' is the company's."""

    id: str
    name: str
    department: str
    distribution_method: Literal["", "round_robin", "cherry_picking"]


class SampleMembership(Struct, frozen=True, forbid_unknown_fields=True):
    """A person's place in a group (by id)."""

    group: str
    max_active_chats: int
    primary: bool


class SamplePerson(Struct, frozen=True, forbid_unknown_fields=True):
    """Somebody of the staff. `id` is the sign-in name, `avatar` initials and a background colour: 'MK #2f6f4f'."""

    id: str
    name: str
    chat_name: str
    avatar: str
    password: str
    roles: tuple[Literal["agent", "manager", "administrator"], ...]
    languages: tuple[str, ...]
    memberships: tuple[SampleMembership, ...]


class Company(Struct, frozen=True, forbid_unknown_fields=True):
    """The whole company."""

    name: str
    about: str
    settings: CompanySettings
    departments: tuple[SampleDepartment, ...]
    groups: tuple[SampleGroup, ...]
    people: tuple[SamplePerson, ...]


def load_company(path: Path = COMPANY_FILE) -> Company:
    """Reads and checks the file. Raises msgspec.ValidationError for a wrong form, ValueError for a wrong reference."""
    company = msgspec.toml.decode(path.read_bytes(), type=Company)
    departments = {department.id for department in company.departments}
    department_of = {group.id: group.department for group in company.groups}
    for group in company.groups:
        if group.department not in departments:
            raise ValueError(f"{path}: group {group.id} is in {group.department!r}, which is no department")
    for department in company.departments:
        if department_of.get(department.front_line_group) != department.id:
            raise ValueError(
                f"{path}: {department.front_line_group!r} is no group of department {department.id}"
            )
    for person in company.people:
        for membership in person.memberships:
            if membership.group not in department_of:
                raise ValueError(f"{path}: {person.id} is in {membership.group!r}, which is no group")
    return company
