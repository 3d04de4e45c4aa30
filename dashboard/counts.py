"""How many chats each view of a person holds, without going through the chats."""

from chatserver.domain.desk import Desk
from chatserver.domain.organisation import Permission, permissions_of
from chatserver.domain.permissions import covers


def view_counts(desk: Desk, person_id: str) -> dict[str, int]:
    """Counts by view and part: my_active, my_queued, global_active, global_queued. All 0 for somebody unknown."""
    organisation = desk.organisation
    counts = dict.fromkeys(("my_active", "my_queued", "global_active", "global_queued"), 0)
    if person_id not in organisation.people:
        return counts
    covered = {
        department for department in organisation.departments if covers(organisation, person_id, department)
    }
    mine = desk.chats_of.get(person_id, set())
    counts["my_active"] = len(mine)
    for group_id, queue in desk.waiting.items():
        member = organisation.find_membership(person_id, group_id) is not None
        counts["my_queued"] += len(queue) if member else 0
        if member or organisation.groups[group_id].department_id in covered:
            counts["global_queued"] += len(queue)
    counts["global_active"] = sum(
        count
        for (_, group_id), count in desk.load_in.items()
        if organisation.groups[group_id].department_id in covered
    ) + sum(1 for chat_id in mine if desk.chats[chat_id].department_id not in covered)
    return counts


def waiting_for(desk: Desk, person_id: str) -> int:
    """How many chats Get From Queue could give the person (R13)."""
    organisation = desk.organisation
    if person_id not in organisation.people:
        return 0
    return sum(
        len(queue)
        for group_id, queue in desk.waiting.items()
        if organisation.find_membership(person_id, group_id) is not None
        or covers(organisation, person_id, organisation.groups[group_id].department_id)
    )


def sees_boards(desk: Desk, person_id: str) -> bool:
    """May the person open the live board?"""
    person = desk.organisation.people.get(person_id)
    return person is not None and Permission.SEE_BOARDS in permissions_of(person.roles)


def covered_departments(desk: Desk, person_id: str) -> list[str]:
    """Departments whose every chat the person may see (R3)."""
    organisation = desk.organisation
    return [
        d
        for d in organisation.departments
        if person_id in organisation.people and covers(organisation, person_id, d)
    ]
