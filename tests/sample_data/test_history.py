"""The generated month is one that the real rules made."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from chatserver.domain import events as e
from chatserver.domain.chat import EndReason, QueueReason, Sender
from chatserver.domain.desk import Desk
from chatserver.sample_data.company import load_company
from chatserver.sample_data.dialogues import load_dialogues
from chatserver.sample_data.history import generate
from chatserver.tables.rows import (
    TRANSFER_COMMENT,
    EventRow,
    MessageRow,
    event_of_row,
    message_of_row,
    rows_of,
)

ALSO_TESTS = {
    "chatserver.sample_data.rhythm": "the rhythm is seen in the history that follows it",
    "chatserver.sample_data.setting_up": "its commands are the history's first events",
}
NOW = datetime(2026, 3, 20, 15, 0, tzinfo=UTC)  # a Friday afternoon, in the middle of shifts and chats
DAYS = 15


def generated(seed: int = 7, days: int = DAYS) -> list[e.Recorded]:
    return list(generate(load_company(), load_dialogues(), NOW, seed, days))


@pytest.fixture(scope="module")
def log() -> list[e.Recorded]:
    return generated()


@pytest.fixture(scope="module")
def ended(log: list[e.Recorded]) -> list[e.ChatEnded]:
    return [item.event for item in log if isinstance(item.event, e.ChatEnded)]


def replayed(log: list[e.Recorded]) -> Desk:
    desk = Desk()
    for recorded in log:
        desk.apply(recorded)
    return desk


def test_the_log_is_numbered_without_gaps_and_in_the_order_of_time(log: list[e.Recorded]) -> None:
    assert [item.seq for item in log] == list(range(1, len(log) + 1))
    assert all(earlier.at <= later.at for earlier, later in pairwise(log))
    assert log[-1].at <= NOW


def test_the_same_seed_gives_the_same_history_and_another_one_another() -> None:
    assert generated(days=2) == generated(days=2)
    assert generated(days=2) != generated(seed=8, days=2)


def test_at_the_end_no_chat_is_open_and_everybody_is_signed_out_but_available(log: list[e.Recorded]) -> None:
    desk = replayed(log)

    assert not desk.chats
    assert not any(desk.waiting.values())
    assert all(not duty.online and duty.available for duty in desk.duties.values())
    assert set(desk.organisation.people) == {person.id for person in load_company().people}


def test_no_automatic_assignment_exceeds_a_limit(log: list[e.Recorded]) -> None:
    """R16, over the whole history."""
    desk = Desk()
    for item in log:
        event = item.event
        if isinstance(event, e.ChatAssigned) and event.how is e.How.AUTOMATIC:
            limit = desk.organisation.members[event.group_id][event.person_id].max_active_chats
            assert desk.load_in.get((event.person_id, event.group_id), 0) < limit
            assert desk.is_receiving(event.person_id, event.group_id)
        desk.apply(item)


def test_every_chat_has_gapless_lines_and_a_summary_that_agrees_with_them(
    log: list[e.Recorded], ended: list[e.ChatEnded]
) -> None:
    lines: dict[int, list[int]] = {}
    said: Counter[tuple[int, Sender]] = Counter()
    for item in log:
        if isinstance(item.event, e.ChatEvent):
            lines.setdefault(item.event.chat_id, []).append(item.event.n)
        if isinstance(item.event, e.MessageSaid):
            said[item.event.chat_id, item.event.sender] += 1

    assert all(numbers == list(range(1, len(numbers) + 1)) for numbers in lines.values())
    assert len(ended) == len(lines)
    for event in ended:
        summary = event.summary
        assert summary.customer_messages == said[event.chat_id, Sender.CUSTOMER]
        assert summary.agent_messages == said[event.chat_id, Sender.AGENT]
        total_s = (summary.ended_at - summary.started_at).total_seconds()
        assert abs(summary.wait_s + summary.with_agent_s - total_s) < 0.001
        assert (summary.reason is EndReason.ABANDONED) <= (summary.agent_messages == 0)


def test_weekdays_have_their_rhythm(ended: list[e.ChatEnded]) -> None:
    days = Counter(event.summary.started_at.date() for event in ended)
    weekdays = [count for day, count in days.items() if day.weekday() < 5 and day != NOW.date()]
    weekends = [count for day, count in days.items() if day.weekday() >= 5]
    hours = Counter(event.summary.started_at.hour for event in ended)

    assert 180 <= sum(weekdays) / len(weekdays) <= 300
    assert max(weekends) < min(weekdays)
    assert hours[10] > 3 * hours[6]
    assert hours[10] > 10 * hours[3]


def test_everything_that_boards_show_happens(log: list[e.Recorded], ended: list[e.ChatEnded]) -> None:
    reasons = Counter(event.summary.reason for event in ended)
    queued = {item.event.reason for item in log if isinstance(item.event, e.ChatQueued)}
    starts = [item.event for item in log if isinstance(item.event, e.ChatStarted)]
    visitors = Counter(start.visitor_id for start in starts)

    assert set(reasons) == {
        EndReason.BY_AGENT,
        EndReason.BY_CUSTOMER,
        EndReason.ABANDONED,
        EndReason.TIMED_OUT,
    }
    assert 0.02 < reasons[EndReason.ABANDONED] / len(ended) < 0.15
    assert queued == {QueueReason.NOBODY_RECEIVING, QueueReason.ALL_AT_LIMIT}
    assert {start.department_id for start in starts} == {d.id for d in load_company().departments}
    assert len({start.customer.country for start in starts}) > 25
    assert len({start.customer.language for start in starts}) > 15
    assert len({start.customer.browser for start in starts}) > 5
    assert all(start.customer.city and start.customer.os for start in starts)
    assert max(visitors.values()) > 1
    assert any(isinstance(item.event, e.ChatTransferred) and item.event.comment for item in log)
    assert any(isinstance(item.event, e.ChatAssigned) and item.event.how is e.How.TAKEN for item in log)


def test_no_placeholder_is_left_in_what_is_said(log: list[e.Recorded]) -> None:
    texts = [item.event.text for item in log if isinstance(item.event, e.MessageSaid)]

    assert not [text for text in texts if "{" in text or not text]


def test_the_history_survives_being_written_as_rows_and_read_back(log: list[e.Recorded]) -> None:
    rows = rows_of(log).rows
    starts = {row[1]: (row[3], row[4], *row[8:]) for row in rows["chat"]}
    messages = [MessageRow(*row) for row in rows["message"]]
    comments = {row.seq: row.body for row in messages if row.sender == TRANSFER_COMMENT}
    found = [message_of_row(row) for row in messages if row.sender != TRANSFER_COMMENT]
    for raw in rows["event"]:
        row = EventRow(*raw)
        found.append(event_of_row(row, starts.get(row.seq), comments.get(row.seq, "")))

    assert sorted(found, key=lambda item: item.seq) == log


def test_intervals_of_availability_do_not_overlap(log: list[e.Recorded]) -> None:
    """R19: every state of every layer is stored with its beginning and end."""
    ends: dict[tuple[str, str], datetime] = {}
    for person_id, layer, _, _, start, end in rows_of(log).rows["agent_interval"]:
        assert ends.get((person_id, layer), start) == start
        assert start <= end
        ends[person_id, layer] = end

    assert {layer for _, layer in ends} == {"online", "available"}


def test_a_few_days_that_end_at_night_are_possible() -> None:
    night = NOW.replace(hour=3)
    found = list(generate(load_company(), load_dialogues(), night, 1, 1))

    assert found[-1].at <= night
    assert not replayed(found).chats
    assert found[0].at >= night - timedelta(days=2)


def test_no_chat_is_forgotten_for_hours(ended: list[e.ChatEnded]) -> None:
    longest = max(chat.summary.ended_at - chat.summary.started_at for chat in ended)

    assert longest < timedelta(hours=4), "somebody left a chat open and nobody noticed"
