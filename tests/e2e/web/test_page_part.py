"""Asks the page on which a part of a picture is marked: is it one person's, once, and is what they mark what is sent?"""

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from io import BytesIO

import pytest
import pytest_asyncio
from aiohttp import FormData
from PIL import Image
from playwright.async_api import Browser, Locator, Page, expect

from bot.adapters.web.part import PartDependencies, part_routes
from bot.adapters.web.surface import WEB
from bot.commands.part import PartEditing
from bot.domain.chat import Place
from bot.domain.images import Abilities, Size
from bot.domain.jobs import Job
from bot.domain.people import Identity, Person
from bot.domain.pictures import PictureId
from bot.domain.wishes import Wish
from bot.errors import SurfaceFailed
from bot.services.part_links import PartEdit, PartLinks
from tests.e2e.web.accessibility import violations
from tests.e2e.web.conftest import PATIENCE_MS, flawless_page
from tests.fakes.bench import Bench
from tests.fakes.codes import MemoryCodes
from tests.fakes.images import ScriptedProvider
from tests.fakes.photos import mask_of
from tests.fakes.surfaces import LOOM, SQUARE, FakeCall, RecordingSurface, person
from tests.fakes.visitor import Answer, HttpVisitor
from tests.fakes.web_house import WebHouse, running

pytestmark = pytest.mark.asyncio(loop_scope="session")

EDGE = 400
ABLE = Abilities(sizes=(Size(1024, 1024),), most=4, most_inputs=2, takes_mask=True)
LAMP = mask_of((EDGE, EDGE))


@dataclass(frozen=True, slots=True)
class PartSetup:
    """A house with a picture in a chat, and what issues links to it."""

    bench: Bench
    links: PartLinks
    editing: PartEditing
    job: Job
    picture: PictureId

    async def secret(self, edit: PartEdit | None = None) -> str:
        """Return what a new link carries: Ann's to the picture in the chat, if no other."""
        address = await self.links.issue(edit or PartEdit(person("ann"), SQUARE, self.picture))
        return address.partition("#")[2]

    def newest(self) -> Job:
        """Return the job that was accepted last."""
        return list(self.bench.jobs.rows.values())[-1].job

    def mask(self) -> Image.Image:
        """Return the opacity of the mask of the newest job."""
        key = self.newest().wish.inputs[-1].key
        return Image.open(BytesIO(self.bench.objects.objects[key][0])).getchannel("A")


@pytest_asyncio.fixture(loop_scope="session")
async def setup() -> PartSetup:
    """Have a picture drawn in the chat."""
    bench = Bench(painter=ScriptedProvider(abilities=ABLE, edge=EDGE), surfaces={WEB: RecordingSurface()})
    job = await bench.draw()
    [picture] = await bench.pictures.of_job(job.id)
    links = PartLinks(MemoryCodes(bench.clock), bench.ids, bench.clock, page="http://easel.test")
    editing = PartEditing(bench.studio, bench.bases, links, bench.quotas, page=WEB)
    return PartSetup(bench, links, editing, job, picture.id)


@pytest_asyncio.fixture(loop_scope="session")
async def house(setup: PartSetup) -> AsyncIterator[WebHouse]:
    """Serve the page in front of that house."""
    part = PartDependencies(setup.editing, {LOOM: setup.bench.surface})
    async with running(
        WebHouse(pages=(partial(part_routes, part),), pictures=setup.bench.pictures, objects=setup.bench.objects)
    ) as served:
        yield served


async def open_link(visitor: HttpVisitor, secret: object) -> Answer:
    """Open a link without a window."""
    return await visitor.post_json("/api/part/session", {"code": secret})


async def send(visitor: HttpVisitor, secret: str, mask: bytes = LAMP, words: str = "a lamp", **more: str) -> Answer:
    """Send a mask without a window."""
    form = FormData()
    for name, value in {"code": secret, "words": words, **more}.items():
        form.add_field(name, value)
    form.add_field("mask", mask, filename="mask.png", content_type="image/png")
    return await visitor.ask("POST", "/api/part/wishes", {**visitor.own, "X-Easel-Page": "1"}, form)


