"""Asks the gallery in a real browser: is one of thousands found again, by hand, by keyboard and by words?"""

import asyncio
import re
import zipfile
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, Page, Route, expect

from tests.e2e.web.accessibility import violations
from tests.e2e.web.conftest import PATIENCE_MS, flawless_page
from tests.fakes.gallery_wall import Wall
from tests.fakes.studio import png
from tests.fakes.web_house import WebHouse, running

pytestmark = [pytest.mark.needs("chromium"), pytest.mark.asyncio(loop_scope="session")]

MOST_NODES = 300
MOST_BYTES = 300 * 1024
DRAWN = "new Promise((then) => requestAnimationFrame(() => requestAnimationFrame(then)))"
"""Waits until the window has been drawn anew."""


@pytest_asyncio.fixture(loop_scope="session")
async def house(wall: Wall) -> AsyncIterator[WebHouse]:
    """Serve the page in front of it."""
    async with running(wall.house) as served:
        yield served


@pytest_asyncio.fixture(loop_scope="session")
async def context(browser: Browser, house: WebHouse) -> AsyncIterator[BrowserContext]:
    """Have a browser that was here before."""
    context = await browser.new_context(viewport={"width": 1280, "height": 860}, has_touch=True)
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
    async with flawless_page(context) as page:
        yield page


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
        await page.evaluate(DRAWN)
        assert await nodes(page) <= MOST_NODES
        assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    tiles = page.get_by_role("list", name="Your pictures")
    await tiles.get_by_role("link").first.focus()
    assert await focused(page) == "fox number 4999"
    for key, number in (("ArrowRight", 4998), ("ArrowDown", 4993), ("ArrowLeft", 4994), ("ArrowUp", 4999), ("End", 4800)):
        await page.keyboard.press(key)
        assert await focused(page) == f"fox number {number}"
    feed = page.locator("#feed")
    await page.set_viewport_size({"width": 320, "height": 640})
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


async def test_a_picture_opens_large_at_its_own_address(wall: Wall, house: WebHouse, page: Page, cookie: str) -> None:
    """Back closes it where the grid was; arrows and strokes turn, keys and fingers zoom."""
    hung = await wall.hang(cookie, *(f"fox number {number}" for number in range(300)))
    await page.goto(f"{house.address}/gallery?words=fox")
    tiles, view = page.get_by_role("list", name="Your pictures"), page.get_by_role("dialog")
    feed = page.locator("#feed")
    await expect(tiles.get_by_role("link").first).to_be_visible()
    await feed.evaluate("feed => feed.scrollTo(0, 2500)")
    shown = tiles.get_by_role("link", name="fox number 245", exact=True)
    await shown.scroll_into_view_if_needed()
    scrolled = await feed.evaluate("feed => feed.scrollTop")
    await shown.click()
    await expect(page).to_have_url(f"{house.address}/i/{hung[245]}")
    await expect(view.get_by_role("heading", name="fox number 245")).to_be_visible()
    assert await nodes(page) <= MOST_NODES
    await page.go_back()
    await expect(view).to_be_hidden()
    await expect(page).to_have_url(f"{house.address}/gallery?words=fox")
    assert await feed.evaluate("feed => feed.scrollTop") == scrolled
    await expect(shown).to_be_focused()
    await page.go_forward()
    await page.keyboard.press("ArrowRight")
    await expect(view.get_by_role("heading", name="fox number 244")).to_be_visible()
    await expect(view.locator("#announcer")).to_have_text("fox number 244")
    await expect(page).to_have_url(f"{house.address}/i/{hung[244]}")
    large = await page.locator("#large").bounding_box()
    assert large is not None
    x, y = large["x"] + large["width"] / 2, large["y"] + large["height"] / 2
    await page.mouse.move(x, y)
    await page.mouse.down()
    await page.mouse.move(x + 150, y + 10, steps=3)
    await page.mouse.up()
    await expect(view.get_by_role("heading", name="fox number 245")).to_be_visible()
    await page.keyboard.press("+")
    zoomed = await page.locator("#large").bounding_box()
    assert zoomed is not None
    assert zoomed["width"] > 1.2 * large["width"]
    await page.keyboard.press("0")
    await page.keyboard.press("Escape")
    await expect(view).to_be_hidden()


