"""Reading articles from a folder of Markdown files."""

from datetime import date
from pathlib import Path

import pytest

from chatserver.articles.library import EXCERPT_CHARS, ArticleError, load_articles, parse_article

GOOD = """---
title: Charging the battery
folder: Batteries
departments: support, sales
language: en
updated: 2026-03-01
---
## Before you begin

Use the **charger** that came with it, [see here](https://example.org/x).
It takes *four* hours.

- Plug in
- `Wait`
"""


def test_fields_and_body_are_read() -> None:
    article = parse_article(Path("charging-the-battery.md"), GOOD.encode())

    assert article.slug == "charging-the-battery"
    assert (article.title, article.folder) == ("Charging the battery", "Batteries")
    assert article.departments == ("support", "sales")
    assert (article.language, article.updated) == ("en", date(2026, 3, 1))
    assert article.body.startswith("## Before you begin")


def test_the_plain_text_has_no_marks_and_the_excerpt_is_the_first_paragraph() -> None:
    article = parse_article(Path("a.md"), GOOD.encode())

    assert article.text.splitlines() == [
        "Before you begin",
        "Use the charger that came with it, see here. It takes four hours.",
        "Plug in",
        "Wait",
    ]
    assert article.excerpt == "Use the charger that came with it, see here. It takes four hours."


def test_a_long_excerpt_is_cut_between_words() -> None:
    article = parse_article(Path("a.md"), b"---\ntitle: A\nfolder: B\n---\n" + b"several words " * 40)

    assert len(article.excerpt) <= EXCERPT_CHARS + 2
    assert article.excerpt.endswith((" several …", " words …"))


def test_what_is_not_said_has_plain_defaults() -> None:
    article = parse_article(Path("a.md"), "\ufeff---\r\ntitle: A: B\r\nfolder: C\r\n---\r\ntext".encode())

    assert (article.title, article.departments, article.language, article.updated) == ("A: B", (), "en", None)


@pytest.mark.parametrize(
    ("name", "content", "line", "problem"),
    [
        ("Big Name.md", GOOD, 1, "file name"),
        ("a.md", "no front matter", 1, "first line"),
        ("a.md", "", 1, "first line"),
        ("a.md", "---\ntitle: A\n", 2, "second line"),
        ("a.md", "---\ntitle: A\n---\ntext", 1, "folder is missing"),
        ("a.md", "---\ntitle:\nfolder: B\n---\ntext", 1, "title is missing"),
        ("a.md", "---\ntitle: A\nfolder: B\n---\n\n", 5, "no text"),
        ("a.md", "---\ntitle: A\nauthor: B\n---\ntext", 3, "expected one of"),
        ("a.md", "---\ntitle: A\ntitle: B\n---\ntext", 3, "twice"),
        ("a.md", "---\ntitle: A\nfolder: B\nupdated: soon\n---\ntext", 4, "date"),
        ("a.md", "---\ntitle: A\nfolder: B\nlanguage: English\n---\ntext", 4, "code"),
    ],
)
def test_a_bad_file_is_named_with_its_line(name: str, content: str, line: int, problem: str) -> None:
    with pytest.raises(ArticleError, match=problem) as raised:
        parse_article(Path("folder") / name, content.encode())

    assert str(raised.value).startswith(f"{Path('folder') / name}:{line}: ")


def test_bytes_that_are_no_text_are_named_with_their_line() -> None:
    with pytest.raises(ArticleError, match=r"a\.md:2: this is not UTF-8"):
        parse_article(Path("a.md"), b"---\ntitle: \xff\n")


def test_a_folder_is_read_with_those_below_in_order_of_folder_and_title(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    for path, title, folder in (("deep/b.md", "B", "One"), ("a.md", "A", "Two"), ("c.md", "A", "One")):
        (tmp_path / path).write_text(f"---\ntitle: {title}\nfolder: {folder}\n---\ntext")

    assert [article.slug for article in load_articles(tmp_path)] == ["c", "b", "a"]


def test_two_articles_of_one_name_are_refused(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    for path in ("deep/a.md", "a.md"):
        (tmp_path / path).write_text("---\ntitle: A\nfolder: B\n---\ntext")

    with pytest.raises(ArticleError, match="another article"):
        load_articles(tmp_path)


def test_an_absent_folder_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ArticleError, match="no such folder"):
        load_articles(tmp_path / "absent")
