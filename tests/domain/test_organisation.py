"""Departments, groups, people and their places; the three layers of availability."""

from datetime import timedelta

import pytest

from chatserver.domain import commands as c
from chatserver.domain import events as e
from chatserver.domain.desk import Desk
from chatserver.domain.errors import Conflict, Invalid, NotFound
from chatserver.domain.organisation import Department, Group, Membership, Organisation, Person, Role
from tests.domain.builders import ADA, BOB, MONDAY_MORNING, SALES, Story

ALSO_TESTS = {
    "chatserver.domain.deciding_people": "its decisions are what happens to the organisation",
    "chatserver.domain.duty": "a duty is three fields; what they mean is seen here",
}


def test_a_chat_lands_in_the_front_line_group_of_its_department() -> None:
    """R1: the customer picks a department, never a group."""
    story = Story()

    assert story.start(department_id="sales").group_id == "sales"
    assert "group_id" not in c.StartChat.__struct_fields__


def test_a_new_department_brings_its_front_line_group() -> None:
    """R1."""
    story = Story()

    story.do(
        c.SaveDepartment("ada", Department("parts", "Parts", "parts-1"), Group("parts-1", "Parts", "parts"))
    )

    assert story.start("vic", "parts").group_id == "parts-1"


@pytest.mark.parametrize(
    ("department", "group"),
    [
        (Department("parts", "Parts", "support"), None),  # another department's group
        (Department("parts", "Parts", "parts-1"), Group("parts-2", "Parts", "parts")),  # not the one it names
        (Department("parts", "Parts", "parts-1"), Group("parts-1", "Parts", "sales")),  # said to be elsewhere
        (Department("parts", "Parts", "support"), Group("support", "Support", "parts")),  # moved by force
    ],
)
def test_a_front_line_group_belongs_to_its_department(department: Department, group: Group | None) -> None:
    """R1: a department owns its groups; a group belongs to one department."""
    with pytest.raises((Invalid, Conflict)):
        Story().do(c.SaveDepartment("ada", department, group))


def test_a_group_cannot_move_to_another_department() -> None:
    """R1."""
    with pytest.raises(Conflict):
        Story().do(c.SaveGroup("ada", Group("sales-night", "Night", "support")))


def test_a_group_needs_a_department_that_exists() -> None:
    """R1."""
    with pytest.raises(NotFound):
        Story().do(c.SaveGroup("ada", Group("new", "New", "nowhere")))


def test_a_membership_carries_a_limit_and_primary_or_secondary() -> None:
    """R2."""
    story = Story()

    story.limit("bob", "sales-night", 7, primary=False)

    place = story.desk.organisation.find_membership("bob", "sales-night")
    assert place == Membership("bob", "sales-night", 7, primary=False)
    groups = [m.group_id for m in story.desk.organisation.memberships_of("bob")]
    assert groups == ["sales", "sales-night"]


@pytest.mark.parametrize("limit", [-1, 101])
def test_a_limit_that_must_be_a_typing_error_is_refused(limit: int) -> None:
    """R2."""
    with pytest.raises(Invalid):
        Story().limit("bob", "sales", limit)


@pytest.mark.parametrize(("person_id", "group_id"), [("nobody", "sales"), ("bob", "nowhere")])
def test_a_membership_needs_a_person_and_a_group(person_id: str, group_id: str) -> None:
    """R2."""
    with pytest.raises(NotFound):
        Story().limit(person_id, group_id, 1)


def test_leaving_a_group_keeps_the_chats_and_brings_no_more() -> None:
    """R2."""
    story = Story()
    story.sign_in("bob")
    chat = story.start("vera")

    story.do(c.RemoveMembership("ada", "bob", "sales"))

    assert chat.person_id == "bob"
    assert story.start("vic").person_id == ""
    assert story.do(c.RemoveMembership("ada", "bob", "sales")) is not None  # again: no error


def test_removing_a_place_that_is_not_there_changes_nothing() -> None:
    organisation = Organisation()

    organisation.remove_membership("bob", "sales")

    assert organisation == Organisation()


@pytest.mark.parametrize(
    "person",
    [
        Person("", "Zed", "Zed", (Role.AGENT,)),
        Person("Zed", "Zed", "Zed", (Role.AGENT,)),
        Person("zed\n", "Zed", "Zed", (Role.AGENT,)),
        Person("z" * 41, "Zed", "Zed", (Role.AGENT,)),
        Person("zed", " ", "Zed", (Role.AGENT,)),
        Person("zed", "Zed", "", (Role.AGENT,)),
        Person("zed", "Z" * 81, "Zed", (Role.AGENT,)),
        Person("zed", "Zed", "Zed", ()),
    ],
)
def test_a_person_needs_an_id_two_names_and_a_role(person: Person) -> None:
    """R3, R5."""
    with pytest.raises(Invalid):
        Story().do(c.SavePerson("ada", person))


