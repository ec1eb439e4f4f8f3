"""Asks what stands behind the gallery's page: does it tell people of all their pictures, and of nobody else's?"""

import io
import json
import zipfile
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
import pytest_asyncio

from bot.adapters.web.zip_stream import ZipEntry, write_zip
from bot.domain.collections import Collection, CollectionId
from bot.domain.jobs import JobId
from bot.domain.people import HOUSE
from bot.domain.removals import RemovalReason
from tests.fakes.clock import NOON
from tests.fakes.gallery_wall import Wall
from tests.fakes.visitor import Facts, HttpVisitor
from tests.fakes.web_house import WebHouse, running

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest_asyncio.fixture(loop_scope="session")
async def house(wall: Wall) -> AsyncIterator[WebHouse]:
    """Serve the page in front of it."""
    async with running(wall.house) as served:
        yield served


async def found(visitor: HttpVisitor, asked: str = "") -> list[Facts]:
    """Look for pictures."""
    answer = await visitor.get(f"/api/gallery?{asked}")
    assert answer.status == 200, answer
    pictures: list[Facts] = answer.facts["pictures"]
    return pictures


async def ids(visitor: HttpVisitor, asked: str = "") -> list[str]:
    """Return what is found."""
    return [picture["id"] for picture in await found(visitor, asked)]


async def test_everybody_sees_their_own_newest_first(wall: Wall, ann: HttpVisitor, bob: HttpVisitor) -> None:
    """With what a tile needs; whoever comes for the first time has none, and no account comes of it."""
    fox, owl = await wall.hang(ann.cookie, "a fox", "an owl")
    assert await ids(ann) == [owl, fox]
    [_, tile] = await found(ann)
    size = {"width": 640, "height": 480}
    kept_at = wall.bench.jobs.kept[fox].kept_at
    facts = {"id": fox, "file": f"p/{fox}.png", "is_favourite": False, "words": "a fox", "at": kept_at.isoformat()}
    assert tile == facts | size
    assert await ids(bob) == []
    accounts = len(wall.bench.accounts.created)
    stranger = await bob.get("/api/gallery", Cookie="")
    assert (stranger.facts, len(wall.bench.accounts.created)) == (
        {"pictures": [], "has_more": False, "collections": []},
        accounts,
    )
    assert stranger.headers["cache-control"] == "no-store"


async def test_looking_makes_no_account(wall: Wall, ann: HttpVisitor) -> None:
    """Not even with a cookie that nobody gave out: it could be another one each time."""
    [fox] = await wall.hang(ann.cookie, "a fox")
    accounts = len(wall.bench.accounts.created)
    made_up = {"Cookie": f"easel_visitor={'x' * 44}"}
    for address in (
        "/api/gallery",
        "/api/price?count=2",
        "/api/commands",
        "/api/messages",
        "/api/channel",
        f"/api/pictures/{fox}",
        f"/api/gallery/zip?pictures={fox}",
    ):
        await ann.get(address, **made_up)
    assert len(wall.bench.accounts.created) == accounts


async def test_pages_follow_each_other(wall: Wall, ann: HttpVisitor) -> None:
    """Each with the next two hundred, after the last one of the page before."""
    hung = await wall.hang(ann.cookie, *(f"fox {number}" for number in range(401)))
    first = (await ann.get("/api/gallery")).facts
    second = (await ann.get(f"/api/gallery?before={first['pictures'][-1]['id']}")).facts
    third = await ids(ann, f"before={second['pictures'][-1]['id']}")
    shown = [picture["id"] for page in (first, second) for picture in page["pictures"]]
    assert [*shown, *third] == list(reversed(hung))
    assert (first["has_more"], second["has_more"], "collections" in second) == (True, True, False)


