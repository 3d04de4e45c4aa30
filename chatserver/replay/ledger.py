"""What was sent, acknowledged and delivered, and what the two sides' views say about it. No I/O.

A message is *delivered* when the other side shows the line that its acknowledgement named. It is *lost* when it was
acknowledged and the other side, or a transcript fetched afresh, does not show it there. It is *doubled* when a view
shows it on more than one line. It is *out of order* when its line does not come after that of the message that its
sender sent before.
"""

from collections import Counter
from collections.abc import Iterable
from itertools import pairwise

from msgspec import Struct, field

from chatserver.replay.conversation import Side
from chatserver.wire.lines import Line


class Message(Struct):
    """One message on its way. Times are of a monotonic clock, in seconds; None until it happened."""

    sender: Side
    client_id: str
    text: str
    sent_s: float
    acked_s: float | None = None
    n: int = 0
    delivered_s: float | None = None


class ChatLedger:
    """The messages of one chat, and when each side showed each line."""

    def __init__(self) -> None:
        self.messages: list[Message] = []
        self._acked: dict[int, Message] = {}
        self._shown_s: dict[tuple[Side, int], float] = {}  # (who sees it, n) -> when

    def sent(self, message: Message) -> None:
        """A message was handed to its sender's outbox."""
        self.messages.append(message)

    def acked(self, message: Message, n: int, now_s: float) -> None:
        """Its sender was told that it is line `n`."""
        if message.acked_s is None:
            message.acked_s, message.n = now_s, n
            self._acked[n] = message
            self._match(message)

    def shown(self, viewer: Side, line: Line, now_s: float) -> Message | None:
        """A side shows a line; gives the message if it is one that the other side had acknowledged."""
        self._shown_s.setdefault((viewer, line.n), now_s)
        message = self._acked.get(line.n)
        return message if message is not None and self._match(message) else None

    def _match(self, message: Message) -> bool:
        viewer: Side = "agent" if message.sender == "customer" else "customer"
        shown_s = self._shown_s.get((viewer, message.n))
        if shown_s is not None and message.delivered_s is None:
            message.delivered_s = shown_s
        return shown_s is not None


class Findings(Struct):
    """What one chat's views say. Counts of messages."""

    lost: int = 0
    doubled: int = 0
    out_of_order: int = 0


def examine(ledger: ChatLedger, agent_view: Iterable[Line], fresh_view: Iterable[Line]) -> Findings:
    """Compares what was acknowledged with what the agents show and what a returning customer is given."""
    views = [{line.n: line for line in view if line.kind == "message"} for view in (agent_view, fresh_view)]
    acked = [message for message in ledger.messages if message.acked_s is not None]
    lost = sum(
        message.delivered_s is None
        or any(
            (line := view.get(message.n)) is None
            or line.text != message.text
            or line.sender != message.sender
            for view in views
        )
        for message in acked
    )
    wanted = Counter[tuple[str, str]]((message.sender, message.text) for message in ledger.messages)
    doubled = max(
        (Counter[tuple[str, str]]((line.sender, line.text) for line in view.values()) - wanted).total()
        for view in views
    )
    out_of_order = 0
    for sender in ("customer", "agent"):
        places = [message.n for message in acked if message.sender == sender]
        out_of_order += sum(later <= earlier for earlier, later in pairwise(places))
    return Findings(lost, doubled, out_of_order)


class Report(Struct):
    """The closing report. Times in milliseconds, None when nothing was measured; `chats` were played to their end."""

    chats: int = 0
    sent: int = 0
    acknowledged: int = 0
    delivered: int = 0
    lost: int = 0
    doubled: int = 0
    out_of_order: int = 0
    ack_p50_ms: float | None = None
    ack_p99_ms: float | None = None
    delivery_p50_ms: float | None = None
    delivery_p99_ms: float | None = None


class Totals(Struct):
    """Adds up chats. `wanted` are all that were to be played."""

    wanted: int
    chats: int = 0
    messages: list[Message] = field(default_factory=list)
    findings: Findings = field(default_factory=Findings)
    losses: int = 0  # connections that broke and came back
    problems: list[str] = field(default_factory=list)

    def add(self, found: Findings) -> None:
        """Adds one chat's findings."""
        self.findings.lost += found.lost
        self.findings.doubled += found.doubled
        self.findings.out_of_order += found.out_of_order

    @property
    def is_good(self) -> bool:
        """Everything was played, and nothing lost, doubled or out of order."""
        found = self.findings
        return self.chats == self.wanted and not (found.lost or found.doubled or found.out_of_order)

    def report(self) -> Report:
        """The report."""
        acks = [1000 * (m.acked_s - m.sent_s) for m in self.messages if m.acked_s is not None]
        deliveries = [1000 * (m.delivered_s - m.sent_s) for m in self.messages if m.delivered_s is not None]
        return Report(
            self.chats,
            len(self.messages),
            len(acks),
            len(deliveries),
            self.findings.lost,
            self.findings.doubled,
            self.findings.out_of_order,
            percentile(acks, 50),
            percentile(acks, 99),
            percentile(deliveries, 50),
            percentile(deliveries, 99),
        )


def percentile(values: list[float], percent: int) -> float | None:
    """The smallest value that at least `percent` % of all values do not exceed; None of nothing."""
    if not values:
        return None
    ordered = sorted(values)
    return round(ordered[max(0, -(-len(ordered) * percent // 100) - 1)], 2)
