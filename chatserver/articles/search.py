"""Finds articles: for what somebody typed, and for what a conversation is about (R26, R31).

BM25 over stems needs no model and no training. How well it does on real conversations is measured by
tests/articles/test_suggestion_quality.py; which turns to ask with follows from the same measurements.
"""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from typing import Any, Literal

import bm25s
import numpy as np
from msgspec import Struct

from chatserver.articles.library import Article
from chatserver.articles.words import Terms, is_only_greeting, split_words

TITLE_WEIGHT = 2  # times that a term in the title counts; suggestions hardly change between 1 and 4
PREFIX_WEIGHT = 0.8  # of a word that is still being typed, against one that stands there whole
MAX_PREFIX_WORDS = 30  # 'a' begins half the vocabulary
MAX_QUERY_CHARS = 1_000
OPENING_TURNS = 3  # while a customer has said no more than this, all of it tells what the chat is about
OTHER_LANGUAGE_WEIGHT = (
    0.3  # of an article in another language than the conversation's: a stem may chance to be shared
)
LATER_TURNS = 2  # afterwards the talk has moved on; four turns found less than two


class Turn(Struct, frozen=True):
    """One message of a conversation."""

    sender: Literal["customer", "agent"]
    text: str


class Hit(Struct, frozen=True):
    """An article found. `score` orders the hits of one query and means nothing beyond it."""

    article: Article
    score: float


class ArticleIndex:
    """An index of a fixed set of articles; make a new one when they change (60 articles take 10 ms)."""

    def __init__(self, articles: Iterable[Article]) -> None:
        self._articles = tuple(articles)
        self._terms = Terms(article.language for article in self._articles)
        self._words = sorted({word for article in self._articles for word in split_words(_all_text(article))})
        self._vocabulary = _vocabulary_by_language(self._articles)
        self._ranking: Any = None
        documents = [self._document(article) for article in self._articles]
        if any(documents):
            self._ranking = bm25s.BM25(k1=1.2, b=0.75)
            self._ranking.index(documents, show_progress=False)

    @property
    def articles(self) -> tuple[Article, ...]:
        """All articles, in the order in which they were given."""
        return self._articles

    def search(self, query: str, limit: int = 10) -> list[Hit]:
        """Best first. The last word also finds what begins with it, unless a space follows: it may be unfinished."""
        query = query[:MAX_QUERY_CHARS]
        scores = self._scores(self._terms.of_query(query))
        words = split_words(query)
        if words and not query[-1].isspace():
            scores = scores + PREFIX_WEIGHT * self._prefix_scores(words[-1])
        return self._best(scores * self._language_weights(query), limit)

    def suggest(self, turns: Sequence[Turn], limit: int = 3) -> list[Hit]:
        """Articles that fit the conversation so far, best first; none while nothing but greetings was said."""
        telling = [turn for turn in turns if not is_only_greeting(turn.text)]
        asked = [turn for turn in telling if turn.sender == "customer"]
        if not asked:
            return []
        chosen = asked if len(asked) <= OPENING_TURNS else telling[-LATER_TURNS:]
        query = " ".join(turn.text[:MAX_QUERY_CHARS] for turn in chosen)
        return self._best(self._scores(self._terms.of_query(query)) * self._language_weights(query), limit)

    def _language_weights(self, text: str) -> np.ndarray[Any, np.dtype[np.float32]]:
        """One weight an article: less for those in another language than the text's.

        The text's language is the one whose articles use most of its words; without a clear answer all weigh the same.
        """
        weights = np.ones(len(self._articles), dtype=np.float32)
        words = set(split_words(text))
        known = sorted(
            ((len(words & vocabulary), code) for code, vocabulary in self._vocabulary.items()), reverse=True
        )
        if len(known) > 1 and known[0][0] > known[1][0]:
            language = known[0][1]
            weights[[article.language != language for article in self._articles]] = OTHER_LANGUAGE_WEIGHT
        return weights

    def _document(self, article: Article) -> list[str]:
        title = self._terms.of_text(article.title, article.language)
        return title * TITLE_WEIGHT + self._terms.of_text(
            f"{article.folder}\n{article.text}", article.language
        )

    def _scores(self, terms: list[str]) -> np.ndarray[Any, np.dtype[np.float32]]:
        """One score an article; 0 where no term matches."""
        nothing = np.zeros(len(self._articles), dtype=np.float32)
        if self._ranking is None:
            return nothing
        known = [term for term in terms if term in self._ranking.vocab_dict]
        return np.asarray(self._ranking.get_scores(known), dtype=np.float32) if known else nothing

    def _prefix_scores(self, beginning: str) -> np.ndarray[Any, np.dtype[np.float32]]:
        """For each article, the score of its best word that begins so and goes on; not their sum."""
        best = np.zeros(len(self._articles), dtype=np.float32)
        start = bisect_left(self._words, beginning)
        for word in self._words[start : start + MAX_PREFIX_WORDS]:
            if not word.startswith(beginning):
                break
            if word != beginning:
                best = np.maximum(best, self._scores(self._terms.of_query(word)))
        return best

    def _best(self, scores: np.ndarray[Any, np.dtype[np.float32]], limit: int) -> list[Hit]:
        order = np.argsort(-scores, kind="stable")[:limit]
        return [Hit(self._articles[at], float(scores[at])) for at in order if scores[at] > 0]


def _vocabulary_by_language(articles: Iterable[Article]) -> dict[str, set[str]]:
    vocabulary: dict[str, set[str]] = {}
    for article in articles:
        vocabulary.setdefault(article.language, set()).update(split_words(_all_text(article)))
    return vocabulary


def _all_text(article: Article) -> str:
    return f"{article.title}\n{article.folder}\n{article.text}"
