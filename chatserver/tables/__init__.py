"""The published tables, and events as rows of them: the same in the chat server's file and in every reader's."""
