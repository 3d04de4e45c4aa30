"""The published views: the only relations that people's SQL, history, boards and exports read from."""

from importlib import resources
from typing import NamedTuple

# In the order in which they are made: a view may use those before it. Nothing else is on the allow-list.
PUBLISHED = (
    "chats",
    "messages",
    "events",
    "agent_intervals",
    "departments",
    "groups",
    "people",
    "memberships",
    "service_level",
    "service_level_last_hour",
    "load_by_hour",
)
SCHEMA = "public"

# What the copy keeps beside the published tables. Written once, when a chat ends, so that Idle (R9) costs no scan.
_OWN_TABLES = """
CREATE TABLE IF NOT EXISTS main.chat_last_answer (chat_id BIGINT NOT NULL, last_answer_at TIMESTAMPTZ);
CREATE SCHEMA IF NOT EXISTS scope;
CREATE SCHEMA IF NOT EXISTS public;
"""


class View(NamedTuple):
    """A published view: its name, and what the comment at the head of its file says of it."""

    name: str
    description: str


def published() -> list[View]:
    """All published views with their definitions in words."""
    return [View(name, _description(_file(name))) for name in PUBLISHED]


def ddl() -> list[str]:
    """The statements that make or replace all views, in order."""
    scope = sorted(
        (file for file in resources.files(__package__).joinpath("views", "scope").iterdir()),
        key=lambda f: f.name,
    )
    inner = [file.read_text(encoding="utf-8") for file in scope if file.name.endswith(".sql")]
    return [_OWN_TABLES, *inner, *(_file(name) for name in PUBLISHED)]


def _file(name: str) -> str:
    return resources.files(__package__).joinpath("views", f"{name}.sql").read_text(encoding="utf-8")


def _description(sql: str) -> str:
    lines = []
    for line in sql.splitlines():
        if not line.startswith("--"):
            break
        lines.append(line.removeprefix("--").strip())
    paragraphs = "\n".join(lines).split("\n\n")
    return "\n".join(" ".join(paragraph.split("\n")) for paragraph in paragraphs)
