"""What the columns show, and which rows are shown in which order."""

from typing import Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from chatserver.domain import commands as c
from chatserver.domain.chat import Customer
from dashboard.model import Model
from dashboard.rows import (
    COLUMNS,
    DEFAULT_COLUMNS,
    SORT_KEYS,
    LiveRows,
    Query,
    Row,
    milliseconds,
    row_of,
    sorted_rows,
)
from tests.domain.builders import Story, roundtrip

ROW = Row(1, "Vera", "Sales", "", "queued", 1, 1000, 1000, 0, "", "", "", "", "", "")


def query(**changes: Any) -> Query:
    return Query(**{"view": "global", "status": "queued", "person_id": "ada", **changes})


def followed(story: Story) -> Model:
    model = Model()
    model.replace(roundtrip(story.desk), "epoch")
    return model


def test_there_is_a_column_for_each_field_of_the_rule() -> None:
    """R23."""
    assert [column.title for column in COLUMNS.values()] == [
        "Customer Name", "Department", "Agent", "Status", "Messages", "Duration", "Idle",
        "City", "Region", "Country", "Language", "Browser", "OS",
    ]  # fmt: skip
    assert set(DEFAULT_COLUMNS) == set(SORT_KEYS)


def test_a_row_says_what_is_known_and_leaves_the_rest_blank() -> None:
    """R23: geography, browser and OS may be unknown and are then blank. R9, R11."""
    story = Story()
    story.sign_in("bob")
    customer = Customer(name="Vera", country="DE", language="de", browser="Firefox")
    story.do(c.StartChat("vera", "start-0001", "sales", customer, "Hi"))
    chat = story.chat(1)
    story.wait(30)
    story.agent_says("bob", chat)

    row = row_of(chat, story.desk.organisation)

    assert (row.name, row.department, row.agent, row.status) == ("Vera", "Sales", "Bob Bauer", "active")
    assert (row.country, row.language, row.browser) == ("Germany", "German", "Firefox")
    assert (row.city, row.region, row.os) == ("", "", "")
    assert row.messages == 2
    assert row.idle - row.start == 30_000
    assert row.end == 0


def test_times_of_ended_chats_stand_still() -> None:
    """R9, R10."""
    story = Story()
    story.sign_in("bob")
    chat = story.start()
    story.wait(60)
    story.end("bob", chat)

    row = row_of(chat, story.desk.organisation)

    assert row.end == milliseconds(story.now)
    assert row.why == "Ended by agent"


def test_agents_see_own_chats_and_own_queues_only() -> None:
    """R3."""
    story = Story()
    story.sign_in("bob")
    story.start("vera", "sales")
    story.start("sue", "support")
    model = followed(story)

    def names(**changes: Any) -> list[int]:
        rows = LiveRows(query(**changes))
        rows.refresh(model)
        return [row.id for row in rows.ordered]

    assert names(person_id="bob", view="my", status="active") == [1]
    assert names(person_id="cyd", status="active") == []
    assert names(person_id="cyd", status="queued") == []
    assert names(person_id="dan", view="my", status="queued") == [2]
    assert names(person_id="ada", status="queued") == [2]


def test_search_needs_every_word_somewhere() -> None:
    story = Story()
    story.start("vera", name="Vera Lang")
    story.start("sue", name="Sue Lang")
    rows = LiveRows(query(search="lang VERA"))
    rows.refresh(followed(story))

    assert [row.name for row in rows.ordered] == ["Vera Lang"]


def test_filters_can_ask_for_the_unknown() -> None:
    story = Story()
    story.start()
    rows = LiveRows(query(language=""))
    rows.refresh(followed(story))
    assert len(rows.ordered) == 1

    rows.ask(query(language="de"))
    rows.refresh(followed(story))
    assert rows.ordered == []


@given(
    st.lists(st.tuples(st.text(max_size=3), st.integers(0, 5)), max_size=20),
    st.sampled_from(list(COLUMNS)),
    st.booleans(),
)
def test_sorting_loses_no_row_and_puts_the_unknown_last(
    found: list[tuple[str, int]], column: str, descending: bool
) -> None:
    """R24."""
    rows = [
        msgspec.structs.replace(ROW, id=at, name=name, city=name, start=start)
        for at, (name, start) in enumerate(found)
    ]

    ordered = sorted_rows(rows, column, descending=descending)

    assert sorted(row.id for row in ordered) == sorted(row.id for row in rows)
    values = [SORT_KEYS[column](row) for row in ordered]
    known = [value for value in values if value != ""]
    assert values == known + [""] * (len(values) - len(known))
    assert known == sorted(known, reverse=descending)


def test_rows_kept_by_changes_equal_rows_read_anew() -> None:
    story = Story()
    model = followed(story)
    rows = LiveRows(query())
    rows.refresh(model)
    told = len(story.log)
    for visitor in ("vera", "sue", "tom"):
        story.start(visitor)
    story.do(c.CustomerEnd("sue"))
    story.customer_says("tom")
    model.apply(story.log[told:])

    assert rows.refresh(model)
    anew = LiveRows(query())
    anew.refresh(model)
    assert rows.ordered == anew.ordered
    assert not rows.refresh(model)
