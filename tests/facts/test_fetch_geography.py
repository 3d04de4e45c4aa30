"""Fetching the city files must help where it can and never stop an installation."""

import tarfile
from pathlib import Path

import pytest

from chatserver.facts.fetch_geography import fetch_geography, main
from chatserver.facts.geography import IPV4_FILE, IPV6_FILE


@pytest.fixture
def bin_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The only folder in which programs are found, apart from the shell's own."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    return folder


def write_npm(folder: Path, script: str) -> None:
    """A stand-in for npm that runs `script`."""
    npm = folder / "npm"
    npm.write_text(f"#!/bin/sh\n{script}\n")
    npm.chmod(0o755)


def write_package(path: Path, names: tuple[str, ...]) -> Path:
    source = path / "source"
    source.mkdir()
    archive = path / "package.tgz"
    with tarfile.open(archive, "w:gz") as tar:
        for name in names:
            (source / name).write_text(f"content of {name}")
            tar.add(source / name, f"package/{name}")
    return archive


def test_the_two_files_are_stored_and_nothing_else(tmp_path: Path, bin_folder: Path) -> None:
    archive = write_package(tmp_path, (IPV4_FILE, IPV6_FILE, "README.md"))
    write_npm(bin_folder, f"/bin/cp {archive} .")

    said = fetch_geography(tmp_path / "geography")

    assert sorted(path.name for path in (tmp_path / "geography").iterdir()) == [IPV4_FILE, IPV6_FILE]
    assert "DB-IP" in said


def test_files_that_are_there_are_not_fetched_again(tmp_path: Path, bin_folder: Path) -> None:
    write_npm(bin_folder, "echo must not run >&2; exit 1")
    for name in (IPV4_FILE, IPV6_FILE):
        (tmp_path / name).write_text("old")

    assert "already" in fetch_geography(tmp_path)


def test_without_npm_it_says_what_to_do(tmp_path: Path, bin_folder: Path) -> None:
    said = fetch_geography(tmp_path / "geography")

    assert "npm was not found" in said
    assert str(tmp_path / "geography") in said


@pytest.mark.parametrize("script", ["echo no network >&2; exit 1", "exit 0", "echo junk > broken.tgz"])
def test_when_npm_fails_it_says_so_and_ends_well(
    tmp_path: Path, bin_folder: Path, capsys: pytest.CaptureFixture[str], script: str
) -> None:
    write_npm(bin_folder, script)

    assert main([str(tmp_path / "geography")]) == 0
    assert "could not be fetched" in capsys.readouterr().out
