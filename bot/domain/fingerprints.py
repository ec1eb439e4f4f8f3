"""Comparing perceptual hashes of pictures: two that look alike have hashes that differ in few bits."""

from collections.abc import Iterable

MOST_DIFFERENT_BITS = 31
"""Of 256. Copies in other sizes and formats differ in up to ten, pictures that have nothing in common in ninety and more."""


def is_alike(fingerprints: Iterable[str], known: Iterable[str]) -> bool:
    """Return whether one of the hashes is that of a picture which looks like a known one."""
    seen = [int(one, 16) for one in fingerprints]
    return any((int(other, 16) ^ one).bit_count() <= MOST_DIFFERENT_BITS for other in known for one in seen)
