"""Asks the page in a real browser: can pictures be looked at and saved, and does it bear a bad line?"""

import asyncio
import re
from datetime import timedelta
from typing import Any

import pytest
from playwright.async_api import Route, expect

from bot.domain.jobs import JobId
from tests.fakes.clock import NOON
from tests.fakes.studio import png
from tests.fakes.studio_page import NewPage, StudioPage

_PATIENCE = timedelta(seconds=15)

pytestmark = [pytest.mark.needs("chromium"), pytest.mark.asyncio(loop_scope="session")]


async def test_a_picture_opens_larger(studio: StudioPage) -> None:
    """Escape closes it, and the keyboard is back where it was."""
    await studio.picture("a fox")
    await studio.page.get_by_role("button", name="Open larger").click()
    dialog = studio.page.get_by_role("dialog")
    await expect(dialog.get_by_alt_text("a fox")).to_be_visible()
    about = dialog.get_by_role("link", name="All about this picture")
    await expect(about).to_have_attribute("href", re.compile(r"^\./i/[\w-]+$"))
    await expect(dialog.get_by_role("button", name="Next picture")).to_be_hidden()
    await studio.page.keyboard.press("Escape")
    await expect(dialog).to_be_hidden()
    assert await studio.focused() == "Open larger: a fox"


async def test_several_pictures_are_leafed_through(studio: StudioPage) -> None:
    """Round and round."""
    await studio.picture("foxes", png(colour="red"), png(colour="green"), png(colour="blue"))
    frames = studio.page.locator(".frame img")
    links = [await frame.get_attribute("src") for frame in await frames.all()]
    await studio.page.locator(".frame").nth(1).click()
    large = studio.page.locator("#large")
    for key, place in [("ArrowRight", 2), ("ArrowRight", 0), ("ArrowLeft", 2)]:
        await studio.page.keyboard.press(key)
        await expect(large).to_have_attribute("src", str(links[place]))


async def test_a_picture_is_saved_as_it_was_drawn(studio: StudioPage) -> None:
    """Byte for byte."""
    await studio.picture("a fox")
    await studio.page.locator("figure").hover()
    async with studio.page.expect_download() as saving:
        await studio.page.locator("figure").get_by_role("link", name="Download").click()
    saved = await saving.value
    assert re.fullmatch(r"easel-ai-[\w-]+\.png", saved.suggested_filename)
    assert (await saved.path()).read_bytes() == png(600, 400)


async def test_a_picture_that_was_taken_down_is_said_so(studio: StudioPage) -> None:
    """Instead of a broken frame."""
    order = await studio.picture("a fox")
    await studio.house.studio.pictures.hide(JobId(order.id), NOON)
    await studio.page.reload()
    await expect(studio.page.get_by_text("This picture is not there any more.")).to_be_visible()
    assert [complaint for complaint in studio.complaints if "410" not in complaint] == []
    studio.complaints.clear()


async def test_the_page_comes_back_after_a_restart(studio: StudioPage) -> None:
    """Nobody has to reload."""
    order = await studio.order("a fox")
    await studio.house.restart()
    await studio.house.studio.finish(order, png(600, 400))
    await expect(studio.page.locator(".frame img")).to_be_visible()
    studio.complaints.clear()


@pytest.mark.parametrize("width", [390, 1100, 1280])
async def test_who_one_is_stands_at_the_right_of_the_bar(window: NewPage, width: int) -> None:
    """Where a notice leaves no room for it, the notice has a line of its own."""
    studio = await window(viewport={"width": width, "height": 860})
    await studio.look_around()
    notice = "Pictures are offline previews, drawn by a program without AI, and a little more to say than has room in one line."
    await studio.page.locator("#notices span").evaluate("(shown, text) => (shown.textContent = text)", notice)
    name, said = await studio.page.locator("#me").bounding_box(), await studio.page.locator("#notices span").bounding_box()
    assert name
    assert said
    assert width - (name["x"] + name["width"]) < 30
    assert name["y"] + name["height"] <= said["y"]


async def test_the_page_says_when_the_network_is_away(studio: StudioPage) -> None:
    """The open stream does not notice by itself, and attempts to reconnect do not put the word off."""
    await studio.page.clock.install()
    await studio.page.context.set_offline(True)
    async with studio.page.expect_event("requestfailed"):
        await studio.page.clock.run_for(500)
    await studio.page.clock.run_for(2000)
    await expect(studio.page.locator("#offline")).to_have_text("Reconnecting…")
    await studio.page.context.set_offline(False)
    await expect(studio.page.locator("#offline")).to_have_text("")
    studio.complaints.clear()


