"""What customers find at our own address: start a chat, search and read articles (R31)."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Any

from tornado.routing import URLSpec
from tornado.web import url

from chatserver.articles.render import render_article
from chatserver.domain.errors import NotFound
from chatserver.facts.language import primary_language
from chatserver.web.base import PageHandler

if TYPE_CHECKING:
    from collections.abc import Iterable

    from chatserver.articles.library import Article
    from chatserver.web.site import Site

MAX_QUERY_CHARS = 200
MAX_HITS = 20
HOME_FOLDERS = 6  # folders on the first page; the list of articles has them all
HOME_ARTICLES = 4  # articles of each of these folders
RELATED_ARTICLES = 4
RIGHT_TO_LEFT = frozenset({"ar", "fa", "he", "ur"})

Folders = list[tuple[str, "list[Article]"]]


def routes(site: Site) -> list[URLSpec]:
    """The portal's addresses."""
    shared: dict[str, Any] = {"site": site}
    return [
        url(r"/", Home, shared),
        url(r"/articles", Articles, shared),
        url(r"/articles/([A-Za-z0-9_-]{1,120})", ArticlePage, shared),
    ]


class Home(PageHandler):
    """GET /: the chat, the search, and the articles by folder."""

    def get(self) -> None:
        """The page; an empty site has its set-up first."""
        if not self.site.organisation.people:
            self.redirect("/setup")
            return
        articles = in_language_first(self.site.articles.articles, reader_language(self))
        self.render("home.html", folders=popular_folders(articles), has_articles=bool(articles), query="")


class Articles(PageHandler):
    """GET /articles?q=: all articles by folder, or those that fit the words."""

    def get(self) -> None:
        """The list."""
        query = self.get_query_argument("q", "").strip()[:MAX_QUERY_CHARS]
        hits = [hit.article for hit in self.site.articles.search(query, MAX_HITS)] if query else []
        articles = in_language_first(self.site.articles.articles, reader_language(self))
        folders = [] if query else folders_of(articles)
        self.render("articles.html", query=query, hits=hits, folders=folders)


class ArticlePage(PageHandler):
    """GET /articles/SLUG: one article, with the widget beside it."""

    def get(self, slug: str) -> None:
        """The article. Raises NotFound."""
        article = next((one for one in self.site.articles.articles if one.slug == slug), None)
        if article is None:
            self.set_status(404)
            self.refuse(NotFound("This article does not exist or has been renamed. The search may find it."))
            return
        related = [
            one for one in self.site.articles.articles if one.folder == article.folder and one is not article
        ]
        self.render(
            "article.html",
            article=article,
            body=render_article(
                article
            ),  # cleaned by the renderer: the one place where a template takes HTML as it is
            direction="rtl" if article.language in RIGHT_TO_LEFT else "ltr",
            related=in_language_first(related, article.language)[:RELATED_ARTICLES],
            query="",
        )


def reader_language(handler: PageHandler) -> str:
    """The primary language that the browser states, '' when it states none."""
    return primary_language(handler.request.headers.get("Accept-Language", ""))


def in_language_first(articles: Iterable[Article], language: str) -> list[Article]:
    """Articles of the language, else in English, then the others; each in the given order."""
    return sorted(articles, key=lambda article: (article.language != language, article.language != "en"))


def folders_of(articles: Iterable[Article]) -> Folders:
    """Folders with their articles in the given order. Languages that come first there come first here; then by name."""
    given = list(articles)
    languages = list(dict.fromkeys(article.language for article in given))
    by_folder = sorted(given, key=lambda article: article.folder.casefold())
    folders = [
        (folder, list(group)) for folder, group in groupby(by_folder, key=lambda article: article.folder)
    ]
    return sorted(folders, key=lambda folder: languages.index(folder[1][0].language))


def popular_folders(articles: Iterable[Article]) -> Folders:
    """The folders of the first page: those with the most articles, each with its first ones."""
    folders = sorted(folders_of(articles), key=lambda folder: -len(folder[1]))[:HOME_FOLDERS]
    return [(name, found[:HOME_ARTICLES]) for name, found in folders]
