"""Pages of ended chats, asked for over HTTP."""

import pytest

from tests.reader.running import LiveReader


def columns_of(rows: list[dict[str, object]], name: str) -> list[object]:
    """One column of a page."""
    return [row[name] for row in rows]


async def test_history_holds_ended_chats_of_the_scope(reader: LiveReader) -> None:
    """R3, R4: an agent sees own chats, a manager those of their departments, an administrator all."""
    for person, expected in (("ana", [5, 4, 3, 2, 1]), ("mia", [3, 2, 1]), ("ben", [2, 1]), ("sue", [4])):
        page = (await reader.ask("GET", "/api/v1/chats", person)).json()
        assert columns_of(page["rows"], "chat_id") == expected
        assert page["total"] == len(expected)


async def test_mine_holds_own_chats_only(reader: LiveReader) -> None:
    assert (await reader.ask("GET", "/api/v1/chats?scope=mine", "ana")).json() == {"total": 0, "rows": []}
    assert (await reader.ask("GET", "/api/v1/chats?scope=mine", "ben")).json()["total"] == 2


async def test_history_rows_have_every_column_of_the_tables(reader: LiveReader) -> None:
    """R23, with R9, R10 and R11: frozen durations and counted messages."""
    page = (await reader.ask("GET", "/api/v1/chats?search=bonn", "mia")).json()

    assert page["rows"] == [
        {
            "chat_id": 2,
            "started_at": "2026-03-02T09:03:20Z",
            "ended_at": "2026-03-02T09:06:40Z",
            "customer_name": "Customer 2",
            "department_id": "billing",
            "group_id": "b1",
            "person_id": "ben",
            "status": "ended",
            "reason": "ended_by_customer",
            "messages": 2,
            "duration_s": 200.0,
            "idle_s": 100.0,
            "city": "Bonn",
            "region": "",
            "country": "DE",
            "language": "de",
            "browser": "Firefox",
            "os": "",
            "wait_s": 90.0,
        }
    ]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("sort=wait_s&descending=true", [5, 2, 3, 1, 4]),
        ("sort=wait_s&descending=false", [4, 1, 3, 2, 5]),
        ("sort=chat_id&descending=false&limit=2&offset=3", [4, 5]),
        ("sort=person_id&descending=false", [3, 5, 1, 2, 4]),
        ("search=KÖLN", [1]),
        ("search=de+firefox", [2]),
        ("search=%25", []),
        ("search=billing+line&sort=chat_id", [3, 2, 1]),
        ("department=sales&sort=chat_id", [5, 4]),
        ("reason=abandoned&sort=chat_id&descending=false", [3, 5]),
        ("person=ben&language=de&country=DE&sort=chat_id", [2, 1]),
        ("since=2026-03-02T09:10:00Z&sort=chat_id", [5, 4]),
        ("until=2026-03-02T09:10:00Z&sort=chat_id", [3, 2, 1]),
        ("department='+OR+true+--", []),
    ],
)
async def test_history_sorts_filters_and_searches_over_all_rows(
    reader: LiveReader, query: str, expected: list[int]
) -> None:
    """R24."""
    page = (await reader.ask("GET", f"/api/v1/chats?{query}", "ana")).json()

    assert columns_of(page["rows"], "chat_id") == expected


@pytest.mark.parametrize(
    "query",
    [
        "sort=email",
        "sort=chat_id;DROP+TABLE+main.chat",
        "scope=everyone",
        "limit=0",
        "limit=100000",
        "offset=-1",
        "limit=many",
        "nonsense=1",
        "since=yesterday",
        "search=" + "x" * 300,
    ],
)
async def test_history_refuses_what_it_does_not_know(reader: LiveReader, query: str) -> None:
    response = await reader.ask("GET", f"/api/v1/chats?{query}", "ana")

    assert response.status_code == 400
    assert response.json()["code"] == "invalid"
