"""Asks whether the copies that people get are signed by whoever runs easel, and originals left as they came."""

from pathlib import Path

from bot.domain.pictures import THUMBNAIL_EDGES
from bot.services.provenance import read_provenance
from bot.services.thumbnails import Thumbnails
from tests.e2e.discord_stage import a_stage
from tests.fakes.discord import Limits
from tests.fakes.openai import FakeOpenAI, Options
from tests.fakes.signing import write_signing_files
from tests.unit.adapters.c2pa.test_signer import read

MIB = 1024 * 1024


async def test_copies_are_signed_and_originals_left_alone(tmp_path: Path) -> None:
    """The JPEG that Discord takes, which is no larger than that for its signature, and the preview of the page."""
    files = write_signing_files(tmp_path)
    provenance = {"certificate": str(files.certificate), "key": str(files.key)}
    async with FakeOpenAI(Options(picture_bytes=2 * MIB)) as openai:
        drawn_by = {"api_key": "sk-test", "base_url": openai.url}
        async with a_stage(tmp_path / "data", limits=Limits(upload_bytes=MIB), openai=drawn_by, provenance=provenance) as stage:
            message = await stage.picture()
            [picture] = await stage.base.records.pictures.of_job((await stage.job(message)).id)
            original = await stage.base.objects.get(picture.file.key)
            thumbnails = Thumbnails(stage.base.records.pictures, stage.base.objects, stage.base.copy_signer)
            preview = await thumbnails.get(picture, min(THUMBNAIL_EDGES))
    [sent] = message.files
    assert len(sent.content) <= MIB
    for copy in (sent.content, preview):
        report = read(files, copy)
        assert report["validation_state"] == "Trusted"
        [parent] = report["manifests"][report["active_manifest"]]["ingredients"]
        assert parent["instance_id"] == f"sha256:{picture.file.sha256}"
    assert not read_provenance(original).has_c2pa
