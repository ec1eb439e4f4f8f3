"""Asks the page in a real browser: can pictures be brought along, by mouse, thumb, keyboard and ear?"""

import base64

import pytest
from playwright.async_api import FilePayload, expect

from bot.domain.jobs import JobId
from tests.e2e.web.accessibility import violations
from tests.fakes.photos import photo
from tests.fakes.studio import png
from tests.fakes.studio_page import NewPage, StudioPage
from tests.fakes.waiting import until

pytestmark = [pytest.mark.needs("chromium"), pytest.mark.asyncio(loop_scope="session")]

PHONE = {"viewport": {"width": 320, "height": 700}, "has_touch": True, "is_mobile": True}

_BRING = """([kind, name, type, packed, words]) => {
    const content = Uint8Array.from(atob(packed), (character) => character.charCodeAt(0));
    const brought = new DataTransfer();
    brought.items.add(new File([content], name, { type }));
    if (words) brought.items.add(words, "text/plain");
    const options = { bubbles: true, cancelable: true };
    const event = kind === "paste"
        ? new ClipboardEvent(kind, { ...options, clipboardData: brought })
        : new DragEvent(kind, { ...options, dataTransfer: brought });
    document.getElementById("line").dispatchEvent(event);
    return event.defaultPrevented;
}"""

_OVERHANG = """() =>
    [...document.querySelectorAll(".composer *")]
        .filter((element) => element.getBoundingClientRect().right > innerWidth + 1)
        .filter((element) => !element.closest(".chips, .controls, .pictures"))
        .map((element) => element.className)
"""

_PAINTED = """() => [...document.querySelectorAll("#pictures canvas")].every((canvas) =>
    canvas.getContext("2d").getImageData(64, 64, 1, 1).data[3] === 255)"""


async def choose(studio: StudioPage, *names: str) -> None:
    """Choose files with the button."""
    async with studio.page.expect_file_chooser() as chosen:
        await studio.page.get_by_role("button", name="Add pictures").click()
    await (await chosen.value).set_files([FilePayload(name=name, mimeType="image/jpeg", buffer=photo()) for name in names])


async def bring(
    studio: StudioPage, kind: str, name: str, content: bytes, *, media_type: str = "image/png", words: str = ""
) -> bool:
    """Drop or paste a file, and return whether the page took it upon itself."""
    packed = base64.b64encode(content).decode()
    return bool(await studio.page.evaluate(_BRING, [kind, name, media_type, packed, words]))


async def test_pictures_are_chosen_dropped_and_pasted(studio: StudioPage) -> None:
    """They are shown small, said aloud, taken away again with the keyboard, and go along with the words."""
    dropped, pasted = photo("PNG"), photo("PNG", (90, 120))
    items, announcer = studio.page.get_by_role("list", name="Pictures that go along").get_by_role("listitem"), "#announcer"
    await choose(studio, "house.jpg")
    await expect(studio.page.locator(announcer)).to_have_text("house.jpg added. 1 picture goes along.")
    assert await bring(studio, "drop", "logo.png", dropped)
    assert await bring(studio, "paste", "image.png", pasted)
    await expect(items).to_have_text(["house.jpg", "logo.png", "image.png"])
    await studio.page.wait_for_function(_PAINTED)
    assert not await bring(studio, "paste", "words.png", pasted, words="words that a program pasted with their picture")
    await choose(studio, "more.jpg")
    await expect(studio.notes).to_contain_text("There can be 3 pictures at most, so “more.jpg” was left out.")
    await expect(items).to_have_count(3)
    await studio.page.get_by_role("button", name="Remove house.jpg").press("Enter")
    await expect(studio.page.get_by_role("button", name="Remove logo.png")).to_be_focused()
    await expect(studio.page.locator(announcer)).to_have_text("house.jpg removed. 2 pictures go along.")
    await expect(studio.page.get_by_role("button", name="Send")).to_be_disabled()
    await studio.send("make it night")
    await until(lambda: len(studio.house.studio.orders) == 1)
    [order] = studio.house.studio.orders
    assert (order.prompt, [one.content for one in order.pictures]) == ("make it night", [dropped, pasted])
    await expect(items).to_have_count(0)


async def test_pictures_stay_where_the_words_were_refused(studio: StudioPage) -> None:
    """And what is no picture is told before it is sent."""
    await choose(studio, "house.jpg")
    assert await bring(studio, "drop", "story.pdf", b"%PDF", media_type="application/pdf")
    await expect(studio.notes.last).to_contain_text("“story.pdf” is no picture that can be used here")
    await studio.send("/imagine something forbidden")
    await expect(studio.notes.last).to_contain_text("That is not something this bot draws.")
    await studio.send("make it night")
    await until(lambda: len(studio.house.studio.orders) == 1)
    assert [one.content for one in studio.house.studio.orders[0].pictures] == [photo()]


async def test_a_thumb_brings_pictures(window: NewPage) -> None:
    """Nothing hangs over the edge of a small phone, and each button is large enough."""
    studio = await window(**PHONE)
    await choose(studio, "a.jpg", "b.jpg", "c.jpg")
    removes = studio.page.get_by_role("button", name="Remove")
    await expect(removes).to_have_count(3)
    assert await studio.page.evaluate(_OVERHANG) == []
    for button in (*await removes.all(), studio.page.get_by_role("button", name="Add pictures")):
        box = await button.bounding_box()
        assert box is not None
        assert min(box["width"], box["height"]) >= 24
    await removes.first.tap()
    await expect(removes).to_have_count(2)


