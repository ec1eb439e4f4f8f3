"""Asks whether bytes are known by what they are."""

import io

import pytest
from PIL import Image

from bot.adapters.shared.media_types import media_type_of


@pytest.mark.parametrize(
    ("form", "media_type"), [("PNG", "image/png"), ("JPEG", "image/jpeg"), ("WEBP", "image/webp"), ("GIF", None)]
)
def test_pictures_are_known_by_their_first_bytes(form: str, media_type: str | None) -> None:
    """As Pillow writes them."""
    content = io.BytesIO()
    Image.new("RGB", (2, 2)).save(content, form)
    assert media_type_of(content.getvalue()) == media_type


@pytest.mark.parametrize("content", [b"", b"\x89PN", b"RIFF1234WAVE", b"<svg onload='alert(1)'>"])
def test_anything_else_is_not_a_picture(content: bytes) -> None:
    """Least of all what could carry a script."""
    assert media_type_of(content) is None
