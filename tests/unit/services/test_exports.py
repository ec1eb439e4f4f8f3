"""Asks whether an export has everything of its person, is never whole in memory, and is gone when its time is over."""

import io
import json
import zipfile
from dataclasses import replace

import pytest

from bot.domain.inputs import InputPicture, InputRole
from bot.domain.pictures import PictureId
from bot.domain.privacy import PrivacyKind, PrivacyRequest, PrivacyRequestId, PrivacyState
from bot.domain.templates import KeptTemplate, Template, TemplateId, TemplateOwner
from bot.errors import StorageFailed
from bot.services.export_links import LINK_LASTS, ExportLinks
from bot.services.exports import EXPORT_LASTS, Exports
from tests.fakes.bench import Bench
from tests.fakes.clock import NOON
from tests.fakes.codes import MemoryCodes
from tests.fakes.inputs import an_input, give_inputs
from tests.fakes.privacy import MemoryPersonalRecords, MemoryPrivacyRequests
from tests.fakes.surfaces import person
from tests.fakes.templates import MemoryTemplates


class ExportSetup:
    """A bench, and what exports."""

    def __init__(self, part_bytes: int = 1000) -> None:
        self.bench = Bench()
        self.requests = MemoryPrivacyRequests()
        self.records = MemoryPersonalRecords(self.bench.jobs, self.requests)
        self.templates = MemoryTemplates()
        self.exports = Exports(
            requests=self.requests,
            records=self.records,
            pictures=self.bench.pictures,
            inputs=self.bench.inputs,
            templates=self.templates,
            objects=self.bench.objects,
            clock=self.bench.clock,
            part_bytes=part_bytes,
        )
        codes = MemoryCodes(self.bench.clock)
        self.links = ExportLinks(self.requests, codes, self.bench.clock, self.bench.ids, base_url="http://easel.test")

    async def ask(self) -> PrivacyRequest:
        """Confirm it now."""
        request = PrivacyRequest(
            id=PrivacyRequestId(self.bench.ids.new()),
            kind=PrivacyKind.EXPORT,
            account=(await self.bench.quotas.account(person())).id,
            identity=person().identity,
            requested_at=self.bench.clock.now(),
        )
        return await self.requests.open(request)

    async def unpack(self, export: PrivacyRequest) -> zipfile.ZipFile:
        """Fetch it as the page does."""
        content = b"".join([part async for part in self.exports.read(export)])
        assert len(content) == export.size_bytes
        return zipfile.ZipFile(io.BytesIO(content))

    def stored(self) -> list[str]:
        """Return what is in the store of exports."""
        return [key for key in self.bench.objects.objects if key.startswith("exports/")]


@pytest.fixture
def stage() -> ExportSetup:
    """Set it up."""
    return ExportSetup()


async def test_it_has_records_and_pictures(stage: ExportSetup) -> None:
    """Bytes as they were drawn, and rows as JSON."""
    job = await stage.bench.draw("a fox", count=2)
    await stage.bench.draw("an owl", key="2", user="bob")
    done = await stage.exports.make(await stage.ask())
    assert (done.state, done.counts) == (PrivacyState.DONE, {"jobs": 1, "files": 2})
    with await stage.unpack(done) as archive:
        assert archive.testzip() is None
        pictures = await stage.bench.pictures.of_job(job.id)
        names = {f"pictures/{picture.id}.png" for picture in pictures}
        assert set(archive.namelist()) == {"README.txt", "records/jobs.json", "records/reports.json", *names}
        for picture in pictures:
            stored = stage.bench.objects.objects[picture.file.key]
            assert archive.read(f"pictures/{picture.id}.png") == await stage.bench.objects.get(picture.file.key), stored
        assert json.loads(archive.read("records/jobs.json")) == [{"account": job.account, "row": {"prompt": "a fox"}}]
        assert json.loads(archive.read("records/reports.json")) == []
        assert b"what is kept of you" in archive.read("README.txt")


async def test_it_is_stored_in_parts(stage: ExportSetup) -> None:
    """Each of them small, whatever there is."""
    stage.records.sections_of["jobs"] = [json.dumps({"prompt": stage.bench.ids.new() * 50, "n": n}) for n in range(300)]
    done = await stage.exports.make(await stage.ask())
    assert done.parts > 2
    assert len(stage.stored()) == done.parts
    with await stage.unpack(done) as archive:
        assert len(json.loads(archive.read("records/jobs.json"))) == 300


