"""Articles as HTML that cannot do harm."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatserver.articles.library import Article
from chatserver.articles.render import render_article, render_markdown

OURS = {"a", "blockquote", "br", "code", "em", "h2", "h3", "h4", "h5", "h6", "hr", "li", "ol", "p", "pre", "strong"} | {
    "table", "tbody", "td", "th", "thead", "tr", "ul",
}  # fmt: skip
HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](data:text/html;base64,PHNjcmlwdD4=)",
    "![x](https://example.org/pixel.png)",
    "<https://example.org/><iframe src='//example.org'></iframe>",
    "<a href='#' style='position:fixed' onclick='x()'>x</a>",
    "| a |\n|---|\n| <svg onload=alert(1)> |",
]


@pytest.mark.parametrize("markdown", HOSTILE)
def test_hostile_text_becomes_harmless(markdown: str) -> None:
    tags = re.findall(r"<[^>]*>", render_markdown(markdown))

    assert not [
        tag
        for tag in tags
        if re.search(r"script|img|svg|iframe|\son|style|data:|javascript", tag, re.IGNORECASE)
    ]


@given(st.text(alphabet="<>\"'/=&;:()[]!#`*_-|\n abcdefjsvonript", max_size=80))
def test_whatever_is_written_only_our_tags_come_out(markdown: str) -> None:
    names = set(re.findall(r"<\s*/?\s*([a-zA-Z][^\s/>]*)", render_markdown(markdown)))

    assert names <= OURS


def test_headings_lists_tables_and_links_are_shown() -> None:
    html = render_article(
        Article("a", "A", "B", "# One\n\n1. *two*\n\n|a|b|\n|-|-|\n|1|2|\n\n[l](https://example.org)")
    )

    assert "<h2>One</h2>" in html
    assert "<li><em>two</em></li>" in html
    assert "<td>1</td>" in html
    assert '<a href="https://example.org" rel="noopener noreferrer">l</a>' in html
