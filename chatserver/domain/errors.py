"""Why a command can be refused.

    ChatError                 code      what the other side should do
    ├── NotAllowed            not_allowed    ask an administrator for the permission
    ├── NotFound              not_found      refresh: it is gone or never was
    ├── Invalid               invalid        correct the named field and send again
    ├── Conflict              conflict       look at the present state and decide anew
    ├── Offline               offline        leave a message instead, or come back later
    ├── Unauthenticated       unauthenticated  sign in (again)
    ├── TooFast               too_fast       wait `retry_after_s`, then send again
    ├── TooLarge              too_large      send less
    └── Busy                  busy           the server is shedding load or stopping; come back

`message` is written for the person at the other end and may be shown as it is. It names no secret
and quotes no message body. The one place that turns these into frames, JSON and pages is wire/errors.py.
"""

from typing import ClassVar


class ChatError(Exception):
    """A refusal with a stable `code` for programs and a `message` for people."""

    code: ClassVar[str] = "error"

    def __init__(self, message: str, *, retry_after_s: float | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.retry_after_s = retry_after_s


class NotAllowed(ChatError):
    """The sender is known, but may not do this."""

    code = "not_allowed"


class NotFound(ChatError):
    """The thing named does not exist, or the sender may not know that it does."""

    code = "not_found"


class Invalid(ChatError):
    """The request is malformed or a field has an impossible value."""

    code = "invalid"


class Conflict(ChatError):
    """Somebody else was first, or the thing is no longer in the state the sender saw."""

    code = "conflict"


class Offline(ChatError):
    """Nobody can take the chat now (R17)."""

    code = "offline"


class Unauthenticated(ChatError):
    """No token, a wrong one, or one that has expired."""

    code = "unauthenticated"


class TooFast(ChatError):
    """A throttle said no; `retry_after_s` says when it will not."""

    code = "too_fast"


class TooLarge(ChatError):
    """More bytes or characters than are taken."""

    code = "too_large"


class Busy(ChatError):
    """The server is stopping or overloaded."""

    code = "busy"
