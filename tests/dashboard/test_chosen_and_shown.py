"""What a person chose, what is shown for it, and when and how much of it goes to the browser."""

import asyncio
from pathlib import Path

import msgspec

from chatserver.settings import Settings
from dashboard.history import ended_row, transcript_lines
from dashboard.model import Connection, Model
from dashboard.preferences import PreferenceFiles, Preferences, apply_to, chosen_in
from dashboard.pulse import Pulse
from dashboard.rows import DEFAULT_COLUMNS, Row
from dashboard.shown import columns_shown, empty_text, filters_shown, header_shown
from dashboard.state import ConsoleState
from dashboard.table_window import TableWindow
from tests.domain.builders import Story

ALSO_TESTS = {
    "dashboard.history": "choices, and what is shown for them, are told together",
    "dashboard.preferences": "choices, and what is shown for them, are told together",
    "dashboard.pulse": "choices, and what is shown for them, are told together",
    "dashboard.shown": "choices, and what is shown for them, are told together",
    "dashboard.state": "choices, and what is shown for them, are told together",
    "dashboard.table_window": "choices, and what is shown for them, are told together",
}
SETTINGS = Settings("", "http://chat", "http://console", "http://reader")
ROW = Row(1, "Vera", "Sales", "", "queued", 1, 1000, 1000, 0, "", "", "", "", "", "")


def window_of(count: int, first: int = 0) -> list[Row]:
    return [msgspec.structs.replace(ROW, id=number) for number in range(first, first + count)]


# --- the window of rows ---


def test_a_window_carries_only_what_differs() -> None:
    """R24: rows are patched, not replaced."""
    window = TableWindow()
    rows = window_of(200)
    first = window.fresh(rows, top=True)
    assert (first["total"], len(first["rows"]), first["fresh"]) == (200, 80, True)
    assert window.update(rows) is None

    rows[3] = msgspec.structs.replace(rows[3], messages=9)
    patch = window.update(rows)

    assert patch is not None
    assert [row["id"] for row in patch["rows"]] == [3]
    assert patch["order"] == list(range(80))


def test_a_window_moves_and_never_lies_beyond_the_end() -> None:
    window = TableWindow()
    window.move(150, 60)
    moved = window.update(window_of(200))
    assert moved is not None
    assert moved["order"] == list(range(140, 200))

    shrunk = window.update(window_of(20))
    assert shrunk is not None
    assert (shrunk["start"], shrunk["order"]) == (0, list(range(20)))


def test_a_page_of_a_longer_list_is_taken_as_it_is() -> None:
    window = TableWindow()
    window.move(500, 50)

    message = window.update(window_of(50, 500), 1000)

    assert message is not None
    assert (message["start"], message["total"], message["order"][0]) == (500, 1000, 500)


def test_a_browser_cannot_ask_for_everything() -> None:
    window = TableWindow()
    window.move(-5, 10**9)

    assert (window.start, window.count) == (0, 400)


async def test_many_wakes_are_one_beat() -> None:
    beats: list[int] = []
    pulse = Pulse(lambda: beats.append(1), interval_s=0.05)
    for _ in range(100):
        pulse.wake()
    await asyncio.sleep(0.02)
    pulse.wake()
    assert beats == [1]
    await asyncio.sleep(0.06)
    assert beats == [1, 1]
    pulse.wake()
    pulse.stop()
    await asyncio.sleep(0.06)
    assert beats == [1, 1]


# --- choices ---


def test_choices_are_kept_per_person(tmp_path: Path) -> None:
    """R24: the choice of columns and their order is kept per person."""
    files, state = PreferenceFiles(tmp_path / "preferences"), ConsoleState(person_id="bob")
    state.choose_columns(["agent", "name", "agent", "nonsense"])
    state.density = "compact"
    files.save("bob", chosen_in(state))

    again = ConsoleState(person_id="bob")
    apply_to(again, files.load("bob"))

    assert (again.columns, again.density) == (["agent", "name"], "compact")
    assert files.load("../eve") == Preferences()
    assert [path.suffix for path in (tmp_path / "preferences").iterdir()] == [".json"]


def test_a_damaged_file_of_choices_costs_the_choices_only(tmp_path: Path) -> None:
    files = PreferenceFiles(tmp_path)
    files.save("bob", Preferences(density="compact"))
    for path in tmp_path.iterdir():
        path.write_text("{", encoding="utf-8")
    assert files.load("bob") == Preferences()