async def test_a_link_is_one_persons_once(setup: PartSetup, ann: HttpVisitor, bob: HttpVisitor) -> None:
    """What is sent is answered in the chat, in the name of whose link it was; a second time is one sentence."""
    secret = await setup.secret()
    facts = (await open_link(ann, secret)).facts
    assert (facts["width"], facts["height"], facts["person"]) == (EDGE, EDGE, "Ann")
    late = await open_link(bob, secret)
    assert (late.status, "does not work any more" in late.facts["detail"]) == (400, True)
    assert (await send(bob, secret)).status == 400
    assert (await send(ann, secret)).facts == {"notes": []}
    place, post, _ = setup.bench.surface.posted[-1]
    assert (place, post.footer[0], setup.newest().author.name) == (SQUARE, "asked by Ann", "Ann")
    again = await send(ann, secret)
    assert (again.status, "This page is used up" in again.facts["detail"]) == (400, True)
    await setup.bench.work()
    assert setup.bench.message(setup.newest()).pictures
    assert (await setup.bench.quota_status()).left == 18


async def test_a_link_of_a_visitor_is_no_other_visitors(setup: PartSetup, ann: HttpVisitor, bob: HttpVisitor) -> None:
    """What comes of it is said on the page, below their words."""
    user = sha256(ann.cookie.encode()).hexdigest()[:32]
    amber, studio = Person(Identity(WEB, "", user), "Amber"), Place(WEB, "", "studio")
    await setup.bench.studio.accept(Wish(prompt="an owl"), FakeCall(RecordingSurface(), "owl", by=amber, at=studio))
    await setup.bench.work()
    [picture] = await setup.bench.pictures.of_job(setup.newest().id)
    secret = await setup.secret(PartEdit(amber, studio, picture.id))
    assert (await open_link(bob, secret)).status == 403
    assert (await open_link(ann, secret)).status == 200
    assert (await send(ann, secret)).status == 200
    [message] = await ann.messages()
    assert (message["post"]["asked"]["text"], message["is_mine"]) == ("a lamp", True)


@pytest.mark.parametrize(
    ("mask", "says"),
    [
        (mask_of((200, EDGE)), "The mask is 200x400 and the picture 400x400"),
        (mask_of((EDGE, EDGE), None), "transparent nowhere"),
        (mask_of((EDGE, EDGE), (0, 0, EDGE, EDGE)), "transparent all over"),
        (b"no picture", "The mask is no picture"),
    ],
    ids=["size", "empty", "full", "text"],
)
async def test_a_mask_that_cannot_be_used_is_a_sentence(setup: PartSetup, ann: HttpVisitor, mask: bytes, says: str) -> None:
    """Nothing is counted, and the page is not used up."""
    secret = await setup.secret()
    await open_link(ann, secret)
    refused = await send(ann, secret, mask)
    assert (refused.status, says in refused.facts["detail"]) == (400, True)
    assert (await setup.bench.quota_status()).left == 19
    assert (await send(ann, secret)).status == 200


async def test_what_is_no_wish_is_refused(setup: PartSetup, ann: HttpVisitor) -> None:
    """Without the page's own header, with fields too many, without words, or with a made-up code."""
    secret = await setup.secret()
    await open_link(ann, secret)
    assert (await ann.post_json("/api/part/wishes", {"code": secret})).status == 415
    assert (await send(ann, secret, more="x")).status == 400
    assert (await send(ann, secret, words=" ")).status == 400
    for code in ("", "x" * 201, 3, None):
        assert (await open_link(ann, code)).status == 400
    assert (await send(ann, "x" * 44)).status == 400
    assert len(setup.bench.jobs.rows) == 1


async def test_where_the_chat_is_away_the_wish_is_accepted_all_the_same(setup: PartSetup, ann: HttpVisitor) -> None:
    """Delivery says later what came of it."""
    secret = await setup.secret()
    await open_link(ann, secret)
    setup.bench.surface.failures.fail_next("post", SurfaceFailed(LOOM, "away"))
    assert (await send(ann, secret)).status == 200
    await setup.bench.work()
    assert setup.bench.message(setup.newest()).pictures


@pytest_asyncio.fixture(loop_scope="session")
async def page(browser: Browser) -> AsyncIterator[Page]:
    """Open a window, about which nothing may be complained."""
    context = await browser.new_context(viewport={"width": 1000, "height": 760}, has_touch=True)
    context.set_default_timeout(PATIENCE_MS)
    expect.set_options(timeout=PATIENCE_MS)
    async with flawless_page(context) as page:
        yield page
    await context.close()


async def opened(setup: PartSetup, house: WebHouse, page: Page) -> Locator:
    """Open a new link in the window, and return the stage once the picture is there."""
    await page.goto(f"{house.address}/part#{await setup.secret()}")
    await expect(page.get_by_text("Paint over what is to change.")).to_be_visible()
    await expect(page).to_have_url(f"{house.address}/part")
    return page.get_by_role("application", name="The picture")


async def box_of(page: Page) -> tuple[float, float, float]:
    """Return where the picture is in the window, and how large a pixel of it is."""
    box = await page.locator("#base").bounding_box()
    assert box is not None
    return box["x"], box["y"], box["width"] / EDGE


