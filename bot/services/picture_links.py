"""Links of our own to pictures: stable, unguessable, and dead once the picture is removed."""

from bot.domain.chat import PostPicture
from bot.domain.pictures import Picture
from bot.domain.shares import ShareId

EXTENSIONS = {"image/png": "png", "image/jpeg": "jpg", "image/webp": "webp"}


class PictureLinks:
    """Builds links below `base_url`.

    `public_url` is what our links begin with for people anywhere, and
    `store_url` is what the store's own addresses of its keys begin with, if
    everybody can fetch them. Either may be empty; none has a slash at its end.
    """

    def __init__(self, base_url: str, *, public_url: str = "", store_url: str = "") -> None:
        self._base_url = base_url
        self._public_url = public_url
        self._store_url = store_url

    def picture(self, picture: Picture) -> str:
        """Return the address of a picture."""
        return f"{self._base_url}{picture_path(picture)}"

    def original(self, picture: Picture) -> str:
        """Return the address of a picture's untouched bytes for people anywhere, or nothing where there is none.

        Ours is preferred to the store's: it stops working as soon as the picture is hidden.
        """
        if self._public_url:
            return f"{self._public_url}{picture_path(picture)}"
        return f"{self._store_url}/{picture.file.key}" if self._store_url else ""

    @property
    def is_public(self) -> bool:
        """Whether people anywhere can open links of ours."""
        return bool(self._public_url)

    def share(self, share: ShareId) -> str:
        """Return the address of a share page."""
        return f"{self._public_url or self._base_url}/s/{share}"

    def post_picture(self, picture: Picture, alt: str) -> PostPicture:
        """Return the picture as a post shows it."""
        file = picture.file
        return PostPicture(
            picture=picture.id,
            key=file.key,
            media_type=file.media_type,
            width=file.width,
            height=file.height,
            size_bytes=file.size_bytes,
            alt=alt,
            link=self.picture(picture),
            original=self.original(picture),
        )


def picture_path(picture: Picture) -> str:
    """Return the path of a picture's address."""
    return f"/p/{picture.id}.{EXTENSIONS[picture.file.media_type]}"
