"""Asks over real connections whether links to pictures are stable, safe, and dead at once when they are taken back."""

import asyncio
import io
import re
from datetime import timedelta

import pytest
from PIL import Image

from bot.domain.jobs import JobId
from bot.domain.pictures import derived_keys
from bot.errors import StorageFailed
from tests.fakes.clock import NOON
from tests.fakes.objects import MemoryObjects
from tests.fakes.studio import png
from tests.fakes.visitor import HttpVisitor
from tests.fakes.web_house import WebHouse, drawn, running

pytestmark = pytest.mark.asyncio(loop_scope="session")


class LinkingObjects(MemoryObjects):
    """A store that anyone can fetch from."""

    async def link(self, key: str, lasts: timedelta) -> str | None:
        """Return an address that says how long it lasts."""
        return f"https://store.example/link?lasts={lasts.total_seconds():.0f}"


async def test_a_picture_is_sent_as_nothing_but_a_picture(house: WebHouse, ann: HttpVisitor) -> None:
    """No browser will run anything in it."""
    _, path = await drawn(house, ann)
    answer = await ann.get(path)
    assert (answer.status, answer.content) == (200, png())
    assert answer.headers["Content-Type"] == "image/png"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert answer.headers["Cache-Control"] == "private, no-cache"
    assert re.fullmatch(r'inline; filename="easel-ai-[\w-]+\.png"', answer.headers["Content-Disposition"])


async def test_a_picture_can_be_saved(house: WebHouse, ann: HttpVisitor) -> None:
    """Under a safe name."""
    _, path = await drawn(house, ann)
    assert (await ann.get(f"{path}?download")).headers["Content-Disposition"].startswith("attachment; ")


async def test_a_browser_asks_each_time_and_gets_it_once(house: WebHouse, ann: HttpVisitor) -> None:
    """Its copy is good for as long as the picture may be seen."""
    order, path = await drawn(house, ann)
    etag = (await ann.get(path)).headers["ETag"]
    assert (await ann.get(path, If_None_Match=etag)).status == 304
    await house.studio.pictures.hide(JobId(order.id), NOON)
    assert (await ann.get(path, If_None_Match=etag)).status == 410


async def test_the_head_says_how_large_it_is(house: WebHouse, ann: HttpVisitor) -> None:
    """Without asking the store for it."""
    _, path = await drawn(house, ann)
    house.studio.objects.failures.fail_always("get", StorageFailed("memory", "down"))
    answer = await ann.ask("HEAD", path)
    assert (answer.status, answer.headers["Content-Length"], answer.content) == (200, str(len(png())), b"")


async def test_what_was_taken_down_is_gone(house: WebHouse, ann: HttpVisitor) -> None:
    """Hidden or removed; hidden can come back."""
    order, path = await drawn(house, ann)
    await house.studio.pictures.hide(JobId(order.id), NOON)
    hidden = await ann.get(path)
    assert (hidden.status, hidden.facts["detail"], hidden.facts["kind"]) == (410, "This picture was taken down.", "gone")
    await house.studio.pictures.show(JobId(order.id))
    assert (await ann.get(path)).status == 200
    await house.studio.pictures.hide(JobId(order.id), NOON)
    [picture] = await house.studio.pictures.of_job(JobId(order.id))
    await house.studio.pictures.remove(picture.id)
    assert (await ann.get(path)).status == 410


@pytest.mark.parametrize("path", ["/p/unknown.png", "/p/unknown", "/p/..%2f..%2fx.png", "/p/a%00.png", "/p/<x>.png"])
async def test_there_is_no_picture_elsewhere(ann: HttpVisitor, path: str) -> None:
    """Whatever the address looks like."""
    assert (await ann.get(path)).status == 404


