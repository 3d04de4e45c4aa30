"""One side's view of a chat: lines in the order of `n`, each once, gaps noticed. No I/O."""

from collections.abc import Iterator

from chatserver.wire.lines import Line


class Transcript:
    """What a client shows. `last` is the newest line without a gap before it."""

    def __init__(self) -> None:
        self.lines: list[Line] = []
        self.repeats = 0  # lines that came again: normal after a resume
        self._ahead: dict[int, Line] = {}

    @property
    def last(self) -> int:
        """The number of the last line held."""
        return len(self.lines)

    @property
    def has_gap(self) -> bool:
        """Lines came that cannot be shown yet: ask to resume after `last`."""
        return bool(self._ahead)

    def take(self, line: Line) -> Iterator[Line]:
        """Takes a line and gives those that can be shown now, in order: none for a repeat or after a gap."""
        if line.n <= self.last or line.n in self._ahead:
            self.repeats += 1
            return
        self._ahead[line.n] = line
        while (found := self._ahead.pop(self.last + 1, None)) is not None:
            self.lines.append(found)
            yield found

    def forget(self) -> None:
        """Begins again: the database is another one."""
        self.lines.clear()
        self._ahead.clear()
