"""What each person chose for good: columns and their order (R24), sort, density, light or dark. A small file each."""

import contextlib
import os
import tempfile
from hashlib import sha256
from pathlib import Path

import msgspec
import structlog
from msgspec import Struct

from dashboard.rows import COLUMNS, DEFAULT_COLUMNS
from dashboard.state import DENSITIES, ConsoleState

log = structlog.get_logger()


class Preferences(Struct, frozen=True):
    """The choices; columns that no longer exist are dropped when they are read."""

    columns: tuple[str, ...] = DEFAULT_COLUMNS
    sort: str = "duration"
    descending: bool = True
    density: str = DENSITIES[0]
    dark: bool = False


class PreferenceFiles:
    """A folder with one JSON file a person. A file that cannot be read or written costs the choices, nothing else."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def load(self, person_id: str) -> Preferences:
        """The person's choices, or the defaults."""
        try:
            found = msgspec.json.decode(self._path(person_id).read_bytes(), type=Preferences)
        except FileNotFoundError:
            return Preferences()
        except (OSError, msgspec.DecodeError):
            log.warning("preferences cannot be read; defaults are used", person=person_id)
            return Preferences()
        columns = tuple(key for key in found.columns if key in COLUMNS) or DEFAULT_COLUMNS
        sort = found.sort if found.sort in COLUMNS else "duration"
        density = found.density if found.density in DENSITIES else DENSITIES[0]
        return msgspec.structs.replace(found, columns=columns, sort=sort, density=density)

    def save(self, person_id: str, preferences: Preferences) -> None:
        """Keeps the choices: the file is whole at any moment."""
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            handle, temporary = tempfile.mkstemp(dir=self._folder, suffix=".new")
            try:
                with os.fdopen(handle, "wb") as file:
                    file.write(msgspec.json.encode(preferences))
                Path(temporary).replace(self._path(person_id))
            except OSError:
                with contextlib.suppress(OSError):
                    Path(temporary).unlink()
                raise
        except OSError as error:
            log.warning("preferences cannot be kept", person=person_id, reason=error.strerror)

    def _path(self, person_id: str) -> Path:
        # A hash, for a sign-in name need not be a file name.
        return self._folder / f"{sha256(person_id.encode()).hexdigest()[:32]}.json"


def chosen_in(state: ConsoleState) -> Preferences:
    """What is worth keeping of the state."""
    return Preferences(tuple(state.columns), state.sort, state.descending, state.density, state.dark)


def apply_to(state: ConsoleState, preferences: Preferences) -> None:
    """Sets the state as the person left it."""
    state.param.update(
        columns=list(preferences.columns),
        sort=preferences.sort,
        descending=preferences.descending,
        density=preferences.density,
        dark=preferences.dark,
    )
