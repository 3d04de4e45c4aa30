"""What an operator decides. One frozen struct, handed down from the command line to each process as JSON."""

import ipaddress
import os
import secrets
from pathlib import Path
from urllib.parse import urlsplit

from msgspec import Struct

SECRET_BYTES = 32

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class SettingsError(Exception):
    """A setting or the data folder cannot be used; the message says what to do."""


class Settings(Struct, frozen=True):
    """All settings. URLs are public base addresses without a slash at the end.

    data: folder of the databases and the secret. trusted_proxies: networks whose X-Forwarded-For is believed.
    relaxed_loopback: no throttles for clients on this machine (simulations). sample: the sign-in page shows the
    sample company's passwords. articles: folder of Markdown articles ('' = none). geography: folder of the city
    files ('' = places stay blank).
    """

    data: str
    chat_url: str
    console_url: str
    reader_url: str
    trusted_proxies: tuple[str, ...] = ()
    relaxed_loopback: bool = False
    sample: bool = False
    articles: str = ""
    geography: str = ""
    internal_chat_url: str = ""
    internal_reader_url: str = ""

    def hosts(self) -> frozenset[str]:
        """Host headers that we answer to: those of our own addresses. Others are a stranger's name for us."""
        urls = (
            self.chat_url,
            self.console_url,
            self.reader_url,
            self.chat_from_inside,
            self.reader_from_inside,
        )
        return frozenset(urlsplit(url).netloc.lower() for url in urls)

    def proxy_networks(self) -> tuple[Network, ...]:
        """The trusted proxies. Raises SettingsError for what is no network."""
        try:
            return tuple(ipaddress.ip_network(network) for network in self.trusted_proxies)
        except ValueError as error:
            raise SettingsError(
                f"A trusted proxy is not a network: {error}. Write it as 10.0.0.0/8 or 192.0.2.7."
            ) from None

    @property
    def chat_from_inside(self) -> str:
        """Where our own processes reach the chat server."""
        return self.internal_chat_url or self.chat_url

    @property
    def reader_from_inside(self) -> str:
        """Where our own processes reach the reader."""
        return self.internal_reader_url or self.reader_url


def check_data_folder(folder: str) -> Path:
    """The folder, made for its owner alone if need be: customers' words lie in it. Raises SettingsError."""
    path = Path(folder)
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        probe = path / ".writable"
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise SettingsError(
            f"The data folder {path} cannot be written to ({error.strerror}). Give another one with --data, "
            "or change its owner or mode."
        ) from None
    return path


def load_secret(data: str) -> bytes:
    """The site's secret, made at first need in `data`/secret.key, readable by its owner only. Raises SettingsError."""
    path = check_data_folder(data) / "secret.key"
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(secrets.token_bytes(SECRET_BYTES))
    except FileExistsError:
        pass
    secret = path.read_bytes()
    if len(secret) < SECRET_BYTES:
        raise SettingsError(
            f"{path} is damaged: it should hold {SECRET_BYTES} bytes. Delete it; everybody signs in anew."
        )
    return secret
