"""When customers come and people work, in the sample company. All times are UTC.

A weekday has about 240 chats, Monday the most, a weekend day a third to a fifth. The day has a peak before noon and a
lower one in the afternoon; sales and billing differ. Now and then something happens (a carrier's strike, a faulty
update of the app, a newsletter), and for three quarters of an hour many more come to one department.
"""

import random
from collections.abc import Iterator
from datetime import datetime, timedelta

from msgspec import Struct

CHATS_A_DAY = 222.0
WEEKDAYS = (1.17, 1.07, 1.0, 0.97, 0.93, 0.36, 0.24)  # Monday first
DAILY_NOISE = 0.07  # standard deviation of the day's level

# Chats by hour of the day, relative to each other.
_OFFICE = (0.5, 0.4, 0.3, 0.2, 0.2, 0.4, 1.5, 8, 15, 21, 23, 20, 16, 17, 19, 19, 17, 14, 11, 9, 5, 2, 1, 0.6)
_EVENING = (0.6, 0.4, 0.3, 0.2, 0.2, 0.3, 1, 5, 9, 13, 15, 15, 14, 14, 15, 16, 17, 18, 19, 18, 11, 4, 2, 1)
_MORNING = (
    0.2,
    0.2,
    0.2,
    0.2,
    0.2,
    0.5,
    3,
    12,
    22,
    26,
    24,
    18,
    12,
    14,
    16,
    14,
    10,
    7,
    4,
    3,
    2,
    0.6,
    0.4,
    0.2,
)
SHARES = {"orders": 0.34, "technical": 0.27, "sales": 0.17, "returns": 0.13, "billing": 0.09}
HOURS = {"orders": _OFFICE, "technical": _OFFICE, "sales": _EVENING, "returns": _OFFICE, "billing": _MORNING}

INCIDENTS_A_WEEK = 1.8
INCIDENT_CHATS = (22, 48)
INCIDENT_SPREAD = timedelta(minutes=14)


class Shift(Struct, frozen=True):
    """A person's working day: from, to, and breaks (from, to), in order."""

    person_id: str
    start: datetime
    end: datetime
    breaks: tuple[tuple[datetime, datetime], ...]


def arrivals(
    day: datetime, departments: tuple[str, ...], rng: random.Random
) -> Iterator[tuple[datetime, str]]:
    """Times and departments of the day's new chats, in no order. `day` is its midnight."""
    level = CHATS_A_DAY * WEEKDAYS[day.weekday()] * max(0.5, rng.gauss(1.0, DAILY_NOISE))
    total = sum(SHARES.get(d, 0.1) for d in departments)
    for department in departments:
        hours = HOURS.get(department, _OFFICE)
        expected = level * SHARES.get(department, 0.1) / total
        for hour, weight in enumerate(hours):
            for _ in range(_poisson(expected * weight / sum(hours), rng)):
                yield day + timedelta(hours=hour, seconds=rng.uniform(0, 3600)), department
    if day.weekday() < 5 and rng.random() < INCIDENTS_A_WEEK / 5:
        department = rng.choice(departments)
        middle = day + timedelta(hours=rng.uniform(8.5, 16))
        for _ in range(rng.randint(*INCIDENT_CHATS)):
            yield middle + rng.gauss(0, 1) * INCIDENT_SPREAD, department


def shift(person_id: str, place: int, leads: bool, day: datetime, rng: random.Random) -> Shift | None:
    """The person's shift of the day, or None. Half of the staff, by `place` in it, begin early, half late, by weeks."""
    week = day.isocalendar().week
    if day.weekday() >= 5:
        if leads or (place + week + day.weekday()) % 2:  # half of the agents works on each weekend day
            return None
        start_h, length_h = 7.5, 12.0
    elif leads:
        start_h, length_h = 7.5, 9.0
    elif rng.random() < 0.06:  # ill or on holiday
        return None
    else:
        start_h, length_h = (6.75, 8.5) if (place + week) % 2 else (11.5, 9.4)
    start = day + timedelta(hours=start_h, minutes=rng.gauss(0, 4))
    end = start + timedelta(hours=length_h)
    lunch = start + timedelta(hours=rng.uniform(3.2, 4.6))
    coffee = start + timedelta(hours=rng.uniform(1.5, 2.5))
    late = start + timedelta(hours=rng.uniform(6, 7))
    breaks = [
        (coffee, coffee + timedelta(minutes=rng.uniform(6, 14))),
        (lunch, lunch + timedelta(minutes=rng.uniform(28, 48))),
        (late, late + timedelta(minutes=rng.uniform(5, 18))),
    ]
    return Shift(person_id, start, end, tuple(breaks))


def _poisson(mean: float, rng: random.Random) -> int:
    """A Poisson number: how many exponential gaps of mean 1 fit into `mean`."""
    count, at = -1, 0.0
    while at <= mean:
        at += rng.expovariate(1.0)
        count += 1
    return count
