"""The page's own files, read and compressed once. Their addresses hold their version, so that a browser keeps them for good."""

import gzip
import hashlib
import re
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path

from fastapi import Request, Response

from bot.adapters.web.compression import accepts_gzip

_FOLDER = Path(__file__).parent / "static"

_MEDIA_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".webmanifest": "application/manifest+json",
}
_HEAD, _HEAD_MARK = "head.part", b"<!-- head -->\n"
"""What the heads of all pages begin with, and where it goes."""

_OWN_LINKS = re.compile(rb'((?:href|src)=")(?:\./|(static/))')
_IMMUTABLE = "public, max-age=31536000, immutable"


@dataclass(frozen=True, slots=True)
class Asset:
    """One file as it is sent."""

    content: bytes
    gzipped: bytes
    media_type: str
    etag: str


class Assets:
    """All files of the page, by name. `version` changes with any of them: scripts name each other beside themselves."""

    def __init__(self, folder: Path = _FOLDER) -> None:
        files = {path.name: path.read_bytes() for path in sorted(folder.iterdir()) if path.suffix in _MEDIA_TYPES}
        head = (folder / _HEAD).read_bytes()
        pages = {name: content.replace(_HEAD_MARK, head) for name, content in files.items() if name.endswith(".html")}
        files |= pages
        self.version = hashlib.sha256(b"".join(name.encode() + content for name, content in files.items())).hexdigest()[:16]
        self._assets = {name: self._read(name, content, "") for name, content in files.items()}
        self._deeper = {name: self._read(name, content, "../") for name, content in pages.items()}

    def send(self, name: str, request: Request, *, version: str = "", is_deeper: bool = False) -> Response | None:
        """Return a file, or 304 where the browser has it already; None when there is no such file.

        A page `is_deeper` where its address has one step more than the start page's.
        """
        asset = (self._deeper if is_deeper else self._assets).get(name)
        if asset is None:
            return None
        cache_control = _IMMUTABLE if version == self.version else "no-cache"
        headers = {
            "Cache-Control": cache_control,
            "ETag": asset.etag,
            "Content-Type": asset.media_type,
            "Vary": "Accept-Encoding",
        }
        if is_cached(request, asset.etag):
            return Response(None, HTTPStatus.NOT_MODIFIED, headers)
        if accepts_gzip(request):
            return Response(asset.gzipped, headers=headers | {"Content-Encoding": "gzip"})
        return Response(asset.content, headers=headers)

    def _read(self, name: str, content: bytes, root: str) -> Asset:
        """Return a file, in which names of others are replaced by the version's addresses. `root` leads to the start page."""
        suffix = Path(name).suffix
        if suffix == ".html":
            content = _OWN_LINKS.sub(lambda found: self._rebase(found, root.encode()), content)
        # Weak: packed and unpacked are the same file in other bytes.
        etag = f'W/"{hashlib.sha256(content).hexdigest()[:32]}"'
        return Asset(content, gzip.compress(content, mtime=0), _MEDIA_TYPES[suffix], etag)

    def _rebase(self, found: re.Match[bytes], root: bytes) -> bytes:
        start, file = found.groups()
        return start + (root + file + self.version.encode() + b"/" if file else root or b"./")


def is_cached(request: Request, etag: str) -> bool:
    """Return whether the browser says that it has this version already."""
    known = [tag.strip().removeprefix("W/") for tag in request.headers.get("if-none-match", "").split(",")]
    return etag.removeprefix("W/") in known or "*" in known
