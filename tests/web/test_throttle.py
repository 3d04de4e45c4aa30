"""Token buckets."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatserver.domain.errors import TooFast
from chatserver.web import throttle
from chatserver.web.throttle import Bucket, Rate, Throttle


def test_a_burst_is_let_through_then_the_rate_holds() -> None:
    bucket = Bucket(Rate(burst=3, per_s=1), now_s=0)
    for _ in range(3):
        bucket.take(0, "tries")

    with pytest.raises(TooFast) as refusal:
        bucket.take(0, "tries")

    assert refusal.value.retry_after_s == pytest.approx(1.0)
    bucket.take(1.0, "tries")


@given(st.lists(st.floats(0, 2), max_size=200))
def test_never_more_than_burst_and_rate_allow(pauses: list[float]) -> None:
    rate, now, taken = Rate(burst=5, per_s=2), 0.0, 0
    bucket = Bucket(rate, now)
    for pause in pauses:
        now += pause
        try:
            bucket.take(now, "tries")
        except TooFast:
            continue
        taken += 1

    assert taken <= rate.burst + rate.per_s * now + 1e-6


def test_each_key_has_its_own_bucket_and_memory_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(throttle, "MAX_BUCKETS", 2)
    limit = Throttle(Rate(burst=1, per_s=0.1), "tries")
    for key in ("a", "b", "c"):
        limit.take(key, 0)

    limit.take("a", 0)  # the oldest was forgotten
    with pytest.raises(TooFast):
        limit.take("c", 0)
