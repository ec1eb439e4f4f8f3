"""Links of our own to pictures: stable, unguessable, and dead once the picture is removed."""

from bot.domain.chat import Exhibit
from bot.domain.images import Picture

EXTENSIONS = {"image/png": "png", "image/jpeg": "jpg", "image/webp": "webp"}


class Links:
    """Builds links below `base_url`, which has no slash at its end."""

    def __init__(self, base_url: str) -> None:
        self._base_url = base_url

    def picture(self, picture: Picture) -> str:
        """Give the address of a picture."""
        return f"{self._base_url}/p/{picture.id}.{EXTENSIONS[picture.file.media_type]}"

    def exhibit(self, picture: Picture, alt: str) -> Exhibit:
        """Give the picture as a post shows it."""
        file = picture.file
        return Exhibit(
            picture=picture.id,
            key=file.key,
            media_type=file.media_type,
            width=file.width,
            height=file.height,
            size_bytes=file.size_bytes,
            alt=alt,
            link=self.picture(picture),
        )
