"""Reads articles from a folder of Markdown files.

An article is a file `some-slug.md`; folders below the given one are only for tidiness. It begins with a few lines
about itself, between two lines of three dashes:

    ---
    title: How to charge the battery
    folder: Batteries
    departments: support, sales
    language: en
    updated: 2026-03-01
    ---
    The text, in Markdown.

`title` and `folder` are required; without `departments` it is for all of them.
"""

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.token import Token
from msgspec import Struct

EXCERPT_CHARS = 180  # two lines in a list of results
_FENCE = "---"
_FIELDS = frozenset({"title", "folder", "departments", "language", "updated"})
_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_LANGUAGE = re.compile(r"[a-z]{2,3}")
_SPACE = re.compile(r"\s+")


class ArticleError(ValueError):
    """A file is no article. The message names the file and the line, and is for whoever wrote it."""

    def __init__(self, path: Path, line: int, problem: str) -> None:
        super().__init__(f"{path}:{line}: {problem}")
        self.path = path
        self.line = line


class Article(Struct, frozen=True):
    """One article. `slug` is unique and stands in its address; `body` is Markdown, `text` the same without marks."""

    slug: str
    title: str
    folder: str
    body: str
    text: str = ""
    excerpt: str = ""
    departments: tuple[str, ...] = ()
    language: str = "en"
    updated: date | None = None


def load_articles(folder: Path) -> list[Article]:
    """Every `*.md` below the folder, in order of folder and title. Raises ArticleError, or OSError if unreadable."""
    if not folder.is_dir():
        raise ArticleError(folder, 0, "there is no such folder")
    articles: dict[str, Article] = {}
    for path in sorted(folder.rglob("*.md")):
        article = parse_article(path, path.read_bytes())
        if article.slug in articles:
            raise ArticleError(path, 1, f"another article has the name {path.name} too")
        articles[article.slug] = article
    return sorted(articles.values(), key=lambda article: (article.folder, article.title, article.slug))


def parse_article(path: Path, content: bytes) -> Article:
    """One file's content; the slug comes from the path's last part. Raises ArticleError."""
    if not _SLUG.fullmatch(path.stem):
        raise ArticleError(
            path, 1, "a file name has small letters, digits and single dashes only, and ends in .md"
        )
    try:
        lines = content.decode("utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        raise ArticleError(path, content.count(b"\n", 0, error.start) + 1, "this is not UTF-8 text") from None
    fields, body_start = _parse_fields(path, lines)
    for name in ("title", "folder"):
        if not fields.get(name, (0, ""))[1]:
            raise ArticleError(path, 1, f"{name} is missing or empty")
    body = "\n".join(lines[body_start:]).strip()
    if not body:
        raise ArticleError(path, body_start + 1, "there is no text below the second line of dashes")
    blocks = list(_plain_blocks(body))
    return Article(
        slug=path.stem,
        title=fields["title"][1],
        folder=fields["folder"][1],
        body=body,
        text="\n".join(block for _, block in blocks),
        excerpt=_shorten(next((block for kind, block in blocks if kind == "paragraph"), "")),
        departments=tuple(
            part.strip() for part in fields.get("departments", (0, ""))[1].split(",") if part.strip()
        ),
        language=_parse_language(path, fields),
        updated=_parse_updated(path, fields),
    )


def _parse_fields(path: Path, lines: list[str]) -> tuple[dict[str, tuple[int, str]], int]:
    """(line number and value of each field, index of the first line of the body)."""
    if not lines or lines[0].strip() != _FENCE:
        raise ArticleError(path, 1, f"the first line must be {_FENCE}")
    fields: dict[str, tuple[int, str]] = {}
    for number, line in enumerate(lines[1:], start=2):
        if line.strip() == _FENCE:
            return fields, number
        name, colon, value = line.partition(":")
        name = name.strip()
        if not line.strip():
            continue
        if not colon or name not in _FIELDS:
            raise ArticleError(
                path, number, f"expected one of {', '.join(sorted(_FIELDS))}, a colon, and a value"
            )
        if name in fields:
            raise ArticleError(path, number, f"{name} stands here twice")
        fields[name] = (number, value.strip())
    raise ArticleError(path, len(lines), f"the second line of {_FENCE} is missing")


def _parse_language(path: Path, fields: dict[str, tuple[int, str]]) -> str:
    line, code = fields.get("language", (0, "en"))
    if not _LANGUAGE.fullmatch(code):
        raise ArticleError(path, line, "language must be a code such as en or de")
    return code


def _parse_updated(path: Path, fields: dict[str, tuple[int, str]]) -> date | None:
    if "updated" not in fields:
        return None
    line, text = fields["updated"]
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ArticleError(path, line, "updated must be a date such as 2026-03-01") from None


def _plain_blocks(body: str) -> Iterator[tuple[str, str]]:
    """(kind, text without marks) of each block: 'paragraph', 'heading', 'fence' …"""
    kind = "paragraph"
    for token in MarkdownIt("commonmark", {"html": False}).enable("table").parse(body):
        if token.type.endswith("_open"):
            kind = token.type.removesuffix("_open")
        elif token.type == "inline":
            yield kind, _SPACE.sub(" ", "".join(_inline_text(token))).strip()
        elif token.content:
            yield token.type, token.content.strip()


def _inline_text(token: Token) -> Iterator[str]:
    for child in token.children or ():
        yield " " if child.type in {"softbreak", "hardbreak"} else child.content


def _shorten(text: str) -> str:
    """At most EXCERPT_CHARS, cut between words."""
    if len(text) <= EXCERPT_CHARS:
        return text
    return text[:EXCERPT_CHARS].rsplit(" ", 1)[0].rstrip(" ,;:–-") + " …"
