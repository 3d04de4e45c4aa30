"""Whose rows a person's questions may touch (R3), and how a cursor is told."""

from typing import NamedTuple

import duckdb

from chatserver.domain.errors import NotAllowed
from chatserver.domain.organisation import Permission, Role, permissions_of


class Scope(NamedTuple):
    """A person, what they may do, and what they may see: everything, or these departments and their own chats."""

    person: str
    permissions: frozenset[Permission]
    everything: bool
    departments: tuple[str, ...]

    def check_has(self, permission: Permission) -> None:
        """Raises NotAllowed unless the person has the permission."""
        if permission not in self.permissions:
            allowed = permission.value.replace("_", " ")
            raise NotAllowed(f"You do not have the permission “{allowed}”. An administrator can give it.")


def scope_of(cursor: duckdb.DuckDBPyConnection, person_id: str) -> Scope:
    """The person's scope as the copy knows it now. Raises NotAllowed for somebody it does not know (yet)."""
    row = cursor.execute("SELECT roles FROM main.person WHERE person_id = ?", [person_id]).fetchone()
    if row is None:
        raise NotAllowed("The reader does not know this account. If it is new, try again in a few seconds.")
    roles = [Role(role) for role in row[0]]
    departments: list[tuple[str]] = []
    if Role.MANAGER in roles:
        departments = cursor.execute(
            "SELECT DISTINCT g.department_id FROM main.membership m JOIN main.chat_group g USING (group_id) "
            "WHERE m.person_id = ? ORDER BY ALL",
            [person_id],
        ).fetchall()
    return Scope(
        person_id,
        permissions_of(roles),
        Role.ADMINISTRATOR in roles,
        tuple(department for (department,) in departments),
    )


def own_only(scope: Scope) -> Scope:
    """The same person with nothing but their own chats in sight."""
    return scope._replace(everything=False, departments=())


def tell_cursor(cursor: duckdb.DuckDBPyConnection, scope: Scope) -> None:
    """Sets the variables that the views filter by. They belong to this cursor alone."""
    cursor.execute("SET VARIABLE everything = ?::BOOLEAN", [scope.everything])
    cursor.execute("SET VARIABLE departments = ?::VARCHAR[]", [list(scope.departments)])
    cursor.execute("SET VARIABLE person = ?::VARCHAR", [scope.person])
