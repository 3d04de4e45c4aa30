"""The published views say what their comments promise, and each shows a person their own part only."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from chatserver.domain.chat import Status
from chatserver.domain.load import count_load
from chatserver.reader import views
from tests.reader.asking import Door, filled_store
from tests.reader.company import START, written_story

VIEW_FILES = Path(views.__file__).parent / "views"


def test_each_published_view_has_a_file_and_a_description() -> None:
    """R40: one documented view for each metric."""
    files = {path.stem for path in VIEW_FILES.glob("*.sql")}

    assert files == set(views.PUBLISHED)
    assert all(len(view.description) > 40 for view in views.published())


async def test_every_view_can_be_read_by_every_manager(door: Door) -> None:
    for view in views.PUBLISHED:
        for person in ("ana", "mia", "sam"):
            await door.rows(person, f"SELECT * FROM {view}")


async def test_chats_has_one_row_a_chat_with_its_state(door: Door) -> None:
    """R40, and R6: queued, active, ended with a reason."""
    rows = await door.rows(
        "ana", "SELECT chat_id, status, reason, department, agent FROM chats ORDER BY chat_id"
    )

    assert rows == [
        (1, "ended", "ended_by_agent", "Billing", "Ben"),
        (2, "ended", "ended_by_customer", "Billing", "Ben"),
        (3, "ended", "abandoned", "Billing", ""),
        (4, "ended", "ended_by_agent", "Sales", "Sue"),
        (5, "ended", "abandoned", "Sales", ""),
        (6, "queued", "", "Sales", ""),
        (7, "active", "", "Billing", "Ben"),
    ]


async def test_durations_of_ended_chats_are_frozen(door: Door) -> None:
    """R9: idle counts from the last agent message, else from the start; R10: duration, wait and time with an agent."""
    rows = await door.rows(
        "ana",
        "SELECT duration_s, idle_s, wait_s, with_agent_s, messages, answer_s FROM chats "
        "WHERE chat_id IN (1, 3) ORDER BY chat_id",
    )

    assert rows == [(150, 60, 20, 130, 3, 30), (45, 45, 45, 0, 1, None)]


async def test_open_chats_agree_with_the_live_desk(door: Door) -> None:
    """R40: what the views say of open chats is what the desk holds."""
    desk = written_story().desk
    rows = await door.rows(
        "ana",
        "SELECT chat_id, status, department_id, group_id, person_id, customer_messages, agent_messages, transfers, "
        "epoch(now()), epoch(first_answer_at), wait_s, with_agent_s, idle_s FROM chats "
        "WHERE status <> 'ended' ORDER BY chat_id",
    )

    assert [row[0] for row in rows] == sorted(desk.chats)
    for (
        number,
        status,
        department,
        group,
        person,
        customer_n,
        agent_n,
        transfers,
        now_s,
        answered,
        *spans,
    ) in rows:
        chat = desk.chats[number]
        now = START + timedelta(seconds=now_s - START.timestamp())
        assert (Status(status), department, group, person) == (
            chat.status,
            chat.department_id,
            chat.group_id,
            chat.person_id,
        )
        assert (customer_n, agent_n, transfers) == (
            chat.customer_messages,
            chat.agent_messages,
            chat.transfers,
        )
        assert answered == (chat.first_answer_at.timestamp() if chat.first_answer_at else None)
        expected = [chat.wait(now), chat.time_with_agent(now), chat.idle(now)]
        assert spans == pytest.approx([span.total_seconds() for span in expected], abs=0.01)


async def test_service_level_counts_the_answered_and_the_abandoned(door: Door) -> None:
    """R35, R40: answered within 60 s, of the answered and the abandoned; the queued chat 6 is in neither."""
    rows = await door.rows(
        "ana",
        "SELECT hour, department, answered, abandoned, answered_within_60s, service_level, abandonment "
        "FROM service_level ORDER BY department",
    )

    assert rows == [
        (START, "Billing", 3, 1, 2, 0.5, 0.25),
        (START, "Sales", 1, 1, 1, 0.5, 0.5),
    ]


async def test_the_last_hour_in_sql_is_the_last_hour_of_the_live_board(tmp_path: Path) -> None:
    """R35, R40: two ways to the same number: the desk's board, and the view over the log."""
    now = datetime.now(UTC)
    written = written_story(now - timedelta(minutes=63))  # some of it is older than an hour by now
    door = Door(await filled_store(tmp_path, written.log), tmp_path)
    rows = await door.rows(
        "ana", "SELECT department_id, answered, abandoned, answered_within_60s FROM service_level_last_hour"
    )
    board = count_load(written.desk, now)
    door.close()

    live = {
        name: (load.answered, load.abandoned, load.answered_in_time)
        for name, load in board.by_department.items()
    }
    assert sum(map(sum, live.values())) > 0
    assert {row[0]: row[1:] for row in rows} == live


async def test_service_level_of_the_last_hour_leaves_out_what_is_older(door: Door) -> None:
    assert await door.rows("ana", "SELECT * FROM service_level_last_hour") == []


async def test_load_by_hour_takes_percentiles_of_the_chats_themselves(door: Door) -> None:
    """R36: percentiles of the waits (20 s and 90 s of the two German chats), never means of means."""
    rows = await door.rows(
        "ana",
        "SELECT department, language, country, started, answered, abandoned, median_wait_s, p90_wait_s "
        "FROM load_by_hour WHERE language = 'de' ORDER BY ALL",
    )

    assert rows == [
        ("Billing", "de", "AT", 1, 1, 0, None, None),
        ("Billing", "de", "DE", 2, 2, 0, 55, pytest.approx(83)),
    ]


async def test_agent_intervals_hold_the_closed_and_the_open_ones(door: Door) -> None:
    """R19: all changes are intervals; the one that holds now has no end."""
    rows = await door.rows(
        "ana",
        "SELECT layer, state, epoch(started_at) - epoch(?::TIMESTAMPTZ), ended_at IS NULL FROM agent_intervals "
        "WHERE person_id = 'ben' AND layer = 'available' ORDER BY started_at",
        START.isoformat(),
    )

    assert rows[-1] == ("available", False, 1300, True)


@pytest.mark.parametrize(
    ("person", "chats"), [("ana", [1, 2, 3, 4, 5, 6, 7]), ("mia", [1, 2, 3, 7]), ("sam", [4, 5, 6])]
)
async def test_a_person_sees_chats_messages_and_events_of_their_departments_only(
    door: Door, person: str, chats: list[int]
) -> None:
    """R3: a manager sees each department where they belong to a group; an administrator all."""
    for view in ("chats", "messages", "events"):
        rows = await door.rows(
            person, f"SELECT DISTINCT chat_id FROM {view} WHERE chat_id IS NOT NULL ORDER BY 1"
        )
        assert [row[0] for row in rows] == chats
    started = await door.rows(person, "SELECT sum(started) FROM load_by_hour")
    assert started == [(len(chats),)]


async def test_hours_of_staff_are_scoped_by_department(door: Door) -> None:
    """R3."""
    rows = await door.rows("mia", "SELECT DISTINCT person_id FROM agent_intervals ORDER BY 1")

    assert rows == [("ben",), ("mia",)]
    assert (
        await door.rows(
            "mia", "SELECT * FROM events WHERE chat_id IS NULL AND person_id NOT IN ('ben', 'mia')"
        )
        == []
    )
