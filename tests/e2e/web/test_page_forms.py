"""Asks the page in a real browser whether a form can be filled in, corrected and sent, with a thumb and with a keyboard."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Annotated

import pytest
import pytest_asyncio
from playwright.async_api import expect

from bot.commands.spec import Command
from bot.domain.chat import Form, FormPart, Post
from bot.domain.images import Shape
from bot.domain.options import Choice, Text
from bot.domain.template_options import SlotValues
from bot.errors import BadInput
from bot.ports.surfaces import Call
from tests.e2e.web.accessibility import violations
from tests.fakes.studio_page import NewPage, StudioPage
from tests.fakes.visitor import HttpVisitor
from tests.fakes.web_house import WebHouse, running

pytestmark = [pytest.mark.needs("chromium"), pytest.mark.asyncio(loop_scope="session")]

PHONE = {"viewport": {"width": 320, "height": 640}, "has_touch": True, "is_mobile": True}
PARTS = (FormPart("headline", "Headline"), FormPart("place", "Place", usual="a beach", is_required=False))


@dataclass(frozen=True, slots=True)
class CardArgs:
    """What `/card` takes; its name travels with the form."""

    name: Annotated[str, Text("Which card", longest=20)] = ""
    slots: Annotated[Mapping[str, str] | None, SlotValues("What stands in it")] = None
    shape: Annotated[Shape | None, Choice("Shape of the card", Shape)] = None
    words: Annotated[str, Text("What else is said", longest=900)] = ""


async def _card(call: Call, args: CardArgs) -> None:
    if args.slots is None:
        form = Form(
            "card", {"name": "x & <b>", "slots": "="}, shown=("slots", "shape", "words"), parts={"slots": PARTS}, title="A card"
        )
        await call.ask(form)
    elif args.slots.get("headline") == "bad":
        raise BadInput("That headline cannot be drawn. Nothing was counted.")
    else:
        await call.whisper(Post(f"{args.name}: {dict(args.slots)} {args.shape} {args.words}"))


@pytest_asyncio.fixture(loop_scope="session")
async def house() -> AsyncIterator[WebHouse]:
    """Serve a page that has such a command."""
    async with running(WebHouse(commands=(Command("card", "Draw a card", CardArgs, _card),))) as house:
        yield house


async def test_a_form_is_filled_in_corrected_and_sent(studio: StudioPage) -> None:
    """What is missing or refused is said in the form, which stays open with what was typed; then it closes."""
    await studio.send("/card")
    form = studio.page.get_by_role("dialog", name="A card")
    await expect(form.get_by_label("Headline")).to_be_focused()
    assert await form.get_by_label("Place").get_attribute("placeholder") == "usually a beach"
    await form.get_by_role("button", name="Go").click()
    await expect(form.get_by_role("alert")).to_have_text("Please fill in: Headline.")
    await form.get_by_label("Headline").fill("bad")
    await studio.page.keyboard.press("Enter")
    await expect(form.get_by_role("alert")).to_have_text("That headline cannot be drawn. Nothing was counted.")
    await form.get_by_label("Headline").fill("Run {place}")
    await form.get_by_label("Shape").select_option("tall")
    await form.get_by_label("Words").fill("and more")
    await form.get_by_role("button", name="Go").click()
    await expect(form).to_be_hidden()
    await expect(studio.notes.last).to_contain_text("x & <b>: {'headline': 'Run {place}'} tall and more")


async def test_a_form_fits_a_small_phone_and_is_left_without_a_trace(window: NewPage) -> None:
    """Every field is as high as a thumb, and nothing is sent."""
    studio = await window(**PHONE)
    await studio.send("/card")
    form = studio.page.get_by_role("dialog")
    await expect(form).to_be_visible()
    boxes = [await one.bounding_box() for one in await form.locator("input, select, textarea, button").all()]
    assert all(box is not None and box["height"] >= 44 and box["x"] >= 0 and box["x"] + box["width"] <= 320 for box in boxes)
    await form.get_by_role("button", name="Never mind").click()
    await expect(form).to_be_hidden()
    await expect(studio.notes).to_have_count(0)


@pytest.mark.parametrize(
    "fields",
    [
        {"command": 3, "options": {}},
        {"command": "card; x", "options": {}},
        {"command": "card", "options": []},
        {"command": "card", "options": {"name": 3}},
        {"command": "card", "options": {"name": "\ud800"}},
        {"command": "card", "options": {}, "key": "short"},
    ],
)
async def test_what_is_no_form_is_refused(ann: HttpVisitor, fields: dict[str, object]) -> None:
    """Before anything of it is run."""
    assert (await ann.post_json("/api/calls", {"key": "key-of-mine", **fields})).status == 400


@pytest.mark.parametrize("theme", ["light", "dark"])
async def test_a_form_can_be_used_by_everybody(window: NewPage, theme: str) -> None:
    """axe-core finds nothing, also while the form says what is missing."""
    studio = await window(color_scheme=theme)
    await studio.send("/card")
    await studio.page.get_by_role("button", name="Go").click()
    await expect(studio.page.get_by_role("alert").get_by_text("Headline")).to_be_visible()
    assert await violations(studio.page) == []
