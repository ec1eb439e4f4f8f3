"""Does a process sign only where it was asked to, and say in one sentence what is missing for that?"""

import sys
from pathlib import Path

import pytest

from bot.app.content_credentials import check_signature, open_copy_signer
from bot.app.foundation import open_foundation
from bot.app.system import SystemClock
from bot.config import Settings, load
from bot.config.provenance_settings import ProvenanceSettings
from bot.domain.provenance import Signature, SignatureState
from bot.errors import ConfigError
from bot.services.provenance import NO_COPY_SIGNER, read_provenance
from tests.fakes.signing import SigningFiles, write_signing_files
from tests.unit.services.test_provenance import a_picture


def settings_for(files: SigningFiles) -> Settings:
    """Return settings with a certificate."""
    return Settings(provenance=ProvenanceSettings(certificate=str(files.certificate), key=str(files.key)))


async def test_by_default_nothing_is_signed_and_nothing_imported() -> None:
    """What nobody asked for costs nothing, at the start least of all."""
    before = set(sys.modules)
    assert await open_copy_signer(Settings(), SystemClock()) is NO_COPY_SIGNER
    new = set(sys.modules) - before
    assert [name for name in new if name.partition(".")[0] in {"c2pa", "cryptography"}] == []


async def test_with_a_certificate_copies_are_signed(tmp_path: Path) -> None:
    """Each of them."""
    pytest.importorskip("c2pa", reason="needs easel[c2pa]")
    signer = await open_copy_signer(settings_for(write_signing_files(tmp_path)), SystemClock())
    assert read_provenance(await signer.sign(a_picture("JPEG"), a_picture())).has_c2pa


async def test_a_missing_extra_is_named_with_its_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """At the start, before anything else happens; a picture is looked at all the same."""
    monkeypatch.setitem(sys.modules, "c2pa", None)
    settings = settings_for(write_signing_files(tmp_path))
    with pytest.raises(ConfigError) as refused:
        async with open_foundation(settings.model_copy(update={"data_dir": tmp_path / "data"})):
            pass
    assert refused.value.user_text == "[provenance] certificate needs more packages: pip install easel[c2pa]."
    assert check_signature(settings, a_picture(), "image/png") == Signature(SignatureState.UNCHECKED)


async def test_a_certificate_that_may_not_sign_pictures_is_refused_at_the_start(tmp_path: Path) -> None:
    """By the library's own rules, with its own reason."""
    pytest.importorskip("c2pa", reason="needs easel[c2pa]")
    with pytest.raises(ConfigError, match="cannot sign pictures") as refused:
        await open_copy_signer(settings_for(write_signing_files(tmp_path, is_for_pictures=False)), SystemClock())
    assert "extended key usage" in refused.value.user_text
    assert "PRIVATE" not in refused.value.user_text


def test_a_certificate_without_its_key_is_a_mistake_in_the_settings() -> None:
    """And the other way round."""
    for name in ("CERTIFICATE", "KEY"):
        with pytest.raises(ConfigError, match="certificate and key belong together"):
            load(environ={f"EASEL_PROVENANCE__{name}": "/somewhere.pem"})
