"""Asks the page in a real browser: does a typed line become a picture, a private note, or nothing, as it should?"""

import json
import re
from datetime import timedelta

import pytest
from playwright.async_api import expect

from bot.adapters.web.surface import WEB
from bot.domain.chat import Place, Post
from tests.fakes.studio import png
from tests.fakes.studio_page import NewPage, StudioPage

pytestmark = [pytest.mark.needs("chromium"), pytest.mark.asyncio(loop_scope="session")]


async def test_a_command_is_typed_with_completion(studio: StudioPage) -> None:
    """Command, option and choice, each from a list."""
    options = studio.page.get_by_role("listbox", name="Suggestions").get_by_role("option")
    await studio.type("/im")
    await expect(options).to_have_text([re.compile("/imagine.*Draw a picture from words")])
    await studio.page.keyboard.press("Tab")
    await expect(studio.line).to_have_value("/imagine ")
    await studio.type("a fox --")
    await expect(options).to_have_text([re.compile(f"--{name}") for name in ("shape", "quality", "count", "size")])
    await studio.type("sh")
    await studio.page.keyboard.press("Enter")
    await expect(options).to_have_text([re.compile("^square.*as usual"), re.compile("^wide"), re.compile("^tall")])
    await studio.page.keyboard.press("ArrowDown")
    await studio.page.keyboard.press("Enter")
    await expect(studio.line).to_have_value("/imagine a fox --shape wide ")
    await studio.page.keyboard.press("Enter")
    await expect(studio.messages.locator(".asked")).to_have_text("/imagine a fox --shape wide")
    await expect(studio.line).to_have_value("")


async def test_a_picture_comes_into_being(studio: StudioPage) -> None:
    """Place in line, progress, preview, picture, words and model."""
    order = await studio.order("a fox")
    await expect(studio.messages.locator(".text")).to_have_text("Drawing: a fox · 2nd in line · about 40 s")
    await studio.house.studio.work(order, 0.45, png(60, 40))
    await expect(studio.page.get_by_role("progressbar")).to_have_attribute("aria-valuenow", "45")
    await expect(studio.page.get_by_alt_text("Unfinished picture")).to_be_visible()
    await studio.house.studio.finish(order, png(600, 400))
    picture = studio.page.get_by_role("button", name="Open larger: a fox").get_by_role("img")
    await expect(picture).to_be_visible()
    await expect(studio.page.get_by_role("progressbar")).to_have_count(0)
    await expect(studio.messages.locator(".facts li")).to_have_text(["Drawn by gpt-image-2 (AI-generated)", "12 s"])
    await studio.page.get_by_text("Drawn as").click()
    await expect(studio.page.get_by_text("A careful picture of a fox.")).to_be_visible()


async def test_the_canvas_has_the_shape_of_the_picture_to_come(studio: StudioPage) -> None:
    """Nothing moves when the preview comes, nor when the picture does."""
    order = await studio.order("a fox")
    shapes: list[tuple[int, int]] = []
    for act in (None, studio.house.studio.work(order, 0.5, png(1536, 1024)), studio.house.studio.finish(order, png(1536, 1024))):
        if act is not None:
            await act
        what = ".frame" if len(shapes) == 2 else (".canvas.has-preview" if shapes else ".canvas")
        await expect(studio.page.locator(what)).to_be_visible()
        box = await studio.page.locator(what).bounding_box()
        assert box is not None
        shapes.append((round(box["width"]), round(box["height"])))
    assert len(set(shapes)) == 1
    assert abs(shapes[0][0] / shapes[0][1] - 1.5) < 0.02


async def test_a_picture_is_shown_by_a_smaller_copy(studio: StudioPage) -> None:
    """The page loads what it needs; the large view and the download have the picture itself."""
    await studio.picture("a fox", png(2048, 1365))
    shown = await studio.run("document.querySelector('.frame img').currentSrc")
    assert "?edge=1024" in shown
    assert await studio.run("document.querySelector('.frame img').loading") == "lazy"
    await studio.page.locator(".frame").click()
    assert "?" not in await studio.run("document.getElementById('large').src")


