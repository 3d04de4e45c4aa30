"""What is asked before something is done: transfer, end, and the choice of columns."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import panel as pn
import panel_material_ui as pmui

from chatserver.domain.chat import Chat
from chatserver.domain.desk import Desk
from chatserver.domain.organisation import Permission, permissions_of
from chatserver.wire.limits import MAX_COMMENT_CHARS
from dashboard.outcomes import chats_text, forecast_of_end
from dashboard.parts import FieldChooser
from dashboard.rows import COLUMNS
from dashboard.safe_text import safe_text

AUTO_ASSIGN = ""
SHOWN_NAMES = 6
LOOKS = {
    "sx": {
        "& .MuiDialog-paper": {
            "borderRadius": "14px",
            "backgroundImage": "none",
            "backgroundColor": "var(--c-raised)",
        },
        "& .MuiDialogTitle-root": {
            "fontFamily": "var(--c-font)",
            "fontSize": 17,
            "fontWeight": 650,
            "padding": "18px 26px 6px",
        },
        "& .MuiDialogContent-root": {"padding": "4px 16px 16px"},
        "& .MuiButton-root": {"textTransform": "none"},
    }
}

Act = Callable[[], Awaitable[None]]


class Dialogs:
    """The dialogs of one session; `layout` stands in the page, unseen until one opens."""

    def __init__(self, person_id: str, choose_columns: Callable[[list[str]], None]) -> None:
        self._person_id = person_id
        self._desk = Desk()
        self._act: Act | None = None
        self.text = pn.pane.HTML("", sizing_mode="stretch_width", margin=(0, 10, 8, 10))
        self.group = pmui.Select(label="Group", sizing_mode="stretch_width", margin=(6, 10))
        self.agent = pmui.Select(label="Agent", sizing_mode="stretch_width", margin=(6, 10))
        self.comment = pmui.TextAreaInput(
            label="Comment for colleagues (customers never see it)",
            rows=3,
            max_length=MAX_COMMENT_CHARS,
            sizing_mode="stretch_width",
            margin=(6, 10),
        )
        self.confirm = pmui.Button(label="OK", color="primary", variant="contained", margin=(8, 10, 0, 8))
        cancel = pmui.Button(label="Cancel", variant="text", margin=(8, 0, 0, 0))
        self._fields = (self.group, self.agent, self.comment)
        buttons = pmui.Row(
            pn.Spacer(sizing_mode="stretch_width"), cancel, self.confirm, sizing_mode="stretch_width"
        )
        self.dialog = pmui.Dialog(
            self.text,
            *self._fields,
            buttons,
            title="",
            title_variant="h5",
            close_on_click=True,
            width_option="sm",
            **LOOKS,
        )
        self.chooser = FieldChooser(self._heard, shown={"columns": []}, sizing_mode="stretch_width")
        self._choose_columns = choose_columns
        self.fields_dialog = pmui.Dialog(
            self.chooser, title="Visible Fields", title_variant="h5", close_on_click=True, show_close_button=True,
            width_option="xs", **LOOKS,
        )  # fmt: skip
        self.layout = pmui.Column(self.dialog, self.fields_dialog, width=0, height=0, margin=0)
        self.group.param.watch(lambda _event: self._offer_agents(), "value")
        self.confirm.on_click(self._confirmed)
        cancel.on_click(lambda _event: self.close())

    def ask_transfer(self, desk: Desk, chats: Sequence[Chat], act: Act) -> None:
        """Where to? Then `act`, which reads group, agent and comment from here."""
        organisation = desk.organisation
        self._desk = desk
        names = {
            f"{organisation.departments[group.department_id].name} – {group.name}": group.id
            for group in sorted(
                organisation.groups.values(), key=lambda group: (group.department_id, group.name)
            )
        }
        self.group.options = names
        common = {chat.department_id for chat in chats}
        first = organisation.departments[common.pop()].front_line_group_id if len(common) == 1 else None
        self.group.value = first if first in names.values() else next(iter(names.values()), None)
        self._offer_agents()
        self.comment.value = ""
        self._open("Transfer", _names(chats), f"Transfer {chats_text(len(chats))}", act, form=True)

    def ask_end(self, chats: Sequence[Chat], act: Act) -> None:
        """Says what will happen to how many; then `act`."""
        text = f"{safe_text(forecast_of_end(chats, self._person_id))}<br>{_names(chats)}"
        self._open(f"End {chats_text(len(chats))}?", text, f"End {chats_text(len(chats))}", act, form=False)

    def ask_take(self, chats: Sequence[Chat], warnings: Sequence[str], act: Act) -> None:
        """Asks before chats are taken from others or above one's limit (R16); then `act`."""
        text = "<br>".join(safe_text(warning) for warning in warnings) + f"<br>{_names(chats)}"
        self._open(f"Take {chats_text(len(chats))}?", text, f"Take {chats_text(len(chats))}", act, form=False)

    def ask_columns(self, visible: Sequence[str]) -> None:
        """The choice of columns: the visible ones in their order, then the others."""
        keys = [*visible, *(key for key in COLUMNS if key not in visible)]
        self.chooser.present(
            columns=[{"key": key, "title": COLUMNS[key].title, "visible": key in visible} for key in keys]
        )
        self.fields_dialog.open = True

    def _heard(self, message: dict[str, Any]) -> None:
        if message["type"] == "columns":
            self._choose_columns(list(message.get("keys", [])))

    def close(self) -> None:
        """Closes the question without doing anything."""
        self.dialog.open = False
        self._act = None

    def _open(self, title: str, text: str, label: str, act: Act, *, form: bool) -> None:
        for field in self._fields:
            field.visible = form
        self.text.object = f'<div style="font: 14px/1.5 var(--c-font); color: var(--c-text)">{text}</div>'
        self.confirm.param.update(label=label, disabled=False)
        self._act = act
        self.dialog.param.update(title=title, open=True)

    async def _confirmed(self, _event: Any) -> None:
        act, self._act = self._act, None
        if act is None:
            return
        self.dialog.open = False
        await act()

    def _offer_agents(self) -> None:
        organisation, group_id = self._desk.organisation, self.group.value
        options = {"Auto-assign": AUTO_ASSIGN}
        person = organisation.people.get(self._person_id)
        named = person is not None and Permission.TRANSFER_TO_AGENT in permissions_of(person.roles)
        for member_id in sorted(organisation.members.get(group_id, {})) if group_id and named else ():
            duty = self._desk.duties.get(member_id)
            if self._desk.is_receiving(member_id, group_id):
                place = organisation.members[group_id][member_id]
                state = (
                    f"{self._desk.load_in.get((member_id, group_id), 0)} of {place.max_active_chats} chats"
                )
            else:
                state = "away" if duty is not None and duty.online else "offline"
            options[f"{organisation.people[member_id].name} ({state})"] = member_id
        self.agent.options = options
        self.agent.value = AUTO_ASSIGN


def _names(chats: Sequence[Chat]) -> str:
    """Whom it is about, as safe HTML."""
    names = [safe_text(chat.customer.name or f"#{chat.id}") for chat in chats[:SHOWN_NAMES]]
    more = f" and {len(chats) - SHOWN_NAMES} more" if len(chats) > SHOWN_NAMES else ""
    return f'<span style="color: var(--c-muted)">{", ".join(names)}{more}</span>'
