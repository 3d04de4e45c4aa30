"""The parts of a page that are drawn by our own scripts: Panel carries what they show and what was clicked.

What a part shows is one dictionary, `shown`; clicks come back as small messages. The scripts put text into
`textContent` only, so whatever a stranger wrote stays text.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar

import param
from panel.custom import JSComponent

STATIC = Path(__file__).with_name("static")
Message = dict[str, Any]
Listener = Callable[[Message], None]


def static_text(*names: str) -> str:
    """The files of `static/`, one after the other."""
    return "\n".join((STATIC / name).read_text(encoding="utf-8") for name in names)


def script(name: str) -> str:
    """A part's module, with what all parts use in front."""
    return static_text("elements.js", "ticking.js", name)


class Part(JSComponent):
    """A part of a page. `listen` is given each message of its script."""

    shown = param.Dict(
        default={}, doc="What the part shows at first; plain data. Later changes go by `present`."
    )

    _esm = "export function render() { return document.createElement('div') }"
    styles_of_part: ClassVar[tuple[str, ...]] = ()

    def __init__(self, listen: Listener | None = None, **params: Any) -> None:
        self._listen = listen
        self.current: dict[str, Any] = dict(params.get("shown", {}))
        sheets = [static_text("common.css", *self.styles_of_part), *params.pop("stylesheets", [])]
        super().__init__(stylesheets=sheets, **params)

    def _handle_msg(self, data: Any) -> None:
        if not isinstance(data, dict) or not isinstance(data.get("type"), str):
            return
        if data["type"] == "ready":
            self.tell(type="shown", shown=self.current)
        if self._listen is not None:
            self._listen(data)

    def tell(self, **message: Any) -> None:
        """Sends a message to the script, once."""
        self._send_msg(message)

    def present(self, **changes: Any) -> None:
        """Changes what is shown; says nothing to the browser when nothing differs."""
        merged = {**self.current, **changes}
        if merged != self.current:
            self.current = merged
            self.tell(type="shown", shown=merged)


class Header(Part):
    """Presence, availability, the person's menu, banner and short notices."""

    _esm = script("header.js")
    styles_of_part = ("header.css",)


class Navigation(Part):
    """The views with their counts."""

    _esm = script("navigation.js")
    styles_of_part = ("navigation.css",)


class Toolbar(Part):
    """Parts of the view, search, filters, actions."""

    _esm = script("toolbar.js")
    styles_of_part = ("toolbar.css",)


class ChatTable(Part):
    """The rows."""

    _esm = script("chat_table.js")
    styles_of_part = ("chat_table.css",)


class ChatPanel(Part):
    """The open chat with facts and suggestions."""

    _esm = script("chat_panel.js")
    styles_of_part = ("chat_panel.css",)


class BoardPart(Part):
    """The live board."""

    _esm = script("board.js")
    styles_of_part = ("board.css",)


class FieldChooser(Part):
    """Which columns, in which order."""

    _esm = script("fields.js")
    styles_of_part = ("fields.css",)


class Reload(Part):
    """A page that this process does not know, for it is newer than the page: the browser asks again."""

    _esm = "export function render() { location.reload(); return document.createElement('div') }"
