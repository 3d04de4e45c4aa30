"""Beside an open chat: what is known of the customer (R26), and the articles that fit what was said."""

from collections.abc import Mapping, Sequence
from typing import Any

from chatserver.articles.search import ArticleIndex, Turn
from chatserver.domain.chat import Customer
from dashboard.names import country_name, language_name
from dashboard.safe_text import is_web_address

SUGGESTIONS = 3


def customer_of(chat: Mapping[str, Any]) -> Customer:
    """The customer of a chat as the reader gives it."""
    known = {name: str(chat.get(name) or "") for name in Customer.__struct_fields__}
    return Customer(**{**known, "name": str(chat.get("customer_name") or "")})


def customer_facts(chat_id: int, customer: Customer) -> list[dict[str, str]]:
    """Labels and values in order; what is unknown is left out. `link` only where it is a web address."""
    place = ", ".join(
        part for part in (customer.city, customer.region, country_name(customer.country)) if part
    )
    facts = [
        ("Name", customer.name, ""),
        ("E-mail", customer.email, ""),
        ("Place", place, ""),
        ("Language", language_name(customer.language), ""),
        ("Browser", customer.browser, ""),
        ("OS", customer.os, ""),
        ("Page", customer.page, customer.page),
        ("Referrer", customer.referrer, customer.referrer),
        ("Chat", f"#{chat_id}", ""),
    ]
    return [
        {"label": label, "text": text, **({"link": link} if is_web_address(link) else {})}
        for label, text, link in facts
        if text
    ]


def suggested_articles(index: ArticleIndex, turns: Sequence[Turn], chat_url: str) -> list[dict[str, Any]]:
    """The best articles for the conversation so far; none while nothing but greetings was said."""
    return [
        {
            "slug": hit.article.slug,
            "title": hit.article.title,
            "excerpt": hit.article.excerpt,
            "folder": hit.article.folder,
            "url": f"{chat_url}/articles/{hit.article.slug}",
        }
        for hit in index.suggest(turns, SUGGESTIONS)
    ]
