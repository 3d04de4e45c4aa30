"""Who a browser is, and what a page may hold of it."""

import pytest

from dashboard.auth import SEAT_LIFETIME_S, TRUST_S, Seats, local_path
from dashboard.client import Refused, Session


class FakeSessions:
    """Stands in for the client: cookies and whose they are."""

    def __init__(self, **people: str) -> None:
        self.people = people
        self.asked = 0

    async def find_session(self, cookie: str) -> Session | None:
        self.asked += 1
        person_id = self.people.get(cookie)
        return Session(person_id, f"token-{self.asked}", 600) if person_id else None


class Clock:
    """Time moved by hand."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def seats_of(sessions: FakeSessions, clock: Clock) -> Seats:
    return Seats(sessions, clock)  # type: ignore[arg-type]


async def test_a_cookie_is_checked_once_for_a_moment() -> None:
    sessions, clock = FakeSessions(good="bob"), Clock()
    seats = seats_of(sessions, clock)
    assert [await seats.find_person(cookie) for cookie in ("good", "good", "bad", "")] == [
        "bob",
        "bob",
        None,
        None,
    ]
    assert sessions.asked == 2
    assert seats.find_checked("good") == "bob"
    assert seats.find_checked("other") is None

    clock.now += TRUST_S + 1
    sessions.people.clear()  # signed out meanwhile
    assert await seats.find_person("good") is None


async def test_a_page_has_an_id_of_its_own_that_runs_out() -> None:
    clock = Clock()
    seats = seats_of(FakeSessions(good="bob"), clock)
    seat_id = seats.open("bob", "good")
    seat = seats.find(seat_id)
    assert seat is not None
    assert "good" not in seat_id
    assert seats.find("guessed") is None

    clock.now += SEAT_LIFETIME_S + 1
    assert seats.find(seat_id) is None


async def test_tokens_are_renewed_in_time_and_not_after_a_sign_out() -> None:
    sessions, clock = FakeSessions(good="bob"), Clock()
    seats = seats_of(sessions, clock)
    seat = seats.find(seats.open("bob", "good"))
    assert seat is not None
    first = await seats.token(seat)
    assert await seats.token(seat) == first

    clock.now += 550
    assert await seats.token(seat) != first
    sessions.people.clear()
    clock.now += 550
    with pytest.raises(Refused, match="signed out"):
        await seats.token(seat)


@pytest.mark.parametrize(
    "wanted", ["//evil.example", "https://evil.example/", "/\\evil.example", "evil", "/a\\b"]
)
def test_after_sign_in_it_goes_to_pages_of_ours_only(wanted: str) -> None:
    assert local_path(wanted) == "/"
    assert local_path("/?view=global&status=queued") == "/?view=global&status=queued"
