"""What the product offers by name, found in the code itself: commands, events, tables, settings, addresses, options."""

import ast
import re
from collections.abc import Iterable, Iterator
from itertools import product

import msgspec
import pytest
import typer
from typer.core import TyperArgument, TyperCommand, TyperGroup, TyperOption

from chatserver.domain import commands as c
from chatserver.domain import events as e
from chatserver.domain.names import snake_case
from chatserver.settings import Settings
from tests.house.repository import files, modules, name, parse

_TABLE = re.compile(r"^CREATE TABLE (?:IF NOT EXISTS )?(\w+)", re.IGNORECASE | re.MULTILINE)
# Other schemas than public are for the views themselves.
_VIEW = re.compile(
    r"^CREATE (?:OR REPLACE )?(?:VIEW|MACRO) (?:public\.)?(\w+)\b(?!\.)", re.IGNORECASE | re.MULTILINE
)
_GROUP = re.compile(r"\(([^()]*)\)")
_WORDS = re.compile(r"[\w\\./-]+(?:\|[\w\\./-]+)+")  # what a group holds when it lists its choices


def commands() -> set[str]:
    """Names of the commands that something can give: the structs without further subclasses."""
    return {snake_case(struct.__name__) for struct in leaves(c.Command)}


def events() -> set[str]:
    """Names of the events as they stand in the log."""
    return {str(struct.__struct_config__.tag) for struct in leaves(e.Event)}


def settings() -> set[str]:
    """Names of the settings."""
    return {field.name for field in msgspec.structs.fields(Settings)}


def tables() -> set[str]:
    """Names of all tables that the SQL files of the product make."""
    return {match for text in _sql() for match in _TABLE.findall(text)}


def views() -> set[str]:
    """Names of all views and macros that the SQL files of the product make."""
    return {match for text in _sql() for match in _VIEW.findall(text)}


def routes() -> set[str]:
    """Addresses that the processes answer to, each choice on its own, other parts that vary as '…'.

    Those that Bokeh brings along for its pages are left out.
    """
    return {address for pattern in _patterns() for address in _spelled_out(pattern)}


def options() -> set[str]:
    """Subcommands with their arguments and options, e.g. 'serve --port' and 'replay FILE'. Hidden ones left out."""
    from chatserver import (
        __main__ as command_line,  # imports all there is: the other names are to be had without
    )

    built: list[typer.Typer] = []

    def keep(cli: typer.Typer) -> None:
        built.append(cli)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(typer.Typer, "__call__", keep)
        command_line.main()
    group = typer.main.get_command(built[0])
    assert isinstance(group, TyperGroup)
    shown = [command for command in group.commands.values() if not command.hidden]
    return {text for command in shown if isinstance(command, TyperCommand) for text in _spelled(command)}


def _spelled(command: TyperCommand) -> Iterator[str]:
    yield str(command.name)
    for parameter in command.params:
        if isinstance(parameter, TyperArgument):
            yield f"{command.name} {str(parameter.name).upper()}"
        elif isinstance(parameter, TyperOption) and not parameter.hidden:
            yield f"{command.name} {max(parameter.opts, key=len)}"


def fields_of(base: type[msgspec.Struct]) -> dict[str, tuple[str, ...]]:
    """Field names of each struct below `base`."""
    return {snake_case(struct.__name__): struct.__struct_fields__ for struct in leaves(base)}


def leaves(struct: type[msgspec.Struct]) -> Iterator[type[msgspec.Struct]]:
    """The structs below this one that have none below themselves."""
    children = struct.__subclasses__()
    if not children:
        yield struct
    for child in children:
        yield from leaves(child)


def _sql() -> Iterator[str]:
    for path in files(".sql"):
        if name(path).startswith("chatserver/"):
            yield path.read_text(encoding="utf-8")


def _patterns() -> Iterator[str]:
    """The first argument of each `url(…)`, and of each (pattern, handler) pair, in the modules of the product."""
    for path in modules():
        for node in ast.walk(parse(path)):
            match node:
                case ast.Call(func=ast.Name(id="url" | "URLSpec"), args=[ast.Constant(str(pattern)), *_]):
                    yield pattern
                case ast.Tuple(elts=[ast.Constant(str(pattern)), ast.Name() | ast.Attribute(), *_]):
                    if pattern.startswith("/"):
                        yield pattern


def _spelled_out(pattern: str) -> Iterable[str]:
    parts = _GROUP.split(pattern.removesuffix("$").removesuffix("/?"))  # text, group, text, …
    choices = [
        [part] if i % 2 == 0 else part.split("|") if _WORDS.fullmatch(part) else ["…"]
        for i, part in enumerate(parts)
    ]
    return ("".join(chosen).replace("\\", "") for chosen in product(*choices))
