"""`switchboard serve`: the whole product, and the processes that it starts."""

import asyncio
import contextlib
import json
import socket
import sys
from importlib import resources
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from chatserver import app, process, supervisor
from chatserver.articles.library import ArticleError
from chatserver.facts.geography import default_geography_folder
from chatserver.sample_data import install
from chatserver.settings import Settings, SettingsError, check_data_folder
from chatserver.store.database import StoreError

DEFAULT_PORT = 8450
DEFAULT_DASHBOARD_PORT = 8451
LOOPBACK = ("127.0.0.0/8", "::1/128")

SettingsJson = Annotated[str, typer.Option("--settings", help="All settings as JSON, from the supervisor.")]
Fd = Annotated[int, typer.Option("--fd", help="The inherited listening socket.")]


def serve(
    data: Annotated[Path, typer.Option(help="Folder of the databases.")] = Path("data"),
    port: Annotated[int, typer.Option(help="Port of the chat server; 0 takes any free one.")] = DEFAULT_PORT,
    dashboard_port: Annotated[
        int, typer.Option(help="Port of the console; 0 takes any free one.")
    ] = DEFAULT_DASHBOARD_PORT,
    *,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    public_chat_url: Annotated[str, typer.Option(help="Address of the chat server as browsers see it.")] = "",
    public_console_url: Annotated[str, typer.Option(help="Address of the console as browsers see it.")] = "",
    public_reader_url: Annotated[str, typer.Option(help="Address of the reader as notebooks see it.")] = "",
    reader_port: Annotated[
        int | None,
        typer.Option(help="Port of the reader; by default the one after the console's, if it is free."),
    ] = None,
    trusted_proxy: Annotated[
        list[str] | None, typer.Option(help="Network whose X-Forwarded-For is believed.")
    ] = None,
    articles: Annotated[Path | None, typer.Option(help="Folder of Markdown articles.")] = None,
    sample_data: Annotated[
        bool, typer.Option(help="Fill an empty folder with a sample company and a month of chats.")
    ] = False,
    demo: Annotated[
        bool, typer.Option(help="Add simulated customers and agents (needs --sample-data).")
    ] = False,
) -> None:
    """Start chat server, reader and console; print one line of JSON when all are ready."""
    process.configure_logging("serve")
    try:
        if demo and not sample_data:
            raise SettingsError("--demo plays the sample company: give --sample-data with it.")
        check_data_folder(str(data))
        listeners = [supervisor.listen(port, host), supervisor.listen(dashboard_port, host)]
        listeners.append(_listen_for_reader(reader_port, dashboard_port, host))
        chat_url, console_url, reader_url = (f"http://{_name(host)}:{s.getsockname()[1]}" for s in listeners)
        settings = Settings(
            data=str(data.resolve()),
            chat_url=public_chat_url.rstrip("/") or chat_url,
            console_url=public_console_url.rstrip("/") or console_url,
            reader_url=public_reader_url.rstrip("/") or reader_url,
            internal_chat_url=chat_url,
            internal_reader_url=reader_url,
            trusted_proxies=(*(trusted_proxy or ()), *(LOOPBACK if sample_data else ())),
            relaxed_loopback=sample_data,
            sample=sample_data,
            articles=str(articles.resolve()) if articles else (_sample_articles() if sample_data else ""),
            geography=str(default_geography_folder()),
        )
        settings.proxy_networks()  # refused here, in words, rather than by each request
        if sample_data:
            install.install_sample(settings)
    except (SettingsError, supervisor.SupervisorError, StoreError, install.SampleError) as error:
        _give_up(str(error))
    sys.exit(asyncio.run(_serve(settings, listeners, demo=demo)))


async def _serve(settings: Settings, listeners: list[socket.socket], *, demo: bool) -> int:
    stop = process.stop_requested(watch_stdin=False)
    chat, console, reader = listeners
    children = supervisor.three_processes(settings, chat, reader, console)
    if demo:
        raw = msgspec.json.encode(settings).decode()
        children.append(supervisor.Child("demo", ["-m", "chatserver", "demo", "--settings", raw]))
    running = supervisor.Supervisor(children, stop)
    ready = asyncio.get_running_loop().create_future()
    announcing = asyncio.create_task(_announce(settings, running, ready))
    try:
        return await running.run(ready)
    finally:
        announcing.cancel()


async def _announce(
    settings: Settings, running: supervisor.Supervisor, ready: "asyncio.Future[None]"
) -> None:
    import os

    await ready
    pids = {"serve": os.getpid(), **{child.name: child.pid for child in running.children}}
    line = {
        "ready": True,
        "chat": settings.chat_url,
        "console": settings.console_url,
        "reader": settings.reader_url,
        "pids": pids,
    }
    print(json.dumps(line), flush=True)
    shop = f"\n  Demo shop   {settings.chat_url}/demo" if settings.sample else ""
    typer.echo(
        "\n  Switchboard is ready.\n\n"
        f"  Customers   {settings.chat_url}{shop}\n  Console     {settings.console_url}\n"
        f"  Reader      {settings.reader_url} (notebooks)\n\n"
        "  Stop it with Ctrl+C.\n",
        err=True,
    )


def chat(settings: SettingsJson, fd: Fd) -> None:
    """Run the chat server (started by serve)."""
    process.configure_logging("chat")
    parsed = msgspec.json.decode(settings, type=Settings)

    async def main() -> int:
        stop = process.stop_requested()
        try:
            running = await app.start(parsed, process.listening_socket(fd))
        except (StoreError, SettingsError, ArticleError) as error:
            typer.echo(str(error), err=True)
            return supervisor.EXIT_CANNOT_START
        process.announce_ready()
        stopping = asyncio.create_task(stop.wait())
        await asyncio.wait({stopping, running.failure}, return_when=asyncio.FIRST_COMPLETED)
        failed = running.failure.done()
        stopping.cancel()
        await running.stop()
        if failed:
            typer.echo(
                f"The chat server stops: it cannot write to its database ({running.site.store.failed}). Nothing that "
                "was acknowledged is lost. See that the disk is not full and can be written to.",
                err=True,
            )
            return 1
        return 0

    sys.exit(process.run(main))


def reader(settings: SettingsJson, fd: Fd) -> None:
    """Run the reader (started by serve)."""
    from chatserver.reader.app import serve as serve_reader

    process.configure_logging("reader")
    parsed = msgspec.json.decode(settings, type=Settings)
    sys.exit(process.run(lambda: serve_reader(parsed, process.listening_socket(fd))))


def _listen_for_reader(wanted: int | None, dashboard_port: int, host: str) -> socket.socket:
    """The port that was asked for, else the console's next one, else any. Raises SupervisorError for the first."""
    if wanted is not None or not dashboard_port:
        return supervisor.listen(wanted or 0, host)
    try:
        return supervisor.listen(dashboard_port + 1, host)
    except supervisor.SupervisorError:
        return supervisor.listen(0, host)


def _name(host: str) -> str:
    return "localhost" if host in {"127.0.0.1", "0.0.0.0", "::1", ""} else host


def _sample_articles() -> str:
    return str(resources.files("chatserver.sample_data").joinpath("articles"))


def _give_up(message: str) -> None:
    typer.echo(f"Switchboard cannot start: {message}", err=True)
    with contextlib.suppress(BrokenPipeError):
        sys.exit(2)
