"""Remembers recently posted messages, so that a repeated key gives the same message and an unchanged post is not sent again."""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import replace
from weakref import WeakValueDictionary

from bot.adapters.shared.newest_entries import NewestEntries
from bot.domain.chat import MessageRef, Post

_REMEMBERED = 2000


class PostDeduplicator:
    """Remembers messages by the keys they were posted with, and how they look."""

    def __init__(self) -> None:
        self._posted = NewestEntries[str, MessageRef](_REMEMBERED)
        self._fingerprints = NewestEntries[str, str](_REMEMBERED)
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def once(self, key: str, say: Callable[[], Awaitable[MessageRef]]) -> MessageRef:
        """Return the message of a key; it is posted first where there is none."""
        lock = self._locks.setdefault(key, asyncio.Lock())
        async with lock:
            if key not in self._posted:
                self._posted[key] = await say()
            return self._posted[key]

    def note_posted(self, key: str, message: MessageRef) -> None:
        """Note that the message of a key is there already."""
        self._posted[key] = message

    def is_showing(self, message: MessageRef, post: Post) -> bool:
        """Whether the message shows this post already."""
        return self._fingerprints.get(_message_key(message)) == _fingerprint(post)

    def note_shown(self, message: MessageRef, post: Post) -> None:
        """Note what a message shows now."""
        self._fingerprints[_message_key(message)] = _fingerprint(post)

    def forget(self, message: MessageRef) -> None:
        """Forget a message that was deleted."""
        self._fingerprints.pop(_message_key(message), None)
        for key in [key for key, one in self._posted.items() if _message_key(one) == _message_key(message)]:
            del self._posted[key]


def _message_key(message: MessageRef) -> str:
    return f"{message.place.channel}/{message.id}"


def _fingerprint(post: Post) -> str:
    digest = hashlib.sha256(repr(replace(post, preview=None, attachments=())).encode())
    for content in (post.preview or b"", *(one.content for one in post.attachments)):
        digest.update(hashlib.sha256(content).digest())
    return digest.hexdigest()