async def test_after_a_crash_it_is_made_anew(stage: ExportSetup) -> None:
    """Over what was there."""
    await stage.bench.draw("a fox")
    request = await stage.ask()
    stage.bench.objects.failures.fail_next("put", StorageFailed("objects", "away"))
    with pytest.raises(StorageFailed):
        await stage.exports.make(request)
    assert (await stage.requests.get(request.id)) == request
    done = await stage.exports.make(request)
    with await stage.unpack(done) as archive:
        assert archive.testzip() is None


async def test_a_picture_that_goes_meanwhile_is_left_out(stage: ExportSetup) -> None:
    """And is no failure."""
    job = await stage.bench.draw("a fox")
    [picture] = await stage.bench.pictures.of_job(job.id)
    await stage.bench.objects.delete(picture.file.key)
    assert "files" not in (await stage.exports.make(await stage.ask())).counts


async def test_more_pictures_than_a_page_are_all_there(stage: ExportSetup) -> None:
    """Page by page."""
    for number in range(101):
        await stage.bench.draw("a fox", key=f"call-{number}", user="ann") if number < 1 else None
    kept = next(iter(stage.bench.jobs.kept.values()))
    for number in range(1, 101):
        picture = replace(kept.picture, id=PictureId(f"p{number}"), position=number)
        stage.bench.jobs.kept[picture.id] = replace(kept, picture=picture)
    assert (await stage.exports.make(await stage.ask())).counts["files"] == 101


async def test_when_its_time_is_over_its_bytes_go(stage: ExportSetup) -> None:
    """And nobody can fetch it."""
    done = await stage.exports.make(await stage.ask())
    link = await stage.links.make(done)
    stage.bench.clock.move(EXPORT_LASTS)
    assert await stage.requests.due(stage.bench.clock.now()) == (done,)
    await stage.exports.expire(done)
    assert stage.stored() == []
    assert await stage.requests.due(stage.bench.clock.now()) == ()
    assert await stage.links.redeem(link.rpartition("/")[2]) is None


async def test_it_has_the_pictures_that_somebody_brought(stage: ExportSetup) -> None:
    """All of their pages; one that is gone meanwhile is left out."""
    job = await stage.bench.draw("make it night")
    owns = [f"own-{number:03}" for number in range(101)]
    await give_inputs(stage.bench.jobs, stage.bench.objects, job, *owns)
    await stage.bench.objects.delete(an_input("own-050").key)
    done = await stage.exports.make(await stage.ask())
    assert done.counts["files"] == 1 + 100
    with await stage.unpack(done) as archive:
        assert archive.read(an_input("own-000").key) == b"bytes"


async def test_a_link_works_once_and_only_the_newest(stage: ExportSetup) -> None:
    """And only for a while."""
    done = await stage.exports.make(await stage.ask())
    old, new = [(await stage.links.make(done)).removeprefix("http://easel.test/export/") for _ in range(2)]
    assert await stage.links.redeem(old) is None
    assert await stage.links.redeem(new) == done
    assert await stage.links.redeem(new) is None
    late = (await stage.links.make(done)).rpartition("/")[2]
    stage.bench.clock.move(LINK_LASTS)
    assert await stage.links.redeem(late) is None


@pytest.mark.parametrize("code", ["", "x", "../../etc/passwd", "a" * 1000])
async def test_nonsense_opens_nothing(stage: ExportSetup, code: str) -> None:
    """It is not even looked up."""
    assert await stage.links.redeem(code) is None


async def test_a_link_to_an_export_that_is_gone_opens_nothing(stage: ExportSetup) -> None:
    """Its person was forgotten."""
    done = await stage.exports.make(await stage.ask())
    code = (await stage.links.make(done)).rpartition("/")[2]
    await stage.requests.save(replace(done, state=PrivacyState.EXPIRED))
    assert await stage.links.redeem(code) is None


async def test_the_pictures_of_templates_are_in_it(stage: ExportSetup) -> None:
    """By the template's name; one that is not there any more is left out."""
    request = await stage.ask()
    kept = [
        InputPicture(key=key, role=InputRole.REFERENCE, source="0" * 64, media_type="image/png", width=1, height=1, size_bytes=3)
        for key in ("inputs/aa/one.png", "inputs/bb/gone.png")
    ]
    await stage.bench.objects.put(kept[0].key, b"one", "image/png")
    template = Template("Poster", "a fox", pictures=tuple(kept))
    owner = TemplateOwner.of_account(request.account)
    await stage.templates.save(KeptTemplate(id=TemplateId("t"), owner=owner, template=template, changed_at=NOON), most=1)
    done = await stage.exports.make(request)
    archive = zipfile.ZipFile(io.BytesIO(b"".join([part async for part in stage.exports.read(done)])))
    assert [(name, archive.read(name)) for name in archive.namelist() if name.startswith("templates/")] == [
        ("templates/Poster-1.png", b"one")
    ]
