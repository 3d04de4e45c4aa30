"""The limits of one question, and the wall between departments."""

import asyncio
import time
from pathlib import Path

import duckdb
import pytest

from chatserver.domain.errors import Busy, ChatError, Invalid, NotAllowed, TooFast, TooLarge
from chatserver.reader.guard import Asking, GaveUp, Guard
from chatserver.reader.limits import Limits
from tests.reader.asking import Door, filled_store
from tests.reader.company import SECRET

ENDLESS = {
    "a range of a billion": "SELECT count(*) FROM range(1000000000) a, range(1000) b WHERE a.range % 7 = b.range",
    "a cross join": "SELECT count(*) FROM messages, range(1000000) b, range(1000000) c WHERE b.range * c.range = -1",
    "a recursion without end": "WITH RECURSIVE t(a) AS (SELECT 1 UNION ALL SELECT a + 1 FROM t) SELECT count(*) FROM t",
    "a slow function": "SELECT sum(length(repeat('a', 1000 + (range % 7)::INT))) FROM range(10000000000)",
    "levenshtein": "SELECT levenshtein(repeat('a', 300000), repeat('b', 300000))",
}

HUNGRY = {
    "a list of everything": "SELECT length(list(repeat('x', 200) || range)) FROM range(100000000)",
    "a sort of everything": "SELECT repeat('x', 500) || random() AS x FROM range(50000000) ORDER BY x",
    "one long text": "SELECT repeat(repeat('x', 100000), 3000)",
    "an aggregate of texts": "SELECT length(string_agg(repeat('x', 1000), ',')) FROM range(10000000)",
}

FAST = Limits(time_s=0.5, grace_s=20, rows=1000, answer_bytes=1_000_000)


class StubbornQuestion:
    """Ignores every interrupt until it is let go."""

    def __init__(self) -> None:
        self.running = True

    def __call__(self, asking: Asking) -> None:
        while self.running:
            time.sleep(0.01)


class Unchecked:
    """A statement that got past the check."""

    def __init__(self, sql: str) -> None:
        self.sql = sql

    def __call__(self, asking: Asking) -> object:
        return asking.cursor.execute(self.sql).fetchall()


@pytest.fixture
async def fast_door(door: Door) -> Door:
    """The door with half a second for each question."""
    door.limits = FAST
    return door


@pytest.mark.parametrize("sql", ENDLESS.values(), ids=ENDLESS)
async def test_endless_queries_are_stopped_at_the_time_limit(fast_door: Door, sql: str) -> None:
    """R38: limits on time."""
    began = time.monotonic()

    with pytest.raises(TooLarge, match="limit"):
        await fast_door.rows("mia", sql)

    assert time.monotonic() - began < 10
    assert await fast_door.rows("mia", "SELECT 1") == [(1,)]


@pytest.mark.parametrize("sql", HUNGRY.values(), ids=HUNGRY)
async def test_hungry_queries_are_refused(fast_door: Door, sql: str) -> None:
    """R38: limits on memory; what needs long as well may meet the time limit first."""
    with pytest.raises(ChatError) as refusal:
        await fast_door.rows("mia", sql)

    assert isinstance(refusal.value, TooLarge | Busy | Invalid)
    assert not fast_door.gave_up.event.is_set()
    assert await fast_door.rows("mia", "SELECT 1") == [(1,)]


async def test_more_rows_than_the_limit_are_refused_not_cut_off(door: Door) -> None:
    """R38: limits on rows."""
    assert len(await door.rows("mia", "SELECT * FROM range(1000)")) == 1000
    with pytest.raises(TooLarge, match="1,000 rows"):
        await door.rows("mia", "SELECT * FROM range(1001)")


async def test_an_answer_of_too_many_bytes_is_refused(fast_door: Door) -> None:
    with pytest.raises(TooLarge, match="MB"):
        await fast_door.rows("mia", "SELECT repeat('x', 5000) FROM range(900)")


