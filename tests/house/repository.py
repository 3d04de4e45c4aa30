"""What is on disk: files, modules, tests and rules. Read by the tests in this folder."""

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("chatserver", "dashboard")
_RULE_HEADING = re.compile(r"^### R(\d+) (.+): (\w+)$", re.MULTILINE)


class Rule(NamedTuple):
    """A heading of docs/rules.md."""

    number: int
    title: str
    status: str
    text: str


class WrittenTest(NamedTuple):
    """A test: where it stands, its name, its docstring ('' = none)."""

    path: Path
    name: str
    docstring: str


def files(*suffixes: str) -> list[Path]:
    """Files under version control or about to be, with one of the suffixes (none given: all), in order."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    paths = sorted({ROOT / name for name in listed.split("\0") if name})
    return [path for path in paths if path.is_file() and (not suffixes or path.suffix in suffixes)]


def name(path: Path) -> str:
    """The path as seen from the root of the repository."""
    return path.relative_to(ROOT).as_posix()


def modules() -> list[Path]:
    """Modules of the product that hold more than a docstring."""
    return [
        path
        for path in files(".py")
        if path.relative_to(ROOT).parts[0] in PACKAGES and not _only_a_docstring(path)
    ]


def files_of_tests() -> list[Path]:
    """All files of tests."""
    return [
        path for path in files(".py") if name(path).startswith("tests/") and path.name.startswith("test_")
    ]


def written_tests() -> Iterator[WrittenTest]:
    """All tests, those in classes included."""
    for path in files_of_tests():
        for node in ast.walk(parse(path)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_"):
                yield WrittenTest(path, node.name, ast.get_docstring(node) or "")


def rules() -> list[Rule]:
    """The rules in the order of docs/rules.md."""
    text = (ROOT / "docs/rules.md").read_text(encoding="utf-8")
    headings = list(_RULE_HEADING.finditer(text))
    ends = [heading.start() for heading in headings[1:]] + [len(text)]
    return [
        Rule(int(heading[1]), heading[2], heading[3], text[heading.end() : end])
        for heading, end in zip(headings, ends, strict=True)
    ]


def constant(path: Path, constant_name: str) -> object:
    """The value of a module's literal constant; None when it has none of that name. Imports nothing."""
    for node in parse(path).body:
        targets = (
            node.targets
            if isinstance(node, ast.Assign)
            else [node.target]
            if isinstance(node, ast.AnnAssign)
            else []
        )
        if any(isinstance(target, ast.Name) and target.id == constant_name for target in targets):
            assert isinstance(node, ast.Assign | ast.AnnAssign)
            assert node.value is not None
            value: object = ast.literal_eval(node.value)
            return value
    return None


def parse(path: Path) -> ast.Module:
    """The syntax tree of a Python file."""
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def _only_a_docstring(path: Path) -> bool:
    body = parse(path).body
    return not body or (len(body) == 1 and isinstance(body[0], ast.Expr))
