"""Turns text into the terms that are searched for: stems, per language, without the words that say nothing.

Text of a customer may be in any language and does not say which, so a query is stemmed by the rules of every
language that has articles. Terms carry their language ('de:akku'), so that a German stem finds German articles only.
Chinese, Japanese and Korean have no spaces; there each pair of neighbouring characters is a term.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator

import Stemmer
from bm25s import stopwords

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_UNSPACED = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]+")
_STEMMERS = {
    "da": "danish", "de": "german", "en": "english", "es": "spanish", "fi": "finnish", "fr": "french",
    "hu": "hungarian", "it": "italian", "nl": "dutch", "no": "norwegian", "pt": "portuguese", "ro": "romanian",
    "ru": "russian", "sv": "swedish", "tr": "turkish",
}  # fmt: skip
_STOPWORDS: dict[str, frozenset[str]] = {
    "da": frozenset(stopwords.STOPWORDS_DANISH),
    "de": frozenset(stopwords.STOPWORDS_GERMAN),
    "en": frozenset(stopwords.STOPWORDS_EN_PLUS),
    "es": frozenset(stopwords.STOPWORDS_SPANISH),
    "fr": frozenset(stopwords.STOPWORDS_FRENCH),
    "it": frozenset(stopwords.STOPWORDS_ITALIAN),
    "nl": frozenset(stopwords.STOPWORDS_DUTCH),
    "no": frozenset(stopwords.STOPWORDS_NORWEGIAN),
    "pt": frozenset(stopwords.STOPWORDS_PORTUGUESE),
    "ru": frozenset(stopwords.STOPWORDS_RUSSIAN),
    "sv": frozenset(stopwords.STOPWORDS_SWEDISH),
    "tr": frozenset(stopwords.STOPWORDS_TURKISH),
}


def split_words(text: str) -> list[str]:
    """Words in lower case and one normal form; runs of unspaced script stay whole."""
    return _WORD.findall(unicodedata.normalize("NFKC", text).lower().replace("’", "'"))


# Turns of these words alone open or close a conversation and are about nothing.
_GREETINGS = frozenset(
    split_words("""hi hello hey hiya howdy yo greetings good morning afternoon evening day there everyone all
    team sir madam how are you doing today is it going thanks thank please ok okay yes no bye goodbye
    help me i need can could
    hallo hallöchen servus moin guten tag morgen abend grüß grüezi gott danke bitte ja nein tschüss
    bonjour salut bonsoir coucou merci oui non ça va
    hola buenas buenos días dias tardes noches gracias sí si qué tal
    olá ola oi bom boa dia tarde noite tudo bem obrigado obrigada sim não
    ciao buongiorno buonasera salve grazie
    hoi goedemorgen goedemiddag goedenavond dag bedankt
    cześć dzień dobry dziękuję hej god tack こんにちは こんばんは おはよう おはようございます はじめまして
    すみません ありがとう ありがとうございます はい""")
)


def is_only_greeting(text: str) -> bool:
    """Whether a turn greets, thanks or says yes, and nothing more: 'Hi there!', 'Guten Tag', ''."""
    return all(word in _GREETINGS for word in split_words(text))


class Terms:
    """Makes the terms of texts, for a fixed set of languages. One thread at a time: the stemmers keep state."""

    def __init__(self, languages: Iterable[str]) -> None:
        self._languages = tuple(sorted(set(languages)))
        self._stemmers = {
            code: Stemmer.Stemmer(_STEMMERS[code]) for code in self._languages if code in _STEMMERS
        }

    def of_text(self, text: str, language: str) -> list[str]:
        """The terms of a text whose language is known, in order, with repetitions."""
        return [term for word in split_words(text) for term in self._of_word(word, language)]

    def of_query(self, text: str) -> list[str]:
        """The terms of a text in an unknown language, in each of our languages."""
        words = split_words(text)
        return [term for code in self._languages for word in words for term in self._of_word(word, code)]

    def _of_word(self, word: str, language: str) -> Iterator[str]:
        if _UNSPACED.search(word):
            for run in _UNSPACED.findall(word):
                yield from (f"{language}:{run[at : at + 2]}" for at in range(max(1, len(run) - 1)))
        elif word not in _STOPWORDS.get(language, ()):
            stemmer = self._stemmers.get(language)
            yield f"{language}:{stemmer.stemWord(word) if stemmer else word}"