async def test_lines_sent_at_once_are_a_call_each(studio: StudioPage) -> None:
    """In their order, also the same words twice; the button goes on while an answer is awaited."""
    gate, bodies = asyncio.Event(), []

    async def slowly(route: Any) -> None:
        bodies.append(route.request.post_data_json)
        await gate.wait()
        await route.continue_()

    await studio.page.route("**/api/calls", slowly)
    for line in ("/imagine a fox", "/imagine an owl", "/imagine an owl"):
        await studio.send(line)
        await expect(studio.line).to_have_value("")
    await expect(studio.page.get_by_role("button", name="Sending")).to_be_visible()
    await studio.line.fill("a hare")
    await studio.page.get_by_role("button", name="Sending").click()
    gate.set()
    await expect(studio.messages).to_have_count(4)
    assert [body["line"] for body in bodies] == ["/imagine a fox", "/imagine an owl", "/imagine an owl", "a hare"]
    assert [order.prompt for order in studio.house.studio.orders] == ["a fox", "an owl", "an owl", "a hare"]
    await expect(studio.page.get_by_role("button", name="Send", exact=True)).to_be_disabled()


async def test_several_lines_that_did_not_arrive_are_all_kept(studio: StudioPage) -> None:
    """The box takes one of them back; the sentence about each other one offers it."""
    gate = asyncio.Event()

    async def lose(route: Any) -> None:
        await gate.wait()
        await route.abort()

    await studio.page.route("**/api/calls", lose)
    await studio.send("/gallery")
    await studio.send("/help imagine")
    gate.set()
    await expect(studio.notes).to_have_count(2)
    await expect(studio.line).to_have_value("/gallery")
    await studio.line.fill("")
    await studio.page.get_by_role("button", name="Edit and send again").click()
    await expect(studio.line).to_have_value("/help imagine")
    studio.complaints.clear()


async def test_impatient_fingers_press_once(studio: StudioPage) -> None:
    """Two clicks on Again before the answer are one call."""
    await studio.picture("a fox")
    gate = asyncio.Event()

    async def slowly(route: Any) -> None:
        await gate.wait()
        await route.continue_()

    await studio.page.route("**/api/calls", slowly)
    again = studio.page.get_by_role("button", name="Again")
    await again.click()
    await expect(again).to_have_attribute("aria-disabled", "true")
    await again.dispatch_event("click")
    gate.set()
    await expect(studio.messages).to_have_count(2)
    await expect(again).not_to_have_attribute("aria-disabled", "true")
    assert len(studio.house.studio.orders) == 2


async def test_going_back_closes_a_picture(studio: StudioPage) -> None:
    """And closing it leaves no step behind."""
    await studio.picture("a fox")
    steps = await studio.run("history.length")
    dialog = studio.page.get_by_role("dialog")
    await studio.page.locator(".frame").click()
    await expect(dialog).to_be_visible()
    await studio.page.go_back()
    await expect(dialog).to_be_hidden()
    await expect(studio.page.locator(".frame")).to_be_visible()
    for _ in range(3):
        await studio.page.locator(".frame").click()
        await studio.page.keyboard.press("Escape")
        async with asyncio.timeout(_PATIENCE.total_seconds()):
            while await studio.run("history.state") is not None:  # noqa: ASYNC110 - a browser tells nobody
                await asyncio.sleep(0.01)
    assert await studio.run("history.length") <= steps + 1


@pytest.mark.parametrize("comes_back", ["with time", "with the network"])
async def test_a_picture_that_did_not_load_is_loaded_again(studio: StudioPage, comes_back: str) -> None:
    """Only a picture that the server says is gone is said to be gone."""
    is_away = True

    async def fail(route: Route) -> None:
        await (route.abort() if is_away else route.continue_())

    await studio.page.route("**/p/*", fail)
    order = await studio.order("a fox")
    await studio.house.studio.finish(order, png(1600, 1066))
    await expect(studio.page.locator(".frame.late")).to_be_visible()
    await expect(studio.page.get_by_text("not there any more")).to_have_count(0)
    is_away = False
    if comes_back == "with the network":
        await studio.run("dispatchEvent(new Event('online'))")
    await expect(studio.page.locator(".frame.late")).to_have_count(0)
    assert await studio.run("document.querySelector('.frame img').naturalWidth") > 0
    studio.complaints.clear()


async def test_all_pages_of_a_browser_share_one_stream(studio: StudioPage) -> None:
    """A browser keeps six connections to a host; a seventh page would wait for ever. When one goes, another listens on."""
    asked: list[str] = []
    context = studio.page.context
    context.on("request", lambda request: asked.append(request.url) if "/events" in request.url else None)
    pages = [studio.page]
    for _ in range(6):
        page = await context.new_page()
        await page.goto(studio.house.address)
        await expect(page.locator(".chip").first).to_be_visible()
        pages.append(page)
    assert asked == []
    await studio.send("a fox")
    for page in pages:
        await expect(page.locator(".message .asked")).to_have_text("a fox")
    await studio.page.close()
    await studio.house.studio.finish(studio.house.studio.orders[0], png())
    for page in pages[1:]:
        await expect(page.locator(".frame")).to_be_visible()
    assert len(asked) == 1
