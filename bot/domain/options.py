"""The kinds of option a command takes, and how a typed value becomes a checked one."""

import re
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from typing import Protocol

from bot.domain.images import Size, nearest_usual
from bot.domain.inputs import BroughtPicture, InputRole, read_named
from bot.domain.money import MILLION
from bot.domain.people import Mention, Platform, RoleMention
from bot.errors import BadInput
from bot.text import join_words, quote, suggest


class OptionKind(Protocol):
    """What an option takes."""

    @property
    def summary(self) -> str:
        """Return one line for menus and help."""
        ...

    @property
    def values(self) -> tuple[str, ...]:
        """Return what can be typed: all of it for a choice, the bounds for a number, nothing for free input."""
        ...

    def parse(self, name: str, typed: object) -> object:
        """Return the checked value.

        Raises:
            BadInput: `typed` is not one.
        """
        ...


@dataclass(frozen=True, slots=True)
class OptionText:
    """A description of an option beside its kind, where there is room. Without it, the kind's summary stands there."""

    text: str


@dataclass(frozen=True, slots=True)
class FreeInput:
    """The base of the kinds whose values cannot be listed."""

    summary: str

    @property
    def values(self) -> tuple[str, ...]:
        """Return nothing."""
        return ()


@dataclass(frozen=True, slots=True)
class Text(FreeInput):
    """Free words, up to `longest` characters. The first text option of a command takes what no flag claims."""

    longest: int

    def parse(self, name: str, typed: object) -> str:
        """Return the words as they are; the command cleans them."""
        if not isinstance(typed, str):
            raise BadInput(f"{name} takes words.")
        if len(typed) > self.longest:
            raise BadInput(f"{name} is {len(typed):,} characters long and {self.longest:,} is the most; please shorten it.")
        return typed


@dataclass(frozen=True, slots=True)
class TextFile(Text):
    """A long text: a file where a platform's commands take files, and else typed or pasted like any text."""


@dataclass(frozen=True, slots=True)
class Lines(Text):
    """Free words of which the lines count."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One of a few values, given as a `StrEnum`."""

    summary: str
    choices: type[StrEnum]

    @property
    def values(self) -> tuple[str, ...]:
        """Return all the choices."""
        return tuple(str(choice) for choice in self.choices)

    def parse(self, name: str, typed: object) -> StrEnum:
        """Return the choice, whatever its case."""
        word = str(typed).strip().lower()
        try:
            return self.choices(word)
        except ValueError:
            known = [str(choice) for choice in self.choices]
            raise BadInput(f"{name} can be {join_words(known)}, not {quote(typed)}.{suggest(word, known)}") from None


@dataclass(frozen=True, slots=True)
class Number:
    """A whole number between `least` and `most`, both allowed."""

    summary: str
    least: int
    most: int

    @property
    def values(self) -> tuple[str, ...]:
        """Return the bounds."""
        return (f"{self.least} to {self.most}",)

    def parse(self, name: str, typed: object) -> int:
        """Return the number."""
        text = str(typed).strip()
        if isinstance(typed, bool) or not re.fullmatch(r"[+-]?[0-9]{1,18}", text) or not self.least <= int(text) <= self.most:
            raise BadInput(f"{name} is a whole number from {self.least} to {self.most}, not {quote(typed)}.")
        return int(text)


