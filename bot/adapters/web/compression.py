"""Compresses texts for browsers that accept it."""

import gzip
import re

from fastapi import Request

_SMALLEST = 1024
"""Bytes below which packing saves nothing."""

_ACCEPTS_GZIP = re.compile(r"(?:^|,)\s*(?:gzip|\*)\s*(?:;\s*q=(0\.\d*[1-9]\d*|1(?:\.0*)?)\s*)?(?:,|$)", re.IGNORECASE)


def accepts_gzip(request: Request) -> bool:
    """Return whether the browser accepts gzip."""
    return _ACCEPTS_GZIP.search(request.headers.get("accept-encoding", "")) is not None


def compress_text(request: Request, content: str) -> tuple[bytes, dict[str, str]]:
    """Return the body, compressed where that is worth it, and the headers that say so."""
    plain = content.encode()
    headers = {"Vary": "Accept-Encoding"}
    if len(plain) < _SMALLEST or not accepts_gzip(request):
        return plain, headers
    return gzip.compress(plain, compresslevel=4, mtime=0), headers | {"Content-Encoding": "gzip"}