async def test_a_link_to_a_picture_opens_it(wall: Wall, house: WebHouse, page: Page, cookie: str) -> None:
    """Also one far down, and before the grid behind it is there; closed, it leaves the gallery."""
    hung = await wall.hang(cookie, *(f"fox number {number}" for number in range(300)))
    view, is_pressed = page.get_by_role("dialog"), asyncio.Event()

    async def wait(route: Route) -> None:
        await is_pressed.wait()
        await route.continue_()

    await page.route(re.compile("/api/gallery"), wait)
    await page.goto(f"{house.address}/i/{hung[3]}")  # beyond the first page of the grid, which is not there yet
    await expect(view.get_by_role("heading", name="fox number 3", exact=True)).to_be_visible()
    await page.keyboard.press("ArrowLeft")
    is_pressed.set()
    await expect(view.get_by_role("heading", name="fox number 4", exact=True)).to_be_visible()
    await page.reload()
    await view.get_by_role("button", name="Close").click()
    await expect(page).to_have_url(f"{house.address}/gallery")
    await expect(view).to_be_hidden()
    await expect(page.get_by_role("link", name="easel, start page")).to_have_attribute("href", f"{house.address}/")


async def test_all_that_can_be_done_with_a_picture_is_done_there(
    wall: Wall, house: WebHouse, context: BrowserContext, page: Page, cookie: str
) -> None:
    """Words and link are copied, it is starred, saved, varied and edited; what it came of is a step away."""
    await context.grant_permissions(["clipboard-read", "clipboard-write"])
    [fox] = await wall.hang(cookie, "a fox in the snow")
    [night] = await wall.hang(cookie, "make it night", changed=fox)
    await page.goto(f"{house.address}/i/{night}")
    view = page.get_by_role("dialog")
    await view.get_by_role("link", name="Step 1: a fox in the snow").click()
    await expect(page).to_have_url(f"{house.address}/i/{fox}")
    await expect(view.get_by_text("640 × 480")).to_be_visible()

    async def copied() -> str:
        await expect(view.get_by_text(re.compile("^Copied"))).to_be_visible()
        return str(await page.evaluate("navigator.clipboard.readText()"))

    await view.get_by_role("button", name="Copy words").click()
    assert await copied() == "a fox in the snow"
    await view.get_by_role("button", name="Copy share link").click()
    await expect(view.get_by_text("everybody with the link now sees the picture")).to_be_visible()
    share = await wall.bench.shares.of_picture(fox)
    assert share is not None
    assert await copied() == wall.bench.links.share(share.id)
    await view.get_by_role("button", name="Stop sharing").click()
    await expect(view.get_by_text("the link stopped working")).to_be_visible()
    assert await wall.bench.shares.of_picture(fox) is None
    await view.get_by_role("button", name="☆ Favourite").click()
    await expect(view.get_by_role("button", name="★ Favourite")).to_be_visible()
    async with page.expect_download() as saving:
        await view.get_by_role("link", name="Download").click()
    assert (await saving.value).suggested_filename == f"easel-ai-{fox}.png"
    await view.get_by_role("button", name="Vary").click()
    await expect(view.get_by_text("It is being drawn, and comes at the top of the gallery.")).to_be_visible()
    newest = list(wall.bench.jobs.rows.values())[-1].job
    assert (newest.wish.variation_of, newest.account) == ("a fox in the snow", await wall.account(cookie))
    await view.get_by_role("button", name="Edit").click()
    await page.keyboard.type("give it a hat")
    await view.get_by_role("button", name="Draw the change").click()
    await expect(view.get_by_role("textbox")).to_have_value("")
    [order] = house.studio.orders
    assert (order.prompt, order.changes) == ("give it a hat", fox)
    await page.keyboard.press("Escape")
    await wall.hang(cookie, "a fox with a hat")
    await house.studio.finish(order, png())  # it is there, whether or not somebody looks again
    await expect(page.get_by_role("link", name="a fox with a hat")).to_be_visible()
    await expect(page.get_by_role("button", name="Favourite: a fox in the snow")).to_have_attribute("aria-pressed", "true")


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
        await page.get_by_role("list", name="Your pictures").get_by_role("link").first.click()
        await expect(page.get_by_role("heading", name="a fox 29")).to_be_visible()
        assert await violations(page) == []
        assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        await page.go_back()
        await page.get_by_role("button", name="Select").click()
        await page.get_by_role("list", name="Your pictures").get_by_role("link").first.click()
        assert await violations(page) == []
        await page.get_by_role("button", name="Delete").click()
        await expect(page.get_by_role("button", name="Undo")).to_be_visible()
        assert await violations(page) == []
        await page.get_by_role("button", name="Undo").click()
        await expect(page.get_by_text("30 pictures")).to_be_visible()


