"""The console's process: `python -m dashboard --settings JSON --fd N`, started by the supervisor."""

import argparse
import sys
from functools import partial

import msgspec
import structlog

from chatserver.process import announce_ready, configure_logging, listening_socket, run, stop_requested
from chatserver.settings import Settings, SettingsError
from dashboard.console_page import build_page
from dashboard.server import start

EXIT_CANNOT_START = 3  # the supervisor does not try again

log = structlog.get_logger()


async def serve(settings: Settings, fd: int) -> int:
    """Serves until it is told to stop; the exit code."""
    stop = stop_requested()
    try:
        running = await start(settings, listening_socket(fd), build_page)
    except SettingsError as error:
        log.error("the console cannot start", reason=str(error))
        return EXIT_CANNOT_START
    announce_ready()
    await stop.wait()
    await running.stop()
    return 0


def main() -> int:
    """Reads the arguments and serves."""
    parser = argparse.ArgumentParser(prog="python -m dashboard", description=__doc__)
    parser.add_argument("--settings", required=True, help="the settings as JSON")
    parser.add_argument("--fd", required=True, type=int, help="number of the inherited listening socket")
    arguments = parser.parse_args()
    configure_logging("console")
    try:
        settings = msgspec.json.decode(arguments.settings, type=Settings)
    except msgspec.DecodeError as error:
        parser.error(f"--settings: {error}")
    return run(partial(serve, settings, arguments.fd))


if __name__ == "__main__":
    sys.exit(main())
