"""Encrypts tokens for the database, so that a copy of a table is of no use."""

import hashlib

from nacl.exceptions import CryptoError
from nacl.secret import SecretBox

from bot.errors import StorageFailed

_BINDING_SIZE = hashlib.sha256().digest_size


class DecryptionFailed(StorageFailed):
    """No key opens it, or it was sealed about something else: the keys were changed, or somebody changed the row."""

    def __init__(self) -> None:
        super().__init__("sealed tokens", "no key opens them, or they were moved")


class TokenCipher:
    """Encrypts with the first key and decrypts with any, so that keys can be rotated.

    What is sealed is bound to what it is `binding`: put into another row, it does not open.
    """

    def __init__(self, keys: tuple[bytes, ...]) -> None:
        self._boxes = tuple(SecretBox(key) for key in keys)

    def encrypt(self, plain: bytes, binding: str) -> bytes:
        """Return the text encrypted under the newest key; never twice the same bytes."""
        return bytes(self._boxes[0].encrypt(_binding_digest(binding) + plain))

    def decrypt(self, sealed: bytes, binding: str) -> bytes:
        """Return what was encrypted.

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
