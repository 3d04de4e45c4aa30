"""Outside text made fit to keep: bounded, without control characters, in one normal form. Never escaped here."""

import re
import unicodedata
from urllib.parse import urlsplit

from chatserver.domain.errors import Invalid, TooLarge
from chatserver.wire import limits

_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff]")
_BIDI = re.compile(r"[\u202a-\u202e\u2066-\u2069\u200e\u200f\u061c]")
_SPACE = re.compile(r"\s+")
_UNFIT_IN_ADDRESS = re.compile(rf"{_CONTROLS.pattern}|{_BIDI.pattern}|\s|[\ud800-\udfff]")
_CLIENT_ID = re.compile(r"[A-Za-z0-9_-]+")


def parse_text(raw: str, field: str = "text") -> str:
    """A message body: 1 to MAX_TEXT_CHARS characters; line breaks and tabs stay. Raises Invalid or TooLarge."""
    if len(raw) > limits.MAX_TEXT_CHARS:
        raise TooLarge(f"A message has at most {limits.MAX_TEXT_CHARS} characters; this one has {len(raw)}.")
    text = _CONTROLS.sub("", raw.replace("\r\n", "\n")).strip()
    if not text:
        raise Invalid(f"{field} is empty.")
    return _encodable(text, field)


def parse_comment(raw: str) -> str:
    """A comment for staff; may be empty. Raises Invalid or TooLarge."""
    if len(raw) > limits.MAX_COMMENT_CHARS:
        raise TooLarge(f"A comment has at most {limits.MAX_COMMENT_CHARS} characters.")
    return _encodable(_CONTROLS.sub("", raw).strip(), "comment")


def parse_name(raw: str, field: str = "name") -> str:
    """One line, without characters that reorder the text around it. Raises Invalid or TooLarge."""
    normal = unicodedata.normalize(
        "NFC", _BIDI.sub("", _CONTROLS.sub(" ", raw))
    )  # may be longer than what came
    name = _SPACE.sub(" ", normal).strip()
    if not name:
        raise Invalid(f"{field} is empty.")
    if len(name) > limits.MAX_NAME_CHARS:
        raise TooLarge(f"{field} has at most {limits.MAX_NAME_CHARS} characters.")
    return _encodable(name, field)


def parse_email(raw: str) -> str:
    """'' or something with one @ inside; whether it is somebody's is not for us to say. Raises Invalid or TooLarge."""
    email = raw.strip()
    if not email:
        return ""
    if len(email) > limits.MAX_EMAIL_CHARS:
        raise TooLarge("That e-mail address is too long.")
    name, at, host = email.rpartition("@")
    if not (name and at and host) or _UNFIT_IN_ADDRESS.search(email):
        raise Invalid("That is not an e-mail address. Leave it empty if you would rather not say.")
    return _encodable(email, "email")


def parse_url(raw: str) -> str:
    """A web address, or '' when it is none that may be shown as one."""
    url = raw.strip()[: limits.MAX_URL_CHARS]
    if _UNFIT_IN_ADDRESS.search(url):
        return ""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return url if parts.scheme in {"http", "https"} and parts.netloc else ""


def parse_client_id(raw: str) -> str:
    """An id made by the sender: 8 to 64 letters, digits, dashes, underscores. Raises Invalid."""
    if not limits.MIN_CLIENT_ID_CHARS <= len(raw) <= limits.MAX_ID_CHARS or not _CLIENT_ID.fullmatch(raw):
        raise Invalid("client_id must be 8 to 64 letters, digits, dashes or underscores.")
    return raw


def _encodable(text: str, field: str) -> str:
    """Refuses lone surrogates, which neither UTF-8 nor DuckDB can hold."""
    try:
        text.encode()
    except UnicodeEncodeError:
        raise Invalid(f"{field} has characters that are not Unicode text.") from None
    return text
