"""The sample company as commands that an administrator would give: what they cause is what the real rules make."""

from chatserver.domain import commands as c
from chatserver.domain.organisation import Department, Group, Membership, Method, Person, Role
from chatserver.sample_data.company import Company, SampleGroup, SamplePerson


def organisation_commands(company: Company) -> list[c.Command]:
    """In order: the first administrator with their department, then everybody and everything else.

    Raises ValueError for a company without an administrator who belongs to a group.
    """
    first = next((p for p in company.people if "administrator" in p.roles and p.memberships), None)
    if first is None:
        raise ValueError(f"{company.name} has no administrator who belongs to a group")
    groups = {group.id: _group(group) for group in company.groups}
    place = first.memberships[0]
    home = groups[place.group].department_id
    commands: list[c.Command] = []
    for department in sorted(company.departments, key=lambda d: d.id != home):
        made = Department(department.id, department.name, department.front_line_group)
        front = groups[department.front_line_group]
        if department.id == home:
            commands.append(c.SetUpSite(_person(first), made, front, place.max_active_chats))
        else:
            commands.append(c.SaveDepartment(first.id, made, front))
    fronts = {department.front_line_group for department in company.departments}
    commands += [c.SaveGroup(first.id, group) for group in groups.values() if group.id not in fronts]
    commands += [c.SavePerson(first.id, _person(person)) for person in company.people if person is not first]
    commands += [
        c.SaveMembership(first.id, Membership(person.id, m.group, m.max_active_chats, m.primary))
        for person in company.people
        for m in person.memberships
    ]
    commands.append(c.SetMethod(first.id, Method(company.settings.distribution_method)))
    return commands


def _group(group: SampleGroup) -> Group:
    method = Method(group.distribution_method) if group.distribution_method else None
    return Group(group.id, group.name, group.department, method)


def _person(person: SamplePerson) -> Person:
    roles = tuple(Role(role) for role in person.roles)
    return Person(person.id, person.name, person.chat_name, roles, person.languages, person.avatar)
