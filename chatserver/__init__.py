"""The chat server: runs chats and writes every chat, message and event to DuckDB."""
