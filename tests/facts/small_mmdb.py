"""Writes a MaxMind DB file small enough to read: one network with one record. Format: maxmind.github.io/MaxMind-DB."""

import ipaddress
from pathlib import Path

_SEPARATOR = bytes(16)
_METADATA_START = b"\xab\xcd\xefMaxMind.com"
_STRING, _MAP, _UINT16, _UINT32, _UINT64, _ARRAY = 2, 7, 5, 6, 9, 11


def write_mmdb(path: Path, network: str, record: dict[str, str]) -> None:
    """A file in which every address of `network` has `record`, and no other address has any."""
    parsed = ipaddress.ip_network(network)
    bits = f"{int(parsed.network_address):0{parsed.max_prefixlen}b}"[: parsed.prefixlen]
    nothing = len(bits)  # by the format, a link to the number of nodes means: not found
    found = nothing + len(_SEPARATOR)
    tree = b""
    for depth, bit in enumerate(bits):
        onward = depth + 1 if depth + 1 < len(bits) else found
        left, right = (onward, nothing) if bit == "0" else (nothing, onward)
        tree += left.to_bytes(3, "big") + right.to_bytes(3, "big")
    metadata: dict[str, object] = {
        "binary_format_major_version": (_UINT16, 2),
        "binary_format_minor_version": (_UINT16, 0),
        "build_epoch": (_UINT64, 1),
        "database_type": "small",
        "description": {"en": "small"},
        "ip_version": (_UINT16, parsed.version),
        "languages": ["en"],
        "node_count": (_UINT32, nothing),
        "record_size": (_UINT16, 24),
    }
    path.write_bytes(tree + _SEPARATOR + _encode(record) + _METADATA_START + _encode(metadata))


def _encode(value: object) -> bytes:
    if isinstance(value, str):
        return _head(_STRING, len(value.encode())) + value.encode()
    if isinstance(value, list):
        return _head(_ARRAY, len(value)) + b"".join(_encode(item) for item in value)
    if isinstance(value, dict):
        return _head(_MAP, len(value)) + b"".join(_encode(key) + _encode(item) for key, item in value.items())
    assert isinstance(value, tuple)
    kind: int = value[0]
    number: int = value[1]
    body = number.to_bytes(8, "big").lstrip(b"\0")
    return _head(kind, len(body)) + body


def _head(kind: int, size: int) -> bytes:
    assert size < 29, "longer ones need another form"
    return bytes([size, kind - 7]) if kind > 7 else bytes([kind << 5 | size])
