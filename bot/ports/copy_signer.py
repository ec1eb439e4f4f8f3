"""Signing the copies that are made of pictures."""

from typing import Protocol


class CopySigner(Protocol):
    """Signs copies, so that their readers can learn who made them, and of what."""

    async def sign(self, copy: bytes, original: bytes) -> bytes:
        """Return the copy of an original with a signature that it carries; unchanged where that cannot be done.

        It has the same pixels, and a few thousand bytes more; where the original
        has a manifest of its own, as many more as that has. Never raises.
        """
        ...