async def stroke(page: Page, start: tuple[int, int], end: tuple[int, int]) -> None:
    """Draw a line from one pixel of the picture to another."""
    left, top, scale = await box_of(page)
    await page.mouse.move(left + start[0] * scale, top + start[1] * scale)
    await page.mouse.down()
    await page.mouse.move(left + end[0] * scale, top + end[1] * scale, steps=4)
    await page.mouse.up()


async def sent(setup: PartSetup, page: Page) -> Image.Image:
    """Send what is marked, and return the mask's opacity."""
    await page.get_by_label("What should be in the marked part?").fill("a lamp")
    await page.get_by_role("button", name="Draw it").click()
    await expect(page.get_by_text(re.compile("^Sent. It is being drawn"))).to_be_visible()
    return setup.mask()


@pytest.mark.needs("chromium")
async def test_what_is_painted_with_the_pointer_is_sent(setup: PartSetup, house: WebHouse, page: Page) -> None:
    """Painted, undone, redone, erased in the middle, zoomed into; and nothing before something is marked."""
    await opened(setup, house, page)
    await page.get_by_label("What should be in the marked part?").fill("a lamp")
    await page.get_by_role("button", name="Draw it").click()
    await expect(page.get_by_text("Nothing is marked")).to_be_visible()
    await stroke(page, (100, 200), (300, 200))
    await stroke(page, (50, 50), (60, 50))
    await page.get_by_role("button", name="Undo").click()
    await page.get_by_role("button", name="Undo").click()
    await page.get_by_role("button", name="Redo").click()
    await page.get_by_role("button", name="Zoom in").click()
    await page.get_by_role("button", name="Eraser").click()
    await stroke(page, (200, 150), (200, 250))
    mask = await sent(setup, page)
    pixels = [mask.getpixel(at) for at in ((120, 200), (280, 200), (200, 200), (50, 50), (120, 250))]
    assert (mask.size, pixels) == ((EDGE, EDGE), [0, 0, 255, 255, 255])
    assert setup.newest().wish.prompt == "a lamp"


@pytest.mark.needs("chromium")
async def test_what_is_painted_with_the_keyboard_is_sent(setup: PartSetup, house: WebHouse, page: Page) -> None:
    """And what the brush does is said; the page goes on where it was loaded again."""
    stage = await opened(setup, house, page)
    await page.reload()
    await expect(page.get_by_text("Paint over what is to change.")).to_be_visible()
    await stage.focus()
    for _ in range(5):
        await page.keyboard.press("ArrowLeft")
    await expect(page.locator("#announcer")).to_have_text("30 % across, 50 % down")
    await page.keyboard.press("Space")
    for _ in range(5):
        await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Space")
    await expect(page.locator("#announcer")).to_have_text("Lifted.")
    await page.keyboard.press("i")
    await page.keyboard.press("Control+z")
    await page.keyboard.press("Control+Shift+z")
    mask = await sent(setup, page)
    assert [mask.getpixel(at) for at in ((120, 200), (120, 280), (120, 150), (300, 200))] == [255, 255, 0, 0]


@pytest.mark.needs("chromium")
async def test_two_fingers_zoom_and_leave_no_mark(setup: PartSetup, house: WebHouse, page: Page) -> None:
    """On a phone, where nothing is wider than the screen."""
    await page.set_viewport_size({"width": 320, "height": 640})
    await opened(setup, house, page)
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    _, _, before = await box_of(page)
    stage = await page.get_by_role("application").bounding_box()
    assert stage is not None
    x, y = stage["x"] + stage["width"] / 2, stage["y"] + stage["height"] / 2
    client = await page.context.new_cdp_session(page)
    for kind, spread in (("touchStart", 20), ("touchMove", 40), ("touchMove", 60)):
        points = [{"x": x - spread, "y": y, "id": 1}, {"x": x + spread, "y": y, "id": 2}]
        await client.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
    await client.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    _, _, after = await box_of(page)
    assert after > 2 * before
    await expect(page.get_by_role("button", name="Undo")).to_be_disabled()


@pytest.mark.needs("chromium", "axe")
async def test_nobody_is_kept_from_marking(setup: PartSetup, house: WebHouse, page: Page) -> None:
    """By what axe-core knows: names, roles, contrast and landmarks, in both themes and when it is over."""
    await opened(setup, house, page)
    for scheme in ("light", "dark"):
        await page.emulate_media(color_scheme=scheme)
        assert await violations(page) == []
    await stroke(page, (100, 200), (300, 200))
    await sent(setup, page)
    assert await violations(page) == []