async def test_many_pictures_stand_in_rows(window: NewPage) -> None:
    """However narrow the screen is, each can be seen."""
    studio = await window(viewport={"width": 320, "height": 700})
    await studio.picture("a fox", *(png(width, 100) for width in range(100, 107)))
    widths = await studio.run("[...document.querySelectorAll('.pictures .frame')].map((frame) => frame.offsetWidth)")
    assert len(widths) == 7
    assert min(widths) >= 120
    assert await studio.run("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize(("scale", "size", "edge"), [(1, (1024, 1024), 512), (2, (1024, 1024), 1024), (2, (3072, 2048), 1024)])
async def test_no_screen_makes_the_page_load_an_original(window: NewPage, scale: int, size: tuple[int, int], edge: int) -> None:
    """A square of the usual size is a megabyte and more; its copy has a tenth of that."""
    studio = await window(device_scale_factor=scale)
    await studio.picture("a fox", png(*size))
    assert f"?edge={edge}" in await studio.run("document.querySelector('.frame img').currentSrc")


async def test_a_picture_is_deleted_and_brought_back(studio: StudioPage) -> None:
    """In the same message."""
    await studio.picture("a fox")
    await studio.page.get_by_role("button", name="Delete").click()
    await expect(studio.messages.locator(".text")).to_contain_text("deleted")
    await expect(studio.page.locator(".frame")).to_have_count(0)
    await studio.page.get_by_role("button", name="Undo").click()
    await expect(studio.page.locator(".frame")).to_be_visible()
    await expect(studio.messages).to_have_count(1)


async def test_a_double_click_is_one_press(studio: StudioPage) -> None:
    """Its second half hits Cancel, which stands there by then, and would have the new picture paid for and thrown away."""
    await studio.picture("a fox")
    mouse, pressed = studio.page.mouse, list[str]()
    studio.page.on(
        "request", lambda request: pressed.append(request.post_data or "") if request.url.endswith("/api/calls") else None
    )
    for name, count in [("Again", 1), ("Cancel", 2)]:
        button = studio.page.get_by_role("button", name=name)
        await button.hover()
        await mouse.down(click_count=count)
        await mouse.up(click_count=count)
        await expect(studio.page.get_by_role("button", name="Cancel")).to_be_visible()
    await studio.page.get_by_role("button", name="Cancel").click()
    await expect(studio.page.get_by_role("button", name="Cancel")).to_have_count(0)
    assert [json.loads(body)["action"].split(":")[0] for body in pressed] == ["again", "cancel"]


async def test_again_says_what_was_pressed(studio: StudioPage) -> None:
    """Under the name of who pressed it."""
    await studio.picture("a fox")
    await studio.page.get_by_role("button", name="Again").click()
    await expect(studio.messages.nth(1).locator(".asked")).to_have_text("pressed Again")


async def test_changing_the_words_puts_the_line_into_the_message_box(studio: StudioPage) -> None:
    """Ready to be changed and sent."""
    await studio.picture("a fox")
    await studio.page.get_by_role("button", name="Change words").click()
    box = studio.page.locator("#line")
    await expect(box).to_have_value("/imagine a fox --shape wide")
    await expect(box).to_be_focused()
    await expect(studio.messages).to_have_count(1)


async def test_a_drawing_can_be_cancelled(studio: StudioPage) -> None:
    """While it waits."""
    await studio.order("a fox")
    await studio.page.get_by_role("button", name="Cancel").click()
    await expect(studio.messages.locator(".text")).to_have_text("a fox – cancelled; nothing was counted.")


async def test_a_refusal_is_a_private_note(window: NewPage) -> None:
    """Nobody else sees it, and the line is not lost."""
    ann, bob = await window(), await window()
    await ann.send("/imagine something forbidden")
    await expect(ann.notes).to_contain_text("Only you can see this")
    await expect(ann.notes).to_contain_text("Nothing was drawn and nothing was counted.")
    await ann.notes.get_by_role("button", name="Edit and send again").click()
    await expect(ann.line).to_have_value("/imagine something forbidden")
    await ann.notes.get_by_role("button", name="Dismiss this note").click()
    await expect(ann.notes).to_have_count(0)
    await ann.picture("a fox")
    await bob.look_around()
    await expect(bob.messages).to_have_count(1)
    await expect(bob.notes).to_have_count(0)


async def test_everybody_sees_the_same_channel(window: NewPage) -> None:
    """Each knows which messages are theirs; one begins with one's own."""
    ann, bob = await window(), await window()
    await ann.order("an owl")
    await expect(bob.page.locator("#welcome")).to_be_visible()
    await bob.look_around()
    await expect(bob.page.get_by_text("Everybody who can open this page sees #studio")).to_be_visible()
    await expect(bob.messages).to_have_count(1)
    await bob.page.get_by_role("button", name="Mine").click()
    await expect(bob.messages).to_have_count(0)
    await bob.look_around()
    await ann.page.get_by_role("button", name="Cancel").click()
    await ann.picture("a fox")
    await expect(bob.page.locator(".frame img")).to_be_visible()
    await expect(ann.messages.locator(".tag")).to_have_text(["you", "you"])
    await expect(bob.messages.locator(".tag")).to_have_count(0)
    await expect(bob.page.get_by_role("button", name="Again")).to_be_visible()
    await expect(bob.page.get_by_role("button", name="Delete")).to_have_count(0)


async def test_an_empty_channel_offers_examples(studio: StudioPage) -> None:
    """A touch puts one into the box, and nothing is sent."""
    examples = studio.page.locator(".example")
    await expect(examples).to_have_count(3)
    await examples.first.click()
    await expect(studio.line).to_have_value(re.compile(r"^a lighthouse"))
    assert studio.house.studio.orders == []
    await studio.page.keyboard.press("Enter")
    await expect(studio.page.locator("#welcome")).to_be_hidden()


async def test_words_without_a_command_draw(studio: StudioPage) -> None:
    """The first Enter sends them; options are completed as behind a command."""
    await studio.type("a fox")
    await studio.page.keyboard.press("Enter")
    await expect(studio.messages.locator(".asked")).to_have_text("a fox")
    await studio.type("an owl --sh")
    await studio.page.keyboard.press("Tab")
    await expect(studio.line).to_have_value("an owl --shape ")
    assert [order.prompt for order in studio.house.studio.orders] == ["a fox"]


async def test_earlier_messages_can_be_had(studio: StudioPage) -> None:
    """The page begins with the newest; what changes among the others is not pulled in."""
    words = [f"message {number}" for number in range(35)]
    posted = []
    for word in words:
        studio.house.clock.move(timedelta(minutes=1))
        posted.append(await studio.house.surface.post(Place(WEB, "", "studio"), Post(word), key=word))
    await expect(studio.messages).to_have_count(35)
    await studio.page.reload()
    await expect(studio.messages).to_have_count(30)
    for place, word in [(0, "changed out of sight"), (34, "changed in sight")]:
        words[place] = word
        await studio.house.surface.update(posted[place], Post(word))
    await expect(studio.messages.locator(".text")).to_have_text(words[5:])
    await studio.page.get_by_role("button", name="Show earlier messages").click()
    await expect(studio.messages.locator(".text")).to_have_text(words)
    await expect(studio.page.get_by_role("button", name="Show earlier messages")).to_be_hidden()