def test_the_last_administrator_stays_one() -> None:
    """R3: otherwise nobody could change the settings again."""
    story = Story()
    demoted = Person("ada", "Ada Abel", "Ada", (Role.AGENT,))

    with pytest.raises(Conflict):
        story.do(c.SavePerson("ada", demoted))
    story.do(c.SavePerson("ada", Person("bob", "Bob", "Bob", (Role.ADMINISTRATOR,))))
    story.do(c.SavePerson("ada", demoted))

    assert story.desk.organisation.people["ada"].roles == (Role.AGENT,)


def test_an_empty_site_is_set_up_by_its_first_administrator() -> None:
    """R1, R3."""
    desk = Desk()
    agent_too = Person("ada", "Ada", "Ada", (Role.ADMINISTRATOR, Role.AGENT))

    desk.handle(
        c.SetUpSite(agent_too, SALES, Group("sales", "Sales", "sales"), max_active_chats=3), MONDAY_MORNING
    )

    assert desk.organisation.find_membership("ada", "sales") == Membership("ada", "sales", 3)
    with pytest.raises(Invalid):
        Desk().handle(c.SetUpSite(BOB, SALES, Group("sales", "Sales", "sales")), MONDAY_MORNING)
    only_administrator = Desk()
    only_administrator.handle(c.SetUpSite(ADA, SALES, Group("sales", "Sales", "sales")), MONDAY_MORNING)
    assert only_administrator.organisation.members == {}


def test_the_three_layers_of_availability_are_independent() -> None:
    """R19: signed in; active in the group; available. All three are needed to receive chats."""
    story = Story()
    story.sign_in("bob")
    assert story.desk.is_receiving("bob", "sales")

    story.do(c.SetAvailability("bob", available=False))
    story.do(c.SetGroupActivity("bob", "bob", "sales", active=False))
    story.do(c.SetAvailability("bob", available=True))
    assert not story.desk.is_receiving("bob", "sales")

    story.do(c.SetGroupActivity("bob", "bob", "sales", active=True))
    story.sign_out("bob")
    assert not story.desk.is_receiving("bob", "sales")

    story.sign_in("bob")
    assert story.desk.is_receiving("bob", "sales")


def test_away_blocks_new_chats_only() -> None:
    """R19: an agent who is away keeps the chats they have, and may write in them."""
    story = Story()
    story.sign_in("bob")
    chat = story.start("vera")

    story.do(c.SetAvailability("bob", available=False))

    assert chat.person_id == "bob"
    assert story.agent_says("bob", chat).chat_id == chat.id
    assert story.start("vic").person_id == ""


def test_every_change_of_availability_says_since_when_the_state_before_held() -> None:
    """R19: all changes are stored as intervals."""
    story = Story()
    story.log.clear()
    signed_in = story.now
    story.sign_in("bob")
    story.wait(60)
    story.do(c.SetAvailability("bob", available=False))
    story.wait(60)
    story.do(c.SetAvailability("bob", available=True))
    story.do(c.SetGroupActivity("mia", "bob", "sales", active=False))
    story.wait(60)
    story.do(c.SetGroupActivity("bob", "bob", "sales", active=True))
    story.sign_out("bob")

    minute = timedelta(seconds=60)
    assert [recorded.event for recorded in story.log] == [
        e.PresenceChanged("bob", None, online=True),
        e.AvailabilityChanged("bob", None, available=False),
        e.AvailabilityChanged("bob", signed_in + minute, available=True),
        e.GroupActivityChanged("bob", None, "sales", active=False, by_person_id="mia"),
        e.GroupActivityChanged("bob", signed_in + 2 * minute, "sales", active=True, by_person_id="bob"),
        e.PresenceChanged("bob", signed_in, online=False),
    ]


@pytest.mark.parametrize(
    "command",
    [
        c.SetPresence("bob", online=False),
        c.SetAvailability("bob", available=True),
        c.SetGroupActivity("bob", "bob", "sales", active=True),
        c.SetMethod("ada", Story().desk.organisation.method),
    ],
)
def test_what_is_no_news_is_not_recorded(command: c.Command) -> None:
    """R19: an interval ends only when the state changes."""
    story = Story()
    before = len(story.log)

    story.do(command)

    assert len(story.log) == before
