"""Do pictures fit where they go, and stay as they are where they do?"""

import io
import random
from dataclasses import replace

import pytest
from PIL import Image

from bot.adapters.discord.message_renderer import MessageRenderer, UploadLimits, shrink_to_jpeg
from bot.adapters.discord.rendering import LinkedPicture
from bot.domain.chat import Attachment, Post, PostPicture, Tone
from bot.domain.pictures import PictureId
from bot.errors import StorageFailed, SurfaceFailed
from tests.fakes.objects import MemoryObjects


def noisy(width: int = 400, height: int = 300, mode: str = "RGB") -> bytes:
    """Return a picture that packs badly."""
    chance, file = random.Random(1), io.BytesIO()  # noqa: S311 - noise, not a secret
    Image.frombytes(mode, (width, height), chance.randbytes(width * height * len(mode))).save(file, "PNG")
    return file.getvalue()


def exhibit(key: str = "k") -> PostPicture:
    """Return a picture of a post."""
    return PostPicture(PictureId("p1"), key, "image/png", 400, 300, 1, "a fox", "https://easel.example/p/p1.png")


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "L"])
@pytest.mark.parametrize("most", [100_000, 30_000, 6_000])
def test_a_smaller_copy_fits(mode: str, most: int) -> None:
    """And is a picture of the same shape."""
    copy = shrink_to_jpeg(noisy(mode=mode), most)
    assert len(copy) <= most
    with Image.open(io.BytesIO(copy)) as opened:
        assert opened.format == "JPEG"
        assert abs(opened.width / opened.height - 400 / 300) < 0.05


async def test_what_fits_goes_as_it_is() -> None:
    """Byte for byte."""
    objects = MemoryObjects()
    await objects.put("k", b"bytes", "image/png")
    [upload] = (await MessageRenderer(objects).render(Post("x", Tone.DONE, pictures=(exhibit(),)), UploadLimits())).uploads
    assert (upload.content, upload.name, upload.is_smaller) == (b"bytes", "easel-ai-p1.png", False)


async def test_a_picture_that_discord_can_fetch_is_not_sent() -> None:
    """Where the settings say so, and where the address is one that Discord takes."""
    linked = replace(exhibit(), original="https://easel.example/p/p1.png")
    renderer = MessageRenderer(MemoryObjects(), shows_links=True)
    rendered = await renderer.render(Post("x", Tone.DONE, pictures=(linked,)), UploadLimits(is_spoiler=True))
    assert rendered.shown == (LinkedPicture("https://easel.example/p/p1.png", "a fox", is_spoiler=True),)
    assert rendered.files == []


@pytest.mark.parametrize("original", ["", "http://easel.example/p/p1.png"])
async def test_what_discord_cannot_fetch_is_sent(original: str) -> None:
    """Whatever the settings say."""
    objects = MemoryObjects()
    await objects.put("k", b"bytes", "image/png")
    renderer = MessageRenderer(objects, shows_links=True)
    rendered = await renderer.render(Post("x", Tone.DONE, pictures=(replace(exhibit(), original=original),)), UploadLimits())
    assert [one.content for one in rendered.uploads] == [b"bytes"]


async def test_several_share_what_a_request_may_hold() -> None:
    """25 MiB for all of them."""
    objects, content = MemoryObjects(), noisy()
    await objects.put("k", content, "image/png")
    limits = UploadLimits(upload_bytes=len(content) // 2)
    uploads = (await MessageRenderer(objects).render(Post("x", Tone.DONE, pictures=(exhibit(), exhibit())), limits)).uploads
    assert all(len(upload.content) <= len(content) // 2 and upload.name.endswith(".jpg") for upload in uploads)


class LongSigner:
    """Signs with so many bytes at the end."""

    def __init__(self, size: int) -> None:
        self.size = size
        self.originals: list[bytes] = []

    async def sign(self, copy: bytes, original: bytes) -> bytes:
        """Sign, and remember of what it is a copy."""
        self.originals.append(original)
        return copy + b"x" * self.size


@pytest.mark.parametrize(("size", "is_signed"), [(500, True), (8_000, True), (40_000, False)])
async def test_a_signed_copy_fits_too(size: int, *, is_signed: bool) -> None:
    """A smaller picture with its signature is sent where both fit; else the picture without."""
    objects, content, signer = MemoryObjects(), noisy(), LongSigner(size)
    await objects.put("k", content, "image/png")
    renderer = MessageRenderer(objects, signer=signer)
    rendered = await renderer.render(Post("x", Tone.DONE, pictures=(exhibit(),)), UploadLimits(upload_bytes=30_000))
    [upload] = rendered.uploads
    assert len(upload.content) <= 30_000
    assert upload.content.endswith(b"x" * size) is is_signed
    assert set(signer.originals) == {content}


async def test_a_store_that_is_down_is_tried_again_later() -> None:
    """A picture that was paid for is not shown without its bytes."""
    objects = MemoryObjects()
    objects.failures.fail_always("get", StorageFailed("memory", "down"))
    with pytest.raises(SurfaceFailed) as failure:
        await MessageRenderer(objects).render(Post("x", Tone.DONE, pictures=(exhibit(),)), UploadLimits())
    assert failure.value.is_temporary


async def test_a_preview_too_large_is_left_out() -> None:
    """It is worth no trouble."""
    rendered = await MessageRenderer(MemoryObjects()).render(
        Post("x", Tone.WORKING, preview=b"x" * 11), UploadLimits(upload_bytes=10)
    )
    assert rendered.uploads == ()


PLOT = Attachment("plot.png", "image/png", b"plot", "bars")
TABLE = Attachment("table.csv", "text/csv", b"a,b")


async def test_attachments_go_along_as_they_are() -> None:
    """Pictures are shown, and never hidden: nobody asked for a drawing."""
    rendered = await MessageRenderer(MemoryObjects()).render(Post("x", attachments=(PLOT, TABLE)), UploadLimits(is_spoiler=True))
    assert [(one.name, one.content, one.alt, one.is_shown, one.is_spoiler) for one in rendered.uploads] == [
        ("plot.png", b"plot", "bars", True, False),
        ("table.csv", b"a,b", "", False, False),
    ]


async def test_attached_pictures_that_nobody_should_see_unasked_are_hidden() -> None:
    """A reported picture is opened by a click in a moderator's own answer too; a table has nothing to hide."""
    rendered = await MessageRenderer(MemoryObjects()).render(
        Post("x", attachments=(PLOT, TABLE), is_sensitive=True), UploadLimits()
    )
    assert [one.is_spoiler for one in rendered.uploads] == [True, False]


async def test_an_attachment_that_is_too_large_is_named_and_left_out() -> None:
    """The rest is said all the same."""
    rendered = await MessageRenderer(MemoryObjects()).render(Post("x", attachments=(PLOT, TABLE)), UploadLimits(upload_bytes=3))
    assert [one.name for one in rendered.uploads] == ["table.csv"]
    with rendered.parameters() as parameters:
        assert "plot.png is too large to be sent here" in str(parameters.multipart)
