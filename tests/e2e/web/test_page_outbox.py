"""Asks the page in a real browser: is what did not arrive shown, sent again and drawn once?"""

from datetime import timedelta
from typing import Any

import pytest
from playwright.async_api import expect

from tests.e2e.web.accessibility import violations
from tests.fakes.studio_page import NewPage, StudioPage
from tests.fakes.waiting import until

pytestmark = [pytest.mark.needs("chromium"), pytest.mark.asyncio(loop_scope="session")]

_KEPT = "Object.entries(localStorage).filter(([name]) => name.startsWith('easel-outbox')).map(([, kept]) => JSON.parse(kept))"

_KEEP_A_HEN = """
const name = Object.keys(localStorage).find((one) => one.startsWith("easel-outbox"));
const hen = { key: "kept-by-another", line: "a hen", reply: null, until: 0 };
localStorage.setItem(name, JSON.stringify([...JSON.parse(localStorage.getItem(name)), hen]));
"""


async def test_a_line_whose_answer_was_lost_is_sent_again_and_drawn_once(studio: StudioPage) -> None:
    """It is shown until then, also after the page was loaded anew."""
    bodies: list[Any] = []

    async def lose_the_answer(route: Any) -> None:
        bodies.append(route.request.post_data_json)
        await route.fetch()
        await route.abort()

    page, waiting = studio.page, studio.page.get_by_role("list", name="Waiting to be sent").locator("li")
    await page.route("**/api/calls", lose_the_answer)
    await studio.send("/imagine a fox")
    await expect(waiting).to_contain_text("Waits until easel can be reached. It is sent by itself, and drawn once.")
    await expect(studio.line).to_have_value("")
    await expect(studio.notes).to_have_count(0)
    await studio.open()
    await expect(waiting).to_contain_text("/imagine a fox")
    await page.unroute("**/api/calls")
    await studio.run("dispatchEvent(new Event('online'))")
    await expect(waiting).to_have_count(0)
    await expect(studio.messages).to_have_count(1)
    assert [order.prompt for order in studio.house.studio.orders] == ["a fox"]
    assert len({body["key"] for body in bodies}) == 1
    assert await studio.run(_KEPT) == []
    studio.complaints.clear()


async def test_a_line_that_the_server_will_not_take_is_given_back_and_not_sent_again(studio: StudioPage) -> None:
    """Only what may not have arrived is kept: the same answer would come for ever."""
    bodies: list[Any] = []

    async def refuse(route: Any) -> None:
        bodies.append(route.request.post_data_json)
        await route.fulfill(status=413, json={"detail": "That is too long."})

    page, waiting = studio.page, studio.page.get_by_role("list", name="Waiting to be sent").locator("li")
    await page.route("**/api/calls", refuse)
    await studio.send("a fox")
    await expect(studio.notes).to_contain_text("That is too long.")
    await expect(waiting).to_have_count(0)
    assert await studio.run(_KEPT) == []
    await studio.run("dispatchEvent(new Event('online'))")
    await page.unroute("**/api/calls")
    await studio.notes.get_by_role("button", name="Edit").click()
    await expect(studio.line).to_have_value("a fox")
    assert len(bodies) == 1
    studio.complaints.clear()


async def test_what_another_page_of_the_browser_keeps_is_left_as_it_is(studio: StudioPage) -> None:
    """Also where this one does not know of it yet: nobody tells a page of what is kept by itself."""
    page, waiting = studio.page, studio.page.get_by_role("list", name="Waiting to be sent").locator("li")
    await page.context.set_offline(True)
    await studio.send("a fox")
    await expect(waiting).to_have_count(1)
    await studio.run(_KEEP_A_HEN)
    await studio.send("an owl")
    await expect(waiting).to_have_count(2)
    assert [item["line"] for [kept] in [await studio.run(_KEPT)] for item in kept] == ["a fox", "a hen", "an owl"]
    await waiting.first.get_by_role("button", name="Cancel").click()
    assert [item["line"] for [kept] in [await studio.run(_KEPT)] for item in kept] == ["a hen", "an owl"]
    await page.context.set_offline(False)
    await expect(waiting).to_have_count(0)
    await until(lambda: {order.prompt for order in studio.house.studio.orders} == {"a hen", "an owl"})
    assert len(studio.house.studio.orders) == 2
    studio.complaints.clear()


@pytest.mark.needs("chromium", "axe")
async def test_what_waits_offline_can_be_cancelled_changed_and_sent(studio: StudioPage) -> None:
    """In its order; a picture that goes along is kept as long as the page is open, and what is no wish is not kept."""
    page, waiting = studio.page, studio.page.get_by_role("list", name="Waiting to be sent").locator("li")
    await page.context.set_offline(True)
    for line in ("a fox", "an owl", "a bear", "/gallery"):
        await studio.send(line)
    await expect(waiting).to_have_count(3)
    await expect(studio.notes).to_contain_text("cannot be reached right now")
    assert [item["line"] for [kept] in [await studio.run(_KEPT)] for item in kept] == ["a fox", "an owl", "a bear"]
    await expect(waiting.last.get_by_role("button", name="Cancel")).to_be_in_viewport()
    assert await violations(page) == []
    await studio.line.fill("")
    await waiting.nth(1).get_by_role("button", name="Cancel").click()
    await waiting.nth(1).get_by_role("button", name="Edit").click()
    await expect(studio.line).to_have_value("a bear")
    await expect(waiting).to_have_count(1)
    await page.context.set_offline(False)
    await expect(waiting).to_have_count(0)
    await until(lambda: [order.prompt for order in studio.house.studio.orders] == ["a fox"])
    studio.complaints.clear()


async def test_a_wish_waits_for_the_day_that_has_pictures_again(window: NewPage) -> None:
    """In sight, and only where somebody says so; then it is sent by itself."""
    studio = await window(timezone_id="Asia/Kolkata", locale="de-DE")
    page, house = studio.page, studio.house
    waiting = page.get_by_role("list", name="Waiting to be sent").locator("li")
    now = house.clock.now()
    house.studio.refills_at = midnight = (now + timedelta(days=1)).replace(hour=0, minute=0)
    house.studio.refills_at = None
    await studio.picture("an owl")
    house.studio.refills_at = midnight
    await page.clock.install(time=now)
    await studio.open()
    await page.get_by_role("button", name="Again").click()
    await page.get_by_role("button", name="Send when I may").click()
    await expect(waiting).to_contain_text("AgainWaits until Sonntag 05:30")
    await studio.send("a fox")
    await expect(studio.notes).to_contain_text("You have no pictures left today")
    await expect(studio.notes).to_contain_text("That is Sonntag 05:30 where you are.")
    await expect(page.get_by_label("anzahl")).to_have_value("1")
    await page.get_by_role("button", name="Send when I may").click()
    await expect(studio.notes).to_have_count(0)
    await expect(waiting.last).to_contain_text("a foxWaits until Sonntag 05:30, when you have pictures again.")
    await studio.open()
    await expect(waiting).to_have_count(2)
    house.studio.refills_at = None
    await page.clock.run_for(180_000)
    assert len(house.studio.orders) == 1
    await page.clock.set_system_time(midnight)
    await page.clock.run_for(61_000)
    await expect(waiting).to_have_count(0)
    assert [order.prompt for order in house.studio.orders] == ["an owl", "an owl", "a fox"]