async def test_some_are_found(wall: Wall, ann: HttpVisitor, bob: HttpVisitor) -> None:
    """By words, by day, among favourites, and in a collection of one's own; and by several at once."""
    [fox] = await wall.hang(ann.cookie, "a fox in the snow")
    wall.bench.jobs.kept[fox].kept_at = NOON
    owl, old_fox = await wall.hang(ann.cookie, "an owl", "an old fox")
    foxes = Collection(
        id=CollectionId("foxes"), account=await wall.account(ann.cookie), community=HOUSE, name="Foxes", created_at=NOON
    )
    await wall.collections.add(foxes)
    await wall.collections.put(foxes.id, [old_fox], NOON)
    starred = await ann.post_json("/api/gallery/favourites", {"pictures": [owl, "none"], "is_favourite": True})
    assert starred.facts == {"pictures": [owl]}
    assert await ids(ann, "words=FOX") == [fox, old_fox]
    assert await ids(ann, "words=fox&days=3") == [fox]
    assert await ids(ann, "only=favourites") == [owl]
    assert await ids(ann, "collection=foxes") == [old_fox]
    assert await ids(ann, "collection=foxes&only=favourites") == await ids(bob, "collection=foxes") == []
    assert (await ann.get("/api/gallery")).facts["collections"] == [{"id": "foxes", "name": "Foxes", "pictures": 1}]
    await ann.post_json("/api/gallery/favourites", {"pictures": [owl], "is_favourite": False})
    assert await ids(ann, "only=favourites") == []


async def test_nobody_stars_what_is_somebody_elses(wall: Wall, ann: HttpVisitor, bob: HttpVisitor) -> None:
    """Nor what cannot be seen."""
    fox, gone = await wall.hang(ann.cookie, "a fox", "a fox that is deleted")
    await wall.bench.gallery.delete(JobId(wall.bench.jobs.kept[gone].picture.job))
    assert (await bob.post_json("/api/gallery/favourites", {"pictures": [fox], "is_favourite": True})).facts == {"pictures": []}
    assert (await ann.post_json("/api/gallery/favourites", {"pictures": [gone], "is_favourite": True})).facts == {"pictures": []}
    assert wall.bench.jobs.kept[fox].picture.starred_at is None


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        (f"words={'x' * 4000}", "That is 4,000 characters long and 100 is the most"),
        ("words=%22*%22", "There are only signs in that"),
        ("days=0", "Days are a number from 1 to 3650."),
        ("days=99999", "Days are a number from 1 to 3650."),
        ("days=%D9%A3", "Days are a number from 1 to 3650."),
        ("before=../x", "That is not the id of a picture."),
        ("collection=%00", "That is not the id of a collection."),
    ],
)
async def test_what_makes_no_sense_is_a_sentence(ann: HttpVisitor, asked: str, says: str) -> None:
    """In the shape that all problems have."""
    answer = await ann.get(f"/api/gallery?{asked}")
    assert (answer.status, says in answer.facts["detail"]) == (400, True)


@pytest.mark.parametrize(
    "fields",
    [{}, {"pictures": []}, {"pictures": "x"}, {"pictures": [3]}, {"pictures": ["../x"]}, {"pictures": ["x"], "is_favourite": 1}],
)
async def test_what_are_no_pictures_are_refused(ann: HttpVisitor, fields: Facts) -> None:
    """Nor are more taken than can be chosen."""
    answer = await ann.post_json("/api/gallery/favourites", {"is_favourite": True, **fields})
    assert (answer.status, answer.facts["kind"]) == (400, "bad_input")
    many = await ann.post_json("/api/gallery/favourites", {"pictures": ["x"] * 201, "is_favourite": True})
    assert "At most 200 pictures can be chosen at once" in many.facts["detail"]


async def test_several_go_and_come_back_at_once(wall: Wall, ann: HttpVisitor, bob: HttpVisitor) -> None:
    """Their own, of any job; nobody else's, nor what a moderator took away; and asking twice is as good as once."""
    foxes = await wall.hang(ann.cookie, "foxes", size=3)
    [owl], [hers] = await wall.hang(ann.cookie, "an owl"), await wall.hang(bob.cookie, "a hen")
    await wall.bench.decisions.hide(foxes[2], RemovalReason.RULES, "mo")
    chosen = {"pictures": [owl, foxes[1], foxes[2], hers, "none"]}
    for _ in range(2):
        deleted = (await ann.post_json("/api/gallery/delete", chosen)).facts
        assert deleted == {"pictures": [owl, foxes[1], foxes[2]], "undo_seconds": 600, "unshown": 0}
        assert (await ids(ann), await ids(bob)) == ([foxes[0]], [hers])
    assert (await bob.post_json("/api/gallery/restore", chosen)).facts == {"pictures": [hers], "unshown": 0}
    assert await ids(ann) == [foxes[0]]
    assert (await ann.post_json("/api/gallery/restore", chosen)).facts == {"pictures": [owl, foxes[1]], "unshown": 0}
    assert await ids(ann) == [owl, foxes[1], foxes[0]]
    [shown] = [post for message, post in wall.surface.shown.items() if "foxes" in post.text]
    assert len(shown.pictures) == 2


