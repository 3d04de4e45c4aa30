"""How text becomes terms."""

import pytest

from chatserver.articles.words import Terms, is_only_greeting, split_words


@pytest.mark.parametrize(
    "text",
    ["Hi", "Hello there!", "good morning", "Hi, how are you?", "Guten Tag", "Bonjour !", "¡Hola! Buenos días",
     "Olá, tudo bem?", "こんにちは", "Thanks!", "", "👋", "…"],
)  # fmt: skip
def test_greetings_alone_are_known_in_many_languages(text: str) -> None:
    assert is_only_greeting(text)


@pytest.mark.parametrize(
    "text", ["Hi, my bike is broken", "Hallo, wo ist mein Paket?", "refund", "返金してください"]
)
def test_a_greeting_with_a_question_is_more_than_a_greeting(text: str) -> None:
    assert not is_only_greeting(text)


def test_words_are_lower_case_and_keep_their_apostrophes() -> None:
    assert split_words("Don’t STOP, e-mail_me ﬁne") == ["don't", "stop", "e", "mail", "me", "fine"]


def test_forms_of_a_word_are_one_term_and_empty_words_none() -> None:
    terms = Terms(["en"])

    assert terms.of_text("the charging of batteries", "en") == terms.of_text("charge a battery", "en")


def test_a_query_is_stemmed_in_every_language_that_has_articles() -> None:
    terms = Terms(["en", "de"])

    assert set(terms.of_text("Rechnungen", "de")) <= set(terms.of_query("meine Rechnung"))
    assert set(terms.of_text("invoices", "en")) <= set(terms.of_query("my invoice"))


def test_text_without_spaces_is_cut_into_pairs() -> None:
    assert Terms(["ja"]).of_text("返金方法", "ja") == ["ja:返金", "ja:金方", "ja:方法"]
