"""Token buckets: how often a stranger may do something."""

from collections import OrderedDict
from typing import NamedTuple

from chatserver.domain.errors import TooFast

MAX_BUCKETS = 50_000  # bounds memory against somebody with many addresses; the longest unused is forgotten


class Rate(NamedTuple):
    """`burst` at once, then `per_s` each second."""

    burst: float
    per_s: float


VISITOR_FRAMES = Rate(20, 5)  # of one socket; nobody types faster
STAFF_FRAMES = Rate(400, 60)  # of one console; opening all of its chats at once still gets through
STARTS = Rate(5, 1 / 120)  # new chats of one address; an office behind one address still gets through
SOCKETS = Rate(60, 1)  # new sockets of one address
SIGN_INS = Rate(10, 1 / 15)  # tries of one address
ACCOUNT_SIGN_INS = Rate(10, 1 / 30)  # tries at one account


class Bucket:
    """Tokens of one owner. `take` raises TooFast when there is none."""

    def __init__(self, rate: Rate, now_s: float) -> None:
        self._rate = rate
        self._tokens = rate.burst
        self._filled_at = now_s

    def take(self, now_s: float, what: str) -> None:
        """Takes a token; `now_s` is of a monotonic clock. Raises TooFast with the time until there is one."""
        rate = self._rate
        self._tokens = min(rate.burst, self._tokens + (now_s - self._filled_at) * rate.per_s)
        self._filled_at = now_s
        if self._tokens < 1:
            wait = (1 - self._tokens) / rate.per_s
            raise TooFast(f"Too many {what}. Please wait a moment.", retry_after_s=round(wait, 1))
        self._tokens -= 1


class Throttle:
    """A bucket for each key (an address, an account)."""

    def __init__(self, rate: Rate, what: str) -> None:
        self._rate = rate
        self._what = what
        self._buckets: OrderedDict[str, Bucket] = OrderedDict()

    def take(self, key: str, now_s: float) -> None:
        """Takes a token of the key's bucket. Raises TooFast."""
        bucket = self._buckets.pop(key, None) or Bucket(self._rate, now_s)
        self._buckets[key] = bucket
        if len(self._buckets) > MAX_BUCKETS:
            self._buckets.popitem(last=False)
        bucket.take(now_s, self._what)
