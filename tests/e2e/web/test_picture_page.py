"""Asks what stands behind the page of one picture: does its owner learn all of it, and nobody else anything?"""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
import pytest_asyncio

from bot.adapters.web.surface import WEB
from bot.domain.chat import Place
from bot.domain.jobs import JobId, PreparedPrompt
from bot.domain.money import Cost
from bot.domain.pictures import PictureId
from bot.domain.removals import RemovalReason
from tests.fakes.clock import NOON
from tests.fakes.gallery_wall import Wall
from tests.fakes.visitor import HttpVisitor
from tests.fakes.web_house import WebHouse, running

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest_asyncio.fixture(loop_scope="session")
async def house(wall: Wall) -> AsyncIterator[WebHouse]:
    """Serve the page in front of it."""
    async with running(wall.house) as served:
        yield served


def job_of(wall: Wall, picture: PictureId) -> JobId:
    """Return what a picture was drawn for."""
    return JobId(wall.bench.jobs.kept[picture].picture.job)


async def test_its_owner_learns_all_of_it(wall: Wall, ann: HttpVisitor) -> None:
    """Both wordings, what was asked for, what it cost, and what it came of; words that were erased are not told."""
    [fox, _] = await wall.hang(ann.cookie, "a fox", size=2)
    row = wall.bench.jobs.rows[job_of(wall, fox)]
    row.job, row.prompt_cost = replace(row.job, prepared_prompt=PreparedPrompt("a red fox")), Cost(1200)
    [night] = await wall.hang(ann.cookie, "make it night", changed=fox)
    facts = (await ann.get(f"/api/pictures/{fox}")).facts
    chosen = {name: facts[name] for name in ("id", "prompt", "drawn_prompt", "cost", "drawn_for_that", "share", "job")}
    assert chosen == {
        "id": fox,
        "prompt": "a fox",
        "drawn_prompt": "a red fox",
        "cost": "$0.0012",
        "drawn_for_that": 2,
        "share": "",
        "job": row.job.id,
    }
    assert facts["settings"] == [
        ["size", "640 × 480"],
        ["quality", "medium"],
        ["count", "2"],
        ["rewriting", "on"],
        ["lane", "fast"],
    ]
    assert [(step["id"], step["is_own"]) for step in facts["row"]] == [(fox, True), (night, True)]
    row.job = replace(row.job, erased_at=NOON)
    erased = (await ann.get(f"/api/pictures/{fox}")).facts
    assert (erased["prompt"], erased["drawn_prompt"], "fox" in erased["words"]) == ("", "", False)


async def test_nobody_else_learns_anything(wall: Wall, ann: HttpVisitor, bob: HttpVisitor) -> None:
    """One sentence, as a page where it is looked at; the same of what is not to be seen, whyever, and of what there never was."""
    fox, owl, hen = await wall.hang(ann.cookie, "a fox", "an owl", "a hen")
    await wall.bench.gallery.delete(job_of(wall, owl))
    await wall.bench.decisions.remove(hen, RemovalReason.RULES, "mo")
    page = await ann.get(f"/i/{fox}", Accept="text/html")
    assert (page.status, b'src="../static/' in page.content, b'href="../"' in page.content) == (200, True, True)
    for visitor, cookie, picture, status in (
        (bob, None, fox, 403),
        (bob, "", fox, 403),
        (bob, None, owl, 403),
        (ann, None, owl, 410),
        (ann, None, hen, 410),
        (ann, None, "none", 404),
        (ann, None, "x" * 65, 404),
    ):
        headers = {} if cookie is None else {"Cookie": cookie}
        answers = [await visitor.get(f"{path}/{picture}", **headers) for path in ("/i", "/api/pictures")]
        assert [one.status for one in answers] == [status] * 2
        assert {b"fox" in one.content or b"owl" in one.content for one in answers} == {False}
        shared = await visitor.ask("POST", f"/api/pictures/{picture}/share", {**visitor.own, **headers})
        assert shared.status == status
    shown = await bob.get(f"/i/{fox}", Accept="text/html")
    assert "<h1>This picture is somebody else&#x27;s; they can share a link that shows it.</h1>" in shown.content.decode()


async def test_what_others_like_is_nobodys_business(wall: Wall, ann: HttpVisitor, bob: HttpVisitor) -> None:
    """Not even in the row that a picture of one's own stands in."""
    [fox] = await wall.hang(ann.cookie, "a fox")
    [night] = await wall.hang(bob.cookie, "make it night", changed=fox)
    for one in (fox, night):
        row_of_job = wall.bench.jobs.rows[job_of(wall, one)]
        row_of_job.job = replace(row_of_job.job, place=Place(WEB, "", "studio"))
    for visitor, own in ((ann, fox), (bob, night)):
        await visitor.post_json("/api/gallery/favourites", {"pictures": [own], "is_favourite": True})
        row = (await visitor.get(f"/api/pictures/{own}")).facts["row"]
        assert {step["id"]: step["is_favourite"] for step in row} == {fox: own == fox, night: own == night}


async def test_it_is_shared_from_there(wall: Wall, ann: HttpVisitor, bob: HttpVisitor) -> None:
    """Once, under one link, until that is ended; nobody else does either."""
    [fox] = await wall.hang(ann.cookie, "a fox")
    path = f"/api/pictures/{fox}/share"
    first, second = [(await ann.ask("POST", path, ann.own)).facts for _ in range(2)]
    assert first == second
    assert (await ann.get(f"/api/pictures/{fox}")).facts["share"] == first["share"]
    assert (await bob.delete(path)).status == 403
    assert (await ann.ask("POST", path, {"Origin": "https://elsewhere.example"})).status == 403
    assert (await ann.delete(path)).facts == {"share": ""}
    assert (await ann.get(f"/api/pictures/{fox}")).facts["share"] == ""
