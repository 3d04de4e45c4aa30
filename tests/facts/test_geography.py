"""City, region and country of an address (R23)."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatserver.facts.geography import (
    IPV4_FILE,
    IPV6_FILE,
    Geography,
    Place,
    country_name,
    default_geography_folder,
)
from tests.facts.small_mmdb import write_mmdb

LONDON = {"city": "London", "state1": "England", "country_code": "GB"}
MUNICH = {"city": "Munich", "state1": "Bavaria", "country_code": "DE"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_mmdb(tmp_path / IPV4_FILE, "81.2.69.0/24", LONDON)
    write_mmdb(tmp_path / IPV6_FILE, "2a00:1450::/32", MUNICH)
    return tmp_path


def test_an_address_has_the_place_of_its_network(folder: Path) -> None:
    with Geography(folder) as geography:
        assert geography.is_available
        assert geography.find("81.2.69.142") == Place("London", "England", "GB")
        assert geography.find("2a00:1450:4009::200e") == Place("Munich", "Bavaria", "DE")


def test_an_ipv4_address_inside_ipv6_is_looked_up_as_ipv4(folder: Path) -> None:
    with Geography(folder) as geography:
        assert geography.find("::ffff:81.2.69.142").city == "London"


@pytest.mark.parametrize(
    "address", ["8.8.8.8", "10.0.0.1", "127.0.0.1", "fe80::1%eth0", "", "nonsense", "2001:db8::1"]
)
def test_unknown_private_and_malformed_addresses_are_blank(folder: Path, address: str) -> None:
    """Geography may be unknown and is then blank (R23)."""
    with Geography(folder) as geography:
        assert geography.find(address) == Place()


def test_without_files_every_place_is_blank(tmp_path: Path) -> None:
    with Geography(tmp_path / "absent") as geography:
        assert not geography.is_available
        assert geography.find("81.2.69.142") == Place()


def test_a_broken_file_leaves_the_other_one_in_use(folder: Path) -> None:
    (folder / IPV4_FILE).write_bytes(b"not a database")
    with Geography(folder) as geography:
        assert geography.find("81.2.69.142") == Place()
        assert geography.find("2a00:1450::1").country == "DE"


def test_after_closing_places_are_blank(folder: Path) -> None:
    geography = Geography(folder)
    geography.close()
    assert geography.find("81.2.69.142") == Place()


@given(st.text())
def test_no_text_makes_it_raise(address: str) -> None:
    assert Geography(Path("absent")).find(address) == Place()


def test_the_real_files_know_a_well_known_address() -> None:
    with Geography(default_geography_folder()) as geography:
        if not geography.is_available:
            pytest.skip("the city files are not installed: python -m chatserver.facts.fetch_geography")
        assert geography.find("8.8.8.8").country == "US"
        assert geography.find("2a00:1450:4009:81f::200e").country == "GB"


@pytest.mark.parametrize(
    ("code", "locale", "name"),
    [
        ("DE", "en", "Germany"),
        ("DE", "fr", "Allemagne"),
        ("", "en", ""),
        ("XY", "en", "XY"),
        ("DE", "junk!", "Germany"),
    ],
)
def test_countries_have_names_in_each_language(code: str, locale: str, name: str) -> None:
    assert country_name(code, locale) == name