async def chosen(page: Page) -> list[str]:
    """Return what is ticked, in the order of the grid."""
    ticked = page.locator(".tiles input:checked")
    return [str(await one.get_attribute("aria-label")).removeprefix("Choose: ") for one in await ticked.all()]


async def test_several_are_chosen_and_saved(wall: Wall, house: WebHouse, page: Page, cookie: str) -> None:
    """By mouse, by keyboard and by a finger that stays."""
    await wall.hang(cookie, *(f"fox {number}" for number in range(8)))
    await page.goto(f"{house.address}/gallery")
    tiles, bar = page.get_by_role("list", name="Your pictures"), page.get_by_role("group", name="What is done with")
    await page.get_by_role("button", name="Select").click()
    await expect(bar.get_by_text("Choose pictures")).to_be_visible()
    await tiles.get_by_role("link", name="fox 6").click()
    await tiles.get_by_role("link", name="fox 3").click(modifiers=["Shift"])
    await tiles.get_by_role("checkbox", name="fox 5").uncheck()
    assert await chosen(page) == ["fox 6", "fox 4", "fox 3"]
    async with page.expect_download() as saving:
        await bar.get_by_role("link", name="Download").click()
    saved = await saving.value
    assert saved.suggested_filename == "easel-ai-pictures.zip"
    with zipfile.ZipFile(await saved.path()) as archive:
        prompts = [line.partition(": ")[2] for line in archive.read("prompts.txt").decode().splitlines()]
    assert prompts == ["fox 6", "fox 4", "fox 3"]
    await page.keyboard.press("Escape")
    await expect(bar).to_be_hidden()
    await tiles.get_by_role("link", name="fox 7").focus()
    await page.keyboard.press("x")
    await page.keyboard.press("Shift+ArrowRight")
    await page.keyboard.press("Shift+ArrowRight")
    assert await chosen(page) == ["fox 7", "fox 6", "fox 5"]
    await page.keyboard.press("Control+a")
    await expect(bar.get_by_text("8 chosen")).to_be_visible()
    await bar.get_by_role("button", name="★ Favourite").click()
    await expect(tiles.locator(".star[aria-pressed=true]")).to_have_count(8)
    await page.set_viewport_size({"width": 320, "height": 640})
    tile = await tiles.get_by_role("link", name="fox 6").bounding_box()
    assert tile is not None
    client = await page.context.new_cdp_session(page)
    point = {"x": tile["x"] + 40, "y": tile["y"] + 40}
    await client.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [point]})
    await expect(bar.get_by_text("1 chosen")).to_be_visible()
    await client.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    await page.touchscreen.tap(tile["x"] + 40, tile["y"] + tile["height"] + 40)
    await expect(bar.get_by_text("2 chosen")).to_be_visible()
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")


