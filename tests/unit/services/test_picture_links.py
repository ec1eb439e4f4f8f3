"""Asks what a link to a picture looks like."""

import pytest

from bot.domain.chat import PostPicture
from bot.domain.pictures import ImageFile, Picture, PictureId, PictureState
from bot.services.picture_links import EXTENSIONS, PictureLinks

LINKS = PictureLinks("https://easel.test/house")


def picture(media_type: str) -> Picture:
    """Return a picture of some type."""
    file = ImageFile(key="pictures/ab/abc", sha256="abc", media_type=media_type, width=8, height=9, size_bytes=70)
    return Picture(id=PictureId("p1"), job="job-1", position=0, file=file, state=PictureState.VISIBLE)


@pytest.mark.parametrize(("media_type", "extension"), [("image/png", "png"), ("image/jpeg", "jpg"), ("image/webp", "webp")])
def test_a_link_names_the_picture_and_its_type_and_nothing_else(media_type: str, extension: str) -> None:
    """No key, no words, no person."""
    assert LINKS.picture(picture(media_type)) == f"https://easel.test/house/p/p1.{extension}"
    assert EXTENSIONS[media_type] == extension


def test_a_post_shows_a_picture_with_all_its_facts() -> None:
    """Platforms need them to make room for it."""
    assert LINKS.post_picture(picture("image/png"), "a fox") == PostPicture(
        picture=PictureId("p1"),
        key="pictures/ab/abc",
        media_type="image/png",
        width=8,
        height=9,
        size_bytes=70,
        alt="a fox",
        link="https://easel.test/house/p/p1.png",
    )


@pytest.mark.parametrize(
    ("public_url", "store_url", "original"),
    [
        ("", "", ""),
        ("https://easel.example", "", "https://easel.example/p/p1.png"),
        ("", "https://pictures.example/all", "https://pictures.example/all/pictures/ab/abc"),
        ("https://easel.example", "https://pictures.example", "https://easel.example/p/p1.png"),
    ],
)
def test_the_original_has_an_address_where_people_can_reach_one(public_url: str, store_url: str, original: str) -> None:
    """Ours is dead as soon as the picture is hidden, so it goes before the store's."""
    links = PictureLinks("http://127.0.0.1:8420", public_url=public_url, store_url=store_url)
    assert links.post_picture(picture("image/png"), "a fox").original == original