def test_choices_that_cannot_be_written_stop_nobody(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    PreferenceFiles(tmp_path / "file").save("bob", Preferences())


def test_columns_that_no_longer_exist_are_dropped(tmp_path: Path) -> None:
    files = PreferenceFiles(tmp_path)
    files.save("bob", Preferences(columns=("shoe_size",), sort="shoe_size", density="huge"))

    assert files.load("bob") == Preferences(columns=DEFAULT_COLUMNS)


def test_one_column_always_stays() -> None:
    state = ConsoleState()
    state.choose_columns([])

    assert state.columns == ["name"]


def test_sorting_by_the_same_column_turns_it_round() -> None:
    state = ConsoleState()
    state.sort_by("name")
    assert (state.sort, state.descending) == ("name", False)
    state.sort_by("name")
    assert state.descending
    state.sort_by("shoe_size")
    assert state.sort == "name"


def test_ended_chats_have_an_order_of_their_own() -> None:
    state = ConsoleState(status="ended")
    assert (state.query().sort, state.query().descending) == ("", True)
    state.sort_by("name")

    assert (state.query().sort, state.query().descending) == ("name", False)
    state.status = "active"
    assert state.query().sort == "duration"


def test_opening_a_view_takes_other_filters_away() -> None:
    state = ConsoleState(search="x", department="sales")
    state.show("global", "queued", country="DE")

    assert (state.search, state.department, state.country, state.status) == ("", "", "DE", "queued")


# --- what is shown ---


def test_the_header_knows_the_person_and_their_groups() -> None:
    """R19."""
    story = Story()
    model = Model()
    model.replace(story.desk, "epoch")

    shown = header_shown(SETTINGS, model, ConsoleState(person_id="eve"))

    assert shown["name"] == "Eve Ende"
    assert [group["name"] for group in shown["groups"]] == ["Sales at night", "Support"]
    assert header_shown(SETTINGS, Model(), ConsoleState(person_id="new"))["name"] == "new"


def test_filters_offer_what_occurs_and_what_is_chosen() -> None:
    rows = [msgspec.structs.replace(ROW, language_code=code) for code in ("de", "", "de")]

    department, language, country = filters_shown(Story().desk.organisation, ConsoleState(country="FR"), rows)

    assert [name for _, name in department["choices"]] == ["Sales", "Support"]
    assert language["choices"] == [["de", "German"], ["", "Unknown"]]
    assert (country["value"], country["choices"]) == ("FR", [["FR", "France"], ["", "Unknown"]])


def test_an_empty_table_says_why() -> None:
    state = ConsoleState()
    assert "Connecting" in empty_text(state, Connection.CONNECTING)
    assert "You have no chats." in empty_text(state, Connection.LIVE)
    state.show("global", "queued")
    assert empty_text(state, Connection.LIVE) == "Nobody is waiting."
    state.search = "x"
    assert "No chat fits" in empty_text(state, Connection.LOST)
    assert [column["key"] for column in columns_shown(state)] == list(DEFAULT_COLUMNS)


def test_an_ended_chat_of_the_reader_becomes_a_row() -> None:
    """R9: Idle stands still."""
    chat = {
        "chat_id": 9, "started_at": "2026-03-02T09:00:00+00:00", "ended_at": "2026-03-02T09:10:00+00:00",
        "customer_name": "Vera", "department_id": "sales", "person_id": "bob", "reason": "ended_by_agent",
        "messages": 4, "idle_s": 60.0, "country": "FR",
    }  # fmt: skip

    row = ended_row(chat, Story().desk.organisation)

    assert (row.name, row.department, row.agent, row.why) == ("Vera", "Sales", "Bob Bauer", "Ended by agent")
    assert (row.end - row.start, row.end - row.idle) == (600_000, 60_000)
    assert (row.country, row.city) == ("France", "")


def test_a_transcript_of_the_reader_has_a_beginning_and_an_end() -> None:
    chat = {"customer_name": "Vera", "started_at": "s", "ended_at": "e", "reason": "abandoned"}

    lines = transcript_lines({"chat": chat, "lines": [{"n": 2, "kind": "message", "text": "Hi"}]})

    assert [(line["n"], line["kind"]) for line in lines] == [(1, "started"), (2, "message"), (3, "ended")]
    assert (lines[0]["name"], lines[-1]["reason"]) == ("Vera", "abandoned")
