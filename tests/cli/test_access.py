"""`switchboard token`."""

from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from chatserver.cli import access
from chatserver.settings import load_secret
from chatserver.web.base import utc_now
from chatserver.wire.tokens import Kind, Tokens


@pytest.fixture
def cli() -> typer.Typer:
    """The command alone."""
    app = typer.Typer()
    app.command()(access.token)
    return app


def test_the_token_carries_the_persons_own_rights_and_no_more(cli: typer.Typer, tmp_path: Path) -> None:
    tokens = Tokens(load_secret(str(tmp_path)))

    printed = CliRunner().invoke(cli, ["ana", "--data", str(tmp_path), "--days", "2"]).stdout.strip()

    claim = tokens.parse(printed, utc_now(), Kind.API)
    assert claim.subject == "ana"
    assert 0 < claim.expires - utc_now().timestamp() <= 2 * 86_400


def test_a_folder_without_a_site_is_refused_and_left_alone(cli: typer.Typer, tmp_path: Path) -> None:
    result = CliRunner().invoke(cli, ["ana", "--data", str(tmp_path)])

    assert result.exit_code == 2
    assert "--data" in result.stderr
    assert not list(tmp_path.iterdir())
