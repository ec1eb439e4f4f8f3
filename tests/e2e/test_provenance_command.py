"""Asks whether `easel provenance` knows our own pictures and copies again, and is honest about what it does not know."""

import asyncio
import hashlib
import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageOps

from bot.cli.program import main
from bot.domain.jobs import JobId
from bot.domain.people import REGISTERED
from bot.domain.pictures import PictureId
from bot.moderation.fingerprint import compute_fingerprints
from bot.services.thumbnails import shrink
from storage.sql.accounts import SqlAccounts
from storage.sql.database import open_database
from storage.sql.jobs import SqlJobs
from tests.contract.examples import ANN, DONE, LEASE, a_hold, a_job, some_pictures
from tests.e2e.tables import give_tables
from tests.fakes.clock import StoppedClock
from tests.fakes.ids import CountingIds
from tests.fakes.signing import write_signing_files
from tests.unit.moderation.test_fingerprint import saved, scene

ORIGINAL = saved(scene(1))


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the data folder of a house in which Ann has drawn a hen and a scene, in this order."""
    (tmp_path / "config.toml").write_text(f'data_dir = "{tmp_path}"\n')
    monkeypatch.setenv("EASEL_CONFIG", str(tmp_path / "config.toml"))

    async def fill() -> None:
        await give_tables(tmp_path)
        async with open_database(f"sqlite+aiosqlite:///{tmp_path / 'easel.db'}") as database:
            jobs = SqlJobs(database, StoppedClock())
            ann = await SqlAccounts(database, StoppedClock(), CountingIds()).get_or_create(ANN, REGISTERED)
            for name, content in (("hen", saved(scene(2))), ("scene", ORIGINAL)):
                await jobs.accept(a_job(name, ann.id), a_hold(ann.id, 1))
                await jobs.claim(JobId(name), LEASE)
                [one] = some_pictures(JobId(name), 1)
                digest = hashlib.sha256(content).hexdigest()
                file = replace(one.file, sha256=digest, fingerprint=compute_fingerprints(content)[0])
                await jobs.keep(JobId(name), 1, (replace(one, id=PictureId(name), file=file),))
                await jobs.finish(JobId(name), 1, DONE)

    asyncio.run(fill())
    return tmp_path


def look(folder: Path, content: bytes, capsys: pytest.CaptureFixture[str]) -> tuple[dict[str, Any], str]:
    """Return what is said of a file, for programs and for people."""
    (folder / "file").write_bytes(content)
    said = []
    for options in (["--json"], []):
        with pytest.raises(SystemExit) as ended:
            main(["provenance", str(folder / "file"), *options])
        assert not ended.value.code
        said.append(capsys.readouterr().out)
    report: dict[str, Any] = json.loads(said[0])
    return report, said[1]


def test_an_original_is_known_byte_for_byte(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """And by nothing less."""
    report, words = look(folder, ORIGINAL, capsys)
    assert (report["ours"]["id"], report["alike"], report["signature"]) == ("scene", None, None)
    assert "It is picture scene of this easel, byte for byte" in words


@pytest.mark.parametrize(
    "copy",
    [
        pytest.param(shrink(ORIGINAL, 150), id="smaller"),
        pytest.param(saved(scene(1), "JPEG", quality=40), id="saved anew"),
        pytest.param(saved(ImageOps.mirror(scene(1))), id="mirrored"),
        pytest.param(saved(scene(1).rotate(90, expand=True)), id="turned"),
    ],
)
def test_a_copy_is_known_by_what_it_shows(folder: Path, capsys: pytest.CaptureFixture[str], copy: bytes) -> None:
    """Smaller, in another format, mirrored, turned."""
    report, words = look(folder, copy, capsys)
    assert (report["ours"], report["alike"]["id"]) == (None, "scene")
    assert "It looks like picture scene of this easel" in words


@pytest.mark.parametrize(
    "stranger",
    [
        pytest.param(saved(scene(1).crop((30, 24, 270, 216))), id="cropped"),
        pytest.param(saved(ImageOps.expand(scene(1), 40, "black")), id="framed"),
        pytest.param(saved(scene(3)), id="another"),
        pytest.param(saved(Image.new("RGB", (64, 64), "teal")), id="plain"),
        pytest.param(ORIGINAL[: len(ORIGINAL) // 2], id="torn"),
    ],
)
def test_what_is_not_recognised_is_said_to_be_unknown(folder: Path, capsys: pytest.CaptureFixture[str], stranger: bytes) -> None:
    """Also where it was ours before somebody cropped it: nothing is made up."""
    report, words = look(folder, stranger, capsys)
    assert (report["ours"], report["alike"]) == (None, None)
    assert "It is not known here" in words
    assert "Crops and frames are not recognised." in words


def sign_with(folder: Path, content: bytes, original: bytes) -> bytes:
    """Set a certificate for the house, and sign a copy with it."""
    pytest.importorskip("c2pa", reason="needs easel[c2pa]")
    from tests.unit.adapters.c2pa.test_signer import sign  # noqa: PLC0415 - needs the extra

    files = write_signing_files(folder)
    section = f'[provenance]\ncertificate = "{files.certificate}"\nkey = "{files.key}"\n'
    (folder / "config.toml").write_text(f'data_dir = "{folder}"\n{section}')
    return sign(files, content, original)


def test_our_own_signature_is_checked(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """And named as ours."""
    signed = sign_with(folder, shrink(ORIGINAL, 150), ORIGINAL)
    report, words = look(folder, signed, capsys)
    assert report["signature"] == {"state": "valid", "signer": "Example Studio", "reason": None, "is_ours": True}
    assert (report["ai"], report["alike"]["id"]) == (True, "scene")
    assert "The signature is valid: this easel signed it, as Example Studio." in words


def test_a_signature_of_whoever_is_not_trusted(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Until an authority that the settings name vouches for it."""
    signed = sign_with(folder, shrink(ORIGINAL, 150), ORIGINAL)
    (folder / "config.toml").write_text(f'data_dir = "{folder}"\n')
    report, words = look(folder, signed, capsys)
    assert (report["signature"]["state"], report["signature"]["is_ours"]) == ("untrusted", False)
    assert "the signer is not trusted: it calls itself Example Studio" in words
    (folder / "config.toml").write_text(f'data_dir = "{folder}"\n[provenance]\ntrusted = "{folder / "authority.pem"}"\n')
    report, words = look(folder, signed, capsys)
    assert (report["signature"]["state"], report["signature"]["is_ours"]) == ("valid", False)
    assert "signed by Example Studio, whom [provenance] trusted vouches for" in words


def test_a_changed_picture_has_no_valid_signature(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """And it is said why."""
    signed = bytearray(sign_with(folder, shrink(ORIGINAL, 150), ORIGINAL))
    signed[signed.find(b"VP8 ") + 300] ^= 1
    report, words = look(folder, bytes(signed), capsys)
    assert report["signature"]["state"] == "invalid"
    assert "The signature is not valid: the picture was changed after it was signed." in words


def test_without_the_extra_a_signature_is_not_checked(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """And the command that changes that is named."""
    signed = sign_with(folder, shrink(ORIGINAL, 150), ORIGINAL)
    monkeypatch.setitem(sys.modules, "c2pa", None)
    report, words = look(folder, signed, capsys)
    assert report["signature"]["state"] == "unchecked"
    assert "The signature was not checked; pip install easel[c2pa] makes that possible." in words
