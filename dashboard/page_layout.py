"""Where the parts stand on the page: Material shell, table with the open chat beside it, or the board."""

from typing import TYPE_CHECKING, Any

import panel as pn
from panel_material_ui.template.base import Page

from dashboard.parts import static_text

if TYPE_CHECKING:
    from dashboard.console_page import ConsolePage

THEME = {
    "light": {
        "palette": {"primary": {"main": "#3b5bdb"}, "background": {"default": "#f6f7fb", "paper": "#ffffff"}}
    },
    "dark": {
        "palette": {"primary": {"main": "#4c6ef5"}, "background": {"default": "#0d1015", "paper": "#14181f"}}
    },
}
# A quiet bar of 48 px instead of Material's coloured one.
SHELL = {
    "& .MuiAppBar-root": {
        "backgroundColor": "var(--c-surface)",
        "backgroundImage": "none",
        "color": "var(--c-text)",
        "boxShadow": "none",
        "borderBottom": "1px solid var(--c-border)",
    },
    "& .MuiToolbar-root": {"minHeight": "48px !important", "padding": "0 10px !important", "margin": 0},
    "& .MuiAppBar-root .MuiBox-root": {"gap": "10px"},
    "& .MuiAppBar-root .title": {
        "color": "var(--c-text)",
        "fontSize": "15px",
        "fontWeight": 650,
        "fontFamily": "var(--c-font)",
    },
    "& .MuiAppBar-root .logo": {"height": "26px !important"},
    "& .MuiAppBar-root .MuiIconButton-root": {
        "marginRight": "6px",
        "marginLeft": 0,
        "color": "var(--c-muted)",
    },
    "& .MuiDrawer-paper": {
        "backgroundColor": "var(--c-page)",
        "backgroundImage": "none",
        "borderRight": "1px solid var(--c-border)",
    },
}
# Beside the table where there is room, over everything where there is not.
CHAT_STYLES = """
:host {
  flex: 0 0 min(54%, 820px) !important; min-width: 0; min-height: 0;
  border-left: 1px solid var(--c-border); background: var(--c-surface);
}
@media (max-width: 1180px) {
  :host {
    position: fixed !important; inset: 49px 0 0 auto; width: min(720px, 100vw) !important; z-index: 900;
    box-shadow: var(--c-shadow);
  }
}
@media (max-width: 720px) { :host { inset: 49px 0 0 0; border-left: 0; width: 100vw !important; } }
"""
LEFT_STYLES = ":host { flex: 1 1 0 !important; min-width: 0; min-height: 0; flex-direction: column; }"
ROW_STYLES = """
:host {
  flex: 1 1 0 !important; flex-direction: row; flex-wrap: nowrap !important; min-height: 0; min-width: 0;
  overflow: hidden;
}
"""


class Places:
    """Which of the two main places are seen."""

    def __init__(self, chats: Any, chat: Any, board: Any) -> None:
        self.chats, self.chat, self.board = chats, chat, board

    def show(self, *, board: bool, chat: bool) -> None:
        """Shows the board or the table, and beside it the open chat or none."""
        for place, seen in ((self.chats, not board), (self.board, board), (self.chat, chat)):
            if place.visible != seen:
                place.visible = seen


def lay_out(page: "ConsolePage", logo: str) -> tuple[Any, Places]:
    """The page, and what of it comes and goes."""
    left = pn.Column(
        page.list.toolbar, page.list.table, sizing_mode="stretch_both", margin=0, stylesheets=[LEFT_STYLES]
    )
    chat = pn.Column(
        page.panel, sizing_mode="stretch_both", margin=0, stylesheets=[CHAT_STYLES], visible=False
    )
    chats = pn.Row(left, chat, sizing_mode="stretch_both", margin=0, stylesheets=[ROW_STYLES])
    board = pn.Column(
        page.board, sizing_mode="stretch_both", margin=0, stylesheets=[LEFT_STYLES], visible=False
    )
    main = pn.Column(
        chats, board, page.dialogs.layout, sizing_mode="stretch_both", margin=0, stylesheets=[LEFT_STYLES]
    )
    shell = Page(
        title="Switchboard",
        logo=logo,
        header=[page.header],
        sidebar=[page.navigation],
        main=[main],
        sidebar_width=216,
        sidebar_resizable=False,
        sidebar_variant="auto",
        theme_config=THEME,
        dark_theme=page.state.dark,
        busy_indicator=None,
        sx=SHELL,
        raw_css=[static_text("shell.css")],
        meta_viewport="width=device-width, initial-scale=1",
    )
    return shell, Places(chats, chat, board)
