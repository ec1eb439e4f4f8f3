"""A form with what is wrong in it, in the platform's words and with JSON pointers."""

from collections.abc import Callable, Sequence
from typing import Any

from tests.fakes.slack.wire import Json

FileRule = Callable[[Json], bool]
"""Whether a `slack_file` may be shown here."""


class BlockMistakes:
    """Collects mistakes. `surface` is `message`, `modal` or `home`."""

    def __init__(self, surface: str, is_good_file: FileRule) -> None:
        self.surface = surface
        self.is_good_file = is_good_file
        self.errors: list[str] = []
        self.block_ids: set[str] = set()
        self.action_ids: set[tuple[str, str]] = set()

    def wrong(self, pointer: str, text: str) -> None:
        """Note a mistake."""
        self.errors.append(f"{text} [json-pointer:{pointer}]")

    def string(self, owner: Json, key: str, pointer: str, *, most: int, least: int = 0, is_needed: bool = False) -> None:
        """Check a string and its length."""
        value, place = owner.get(key), f"{pointer}/{key}"
        if value is None:
            if is_needed:
                self.wrong(pointer, f"missing required field: {key}")
        elif not isinstance(value, str):
            self.wrong(place, "must provide a string")
        elif len(value) > most:
            self.wrong(place, f"must be less than {most + 1} characters")
        elif len(value) < least:
            self.wrong(place, f"must be more than {least - 1} characters")

    def text(
        self, owner: Json, key: str, pointer: str, *, most: int, is_plain: bool = False, is_needed: bool = True, least: int = 1
    ) -> None:
        """Check a text object."""
        value, place = owner.get(key), f"{pointer}/{key}"
        if value is None:
            if is_needed:
                self.wrong(pointer, f"missing required field: {key}")
            return
        if not isinstance(value, dict):
            self.wrong(place, "must provide an object")
            return
        kinds = ("plain_text",) if is_plain else ("plain_text", "mrkdwn")
        if value.get("type") not in kinds:
            self.wrong(f"{place}/type", f"must be one of: {', '.join(kinds)}")
        if value.get("type") == "mrkdwn" and "emoji" in value:
            self.wrong(place, "additional property: emoji")
        self.string(value, "text", place, most=most, least=least, is_needed=True)

    def items(self, owner: Json, key: str, pointer: str, *, most: int, least: int = 1) -> list[Any]:
        """Check a list and its length, and give it."""
        value, place = owner.get(key), f"{pointer}/{key}"
        if not isinstance(value, list):
            self.wrong(pointer, f"missing required field: {key}")
            return []
        if len(value) > most:
            self.wrong(place, f"no more than {most} items allowed")
        if len(value) < least:
            self.wrong(place, f"no fewer than {least} items allowed")
        return value

    def one_of(self, value: object, allowed: Sequence[str], pointer: str) -> bool:
        """Check a word against the allowed ones."""
        if value in allowed:
            return True
        self.wrong(pointer, f"unsupported value: {value}")
        return False
