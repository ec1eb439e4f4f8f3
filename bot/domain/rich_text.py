"""Texts that name people, roles and channels in a way that each platform shows as its own mentions.

A reference is no mark inside the text: nothing that somebody types can become one.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from bot.domain.people import Identity, Platform


@dataclass(frozen=True, slots=True)
class PlatformRole:
    """A role of a server, or a group of a workspace."""

    platform: Platform
    tenant: str
    id: str

    def __str__(self) -> str:
        """Return its id, which people there know it by."""
        return self.id

    @classmethod
    def parse(cls, key: str) -> "PlatformRole":
        """Return the role that `platform:tenant:role` names, as rules write it."""
        return cls(*_split_key(key))


@dataclass(frozen=True, slots=True)
class PlatformChannel:
    """A channel of a server or workspace."""

    platform: Platform
    tenant: str
    id: str

    def __str__(self) -> str:
        """Return `platform:tenant:channel`, as settings and admins write it."""
        return ":".join(part for part in (self.platform, self.tenant, self.id) if part)

    @classmethod
    def parse(cls, key: str) -> "PlatformChannel":
        """Return the channel that `str` gives; without a colon there is none."""
        return cls(*_split_key(key))


def _split_key(key: str) -> tuple[Platform, str, str]:
    whose, _, id_ = key.rpartition(":")
    platform, _, tenant = whose.partition(":")
    return Platform(platform), tenant, id_


@dataclass(frozen=True, slots=True)
class Code:
    """Letters to be copied as they are: a key, say."""

    text: str

    def __str__(self) -> str:
        """Return the letters."""
        return self.text


ReferenceTarget = Identity | PlatformRole | PlatformChannel | Code


@dataclass(frozen=True, slots=True)
class TextReference:
    """The part of a text from `start` to `end`, which is `str(target)`, and what it stands for."""

    start: int
    end: int
    target: ReferenceTarget


@dataclass(frozen=True, slots=True)
class RichText:
    """A text and its references, in their order. A surface that does not know a reference shows the text as it is."""

    text: str
    references: tuple[TextReference, ...] = ()

    def __str__(self) -> str:
        """Return the text alone."""
        return self.text

    @classmethod
    def of(cls, *parts: "TextPart") -> "RichText":
        """Return the parts as one text; each target among them becomes a reference."""
        text, references = "", list[TextReference]()
        for part in parts:
            if isinstance(part, RichText):
                references += (TextReference(one.start + len(text), one.end + len(text), one.target) for one in part.references)
            elif not isinstance(part, str):
                references.append(TextReference(len(text), len(text) + len(str(part)), part))
            text += str(part)
        return cls(text, tuple(references))

    @classmethod
    def join(cls, separator: str, parts: Iterable["TextPart"]) -> "RichText":
        """Return the parts as one text, with `separator` between them."""
        separated = [one for part in parts for one in (separator, part)]
        return cls.of(*separated[1:])

    def split(self) -> Iterator[str | TextReference]:
        """Yield what is between the references as words, and the references, in order."""
        done = 0
        for reference in self.references:
            if reference.start > done:
                yield self.text[done : reference.start]
            yield reference
            done = reference.end
        if done < len(self.text):
            yield self.text[done:]

    def change_words(self, change: Callable[[str], str]) -> "RichText":
        """Return the text with other words between the same references."""
        return RichText.of(*(change(part) if isinstance(part, str) else part.target for part in self.split()))

    def replace_targets(self, replace: Callable[[ReferenceTarget], "TextPart"]) -> "RichText":
        """Return the text with each target replaced."""
        return RichText.of(*(part if isinstance(part, str) else replace(part.target) for part in self.split()))

    def shorten_to(self, text: str) -> "RichText":
        """Return `text`, which is how this one begins, with the references that are whole in it."""
        whole = (one for one in self.references if text.startswith(self.text[: one.end]))
        return RichText(text, tuple(whole))


TextPart = str | RichText | ReferenceTarget
