"""Every refusal has a code, an HTTP status and a frame."""

import msgspec
import pytest

from chatserver.domain import errors
from chatserver.domain.errors import ChatError, TooFast
from chatserver.wire.errors import HTTP_STATUS, error_frame

ALSO_TESTS = {"chatserver.domain.errors": "one tree of errors, and the one place that turns it into frames"}

REFUSALS = ChatError.__subclasses__()


@pytest.mark.parametrize("refusal", REFUSALS)
def test_every_refusal_has_an_http_status(refusal: type[ChatError]) -> None:
    assert 400 <= HTTP_STATUS[refusal] < 600


def test_every_refusal_has_its_own_code_and_stands_in_the_tree() -> None:
    codes = [refusal.code for refusal in REFUSALS]

    assert len(set(codes)) == len(codes)
    assert set(HTTP_STATUS) == set(REFUSALS)
    for refusal in REFUSALS:
        assert f" {refusal.__name__} " in (errors.__doc__ or "")
        assert f" {refusal.code} " in (errors.__doc__ or "")


def test_the_frame_says_only_what_is_known() -> None:
    bare = msgspec.json.encode(error_frame(errors.NotFound("There is no chat 7.")))
    full = msgspec.json.encode(
        error_frame(TooFast("Slow down.", retry_after_s=1.5), client_id="client-1", request_id="r1")
    )

    assert msgspec.json.decode(bare) == {"t": "error", "code": "not_found", "message": "There is no chat 7."}
    assert msgspec.json.decode(full) == {
        "t": "error",
        "code": "too_fast",
        "message": "Slow down.",
        "client_id": "client-1",
        "id": "r1",
        "retry_after_s": 1.5,
    }