async def test_a_person_has_one_query_at_a_time(door: Door) -> None:
    """R38; another person is not held up."""
    gone = asyncio.Event()
    first = asyncio.create_task(door.table("mia", ENDLESS["a range of a billion"], gone=gone))
    await asyncio.sleep(0.05)

    with pytest.raises(TooFast, match="still running"):
        await door.rows("mia", "SELECT 1")
    assert await door.rows("sam", "SELECT 1") == [(1,)]

    gone.set()
    with pytest.raises(TooLarge):
        await first


async def test_a_query_that_nobody_waits_for_is_stopped(door: Door) -> None:
    gone = asyncio.Event()
    asking = asyncio.create_task(door.table("mia", ENDLESS["a slow function"], gone=gone))
    await asyncio.sleep(0.05)
    began = time.monotonic()
    gone.set()

    with pytest.raises(TooLarge):
        await asking
    assert time.monotonic() - began < door.limits.time_s


async def test_a_query_that_ignores_its_interrupt_makes_the_reader_give_up(tmp_path: Path) -> None:
    """Those who are asking get a clear answer; the process that sees `gave_up` ends and is started again."""
    store = await filled_store(tmp_path)
    gave_up = GaveUp()
    guard = Guard(store, gave_up, workers=2, one_each=True)
    stubborn, other = StubbornQuestion(), StubbornQuestion()
    limits = Limits(time_s=0.1, grace_s=0.2)

    answers = await asyncio.gather(
        guard.ask("mia", stubborn, limits),
        guard.ask("sam", other, Limits(time_s=60)),
        return_exceptions=True,
    )

    assert all(isinstance(answer, Busy) and "restarts" in answer.message for answer in answers)
    assert gave_up.event.is_set()
    assert "interrupt" in gave_up.reason
    stubborn.running = other.running = False
    guard.end()
    await asyncio.sleep(0.05)
    store.close()


async def test_sql_needs_its_permission(door: Door) -> None:
    """R3: run SQL is a permission of its own; agents do not have it."""
    with pytest.raises(NotAllowed, match="run sql"):
        await door.rows("ben", "SELECT 1")
    with pytest.raises(NotAllowed, match="does not know"):
        await door.rows("nobody", "SELECT 1")


async def test_parameters_fill_placeholders_and_nothing_else(door: Door) -> None:
    assert await door.rows("mia", "SELECT chat_id FROM chats WHERE city = ?", "Bonn") == [(2,)]
    assert await door.rows("mia", "SELECT chat_id FROM chats WHERE city = ?", "' OR true --") == []
    with pytest.raises(Invalid):
        await door.rows("mia", "SELECT ?, ?", 1)
    with pytest.raises(Invalid):
        await door.rows("mia", "SELECT 1", 1)


async def test_errors_of_a_query_tell_what_is_wrong(door: Door) -> None:
    with pytest.raises(Invalid, match="nonsense"):
        await door.rows("mia", "SELECT nonsense FROM chats")
    with pytest.raises(Invalid, match="convert"):
        await door.rows("mia", "SELECT 'x'::INT")


LEAKS = (
    "SELECT count(*) FROM messages WHERE CASE WHEN body LIKE '%Elm%' THEN body::INT ELSE 5 END = 5",
    "SELECT count(*) FROM messages WHERE CASE WHEN body LIKE '%Elm%' THEN error(body) ELSE true END",
    "SELECT count(*) FROM messages WHERE CASE WHEN body LIKE '%Elm%' THEN chr(-1) ELSE 'x' END = 'x'",
    "SELECT count(*) FROM messages WHERE CASE WHEN body LIKE '%Elm%' THEN strptime(body, '%Y') ELSE now() END = now()",
    "SELECT count(*) FROM messages WHERE regexp_matches('x', CASE WHEN body LIKE '%Elm%' THEN '(' ELSE 'x' END)",
    "SELECT count(*) FROM chats WHERE CASE WHEN email LIKE 'secret%' THEN error(email) ELSE true END",
    "SELECT count(*) FROM chats JOIN range(9) ON range = CASE WHEN email LIKE 'secret%' THEN email::INT ELSE 1 END",
    "FROM chats c SEMI JOIN messages m ON c.chat_id = CASE WHEN m.body LIKE '%Elm%' THEN m.body::INT ELSE 1 END",
)


