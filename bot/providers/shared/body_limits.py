"""Limits the bodies of answers, by their size after unpacking."""

import asyncio
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator

import httpx2

NO_COMPRESSION = {"Accept-Encoding": "identity"}
"""What every request says: nothing of ours is worth packing. Who packs it all the same is read in small pieces."""

_PIECE = 256 * 1024
_GZIP_OR_ZLIB = zlib.MAX_WBITS | 32
_COMPRESSIONS = {"gzip", "x-gzip", "deflate"}


class BodyTooLarge(httpx2.DecodingError):
    """An answer is larger than any good one would be."""


def limit_bodies(largest: Callable[[httpx2.Response], int]) -> Callable[[httpx2.Response], Awaitable[None]]:
    """Build a hook for a client that bounds every body, those of errors and redirects too."""

    async def limit(response: httpx2.Response) -> None:
        if not isinstance(response.stream, httpx2.AsyncByteStream):
            raise TypeError("a body that cannot be read without blocking")
        encoding = response.headers.pop("content-encoding", "identity").strip().lower()
        response.stream = _BoundedBody(response.stream, encoding, largest(response))

    return limit


class _BoundedBody(httpx2.AsyncByteStream):
    def __init__(self, stream: httpx2.AsyncByteStream, encoding: str, largest: int) -> None:
        self._stream = stream
        self._encoding = encoding
        self._largest = largest

    async def __aiter__(self) -> AsyncIterator[bytes]:
        """Yield the unpacked pieces.

        Raises:
            httpx2.DecodingError: There are too many, or they are packed in a way that was not asked for, or cut short.
        """
        length = 0
        async for piece in self._decompress():
            length += len(piece)
            if length > self._largest:
                raise BodyTooLarge(f"larger than {self._largest} bytes")
            yield piece

    async def aclose(self) -> None:
        """Close the connection's own stream."""
        await self._stream.aclose()

    async def _decompress(self) -> AsyncIterator[bytes]:
        if self._encoding == "identity":
            async for piece in self._stream:
                yield piece
            return
        if self._encoding not in _COMPRESSIONS:
            raise httpx2.DecodingError("packed in a way that was not asked for")
        decompressor = zlib.decompressobj(_GZIP_OR_ZLIB)
        async for compressed in self._stream:
            for piece in _decompress(decompressor, compressed):
                yield piece
                await asyncio.sleep(0)  # a few bytes may become many pieces, and others want their turn
        if not decompressor.eof:
            raise httpx2.DecodingError("cut short")


def _decompress(decompressor: "zlib._Decompress", compressed: bytes) -> Iterator[bytes]:
    while compressed and not decompressor.eof:
        try:
            piece = decompressor.decompress(compressed, _PIECE)
        except zlib.error:
            raise httpx2.DecodingError("badly packed") from None
        compressed = decompressor.unconsumed_tail
        yield piece