async def test_several_are_saved_as_one_file(wall: Wall, ann: HttpVisitor, bob: HttpVisitor) -> None:
    """In the order that they were chosen in, with a manifest; of what is somebody else's, or gone, there is nothing in it."""
    fox, owl, gone = await wall.hang(ann.cookie, "a ../fox\n", "an owl", "a hen")
    [hers] = await wall.hang(bob.cookie, "a dog")
    await ann.post_json("/api/gallery/delete", {"pictures": [gone]})
    answer = await ann.get(f"/api/gallery/zip?pictures={owl},{fox},{gone},{hers},{owl}")
    assert answer.headers["content-disposition"] == 'attachment; filename="easel-ai-pictures.zip"'
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert archive.testzip() is None
        first, second = f"easel-ai-001-{owl}.png", f"easel-ai-002-{fox}.png"
        assert archive.namelist() == [first, second, "prompts.txt", "manifest.json"]
        manifest = json.loads(archive.read("manifest.json"))
    listed = [(one["file"], one["id"], one["prompt"], one["width"]) for one in manifest]
    assert listed == [(first, owl, "an owl", 640), (second, fox, "a ../fox\n", 640)]
    assert (await bob.get(f"/api/gallery/zip?pictures={fox},{gone}")).status == 404
    assert (await ann.get("/api/gallery/zip")).status == 400
    assert (await ann.get(f"/api/gallery/zip?pictures={','.join(['x'] * 201)}")).status == 400


async def test_a_picture_that_cannot_be_read_is_left_out_of_the_file(wall: Wall, ann: HttpVisitor) -> None:
    """And both lists say so; words that are not kept any more are not told either."""
    [fox] = await wall.hang(ann.cookie, "a fox")
    row = wall.bench.jobs.rows[JobId(wall.bench.jobs.kept[fox].picture.job)]
    row.job = replace(row.job, erased_at=NOON)
    wall.bench.objects.objects.clear()
    with zipfile.ZipFile(io.BytesIO((await ann.get(f"/api/gallery/zip?pictures={fox}")).content)) as archive:
        assert archive.namelist() == ["prompts.txt", "manifest.json"]
        assert "(could not be read now): words that are not kept any more" in archive.read("prompts.txt").decode()
        [listed] = json.loads(archive.read("manifest.json"))
    assert (listed["file"], listed["prompt"], listed["drawn_prompt"]) == (None, None, None)


async def test_what_is_hidden_while_the_file_is_written_is_not_in_it(wall: Wall) -> None:
    """It may take minutes; of such a picture both lists say that it is gone, and nothing of its words."""
    bench = wall.bench
    shown = [bench.jobs.kept[one].picture for one in await wall.hang("x" * 44, "a fox", "an owl", "a hen")]
    entries = [ZipEntry(f"{number}.png", bench.jobs.rows[JobId(one.job)].job, one) for number, one in enumerate(shown)]
    sending = write_zip(entries, bench.pictures.get, bench.objects)
    parts = [await anext(sending)]
    await bench.decisions.hide(shown[1].id, RemovalReason.RULES, "mo")
    parts += [part async for part in sending]
    with zipfile.ZipFile(io.BytesIO(b"".join(parts))) as archive:
        assert archive.namelist() == ["0.png", "2.png", "prompts.txt", "manifest.json"]
        assert archive.read("prompts.txt").decode().splitlines()[1] == "1.png (not to be seen any more)"
        told = [(one["file"], one["is_gone"], one["prompt"]) for one in json.loads(archive.read("manifest.json"))]
    assert told == [("0.png", False, "a fox"), (None, True, None), ("2.png", False, "a hen")]


async def test_other_pages_may_neither_read_nor_change_it(wall: Wall, ann: HttpVisitor) -> None:
    """The page itself carries what keeps it safe; what is sent from elsewhere is refused."""
    page = await ann.get("/gallery")
    assert (page.status, "script-src 'self'" in page.headers["content-security-policy"]) == (200, True)
    [fox] = await wall.hang(ann.cookie, "a fox")
    body = '{"pictures": ["' + fox + '"], "is_favourite": true}'
    headers = {"Origin": "https://elsewhere.example", "Content-Type": "application/json"}
    assert (await ann.ask("POST", "/api/gallery/favourites", headers, body)).status == 403
    assert wall.bench.jobs.kept[fox].picture.starred_at is None
