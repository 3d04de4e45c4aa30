"""`switchboard replay`, `switchboard convert`, and the demo's simulation."""

import asyncio
import sys
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from chatserver import process
from chatserver.settings import Settings

SettingsJson = Annotated[str, typer.Option("--settings", help="All settings as JSON, from the supervisor.")]


def replay(
    file: Annotated[
        Path, typer.Argument(help="Recorded conversations: our JSON lines, or STAR's; plain or gzip.")
    ],
    url: Annotated[str, typer.Option(help="Address of the chat server.")] = "http://localhost:8450",
    speed: Annotated[str, typer.Option(help="Divides recorded pauses; 'max' or 0: no pauses.")] = "1",
    chats: Annotated[
        int | None, typer.Option(help="Play only so many, from the start of the file.", min=1)
    ] = None,
    at_once: Annotated[int, typer.Option(help="How many chats at the same time.", min=1, max=5_000)] = 40,
    patience: Annotated[
        float, typer.Option(help="Seconds to wait for an agent or a delivery.", min=1)
    ] = 120.0,
    department: Annotated[str, typer.Option(help="Play everything in this department.")] = "",
    agent: Annotated[
        list[str] | None, typer.Option(help="NAME:PASSWORD of an agent to sign in as; again for more.")
    ] = None,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print the report as one line of JSON.")] = False,
) -> None:
    """Play recorded conversations with real customers and real agents over real sockets."""
    from chatserver.replay import converting, playing, showing
    from chatserver.replay.conversation import ReplayError

    try:
        settings = playing.ReplaySettings(
            url=playing.parse_url(url),
            speed=_parse_speed(speed),
            at_once=at_once,
            patience_s=patience,
            department=department,
            agents=tuple(playing.parse_agent(text) for text in agent or ()),
        )
        conversations = converting.read_conversations(file, chats)
        if not conversations:
            raise ReplayError(f"{file} holds no conversation.")
        with showing.ProgressBar(len(conversations)) as bar:

            async def main() -> int:
                totals = await playing.replay(conversations, settings, bar.show)
                bar.stop()
                print(
                    msgspec.json.encode(totals.report()).decode()
                    if as_json
                    else showing.render_report(totals)
                )
                for problem in totals.problems[:10]:
                    print(problem, file=sys.stderr)
                return 0 if totals.is_good else 1

            code = process.run(main)
    except ReplayError as error:
        typer.echo(f"switchboard replay: {error}", err=True)
        raise typer.Exit(2) from None
    except KeyboardInterrupt:
        raise typer.Exit(130) from None
    raise typer.Exit(code)


def convert(
    kind: Annotated[str, typer.Argument(help="What the file is: star or multidogo.")],
    file: Annotated[Path, typer.Argument(help="The recorded conversations, plain or gzip.")],
    out: Annotated[Path, typer.Argument(help="Where to write them in our format.")],
) -> None:
    """Convert other people's recorded conversations into our JSON lines."""
    from chatserver.replay import converting
    from chatserver.replay.conversation import ReplayError

    try:
        if kind not in {"star", "multidogo"}:
            raise ReplayError(f"{kind!r} is not a format that can be converted. Known are: star, multidogo.")
        count = converting.convert(kind, file, out)
    except ReplayError as error:
        typer.echo(f"switchboard convert: {error}", err=True)
        raise typer.Exit(2) from None
    typer.echo(f"{count} conversations written to {out}.")


def demo(settings: SettingsJson) -> None:
    """Simulate the sample company's customers and agents (started by serve --demo)."""
    from chatserver.replay.demo import run_demo

    process.configure_logging("demo")
    parsed = msgspec.json.decode(settings, type=Settings)

    async def main() -> int:
        stop = process.stop_requested()
        running = asyncio.create_task(run_demo(parsed.chat_from_inside))
        process.announce_ready()
        stopping = asyncio.create_task(stop.wait())
        await asyncio.wait({stopping, running}, return_when=asyncio.FIRST_COMPLETED)
        running.cancel()
        stopping.cancel()
        await asyncio.gather(running, stopping, return_exceptions=True)
        return 0 if stop.is_set() else 1

    sys.exit(process.run(main))


def _parse_speed(text: str) -> float:
    from chatserver.replay.conversation import ReplayError

    try:
        speed = 0.0 if text == "max" else float(text)
    except ValueError:
        speed = -1.0
    if not 0 <= speed < float("inf"):
        raise ReplayError(f"--speed {text}: give a number such as 1 or 20, or max.")
    return speed
