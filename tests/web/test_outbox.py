"""A client that does not read costs bounded memory and is closed; it heals by resuming."""

import asyncio
import contextlib
import json
import socket
from pathlib import Path

from tests.live import live_server


async def test_a_client_that_never_reads_is_closed_and_the_rest_go_on(tmp_path: Path) -> None:
    async with live_server(tmp_path) as server:
        customer = await server.chatting()
        token = customer.seen[0]["token"]
        deaf = await deaf_page(server.url, token)
        text = "x" * 3900

        for number in range(2_000):  # well over what the kernel's buffers take
            customer.send("say", client_id=f"message-{number:04}", text=text)
            if number % 50 == 0:
                await customer.next("ack")
        while "message-1999" not in str(customer.seen[-1]):
            await customer.next("ack")

        for _ in range(200):
            if len(server.site.outboxes) == 1:
                break
            await asyncio.sleep(0.05)
        assert len(server.site.outboxes) == 1, "the deaf page's socket should have been closed"
        deaf.close()


async def deaf_page(url: str, token: str) -> socket.socket:
    """A second page of the customer that says hello and then reads nothing: a socket with a tiny buffer."""
    port = int(url.rsplit(":", 1)[1])
    page = socket.socket()
    page.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    page.setblocking(False)
    loop = asyncio.get_running_loop()
    await loop.sock_connect(page, ("127.0.0.1", port))
    await loop.sock_sendall(
        page,
        f"GET /ws/visitor HTTP/1.1\r\nHost: localhost:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n\r\n".encode(),
    )
    await loop.sock_recv(page, 1024)
    payload = json.dumps({"t": "hello", "v": 1, "token": token}).encode()
    mask = b"\0\0\0\0"
    head = bytes([0x81, 0x80 | 126]) + len(payload).to_bytes(2, "big") if len(payload) > 125 else b""
    await loop.sock_sendall(page, head + mask + payload)
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(asyncio.Event().wait(), 0.2)
    return page
