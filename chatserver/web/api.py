"""The HTTP side of the chat server: commands, article search, health."""

from __future__ import annotations

from chatserver.web.base import Handler
from chatserver.wire.staff_frames import parse_command_frame, reply_frame, staff_command
from chatserver.wire.tokens import Kind

MAX_ARTICLES = 20


class Command(Handler):
    """POST /api/v1/command: one command frame of the bearer's, answered when it is on disk."""

    async def post(self) -> None:
        """Carries it out."""
        claim = self.claim(Kind.CONSOLE, Kind.API)
        frame = parse_command_frame(self.request.body)
        reply = await self.site.hub.request(staff_command(frame, claim.subject))
        self.send_json(reply_frame(reply, getattr(frame, "id", "")))


class Articles(Handler):
    """GET /api/v1/articles?q=&limit=: articles that fit the words."""

    def get(self) -> None:
        """Searches. Readable from any site: the widget may suggest articles."""
        self.set_header("Access-Control-Allow-Origin", "*")
        query = self.get_query_argument("q", "")[:200]
        try:
            limit = min(MAX_ARTICLES, max(1, int(self.get_query_argument("limit", "5"))))
        except ValueError:
            limit = 5
        hits = self.site.articles.search(query, limit)
        self.send_json(
            [
                {
                    "slug": hit.article.slug,
                    "title": hit.article.title,
                    "excerpt": hit.article.excerpt,
                    "url": f"{self.site.settings.chat_url}/articles/{hit.article.slug}",
                }
                for hit in hits
            ]
        )


class Health(Handler):
    """GET /healthz: is this process serving, and can it write?"""

    def get(self) -> None:
        """200, or 503 when the store has failed."""
        failed = self.site.store.failed is not None
        self.set_status(503 if failed or self.site.stopping else 200)
        self.send_json({"ok": not failed, "stopping": self.site.stopping, "seq": self.site.hub.durable_seq})
