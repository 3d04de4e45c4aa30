"""The replay's progress bar and closing report, for people."""

from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

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
    verdict = "Nothing was lost, doubled or out of order." if totals.is_good else "This replay did not go well."
    return "\n".join(
        (
            f"Chats played to their end   {report.chats} of {totals.wanted}",
            f"Messages sent               {report.sent}",
            f"  acknowledged              {report.acknowledged}   p50 {_ms(report.ack_p50_ms)}, p99 {_ms(report.ack_p99_ms)}",
            f"  delivered                 {report.delivered}   p50 {_ms(report.delivery_p50_ms)}, "
            f"p99 {_ms(report.delivery_p99_ms)}",
            f"  lost                      {report.lost}",
            f"  doubled                   {report.doubled}",
            f"  out of order              {report.out_of_order}",
            f"Connections that came back  {totals.losses}",
            verdict,
        )
    )


def _ms(value: float | None) -> str:
    return "–" if value is None else f"{value:.1f} ms"
