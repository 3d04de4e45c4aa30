"""The one place that turns a refusal into a frame or JSON, and names its HTTP status."""

from collections.abc import Mapping
from types import MappingProxyType

from msgspec import UNSET, Struct, UnsetType

from chatserver.domain import errors as d

HTTP_STATUS: Mapping[type[d.ChatError], int] = MappingProxyType(
    {
        d.Invalid: 400,
        d.Unauthenticated: 401,
        d.NotAllowed: 403,
        d.NotFound: 404,
        d.Conflict: 409,
        d.TooLarge: 413,
        d.TooFast: 429,
        d.Offline: 503,
        d.Busy: 503,
    }
)


class ErrorFrame(Struct, frozen=True, tag_field="t", tag="error", omit_defaults=True):
    """What the other side gets: `code` for programs, `message` to show, and which request it answers."""

    code: str
    message: str
    client_id: str | UnsetType = UNSET
    id: str | UnsetType = UNSET
    retry_after_s: float | UnsetType = UNSET


def error_frame(error: d.ChatError, *, client_id: str = "", request_id: str = "") -> ErrorFrame:
    """The frame for a refusal."""
    return ErrorFrame(
        error.code,
        error.message,
        client_id or UNSET,
        request_id or UNSET,
        UNSET if error.retry_after_s is None else error.retry_after_s,
    )
