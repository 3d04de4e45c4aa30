"""Shows an article as HTML that cannot do harm, whoever wrote it.

Two fences: the Markdown reader refuses HTML and javascript: links, and what it wrote is cleaned once more, with
lists of our own, because the cleaner's defaults let images load from anywhere.
"""

import nh3
from markdown_it import MarkdownIt

from chatserver.articles.library import Article

_TAGS = {
    "a", "blockquote", "br", "code", "em", "h2", "h3", "h4", "h5", "h6", "hr", "li", "ol", "p", "pre", "strong",
    "table", "tbody", "td", "th", "thead", "tr", "ul",
}  # fmt: skip
_ATTRIBUTES = {"a": {"href", "title"}, "ol": {"start"}}
_SCHEMES = {"http", "https", "mailto", "tel"}


def render_article(article: Article) -> str:
    """The body as HTML, without the title. Its headings begin at h2, for the page's h1 is the title."""
    return render_markdown(article.body)


def render_markdown(markdown: str) -> str:
    """Safe HTML of any Markdown: no scripts, styles, images or frames; links do not tell where one came from."""
    reader = MarkdownIt("commonmark", {"html": False}).enable("table")
    tokens = reader.parse(markdown)
    for token in tokens:
        if token.tag == "h1":
            token.tag = "h2"
    return nh3.clean(
        reader.renderer.render(tokens, reader.options, {}),
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        url_schemes=_SCHEMES,
        link_rel="noopener noreferrer",
    )
