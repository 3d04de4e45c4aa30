"""A person's three layers of availability (R19)."""

from datetime import datetime

from msgspec import Struct, field


class Duty(Struct):
    """Signed in, available, and active by group, each with the time since which it holds (None: never changed)."""

    online: bool = False
    online_since: datetime | None = None
    available: bool = True
    available_since: datetime | None = None
    inactive_groups: set[str] = field(default_factory=set)  # a member takes part in all others
    activity_since: dict[str, datetime] = field(default_factory=dict)
    last_assigned_at: datetime | None = None