async def test_words_are_about_the_picture_whose_edit_was_pressed(studio: StudioPage) -> None:
    """It stands beside the box until they are sent, comes back where they were refused, and goes with Escape."""
    studio.house.studio.offers_edits = True
    first = await studio.picture("a fox")
    bar, edit = studio.page.locator("#reply"), studio.page.get_by_role("button", name="Edit", exact=True)
    await edit.press("Enter")
    await expect(bar).to_have_text("Changing this picture")
    await expect(studio.line).to_be_focused()
    await studio.line.fill("something forbidden")
    await studio.line.press("Enter")
    await expect(studio.notes).to_contain_text("not something this bot draws")
    await expect(bar).to_be_visible()
    await studio.line.fill("make it night")
    await studio.line.press("Enter")
    await until(lambda: len(studio.house.studio.orders) == 2)
    second = studio.house.studio.orders[-1]
    assert (second.prompt, second.changes, second.answers) == ("make it night", first.id, first.message.id)
    await expect(bar).to_be_hidden()
    await edit.press("Enter")
    await expect(bar).to_be_visible()
    await studio.line.press("Escape")
    await expect(bar).to_be_hidden()
    await studio.send("an owl")
    await until(lambda: len(studio.house.studio.orders) == 3)
    assert studio.house.studio.orders[-1].changes == ""


async def test_what_is_needed_less_often_stands_behind_one_button(studio: StudioPage) -> None:
    """It is opened with the keyboard, closes with Escape, and is pressed like any other."""
    studio.house.studio.offers_edits = True
    await studio.picture("a fox")
    more, inside = studio.page.locator(".more summary"), studio.page.get_by_role("button", name="Draw once more")
    await expect(inside).to_be_hidden()
    await more.press("Enter")
    await expect(inside).to_be_visible()
    await inside.press("Escape")
    await expect(inside).to_be_hidden()
    await expect(more).to_be_focused()
    await more.press("Enter")
    await inside.press("Enter")
    await until(lambda: len(studio.house.studio.orders) == 2)


async def test_one_of_a_set_is_chosen_with_the_keyboard_on_a_narrow_page(window: NewPage) -> None:
    """The first one as long as nobody does; or by what stands under each, which is about that one alone."""
    studio = await window(**PHONE)
    studio.house.studio.offers_edits = True
    order = await studio.picture("two foxes", png(600, 400), png(400, 600))
    pictures = await studio.house.studio.pictures.of_job(JobId(order.id))
    await studio.page.get_by_role("button", name="Edit", exact=True).click()
    chosen = studio.page.get_by_role("radiogroup", name="Which picture is changed").get_by_role("radio")
    await expect(chosen.first).to_be_checked()
    await chosen.first.press("ArrowRight")
    await expect(chosen.last).to_be_checked()
    assert await studio.run(_OVERHANG) == []
    await studio.line.fill("make it night")
    await studio.line.press("Enter")
    await until(lambda: len(studio.house.studio.orders) == 2)
    assert studio.house.studio.orders[-1].changes == pictures[1].id
    await expect(studio.messages).to_have_count(2)
    await studio.page.get_by_text("Picture 2…").click()
    await studio.page.get_by_role("button", name="Edit", exact=True).first.click()
    await expect(studio.page.locator("#reply")).to_have_text("Changing this picture")
    await studio.line.fill("make it day")
    await studio.line.press("Enter")
    await until(lambda: len(studio.house.studio.orders) == 3)
    assert studio.house.studio.orders[-1].changes == pictures[1].id


async def test_a_list_of_prompts_goes_into_the_box(studio: StudioPage) -> None:
    """To be looked at before it is sent; one that is too long, or no UTF-8, is refused in a sentence."""
    box = studio.page.locator("#line")
    assert await bring(studio, "drop", "list.csv", '\ufeffprompt\n"a fox, grün"\n'.encode(), media_type="text/csv")
    await expect(box).to_have_value('/batch prompt\n"a fox, grün"')
    await box.fill("")
    await bring(studio, "drop", "list.txt", "grün".encode("latin-1"), media_type="text/plain")
    await expect(studio.page.get_by_text("“list.txt” is no UTF-8 text; please save it as UTF-8.").first).to_be_visible()
    await bring(studio, "drop", "long.txt", b"a fox\n" * 20_000, media_type="text/plain")
    await expect(studio.page.get_by_text("“long.txt” is too long for this page").first).to_be_visible()
    await expect(box).to_have_value("")


@pytest.mark.needs("chromium", "axe")
@pytest.mark.parametrize("theme", ["light", "dark"])
async def test_a_reply_and_its_buttons_keep_nobody_out(window: NewPage, theme: str) -> None:
    """By what axe-core knows, with a set beside the box and the rest of the buttons open."""
    studio = await window(color_scheme=theme)
    studio.house.studio.offers_edits = True
    await studio.picture("two foxes", png(600, 400), png(400, 600))
    await studio.page.get_by_role("button", name="Edit", exact=True).click()
    for more in await studio.page.locator(".more summary").all():
        await more.click()
    assert await violations(studio.page) == []
