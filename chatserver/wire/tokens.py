"""Signed tokens: who a socket or request belongs to. A token is never put into an address or a log."""

import base64
import hashlib
import hmac
from datetime import UTC, datetime, timedelta
from enum import StrEnum

import msgspec
from msgspec import Struct

from chatserver.domain.errors import Unauthenticated

VISITOR_LIFETIME = timedelta(days=30)  # a customer who comes back within it is the same visitor
CONSOLE_LIFETIME = timedelta(minutes=10)  # renewed by the page from its sign-in session
API_LIFETIME = timedelta(days=30)  # notebooks and scripts
SERVICE_LIFETIME = timedelta(days=365)  # our own processes, minted anew at each start


class Kind(StrEnum):
    """What a token opens. A token of one kind opens no other door."""

    VISITOR = "visitor"  # subject: visitor id
    CONSOLE = "console"  # subject: person id
    API = "api"  # subject: person id
    SERVICE = "service"  # subject: name of the process


class Claim(Struct, frozen=True):
    """What a token says, once its signature was checked. `session` ties a console token to its sign-in."""

    kind: Kind
    subject: str
    expires: int  # Unix time in seconds
    session: str = ""


class Tokens:
    """Mints and checks tokens with one secret of at least 32 bytes."""

    def __init__(self, secret: bytes) -> None:
        if len(secret) < 32:
            raise ValueError("The token secret must have at least 32 bytes.")
        self._secret = secret
        self._ended: dict[str, datetime] = {}  # sign-ins that ended, until their last token has expired

    def mint(self, kind: Kind, subject: str, now: datetime, lifetime: timedelta, session: str = "") -> str:
        """A token that holds from now for `lifetime`."""
        claim = Claim(kind, subject, int((now + lifetime).timestamp()), session)
        payload = _encode(msgspec.json.encode(claim))
        return f"{payload}.{self._sign(payload)}"

    def parse(self, token: str, now: datetime, *kinds: Kind) -> Claim:
        """The claim, if the signature holds, it has not expired, and its kind is one of `kinds`.

        Raises Unauthenticated, which does not say which part was wrong except for expiry.
        """
        payload, _, signature = token.partition(".")
        if not hmac.compare_digest(self._sign(payload).encode(), signature.encode("utf-8", "replace")):
            raise Unauthenticated("This token is not valid. Sign in again.")
        try:
            claim = msgspec.json.decode(_decode(payload), type=Claim)
        except (ValueError, msgspec.DecodeError):
            raise Unauthenticated("This token is not valid. Sign in again.") from None
        if claim.kind not in kinds:
            raise Unauthenticated("This token is not valid here. Sign in again.")
        if claim.session in self._ended:
            raise Unauthenticated("You are signed out. Sign in again.")
        if now >= datetime.fromtimestamp(claim.expires, UTC):
            raise Unauthenticated("This token has expired. Sign in again.")
        return claim

    def end_session(self, session: str, now: datetime) -> None:
        """Tokens that are tied to this sign-in no longer hold. Known to this process, until they expire anyway."""
        self._ended = {one: until for one, until in self._ended.items() if until > now}
        self._ended[session] = now + CONSOLE_LIFETIME

    def _sign(self, payload: str) -> str:
        return _encode(hmac.digest(self._secret, payload.encode("utf-8", "replace"), hashlib.sha256))


def _encode(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _decode(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
