"""Asks the page in a real browser: what stands beside its box, and what does it say that a wish counts for?"""

import re

import pytest
from playwright.async_api import expect

from tests.e2e.web.accessibility import violations
from tests.fakes.studio_page import NewPage, StudioPage

pytestmark = [pytest.mark.needs("chromium"), pytest.mark.asyncio(loop_scope="session")]

PHONE = {"viewport": {"width": 320, "height": 640}, "has_touch": True, "is_mobile": True}


async def test_what_is_chosen_beside_the_box_and_what_is_typed_agree(studio: StudioPage) -> None:
    """What is chosen goes along with plain words and with the command, what is typed wins, and what it counts for follows."""
    page, price = studio.page, studio.page.locator("#price")
    shape, count = page.get_by_label("shape"), page.get_by_label("count")
    await expect(price).to_have_text("Counts as 1 picture · 3 of 3 left today")
    await shape.select_option("tall")
    await count.select_option("2")
    await expect(price).to_have_text("Counts as 2 pictures · 3 of 3 left today")
    await studio.line.fill("/imagine a fox --shape wide")
    await expect(shape).to_have_value("wide")
    await studio.line.fill("/imagine a fox")
    await expect(shape).to_have_value("tall")
    await studio.line.press("Enter")
    await expect(studio.messages.locator(".asked").last).to_have_text("/imagine a fox --shape tall --count 2")
    await studio.line.fill("an owl --count 4 --size 512x512")
    await expect(price).to_contain_text("Counts as 4 pictures · 3 of 3 left today · more at ")
    await count.select_option("3")
    await expect(studio.line).to_have_value("an owl --count 3 --size 512x512")
    await count.select_option("1")
    await expect(studio.line).to_have_value("an owl --size 512x512")
    await studio.line.press("Enter")
    await expect(studio.messages.locator(".asked").last).to_have_text("an owl --size 512x512")
    await studio.line.fill("/gallery")
    await expect(page.locator("#controls")).to_be_hidden()
    await expect(price).to_have_text("3 of 3 left today")
    await studio.line.fill("Help")
    await shape.select_option("tall")
    await studio.line.press("Enter")
    await expect(studio.notes).to_contain_text("/imagine")


async def test_what_is_left_is_asked_again_when_a_wish_ends(studio: StudioPage) -> None:
    """Since what fails gives its pictures back; nothing is counted by looking."""
    await expect(studio.page.locator("#price")).to_have_text("Counts as 1 picture · 3 of 3 left today")
    assert studio.house.bench.jobs.rows == {}
    order = await studio.order("a fox")
    await expect(studio.messages).to_have_count(1)
    async with studio.page.expect_response(re.compile("/api/price")):
        await studio.house.studio.fail(order, "it could not be drawn")


@pytest.mark.needs("chromium", "axe")
@pytest.mark.parametrize("theme", ["light", "dark"])
async def test_the_controls_keep_nobody_out(window: NewPage, theme: str) -> None:
    """By what axe-core knows; on the smallest phone they stand in one row, large enough for a thumb."""
    studio = await window(color_scheme=theme, **PHONE)
    await studio.page.get_by_label("quality").select_option("high")
    await expect(studio.page.locator("#price")).not_to_be_empty()
    boxes = [await one.bounding_box() for one in await studio.page.locator(".control").all()]
    assert len({box["y"] for box in boxes if box is not None and box["height"] >= 36}) == 1
    assert await studio.run("document.scrollingElement.scrollWidth <= innerWidth")
    assert await violations(studio.page) == []
