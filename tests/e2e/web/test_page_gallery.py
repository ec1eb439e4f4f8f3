"""Asks the gallery in a real browser: is one of thousands found again, by hand, by keyboard and by words?"""

import re
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, Page, Route, expect

from tests.e2e.web.accessibility import violations
from tests.e2e.web.conftest import PATIENCE_MS
from tests.fakes.gallery_wall import Wall
from tests.fakes.web_house import WebHouse, running

pytestmark = [pytest.mark.needs("chromium"), pytest.mark.asyncio(loop_scope="session")]

MOST_NODES = 300
MOST_BYTES = 300 * 1024


@pytest_asyncio.fixture(loop_scope="session")
async def wall() -> Wall:
    """Set up what pictures hang on."""
    return Wall()


@pytest_asyncio.fixture(loop_scope="session")
async def house(wall: Wall) -> AsyncIterator[WebHouse]:
    """Serve the page in front of it."""
    bench = wall.bench
    async with running(WebHouse(gallery=wall.gallery, pictures=bench.pictures, objects=bench.objects)) as served:
        yield served


@pytest_asyncio.fixture(loop_scope="session")
async def context(browser: Browser, house: WebHouse) -> AsyncIterator[BrowserContext]:
    """Have a browser that was here before."""
    context = await browser.new_context(viewport={"width": 1280, "height": 860})
    context.set_default_timeout(PATIENCE_MS)
    expect.set_options(timeout=PATIENCE_MS)
    await context.request.get(f"{house.address}/gallery")
    yield context
    await context.close()


@pytest_asyncio.fixture(loop_scope="session")
async def cookie(context: BrowserContext) -> str:
    """Return the secret that it keeps."""
    return next(str(cookie["value"]) for cookie in await context.cookies())


@pytest_asyncio.fixture(loop_scope="session")
async def page(context: BrowserContext) -> AsyncIterator[Page]:
    """Open a window, about which nothing may be complained."""
    page, complaints = await context.new_page(), list[str]()
    page.on("console", lambda said: complaints.append(said.text) if said.type in {"error", "warning"} else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield page
    await page.close()
    assert complaints == []


async def focused(page: Page) -> str:
    """Say what the keyboard is at."""
    return str(await page.evaluate("document.activeElement.getAttribute('aria-label')"))


async def nodes(page: Page) -> int:
    """Count what is in the page."""
    return int(await page.evaluate("document.body.querySelectorAll('*').length"))


async def test_thousands_are_looked_through(wall: Wall, house: WebHouse, page: Page, cookie: str) -> None:
    """Never more is in the page than in sight; little is loaded before the pictures are; the keyboard comes everywhere."""
    await wall.hang(cookie, *(f"fox number {number}" for number in range(5000)))
    before_pictures: list[int] = []

    async def count(route: Route) -> None:
        answer = await route.fetch(max_redirects=0)
        before_pictures.append(len(await answer.body()))
        await route.fulfill(response=answer)

    await page.route(re.compile(r"/(gallery|static|api)"), count)
    await page.goto(f"{house.address}/gallery")
    await expect(page.get_by_text("200 and more pictures")).to_be_visible()
    assert sum(before_pictures) < MOST_BYTES
    await page.unroute_all()
    for width, height in ((1280, 860), (3840, 2160), (320, 640), (1280, 860)):
        await page.set_viewport_size({"width": width, "height": height})
        assert await nodes(page) <= MOST_NODES
        assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    tiles = page.get_by_role("list", name="Your pictures")
    await tiles.get_by_role("link").first.focus()
    assert await focused(page) == "fox number 4999"
    for key, number in (("ArrowRight", 4998), ("ArrowDown", 4993), ("ArrowLeft", 4994), ("ArrowUp", 4999), ("End", 4800)):
        await page.keyboard.press(key)
        assert await focused(page) == f"fox number {number}"
    feed = page.locator("#feed")
    while not await page.get_by_text("5,000 pictures").is_visible():
        await feed.evaluate("feed => feed.scrollTo(0, feed.scrollHeight)")
        assert await nodes(page) <= MOST_NODES
    assert await focused(page) == "fox number 4800"  # far out of sight, and still there
    await page.keyboard.press("End")
    assert await focused(page) == "fox number 0"
    await expect(tiles.get_by_role("link", name="fox number 0", exact=True)).to_be_in_viewport()
    await page.keyboard.press("Home")
    assert await focused(page) == "fox number 4999"


async def test_what_is_looked_for_is_found_and_kept(wall: Wall, house: WebHouse, page: Page, cookie: str) -> None:
    """By words, as favourites, and after a reload; what was taken down meanwhile goes by itself."""
    await wall.hang(cookie, "a fox in the snow", "an owl at night", "a fox at night")
    await page.goto(f"{house.address}/")
    await page.get_by_role("link", name="Gallery").click()
    tiles = page.get_by_role("list", name="Your pictures").get_by_role("listitem")
    await expect(tiles).to_have_count(3)
    await tiles.first.hover()
    await page.get_by_role("button", name="Favourite: a fox at night").click()
    await expect(page.get_by_role("button", name="Favourite: a fox at night")).to_have_attribute("aria-pressed", "true")
    await page.keyboard.press("/")
    await page.keyboard.type("FOX")
    await expect(tiles).to_have_count(2)
    await page.get_by_label("Which pictures").select_option("★ Favourites")
    await expect(tiles).to_have_count(1)
    await page.reload()
    await expect(page.get_by_label("Find pictures by their words")).to_have_value("FOX")
    await expect(tiles).to_have_count(1)
    await page.get_by_label("Find pictures by their words").fill("hen")
    await expect(page.get_by_text("No picture of yours was found.")).to_be_visible()
    await page.get_by_role("button", name="Show all").click()
    await expect(tiles).to_have_count(3)
    await expect(page).to_have_url(f"{house.address}/gallery")


@pytest.mark.needs("axe")
async def test_nobody_is_kept_from_the_gallery(wall: Wall, house: WebHouse, page: Page, cookie: str) -> None:
    """By what axe-core knows, empty and full, in both themes and on a phone."""
    await page.goto(f"{house.address}/gallery")
    await expect(page.get_by_role("link", name="Say what you would like to see")).to_be_visible()
    assert await violations(page) == []
    await wall.hang(cookie, *(f"a fox {number}" for number in range(30)))
    await page.reload()
    await expect(page.get_by_text("30 pictures")).to_be_visible()
    for scheme, width in (("light", 1280), ("dark", 320)):
        await page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]  # both are ones
        await page.set_viewport_size({"width": width, "height": 700})
        assert await violations(page) == []
