"""`switchboard token`: access for notebooks and scripts."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer

from chatserver.settings import SettingsError, load_secret
from chatserver.wire.tokens import API_LIFETIME, Kind, Tokens


def token(
    person: Annotated[str, typer.Argument(help="Sign-in name of whoever the token is for.")],
    data: Annotated[Path, typer.Option(help="The site's data folder.")] = Path("data"),
    days: Annotated[int, typer.Option(help="How long it holds.", min=1, max=366)] = API_LIFETIME.days,
) -> None:
    """Print an access token for the API and for notebooks. It carries the person's own rights; keep it secret."""
    if not (data / "secret.key").exists():
        typer.echo(
            f"{data} is not the data folder of a site: it holds no secret.key. Give it with --data.", err=True
        )
        raise typer.Exit(2)
    try:
        tokens = Tokens(load_secret(str(data)))
    except SettingsError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from None
    typer.echo(tokens.mint(Kind.API, person, datetime.now(UTC), timedelta(days=days)))
