"""Text of strangers as HTML that shows it and does nothing else."""

from html import escape
from urllib.parse import urlsplit


def safe_text(text: str) -> str:
    """The text, escaped: fit for an HTML pane, as content or inside a quoted attribute."""
    return escape(text, quote=True)


def is_web_address(address: str) -> bool:
    """May this become a link? Only http and https may: `javascript:` and `data:` addresses run scripts."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.netloc)
