"""`switchboard`: see cli/ for the subcommands."""

import typer

from chatserver.cli import access, replay, serve


def main() -> None:
    """Run the command line."""
    cli = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
    cli.callback()(_about)
    cli.command()(serve.serve)
    cli.command()(access.token)
    cli.command()(replay.replay)
    cli.command()(replay.convert)
    for internal in (serve.chat, serve.reader, replay.demo):
        cli.command(hidden=True)(internal)
    cli()


def _about() -> None:
    """Live chat for support teams, with an analyst's desk behind it."""


if __name__ == "__main__":
    main()
