"""The question that a button about one picture asks where a message shows several."""

from collections.abc import Sequence

from bot.domain.chat import Button, Post
from bot.domain.pictures import Picture


def ask_which(command: str, pictures: Sequence[Picture]) -> Post:
    """Return the question, with a button for each picture that presses this command again."""
    buttons = tuple(Button(f"Picture {number}", command, one.id) for number, one in enumerate(pictures, start=1))
    return Post("Which one?", buttons=buttons)
