"""Tokens: nobody makes one without the secret, and one kind opens no other door."""

import base64
import hashlib
import hmac
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatserver.domain.errors import Unauthenticated
from chatserver.wire.tokens import Claim, Kind, Tokens

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)
SECRET = bytes(range(32))
TOKENS = Tokens(SECRET)
GOOD = TOKENS.mint(Kind.CONSOLE, "bob", NOW, HOUR, session="s1")


def test_a_token_says_what_was_minted() -> None:
    claim = TOKENS.parse(GOOD, NOW, Kind.CONSOLE, Kind.API)

    assert claim == Claim(Kind.CONSOLE, "bob", int((NOW + HOUR).timestamp()), "s1")


@pytest.mark.parametrize("kind", [kind for kind in Kind if kind is not Kind.CONSOLE])
def test_a_token_of_one_kind_opens_no_other_door(kind: Kind) -> None:
    with pytest.raises(Unauthenticated):
        TOKENS.parse(GOOD, NOW, kind)
    with pytest.raises(Unauthenticated):
        TOKENS.parse(GOOD, NOW)


def test_a_token_expires_at_its_second() -> None:
    TOKENS.parse(GOOD, NOW + HOUR - timedelta(seconds=1), Kind.CONSOLE)

    with pytest.raises(Unauthenticated, match="expired"):
        TOKENS.parse(GOOD, NOW + HOUR, Kind.CONSOLE)


def test_a_token_of_another_secret_is_refused() -> None:
    forged = Tokens(b"x" * 32).mint(Kind.CONSOLE, "bob", NOW, HOUR)

    with pytest.raises(Unauthenticated):
        TOKENS.parse(forged, NOW, Kind.CONSOLE)


def test_another_claim_under_the_same_signature_is_refused() -> None:
    other = TOKENS.mint(Kind.CONSOLE, "ada", NOW, HOUR)
    swapped = f"{other.partition('.')[0]}.{GOOD.partition('.')[2]}"

    with pytest.raises(Unauthenticated):
        TOKENS.parse(swapped, NOW, Kind.CONSOLE)


@given(st.integers(0, len(GOOD) - 1), st.characters())
def test_one_changed_character_makes_it_void(position: int, letter: str) -> None:
    changed = GOOD[:position] + letter + GOOD[position + 1 :]

    if changed != GOOD:
        with pytest.raises(Unauthenticated):
            TOKENS.parse(changed, NOW, *Kind)


@given(st.text(st.characters()) | st.builds("{}.{}".format, st.text(), st.text()))
def test_garbage_is_refused_and_nothing_worse(garbage: str) -> None:
    """Non-ASCII and lone surrogates included."""
    with pytest.raises(Unauthenticated):
        TOKENS.parse(garbage, NOW, *Kind)


@pytest.mark.parametrize("payload", ["", "!!!", "e30", "bm90IGpzb24", "W10", "AAAAA"])
def test_even_a_signed_payload_that_is_no_claim_is_refused(payload: str) -> None:
    digest = hmac.digest(SECRET, payload.encode(), hashlib.sha256)
    signature = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()

    with pytest.raises(Unauthenticated):
        TOKENS.parse(f"{payload}.{signature}", NOW, *Kind)


def test_a_token_of_a_sign_in_that_ended_no_longer_holds_but_others_do() -> None:
    tokens = Tokens(SECRET)
    other = tokens.mint(Kind.CONSOLE, "bob", NOW, HOUR, session="s2")

    tokens.end_session("s1", NOW)

    with pytest.raises(Unauthenticated, match="signed out"):
        tokens.parse(GOOD, NOW, Kind.CONSOLE)
    assert tokens.parse(other, NOW, Kind.CONSOLE).session == "s2"


def test_a_short_secret_is_not_taken() -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        Tokens(b"x" * 31)
