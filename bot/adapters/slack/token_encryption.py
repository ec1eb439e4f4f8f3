"""Encrypts tokens for the database, so that a copy of a table is of no use."""

import base64
import hashlib
import re

from nacl.exceptions import CryptoError
from nacl.secret import SecretBox

from bot.errors import StorageFailed

_HEX = re.compile(r"[0-9A-Fa-f]{64}")
_BASE64 = re.compile(r"[A-Za-z0-9_-]{43}=?")
_BINDING_SIZE = hashlib.sha256().digest_size


class DecryptionFailed(StorageFailed):
    """No key opens it, or it was sealed about something else: the keys were changed, or somebody changed the row."""

    def __init__(self) -> None:
        super().__init__("sealed tokens", "no key opens them, or they were moved")


def parse_key(text: str) -> bytes:
    """Read the 32 bytes of a key.

    Raises:
        ValueError: It is none; the sentence says what it must be, and never repeats it.
    """
    text = text.strip()
    if _HEX.fullmatch(text):
        return bytes.fromhex(text)
    plain = text.replace("+", "-").replace("/", "_")
    if _BASE64.fullmatch(plain):
        return base64.urlsafe_b64decode(plain[:43] + "=")
    raise ValueError("must be 32 random bytes as 64 hex digits or in base64; `openssl rand -hex 32` makes them")


class TokenCipher:
    """Encrypts with the first key and decrypts with any, so that keys can be rotated.

    What is sealed is bound to what it is `binding`: put into another row, it does not open.
    """

    def __init__(self, keys: tuple[bytes, ...]) -> None:
        self._boxes = tuple(SecretBox(key) for key in keys)

    def encrypt(self, plain: bytes, binding: str) -> bytes:
        """Encrypt under the newest key; never twice to the same bytes."""
        return bytes(self._boxes[0].encrypt(_binding_digest(binding) + plain))

    def decrypt(self, sealed: bytes, binding: str) -> bytes:
        """Decrypt.

        Raises:
            DecryptionFailed: No key opens it, or it is about something else.
        """
        for box in self._boxes:
            try:
                decrypted = box.decrypt(sealed)
            except (CryptoError, ValueError):
                continue
            if decrypted[:_BINDING_SIZE] == _binding_digest(binding):
                return decrypted[_BINDING_SIZE:]
        raise DecryptionFailed


def _binding_digest(binding: str) -> bytes:
    return hashlib.sha256(binding.encode(errors="surrogatepass")).digest()
