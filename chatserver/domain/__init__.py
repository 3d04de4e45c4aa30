"""The rules of the desk: pure, with time and ids handed in. Start reading at desk.py."""
