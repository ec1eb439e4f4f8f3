"""Tells the media type of a picture by its first bytes."""


def media_type_of(content: bytes) -> str | None:
    """Return the media type of PNG, JPEG and WebP, and None for anything else."""
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if content.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "image/webp"
    return None
