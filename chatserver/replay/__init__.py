"""Plays recorded conversations as real customers and real agents, over real sockets."""
