"""One side's view of a chat."""

from datetime import UTC, datetime

from chatserver.replay.transcript import Transcript
from chatserver.wire.lines import Line

AT = datetime(2026, 3, 2, tzinfo=UTC)


def line(n: int) -> Line:
    return Line(n, AT, "message")


def take(transcript: Transcript, *numbers: int) -> list[int]:
    return [shown.n for n in numbers for shown in transcript.take(line(n))]


def test_lines_are_shown_in_order_and_once() -> None:
    transcript = Transcript()

    assert take(transcript, 1, 2, 2, 1, 3) == [1, 2, 3]
    assert transcript.repeats == 2


def test_a_line_after_a_gap_waits_until_the_gap_is_filled() -> None:
    transcript = Transcript()

    assert take(transcript, 1, 4, 3) == [1]
    assert transcript.has_gap
    assert take(transcript, 2) == [2, 3, 4]
    assert not transcript.has_gap


def test_another_database_means_beginning_again() -> None:
    transcript = Transcript()
    take(transcript, 1, 2, 9)
    transcript.forget()

    assert transcript.last == 0
    assert take(transcript, 1) == [1]
