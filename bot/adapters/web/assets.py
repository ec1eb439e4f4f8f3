"""The page's own files, read once and sent with an ETag, so that a browser asks again and gets a new version at once."""

import hashlib
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path

from fastapi import Request, Response

_FOLDER = Path(__file__).parent / "static"

_MEDIA_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".webmanifest": "application/manifest+json",
}


@dataclass(frozen=True, slots=True)
class Asset:
    """One file as it is sent."""

    content: bytes
    media_type: str
    etag: str


class Assets:
    """All files of the page, by name."""

    def __init__(self, folder: Path = _FOLDER) -> None:
        self._assets = {path.name: _read(path) for path in folder.iterdir() if path.suffix in _MEDIA_TYPES}

    def send(self, name: str, request: Request) -> Response | None:
        """Give a file, or 304 where the browser has it already; None when there is no such file."""
        asset = self._assets.get(name)
        if asset is None:
            return None
        headers = {"Cache-Control": "no-cache", "ETag": asset.etag, "Content-Type": asset.media_type}
        if is_known(request, asset.etag):
            return Response(None, HTTPStatus.NOT_MODIFIED, headers)
        return Response(asset.content, headers=headers)


def is_known(request: Request, etag: str) -> bool:
    """Whether the browser says that it has this version already."""
    known = [tag.strip().removeprefix("W/") for tag in request.headers.get("if-none-match", "").split(",")]
    return etag in known or "*" in known


def _read(path: Path) -> Asset:
    content = path.read_bytes()
    return Asset(content, _MEDIA_TYPES[path.suffix], f'"{hashlib.sha256(content).hexdigest()[:32]}"')