@pytest.mark.parametrize("sql", LEAKS)
async def test_errors_do_not_speak_of_rows_of_other_departments(door: Door, sql: str) -> None:
    """R3: a condition of mia's, who manages billing, is never tried on what a customer of sales wrote."""
    await door.rows("mia", sql)
    with pytest.raises(ChatError):  # the same tells sam, who may see the row
        await door.rows("sam", sql)


@pytest.mark.parametrize(
    ("view", "condition"),
    [
        ("chats", "contains(email, 'needle')"),
        ("messages", "contains(body, 'needle')"),
        ("events", "contains(detail, 'needle')"),
        ("agent_intervals", "contains(group_id, 'needle')"),
    ],
)
async def test_no_condition_of_a_query_is_moved_through_the_wall(
    door: Door, view: str, condition: str
) -> None:
    """R3: not even by its running time may a condition tell about rows of other departments."""
    plan = (await door.rows("mia", f"EXPLAIN SELECT count(*) FROM {view} WHERE {condition}"))[0][1]

    assert plan.index("needle") < plan.index("1000000000000")
    assert plan.count("needle") == 1


async def test_scope_follows_the_membership_at_once(door: Door) -> None:
    """R3: somebody who is given another group sees its department in the next query."""
    from chatserver.domain import commands as c
    from chatserver.domain.organisation import Membership
    from tests.reader.company import Story, written_story

    story = Story()
    story.desk, held = written_story()
    story.do(c.SaveMembership("ana", Membership("mia", "s1", 1)), 2000)
    assert story.log[0].seq == held[-1].seq + 1
    assert await door.rows("mia", "SELECT count(*) FROM messages WHERE body = ?", SECRET) == [(0,)]

    await door.store.apply(story.log)

    assert await door.rows("mia", "SELECT count(*) FROM messages WHERE body = ?", SECRET) == [(1,)]


async def test_a_snapshot_stays_the_same_while_the_follower_writes(door: Door) -> None:
    def twice(asking: Asking) -> list[object]:
        count = "SELECT count(*) FROM public.chats"
        before = asking.cursor.execute(count).fetchone()
        other = door.store.cursor()
        other.execute(
            "INSERT INTO main.chat SELECT * REPLACE (99 AS chat_id) FROM main.chat WHERE chat_id = 6"
        )
        other.execute(
            "INSERT INTO main.chat_summary SELECT * REPLACE (99 AS chat_id) FROM main.chat_summary WHERE chat_id = 5"
        )
        other.close()
        return [before, asking.cursor.execute(count).fetchone()]

    before, after = await door.guard.ask("ana", twice, door.limits)

    assert before == after
    assert await door.rows("ana", "SELECT count(*) FROM chats") == [(8,)]


async def test_a_question_cannot_write_even_if_the_check_were_passed(door: Door) -> None:
    """The second wall behind the first: the transaction reads only, and the instance is locked."""
    for sql in (
        "DELETE FROM main.chat",
        "SET threads = 8",
        "COPY main.chat TO 'x.csv'",
        "FROM read_text('/etc/passwd')",
        "ATTACH 'other.duckdb' AS other",
        "SET enable_external_access = true",
    ):
        with pytest.raises(ChatError):
            await door.guard.ask("ana", Unchecked(sql), door.limits)
    with pytest.raises(duckdb.Error):
        door.store.cursor().execute("SET lock_configuration = false")
