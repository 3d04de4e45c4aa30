"""The pure parts of the chat's client: order of lines, outbox, back-off, links (R30). Their tests are in JavaScript."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from chatserver import web

HERE = Path(__file__).parent
MODULES = Path(web.__file__).parent / "static" / "chat"
NODE = shutil.which("node")


@pytest.mark.skipif(
    NODE is None, reason="node is not installed; the browser tests cover these parts, less directly"
)
def test_the_pure_parts_of_the_client_keep_their_promises() -> None:
    assert NODE is not None
    result = subprocess.run(
        [
            NODE,
            "--test",
            "--test-reporter=tap",
            "--experimental-default-type=module",
            HERE / "chat_modules_test.mjs",
        ],
        env={**os.environ, "CHAT_MODULES": str(MODULES)},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )

    assert result.returncode == 0, result.stdout + result.stderr
