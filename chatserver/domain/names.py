"""How names of types become names in logs, frames and tables."""


def snake_case(name: str) -> str:
    """'ChatStarted' -> 'chat_started'."""
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name).lstrip("_")
