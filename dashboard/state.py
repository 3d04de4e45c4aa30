"""What a person chose in their console. No Panel here: pages bind to these parameters."""

from typing import Any

import param

from dashboard.rows import COLUMNS, DEFAULT_COLUMNS, Query

VIEWS = ("my", "global", "board")
STATUSES = ("active", "queued", "ended")
DENSITIES = ("comfortable", "compact")


class ConsoleState(param.Parameterized):
    """View, columns with their order, sort, filters, search and the open chat of one session."""

    person_id = param.String(doc="Who is signed in.")
    view: Any = param.Selector(default="my", objects=list(VIEWS))
    status: Any = param.Selector(
        default="active", objects=list(STATUSES), doc="The view's part: Active, Queue or Inactive."
    )
    columns = param.List(
        default=list(DEFAULT_COLUMNS), item_type=str, doc="Keys of the visible columns, in order."
    )
    sort: Any = param.Selector(default="duration", objects=list(COLUMNS))
    descending = param.Boolean(default=True)
    ended_sort: Any = param.Selector(
        default="", objects=["", *COLUMNS], doc="The order of ended chats; '' = latest end first."
    )
    ended_descending = param.Boolean(default=True)
    department = param.String(doc="Id of the department to show, '' = all.")
    language = param.String(
        default=None, allow_None=True, doc="Language code to show; '' = unknown ones, None = all."
    )
    country = param.String(
        default=None, allow_None=True, doc="Country code to show; '' = unknown ones, None = all."
    )
    search = param.String()
    open_chat = param.Integer(
        default=0, doc="Id of the chat beside the table, 0 = none. Never derived from a selection."
    )
    density: Any = param.Selector(default="comfortable", objects=list(DENSITIES))
    dark = param.Boolean(default=False)

    def __init__(self, **chosen: Any) -> None:
        super().__init__(**chosen)

    def order(self) -> tuple[str, bool]:
        """(column, descending) of the list on show; column '' is the latest end first."""
        ended = self.status == "ended"
        return (self.ended_sort, self.ended_descending) if ended else (self.sort, self.descending)

    def query(self) -> Query:
        """What the table shows."""
        sort, descending = self.order()
        return Query(
            view=self.view,
            status=self.status,
            person_id=self.person_id,
            department=self.department,
            language=self.language,
            country=self.country,
            search=self.search.strip(),
            sort=sort,
            descending=descending,
        )

    def show(self, view: str, status: str = "active", **filters: str | None) -> None:
        """Opens a view; filters that are not given are taken away."""
        chosen: dict[str, Any] = {
            "department": "",
            "language": None,
            "country": None,
            "search": "",
            **filters,
        }
        self.param.update(view=view, status=status, **chosen)

    def choose_columns(self, keys: list[str]) -> None:
        """Visible Fields; unknown and repeated keys are passed over, and one column always stays."""
        known = [key for key in dict.fromkeys(keys) if key in COLUMNS]
        self.columns = known or list(DEFAULT_COLUMNS[:1])

    def sort_by(self, column: str) -> None:
        """By that column; a second time turns the order round."""
        if column not in COLUMNS:
            return
        prefix = "ended_" if self.status == "ended" else ""
        now, descending = self.order()
        turned = not descending if column == now else COLUMNS[column].kind in {"number", "since"}
        self.param.update(**{f"{prefix}sort": column, f"{prefix}descending": turned})
