"""Sizes that strangers cannot exceed. Units are in the names."""

PROTOCOL_VERSION = 1
MAX_FRAME_BYTES = 16 * 1024  # the longest message in any script, with room for its envelope
MAX_FEED_FRAME_BYTES = 64 * 1024 * 1024  # the feed goes between our own processes; its snapshot may be large
MAX_TEXT_CHARS = 4_000  # of one message; a page of print
MAX_NAME_CHARS = 80
MAX_EMAIL_CHARS = 254  # RFC 5321
MAX_URL_CHARS = 2_000
MAX_COMMENT_CHARS = 1_000
MAX_ID_CHARS = 64
MIN_CLIENT_ID_CHARS = 8
