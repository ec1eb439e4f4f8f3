"""What strangers send us, read no further than it may be long."""

from collections.abc import AsyncIterable


async def whole(parts: AsyncIterable[bytes], most: int) -> bytes | None:
    """Put a body's parts together; None as soon as they are more than `most` bytes."""
    body = bytearray()
    async for part in parts:
        body += part
        if len(body) > most:
            return None
    return bytes(body)
