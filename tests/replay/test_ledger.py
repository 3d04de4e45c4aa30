"""What counts as lost, doubled and out of order."""

from datetime import UTC, datetime

from chatserver.replay.conversation import Side
from chatserver.replay.ledger import ChatLedger, Findings, Message, Totals, examine, percentile
from chatserver.wire.lines import Line

AT = datetime(2026, 3, 2, tzinfo=UTC)


def said(n: int, sender: Side, text: str) -> Line:
    return Line(n, AT, "message", sender, text=text)


def ledger_of(*messages: tuple[Side, str, int]) -> ChatLedger:
    """Each acknowledged as line n, and shown by the other side."""
    ledger = ChatLedger()
    for sender, text, n in messages:
        message = Message(sender, f"id{n}", text, 1.0)
        ledger.sent(message)
        ledger.acked(message, n, 2.0)
        ledger.shown("agent" if sender == "customer" else "customer", said(n, sender, text), 3.0)
    return ledger


GOOD = [said(2, "customer", "yes"), said(3, "agent", "yes"), said(4, "customer", "yes")]


def test_the_same_words_twice_are_not_a_double() -> None:
    ledger = ledger_of(("customer", "yes", 2), ("agent", "yes", 3), ("customer", "yes", 4))

    assert examine(ledger, GOOD, GOOD) == Findings()


def test_a_message_that_one_view_lacks_is_lost() -> None:
    ledger = ledger_of(("customer", "yes", 2), ("agent", "yes", 3), ("customer", "yes", 4))

    assert examine(ledger, GOOD, GOOD[:2]) == Findings(lost=1)


def test_an_acknowledged_message_that_the_other_side_never_showed_is_lost() -> None:
    ledger = ChatLedger()
    message = Message("customer", "id", "yes", 1.0)
    ledger.sent(message)
    ledger.acked(message, 2, 2.0)

    assert examine(ledger, GOOD[:1], GOOD[:1]) == Findings(lost=1)


def test_a_line_too_many_is_a_double() -> None:
    ledger = ledger_of(("customer", "yes", 2), ("agent", "yes", 3), ("customer", "yes", 4))

    assert examine(ledger, [*GOOD, said(5, "customer", "yes")], GOOD) == Findings(doubled=1)


def test_a_later_message_on_an_earlier_line_is_out_of_order() -> None:
    ledger = ledger_of(("customer", "b", 4), ("customer", "a", 2))
    view = [said(2, "customer", "a"), said(4, "customer", "b")]

    assert examine(ledger, view, view) == Findings(out_of_order=1)


def test_a_line_may_be_shown_before_its_sender_is_told() -> None:
    ledger = ChatLedger()
    message = Message("agent", "id", "hello", 1.0)
    ledger.sent(message)
    ledger.shown("customer", said(5, "agent", "hello"), 1.5)
    ledger.acked(message, 5, 2.0)

    assert message.delivered_s == 1.5


def test_a_replay_is_good_only_when_all_chats_ended_and_nothing_is_wrong() -> None:
    totals = Totals(2, chats=2)
    assert totals.is_good
    assert not Totals(2, chats=1).is_good
    totals.add(Findings(doubled=1))
    assert not totals.is_good


def test_percentiles_are_values_that_were_measured() -> None:
    assert percentile([], 50) is None
    assert percentile([3.0, 1.0, 2.0], 50) == 2.0
    assert percentile([float(n) for n in range(1, 101)], 99) == 99.0
