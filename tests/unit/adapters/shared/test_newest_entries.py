"""Asks whether a bounded memory keeps what is new, and no more than it may."""

from bot.adapters.shared.newest_entries import NewestEntries


def test_what_was_set_last_is_kept() -> None:
    """By number; what is set again is new again."""
    entries = NewestEntries[str, int](2)
    for key, value in (("a", 1), ("b", 2), ("a", 3), ("c", 4)):
        entries[key] = value
    assert dict(entries) == {"a": 3, "c": 4}


def test_what_is_too_much_together_gives_way() -> None:
    """By size; one that is too large alone is not kept either."""
    entries = NewestEntries[str, bytes](9, most_bytes=4, size_of=len)
    for key in "abc":
        entries[key] = bytes(2)
    assert list(entries) == ["b", "c"]
    entries["d"] = bytes(5)
    assert not entries
