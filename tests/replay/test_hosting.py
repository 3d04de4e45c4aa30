"""What a simulated agent says to a person who tries the demo."""

import random
from collections.abc import AsyncIterator

import pytest
from tornado.httpserver import HTTPServer
from tornado.testing import bind_unused_port
from tornado.web import Application, RequestHandler

from chatserver.replay.hosting import WELCOME, Host, reading_time_s


class OneArticle(RequestHandler):
    """A search that always finds the same."""

    def get(self) -> None:
        article = {
            "slug": "late",
            "title": "Late orders",
            "excerpt": "We call you. Soon.",
            "url": "/articles/late",
        }
        self.finish(str([article]).replace("'", '"'))


@pytest.fixture
async def host() -> AsyncIterator[Host]:
    server = HTTPServer(Application([(r"/api/v1/articles", OneArticle)]))
    socket, port = bind_unused_port()
    server.add_socket(socket)
    yield Host(f"http://127.0.0.1:{port}", "Hanna", random.Random(1))
    server.stop()
    await server.close_all_connections()


async def test_the_first_answer_greets_and_names_the_article_that_fits(host: Host) -> None:
    greeting, helpful = await host.answers("where is my order")

    assert "Hanna" in greeting
    assert "Late orders" in helpful
    assert "/articles/late" in helpful
    assert "Soon" not in helpful


async def test_no_article_is_named_twice_and_thanks_are_answered(host: Host) -> None:
    await host.answers("where is my order")

    assert "Late orders" not in " ".join(await host.answers("and where is it now"))
    assert (await host.answers("thanks, bye"))[0] in WELCOME


async def test_without_a_server_to_ask_there_are_still_kind_words() -> None:
    assert len(await Host("http://127.0.0.1:1", "Hanna", random.Random(1)).answers("where is my order")) == 2


def test_long_messages_take_longer_to_read() -> None:
    assert reading_time_s("x" * 400, random.Random(1)) > reading_time_s("x", random.Random(1))
