"""Asks whether tokens are readable with the right key alone, and where they belong alone."""

import pytest

from bot.adapters.slack.token_encryption import DecryptionFailed, TokenCipher
from bot.errors import StorageFailed

OLD, NEW, OTHER = bytes(range(32)), bytes(range(32, 64)), bytes(32)
PLAIN = b"xoxb-secret"
HOME = "T1"


def test_what_was_sealed_opens() -> None:
    """Every byte of it; nothing at all, too."""
    cipher = TokenCipher((OLD,))
    for plain in (PLAIN, b"", bytes(range(256)) * 100):
        assert cipher.decrypt(cipher.encrypt(plain, HOME), HOME) == plain


def test_a_sealed_token_cannot_be_read_nor_recognised() -> None:
    """The same token looks different each time."""
    cipher = TokenCipher((OLD,))
    first, second = cipher.encrypt(PLAIN, HOME), cipher.encrypt(PLAIN, HOME)
    assert PLAIN not in first
    assert first != second


def test_a_new_key_seals_and_the_old_one_still_opens() -> None:
    """Nothing has to be sealed anew at once."""
    both = TokenCipher((NEW, OLD))
    assert both.decrypt(TokenCipher((OLD,)).encrypt(PLAIN, HOME), HOME) == PLAIN
    assert TokenCipher((NEW,)).decrypt(both.encrypt(PLAIN, HOME), HOME) == PLAIN


def test_without_its_key_nothing_opens() -> None:
    """The log hears why, and no word of what is inside."""
    sealed = TokenCipher((OLD,)).encrypt(PLAIN, HOME)
    with pytest.raises(DecryptionFailed) as broken:
        TokenCipher((NEW, OTHER)).decrypt(sealed, HOME)
    assert isinstance(broken.value, StorageFailed)
    assert "xoxb" not in str(broken.value)


def test_what_is_about_something_else_does_not_open() -> None:
    """A token that somebody copied into another workspace's row speaks for nobody."""
    cipher = TokenCipher((OLD,))
    with pytest.raises(DecryptionFailed):
        cipher.decrypt(cipher.encrypt(PLAIN, HOME), "T2")


@pytest.mark.parametrize("at", [0, 30, -1])
def test_a_changed_byte_is_noticed(at: int) -> None:
    """Wherever it stands."""
    cipher = TokenCipher((OLD,))
    sealed = bytearray(cipher.encrypt(PLAIN, HOME))
    sealed[at] ^= 1
    with pytest.raises(DecryptionFailed):
        cipher.decrypt(bytes(sealed), HOME)


@pytest.mark.parametrize("sealed", [b"", b"x", b"x" * 24, b"x" * 40, b"x" * 1000])
def test_what_was_never_sealed_does_not_open(sealed: bytes) -> None:
    """However short or long."""
    with pytest.raises(DecryptionFailed):
        TokenCipher((OLD,)).decrypt(sealed, HOME)
