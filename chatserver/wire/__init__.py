"""Frames and tokens: what crosses a socket, and its translation to and from commands and events."""
