"""Settings and the data folder."""

import stat
from pathlib import Path

import pytest

from chatserver.settings import Settings, SettingsError, check_data_folder, load_secret


def test_the_secret_is_made_once_and_only_its_owner_may_read_it(tmp_path: Path) -> None:
    first = load_secret(str(tmp_path))

    assert load_secret(str(tmp_path)) == first
    assert len(first) == 32
    assert stat.S_IMODE((tmp_path / "secret.key").stat().st_mode) == 0o600


def test_a_damaged_secret_is_refused_with_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "secret.key").write_bytes(b"short")

    with pytest.raises(SettingsError, match="Delete it"):
        load_secret(str(tmp_path))


def test_a_data_folder_that_is_a_file_is_refused_with_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(SettingsError, match="--data"):
        check_data_folder(str(tmp_path / "file"))


@pytest.mark.skipif(not Path("/proc/sys").exists(), reason="needs a folder that not even root may write to")
def test_a_data_folder_that_cannot_be_written_is_refused() -> None:
    with pytest.raises(SettingsError, match="cannot be written"):
        check_data_folder("/proc/sys/switchboard")


def test_hosts_are_those_of_the_public_addresses() -> None:
    settings = Settings("d", "https://chat.example", "http://localhost:8451", "http://localhost:9")

    assert settings.hosts() == {"chat.example", "localhost:8451", "localhost:9"}


def test_a_data_folder_is_made_for_its_owner_alone(tmp_path: Path) -> None:
    made = check_data_folder(str(tmp_path / "new"))

    assert stat.S_IMODE(made.stat().st_mode) == 0o700


@pytest.mark.parametrize("network", ["proxy.example", "10.0.0.1/8", ""])
def test_a_trusted_proxy_that_is_no_network_is_refused_with_what_to_write(network: str) -> None:
    settings = Settings("d", "http://a", "http://b", "http://c", trusted_proxies=(network,))

    with pytest.raises(SettingsError, match=r"10\.0\.0\.0/8"):
        settings.proxy_networks()