async def test_what_is_deleted_comes_back(wall: Wall, house: WebHouse, context: BrowserContext, page: Page, cookie: str) -> None:
    """All windows show the same, also after a reload, until it is too late; nothing is ever half deleted."""
    hung = await wall.hang(cookie, *(f"fox {number}" for number in range(5)), size=2)
    await page.goto(f"{house.address}/gallery")
    other = await context.new_page()
    await other.goto(f"{house.address}/gallery")
    count, count_elsewhere = page.get_by_text(re.compile(r"^\d+ pictures$")), other.get_by_text(re.compile(r"^\d+ pictures$"))
    await expect(count).to_have_text("10 pictures")
    await page.get_by_role("link", name="fox 4").first.focus()
    for key in ("x", "Shift+ArrowRight", "Shift+ArrowRight", "Delete"):
        await page.keyboard.press(key)
    await expect(count).to_have_text("7 pictures")
    await expect(page.get_by_text("3 pictures deleted; until")).to_be_visible()
    assert await focused(page) == "fox 3"
    await expect(count_elsewhere).to_have_text("7 pictures")
    await page.reload()
    await expect(count).to_have_text("7 pictures")
    await other.get_by_role("button", name="Undo").click()
    await expect(count_elsewhere).to_have_text("10 pictures")
    await expect(count).to_have_text("10 pictures")
    await expect(page.get_by_role("button", name="Undo")).to_be_hidden()
    await page.get_by_role("link", name="fox 4").first.click()
    await page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    await expect(page.get_by_role("dialog")).to_be_hidden()
    await expect(count).to_have_text("9 pictures")
    await other.goto(f"{house.address}/i/{hung[-1]}")
    await expect(other.get_by_role("heading", name="This picture is not to be seen any more.")).to_be_visible()
    wall.bench.clock.move(wall.bench.gallery.undo)
    await wall.bench.gallery.sweep()
    await page.get_by_role("button", name="Undo").click()
    await expect(page.get_by_text("1 picture could not be brought back any more.")).to_be_visible()
    await expect(count).to_have_text("9 pictures")


@pytest.mark.needs("axe")
async def test_two_are_compared(wall: Wall, house: WebHouse, page: Page, cookie: str) -> None:
    """Side by side, at the same place of both; what differs is told, and going back leaves them chosen."""
    [fox] = await wall.hang(cookie, "a fox in the snow")
    await wall.hang(cookie, "make it night", changed=fox, size=2)
    await page.goto(f"{house.address}/gallery")
    for number in (0, 2):
        await page.get_by_role("list", name="Your pictures").get_by_role("link").nth(number).focus()
        await page.keyboard.press("x")
    await page.get_by_role("button", name="Compare").click()
    dialog = page.get_by_role("dialog", name="Two pictures side by side")
    await expect(dialog.get_by_role("heading")).to_have_text(["make it night", "a fox in the snow"])
    await expect(dialog.get_by_role("definition")).to_have_text(["2", "–"])
    large = dialog.locator(".sheet img")
    before = [await one.bounding_box() for one in await large.all()]
    await page.keyboard.press("+")
    after = [await one.bounding_box() for one in await large.all()]
    assert [round(new["width"] / old["width"], 2) for new, old in zip(after, before, strict=True) if new and old] == [1.25, 1.25]
    for scheme, width in (("light", 1280), ("dark", 320)):
        await page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]  # both are ones
        await page.set_viewport_size({"width": width, "height": 640})
        assert await violations(page) == []
        assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    await page.go_back()
    await expect(dialog).to_be_hidden()
    assert await chosen(page) == ["make it night", "a fox in the snow"]
    await page.keyboard.press("Escape")
    await page.get_by_role("link", name="make it night").first.click()
    await page.get_by_role("button", name="Compare with the one before").click()
    await expect(dialog.get_by_role("heading")).to_have_text(["a fox in the snow", "make it night"])
    await page.keyboard.press("Escape")
    await expect(dialog).to_be_hidden()
    await expect(page.get_by_role("dialog").get_by_role("heading", name="make it night")).to_be_visible()
