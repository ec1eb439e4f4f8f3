"""Asks of every implementation of `CopySigner`: does the copy stay the picture that it was, whatever its original is?"""

import hashlib
import io
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PIL import Image

from bot.ports.copy_signer import CopySigner
from bot.services.provenance import NO_COPY_SIGNER, read_provenance
from tests.fakes.signing import write_signing_files
from tests.unit.services.test_provenance import a_picture


@pytest.fixture(params=["none", "c2pa"])
def signer(request: pytest.FixtureRequest, tmp_path: Path) -> CopySigner:
    """Return each of them."""
    if request.param == "none":
        return NO_COPY_SIGNER
    pytest.importorskip("c2pa", reason="needs easel[c2pa]")
    from bot.adapters.c2pa.certificates import load_certificate  # noqa: PLC0415 - needs the extra
    from bot.adapters.c2pa.signer import C2paSigner  # noqa: PLC0415 - needs the extra

    files = write_signing_files(tmp_path)
    return C2paSigner(load_certificate(files.certificate, files.key, datetime.now(UTC)))


@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP"])
@pytest.mark.parametrize("parent", ["PNG", "JPEG", "WEBP", "GIF"])
async def test_a_copy_keeps_its_pixels_and_what_it_says(signer: CopySigner, form: str, parent: str) -> None:
    """In every form that copies and originals have."""
    copy = a_picture(form)
    signed = await signer.sign(copy, a_picture(parent))
    assert _pixels(signed) == _pixels(copy)
    assert len(copy) <= len(signed) <= len(copy) + 20_000
    assert read_provenance(signed).format == form


@pytest.mark.parametrize(
    ("copy", "original"),
    [(b"", a_picture()), (b"no picture", b""), (a_picture(), b"no picture"), (a_picture("BMP"), a_picture())],
)
async def test_what_cannot_be_signed_is_given_back(signer: CopySigner, copy: bytes, original: bytes) -> None:
    """A picture that was paid for is shown without a signature rather than not at all."""
    assert await signer.sign(copy, original) == copy


def _pixels(content: bytes) -> str:
    with Image.open(io.BytesIO(content)) as image:
        return hashlib.sha256(image.convert("RGBA").tobytes()).hexdigest()
