"""Files for pages, ours and those of other sites that carry the widget."""

from tornado.web import StaticFileHandler


class PublicFile(StaticFileHandler):
    """A file that any site may load: the widget's modules are imported from foreign pages."""

    def set_extra_headers(self, path: str) -> None:
        """Readable from everywhere, never sniffed; asked for again at each load, so that an update arrives."""
        self.set_header("Access-Control-Allow-Origin", "*")
        self.set_header("Cross-Origin-Resource-Policy", "cross-origin")
        self.set_header("X-Content-Type-Options", "nosniff")
        self.set_header(
            "Cache-Control", "public, no-cache" if path.endswith((".js", ".css")) else "public, max-age=86400"
        )