async def test_people_see_a_page_instead_of_json(ann: HttpVisitor) -> None:
    """Who opens a dead link in a browser reads one sentence."""
    answer = await ann.get("/p/unknown.png", Accept="text/html,*/*")
    assert (answer.status, answer.headers["Content-Type"]) == (404, "text/html; charset=utf-8")
    assert "<h1>There is no picture at this address.</h1>" in answer.content.decode()


async def test_a_store_that_is_down_will_be_back(house: WebHouse, ann: HttpVisitor) -> None:
    """The link is not dead."""
    _, path = await drawn(house, ann)
    house.studio.objects.failures.fail_next("get", StorageFailed("memory", "secret address"))
    answer = await ann.get(path)
    assert (answer.status, answer.headers["Retry-After"]) == (503, "30")
    assert "secret" not in answer.content.decode()
    assert (await ann.get(path)).status == 200


async def test_a_store_with_links_is_redirected_to() -> None:
    """For a while shorter than the link lasts; never once the picture is gone."""
    async with running(WebHouse(objects=LinkingObjects())) as house, HttpVisitor(house.address) as ann:
        order, path = await drawn(house, ann)
        answer = await ann.get(path)
        assert (answer.status, answer.headers["Location"]) == (302, "https://store.example/link?lasts=600")
        assert answer.headers["Cache-Control"] == "private, max-age=300"
        await house.studio.pictures.hide(JobId(order.id), NOON)
        assert (await ann.get(path)).status == 410


@pytest.mark.parametrize(
    ("drawn_size", "edge", "size"),
    [((1536, 1024), 512, (512, 341)), ((1536, 1024), 1024, (1024, 683)), ((1024, 1024), 1024, (1024, 1024))],
)
async def test_smaller_copies_are_made_once_and_kept_beside_the_picture(
    house: WebHouse, ann: HttpVisitor, drawn_size: tuple[int, int], edge: int, size: tuple[int, int]
) -> None:
    """By keys that removal knows; many who ask at once get the same one."""
    await ann.say("/imagine a fox")
    [picture] = await house.studio.finish(house.studio.orders[-1], png(*drawn_size))
    path = f"/p/{picture.id}.png?edge={edge}"
    answers = await asyncio.gather(*(ann.get(path) for _ in range(5)))
    assert {(answer.status, answer.headers["Content-Type"]) for answer in answers} == {(200, "image/webp")}
    with Image.open(io.BytesIO(answers[0].content)) as copy:
        assert (copy.format, copy.size) == ("WEBP", size)
    kept = set(house.studio.objects.objects) - {picture.file.key}
    assert kept <= set(derived_keys(picture.file.key))
    assert {house.studio.objects.objects[key] for key in kept} == {(answers[0].content, "image/webp")}
    assert len(kept) == 1
    assert (await ann.get(path, If_None_Match=answers[0].headers["ETag"])).status == 304
    await house.studio.pictures.hide(JobId(picture.job), NOON)
    assert (await ann.get(path)).status == 410


@pytest.mark.parametrize("edge", ["512", "1024", "77", "-1", "", "99999999999", "²"])
async def test_what_has_no_copy_is_shown_itself(house: WebHouse, ann: HttpVisitor, edge: str) -> None:
    """A picture that is small already, and a length that nobody offered."""
    _, path = await drawn(house, ann)
    assert (await ann.get(f"{path}?edge={edge}")).content == png()
    assert len(house.studio.objects.objects) == 1


async def test_a_copy_is_shown_even_where_it_cannot_be_kept(house: WebHouse, ann: HttpVisitor) -> None:
    """It is made again by the next one."""
    await ann.say("/imagine a fox")
    [picture] = await house.studio.finish(house.studio.orders[-1], png(600, 400))
    house.studio.objects.failures.fail_next("put", StorageFailed("s3", "full"))
    for _ in range(2):
        assert (await ann.get(f"/p/{picture.id}.png?edge=512")).headers["Content-Type"] == "image/webp"
    assert len(house.studio.objects.objects) == 2
