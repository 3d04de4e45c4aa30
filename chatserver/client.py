"""The data for notebooks and scripts: SQL over HTTP, answered as Arrow.

    from chatserver import client

    with client.connect("http://localhost:8452", token) as connection:
        table = connection.sql("SELECT country, count(*) AS n FROM chats WHERE started_at >= ? GROUP BY 1", since)
        frame = connection.df("FROM service_level ORDER BY hour")

The token comes from `switchboard token PERSON --data DIR`. A person sees what they see in the console, and
needs the permission to run SQL. `connection.views()` says what there is. Errors are ClientError:

    ClientError
    ├── QueryRefused      the server said no; `code` and `message` say why
    └── NotReachable      there was no answer, or it broke off
"""

import json
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Self

import httpx
import pyarrow as pa

if TYPE_CHECKING:
    import pandas as pd

TIMEOUT_S = 90.0  # more than the longest query or export may take
Parameter = str | int | float | bool | date | datetime | None


class ClientError(Exception):
    """The question got no answer."""


class QueryRefused(ClientError):
    """The server refused. `code` is for programs, `message` for people; `status` is that of HTTP."""

    def __init__(self, code: str, message: str, status: int) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.status = status


class NotReachable(ClientError):
    """The server did not answer, or the answer broke off: is the address right, and Switchboard running?"""


class Connection:
    """A way to ask one reader as one person. Use it in `with`, or `close` it."""

    def __init__(self, http: httpx.Client) -> None:
        self._http = http

    def sql(self, text: str, *parameters: Parameter) -> pa.Table:
        """The rows of one SELECT, as a pyarrow.Table; `parameters` fill its ? in order.

        Raises QueryRefused (syntax, permission, limits on time, memory and rows) or NotReachable.
        """
        body = {"sql": text, "parameters": [_plain(parameter) for parameter in parameters]}
        raw = self._ask("POST", "/api/v1/sql", json=body)
        return pa.ipc.open_stream(raw).read_all()

    def df(self, text: str, *parameters: Parameter) -> "pd.DataFrame":
        """The same as a pandas.DataFrame (pandas must be installed). Raises as `sql` does."""
        return self.sql(text, *parameters).to_pandas()

    def views(self) -> list[dict[str, str]]:
        """The views that can be read: `name`, and `description`, which defines what is in them."""
        found: list[dict[str, str]] = self._ask_json("/api/v1/views")
        return found

    def status(self) -> dict[str, Any]:
        """How far the reader is: `seq`, `head`, `lag_s` (seconds since it last held everything), `connected`."""
        found: dict[str, Any] = self._ask_json("/api/v1/status")
        return found

    def close(self) -> None:
        """Gives the network connection back."""
        self._http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _ask_json(self, path: str) -> Any:
        return json.loads(self._ask("GET", path))

    def _ask(self, method: str, path: str, **body: Any) -> bytes:
        try:
            response = self._http.request(method, path, **body)
        except httpx.RemoteProtocolError:
            raise NotReachable(
                "The answer broke off: the reader may have been restarted. Ask again."
            ) from None
        except httpx.TimeoutException:
            raise NotReachable(f"{self._http.base_url} did not answer within {TIMEOUT_S:.0f} s.") from None
        except httpx.HTTPError as error:
            raise NotReachable(
                f"{self._http.base_url} cannot be reached ({error}). Is Switchboard running there?"
            ) from None
        if response.is_success:
            return response.content
        raise _refusal(response)


def connect(url: str, token: str) -> Connection:
    """A connection to the reader at `url` (its base address) as the token's person. Sends nothing yet."""
    headers = {"Authorization": f"Bearer {token}"}
    return Connection(httpx.Client(base_url=url.rstrip("/"), headers=headers, timeout=TIMEOUT_S))


def _plain(parameter: Parameter) -> str | int | float | bool | None:
    """Dates and times as text, which DuckDB reads."""
    return parameter.isoformat() if isinstance(parameter, date) else parameter


def _refusal(response: httpx.Response) -> ClientError:
    try:
        frame = response.json()
        return QueryRefused(frame["code"], frame["message"], response.status_code)
    except (ValueError, KeyError, TypeError):
        return NotReachable(
            f"{response.url} is not a reader of Switchboard: it answered {response.status_code}."
        )
