"""Uploaded files, and the signed links that serve them for a while."""

import hashlib
import hmac
import io
import mimetypes
import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property

from PIL import Image, UnidentifiedImageError

from tests.fakes.discord.wire import Json

_SECRET = b"the fake's own"


@dataclass(frozen=True)
class Upload:
    """A file as somebody sends it."""

    filename: str
    content: bytes = field(repr=False)


@dataclass(eq=False)
class File:
    """A file that hangs on a message, or was given to a command. `alt` is what screen readers say."""

    id: int
    channel: int
    filename: str
    content: bytes = field(repr=False)
    alt: str | None = None
    is_ephemeral: bool = False

    @property
    def is_spoiler(self) -> bool:
        """Whether it hides behind a click."""
        return self.filename.startswith("SPOILER_")

    @property
    def media_type(self) -> str:
        """The type that the platform would guess: by the content for pictures, else by the name."""
        if self._picture is not None:
            return self._picture[0]
        return mimetypes.guess_type(self.filename)[0] or "application/octet-stream"

    @property
    def size(self) -> tuple[int, int] | None:
        """Width and height, when it is a picture."""
        return self._picture[1] if self._picture is not None else None

    @cached_property
    def _picture(self) -> tuple[str, tuple[int, int]] | None:
        try:
            with Image.open(io.BytesIO(self.content)) as picture:
                return Image.MIME.get(picture.format or "", "image/unknown"), picture.size
        except (UnidentifiedImageError, OSError, ValueError):
            return None

    @property
    def path(self) -> str:
        """Where the file server has it."""
        return f"/attachments/{self.channel}/{self.id}/{self.filename}"

    def json(self, base: str, expires: datetime) -> Json:
        """Return it as the API does, with a link that works until `expires`."""
        url = signed(base, self.path, expires)
        width, height = self.size or (None, None)
        body: Json = {
            "id": str(self.id),
            "filename": self.filename,
            "size": len(self.content),
            "url": url,
            "proxy_url": url,
            "width": width,
            "height": height,
            "content_type": self.media_type,
            "flags": 0,
            "ephemeral": self.is_ephemeral,
        }
        return {**body, "description": self.alt} if self.alt is not None else body

    def media_json(self, base: str, expires: datetime) -> Json:
        """Return it as a component's media item does."""
        whole = self.json(base, expires)
        kept = {key: whole[key] for key in ("url", "proxy_url", "width", "height", "content_type", "flags")}
        return {**kept, "attachment_id": whole["id"], "placeholder": None, "placeholder_version": 1, "loading_state": 2}


def clean_name(name: str) -> str:
    """Return the name that the platform stores a file under: ASCII letters, digits, `_`, `.` and `-`, no leading `._`."""
    plain = re.sub(r"[^A-Za-z0-9_.-]", "", "_".join(name.split()))
    return plain.lstrip("._") or "unknown"


def signed(base: str, path: str, expires: datetime) -> str:
    """Make a link to a file that works until `expires`."""
    until = f"{int(expires.timestamp()):x}"
    since = f"{int((expires - timedelta(days=1)).timestamp()):x}"
    return f"{base}{path}?ex={until}&is={since}&hm={_seal(path, until)}&"


def is_good_link(path: str, until: str, seal: str, now: datetime) -> bool:
    """Whether a link was made by `signed` and has not run out."""
    if not hmac.compare_digest(seal.encode(), _seal(path, until).encode()):
        return False
    return now.timestamp() < int(until, 16)


def _seal(path: str, until: str) -> str:
    return hmac.new(_SECRET, f"{path}:{until}".encode(), hashlib.sha256).hexdigest()
