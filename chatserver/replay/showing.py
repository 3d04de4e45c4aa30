"""The replay's progress bar and closing report, for people."""

from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from chatserver.replay.ledger import Totals


class ProgressBar:
    """A bar on standard error; nothing where that is no terminal."""

    def __init__(self, chats: int) -> None:
        console = Console(stderr=True)
        self._bar = Progress(
            TextColumn("Playing"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[messages]} messages"),
            TimeElapsedColumn(),
            TimeRemainingColumn(),
            console=console,
            disable=not console.is_terminal,
        )
        self._task = self._bar.add_task("chats", total=chats, messages=0)

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        self.stop()

    def show(self, totals: Totals) -> None:
        """Moves the bar."""
        done = totals.chats + len(totals.problems)
        self._bar.update(self._task, completed=done, messages=len(totals.messages))

    def stop(self) -> None:
        """Leaves the terminal to others. Safe to call twice."""
        self._bar.stop()


def render_report(totals: Totals) -> str:
    """The closing report in words."""
    report = totals.report()
    verdict = (
        "Nothing was lost, doubled or out of order." if totals.is_good else "This replay did not go well."
    )
    acks = f"p50 {_ms(report.ack_p50_ms)}, p99 {_ms(report.ack_p99_ms)}"
    deliveries = f"p50 {_ms(report.delivery_p50_ms)}, p99 {_ms(report.delivery_p99_ms)}"
    rows = (
        ("Chats played to their end", f"{report.chats} of {totals.wanted}"),
        ("Messages sent", str(report.sent)),
        ("  acknowledged", f"{report.acknowledged}   {acks}"),
        ("  delivered", f"{report.delivered}   {deliveries}"),
        ("  lost", str(report.lost)),
        ("  doubled", str(report.doubled)),
        ("  out of order", str(report.out_of_order)),
        ("Connections that came back", str(totals.losses)),
    )
    return "\n".join([*(f"{name:<28}{value}" for name, value in rows), verdict])


def _ms(value: float | None) -> str:
    return "–" if value is None else f"{value:.1f} ms"