@dataclass(frozen=True, slots=True)
class Pixels(FreeInput):
    """A size such as `1536x1024`: each edge within bounds in pixels, the long one at most `most_aspect` times the short one."""

    shortest_edge: int = 16
    longest_edge: int = 8192
    most_aspect: int = 3

    def parse(self, name: str, typed: object) -> Size:
        """Return the size; `x`, `×` and `*` all part the edges."""
        found = re.fullmatch(r"\s*([0-9]{1,5})\s*[xX×*]\s*([0-9]{1,5})\s*", str(typed))
        edges = (int(found[1]), int(found[2])) if found else (0, 0)
        if not all(self.shortest_edge <= edge <= self.longest_edge for edge in edges):
            raise BadInput(
                f"{name} is width x height in pixels, each from {self.shortest_edge} to {self.longest_edge}, "
                f"such as 1536x1024, not {quote(typed)}."
            )
        if max(edges) > self.most_aspect * min(edges):
            raise BadInput(
                f"{Size(*edges)} is too narrow: one edge can be at most {self.most_aspect} times as long as the other. "
                f"The nearest size on offer is {nearest_usual(Size(*edges))}; nothing was counted."
            )
        return Size(*edges)


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A value that somebody may choose for an option, and the line that a menu shows for it."""

    value: str
    label: str


@dataclass(frozen=True, slots=True)
class ImageModelRef(FreeInput):
    """The name of an image model. Which models there are depends on who asks (`Command.suggestions`)."""

    def parse(self, name: str, typed: object) -> str:
        """Return the name; whether there is such a model is for the command to say."""
        if not isinstance(typed, str) or not _PLAIN_NAME.fullmatch(typed.strip()):
            raise BadInput(f"{name} is the name of a model, such as /models shows them, not {quote(typed)}.")
        return typed.strip().lower()


@dataclass(frozen=True, slots=True)
class PictureFile(FreeInput):
    """Picture files, up to `most` of them: platforms hand over their bytes, since nobody types one."""

    most: int

    def parse(self, name: str, typed: object) -> tuple[BroughtPicture, ...]:
        """Return what was brought, unlooked at: the first is to be changed, the others are to be drawn from."""
        named = read_named(typed)
        if named is not None:
            return (named,)
        found = typed if isinstance(typed, tuple) else (typed,)
        if not all(isinstance(one, BroughtPicture) for one in found):
            raise BadInput(f"For {name}, please attach a picture where files can be attached. Nothing was counted.")
        pictures = [one for one in found if one.role is not InputRole.MASK]
        if len(pictures) > self.most:
            raise BadInput(f"There can be {self.most} pictures at most, and these are {len(pictures)}. Nothing was counted.")
        roles = {id(one): InputRole.REFERENCE for one in pictures[1:]}
        return tuple(replace(one, role=roles.get(id(one), one.role)) for one in found)


@dataclass(frozen=True, slots=True)
class JobRef(FreeInput):
    """The id of a job, as buttons carry it."""

    def parse(self, name: str, typed: object) -> str:  # noqa: ARG002 - every kind is called alike
        """Return the id; whether there is such a job is for the command to say."""
        return _parse_id(typed, "That names no picture; please use the buttons under one.")


@dataclass(frozen=True, slots=True)
class CaseRef(FreeInput):
    """The id of a case, as its message shows it and its buttons carry it."""

    def parse(self, name: str, typed: object) -> str:  # noqa: ARG002 - every kind is called alike
        """Return the id; whether there is such a case is for the command to say."""
        return _parse_id(typed, "That names no case; /cases list shows those that are open.")


@dataclass(frozen=True, slots=True)
class BatchRef(FreeInput):
    """The id of a batch, as its buttons carry it."""

    def parse(self, name: str, typed: object) -> str:  # noqa: ARG002 - every kind is called alike
        """Return the id; whether there is such a batch is for the command to say."""
        return _parse_id(typed, "That names no batch; please use the buttons under one.")


def _parse_id(typed: object, otherwise: str) -> str:
    if not isinstance(typed, str) or not _PLAIN_ID.fullmatch(typed):
        raise BadInput(otherwise)
    return typed


_MENTION = re.compile(r"<@!?([A-Za-z0-9_-]{1,64})(?:\|[^<>]*)?>")
_ROLE = re.compile(r"<(?:@&|!subteam\^)([A-Za-z0-9_-]{1,64})(?:\|[^<>]*)?>")
_PLAIN_NAME = re.compile(r"[A-Za-z0-9._/:-]{1,64}")
_PLAIN_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_FULL_ID = re.compile(r"([a-z]{2,20}):(?:([A-Za-z0-9_-]{1,64}):)?([A-Za-z0-9_-]{1,64})")


@dataclass(frozen=True, slots=True)
class PersonRef(FreeInput):
    """A person: mentioned, or by id, or as `platform:id` from another platform."""

    def parse(self, name: str, typed: object) -> Mention:
        """Return who is meant; whether they are known is for the command to say."""
        text = str(typed).strip()
        if found := _MENTION.fullmatch(text) or _PLAIN_ID.fullmatch(text):
            return Mention(found[found.re.groups])
        if found := _FULL_ID.fullmatch(text):
            return Mention(found[3], Platform(found[1]), found[2] or "")
        raise BadInput(
            f"For {name}, please mention somebody, or give their id as admins see it in /usage; {quote(typed)} is neither."
        )


@dataclass(frozen=True, slots=True)
class RoleRef(FreeInput):
    """A role of a server or a group of a workspace: mentioned, or by id, or as `platform:tenant:id`."""

    def parse(self, name: str, typed: object) -> RoleMention:
        """Return which is meant; whether it exists is not known here."""
        text = str(typed).strip()
        if found := _ROLE.fullmatch(text) or _PLAIN_ID.fullmatch(text):
            return RoleMention(found[found.re.groups])
        if (found := _FULL_ID.fullmatch(text)) and found[2]:
            return RoleMention(found[3], Platform(found[1]), found[2])
        raise BadInput(f"For {name}, please mention a role or group or give its id; {quote(typed)} is neither.")


_AMOUNT = re.compile(r"\$?([0-9]{1,7}|[0-9]{1,3}(?:,[0-9]{3})+)(?:[.,]([0-9]{1,2}))?\$?")
"""A comma parts thousands before three digits, and cents before one or two, as half of Europe writes them."""


@dataclass(frozen=True, slots=True)
class Dollars(FreeInput):
    """An amount of money in dollars, given in micro-dollars."""

    most: int = 1_000_000

    def parse(self, name: str, typed: object) -> int:
        """Return the micro-dollars."""
        found = _AMOUNT.fullmatch(str(typed).strip())
        cents = int(found[1].replace(",", "")) * 100 + int((found[2] or "0").ljust(2, "0")) if found else -1
        amount = cents * MILLION // 100
        if not 0 <= amount <= self.most * MILLION:
            raise BadInput(f"{name} is an amount in dollars from 0 to {self.most:,}, such as 12.50, not {quote(typed)}.")
        return amount


CLEAR = "clear"
"""What is typed to take a setting away, so that what holds without it holds again."""


@dataclass(frozen=True, slots=True)
class NumberOrClear:
    """A whole number up to `most`, or `clear`, which is given as None."""

    summary: str
    most: int

    @property
    def values(self) -> tuple[str, ...]:
        """Return `clear`."""
        return (CLEAR,)

    def parse(self, name: str, typed: object) -> int | None:
        """Return the number."""
        text = str(typed).strip().lower()
        if text == CLEAR:
            return None
        if isinstance(typed, bool) or not re.fullmatch(r"\+?[0-9]{1,18}", text) or int(text) > self.most:
            raise BadInput(f"{name} is a whole number from 0 to {self.most:,}, or {CLEAR}, not {quote(typed)}.")
        return int(text)


_SPAN = re.compile(r"([0-9]{1,4})\s*(h|hours?|d|days?|w|weeks?)")
_UNITS = {"h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}
_LONGEST_SPAN = timedelta(days=3660)
_LAST_YEAR = 2199


@dataclass(frozen=True, slots=True)
class Until(FreeInput):
    """When something ends, or since when it is: a day such as 2026-12-31, or how far off, such as 30d or 12h."""

    def parse(self, name: str, typed: object) -> date | timedelta:
        """Return the day, or the time; from when it counts, and whether the day is over, is for the command to say."""
        text = str(typed).strip().lower()
        span = _SPAN.fullmatch(text)
        found = int(span[1]) * _UNITS[span[2][0]] if span else _day(text)
        if found is None or (isinstance(found, timedelta) and not timedelta() < found <= _LONGEST_SPAN):
            raise BadInput(f"{name} is a day such as 2026-12-31, or a time such as 30d or 12h, not {quote(typed)}.")
        return found


def _day(text: str) -> date | None:
    try:
        found = date.fromisoformat(text) if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text) else None
    except ValueError:
        return None
    return found if found and found.year <= _LAST_YEAR else None
