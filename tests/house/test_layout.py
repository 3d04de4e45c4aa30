"""Files are short, modules have their tests, imports keep to the layers."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.house.repository import ROOT, constant, files, files_of_tests, modules, name

MAX_LINES = 300
LONGER: dict[str, str] = {}  # path: why it has to be
ELSEWHERE = "ALSO_TESTS"  # a test file's constant: {module it also tests, "chatserver.x.y": why there}


def test_no_file_is_too_long() -> None:
    lengths = {name(path): len(path.read_text(encoding="utf-8").splitlines()) for path in files(".py", ".js")}

    too_long = {path: lines for path, lines in lengths.items() if lines > MAX_LINES and path not in LONGER}
    assert not too_long, f"Split these by what their parts do: {too_long}"


def test_each_module_has_its_test_file() -> None:
    elsewhere = covered_by_others()
    missing = [
        f"{name(module)} has no {name(mirror_of(module))}"
        for module in modules()
        if not mirror_of(module).exists() and dotted(module) not in elsewhere
    ]

    assert not missing, "\n".join(
        [*missing, f"If another file tests one, say so and why in its {ELSEWHERE}."]
    )


def test_modules_tested_elsewhere_exist_and_have_no_file_of_their_own() -> None:
    known = {dotted(module): module for module in modules()}

    for module, (test_file, reason) in covered_by_others().items():
        assert module in known, f"{test_file} says that it tests {module}, which does not exist."
        assert not mirror_of(known[module]).exists(), f"{module} has a test file: take it out of {test_file}."
        assert reason, f"{test_file} does not say why it tests {module}."


@pytest.mark.slow
def test_imports_keep_to_the_layers() -> None:
    program = Path(sys.executable).with_name("lint-imports")
    result = subprocess.run(
        [program, "--no-logo", "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False
    )

    assert result.returncode == 0, result.stdout + result.stderr


def dotted(module: Path) -> str:
    """The name by which a module is imported."""
    return name(module).removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def mirror_of(module: Path) -> Path:
    """tests/web/test_api.py for chatserver/web/api.py, tests/dashboard/test_rows.py for dashboard/rows.py."""
    parts = list(module.relative_to(ROOT).parts)
    if parts[0] == "chatserver":
        parts = parts[1:]
    stem = Path(parts[-1]).stem
    stem = (parts[-2] if len(parts) > 1 else "package") if stem == "__init__" else stem.strip("_")
    return ROOT.joinpath("tests", *parts[:-1], f"test_{stem}.py")


def covered_by_others() -> dict[str, tuple[str, str]]:
    """Modules that a test file of another name says it tests, with that file and its reason."""
    found: dict[str, tuple[str, str]] = {}
    for path in files_of_tests():
        declared = constant(path, ELSEWHERE)
        if isinstance(declared, dict):
            found.update({str(module): (name(path), str(reason)) for module, reason in declared.items()})
    return found
