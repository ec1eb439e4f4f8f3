"""Asks the page in a real browser: can people type, watch, look, delete and undo, with a mouse, a thumb or a keyboard?"""

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, Page, async_playwright, expect

from bot.adapters.web.surface import WEB
from bot.domain.chat import Exhibit, Place, Post, Tone
from bot.domain.images import PictureId
from bot.domain.jobs import JobId
from tests.conftest import find_chromium
from tests.fakes.clock import NOON
from tests.fakes.studio import Order, png
from tests.fakes.waiting import until
from tests.fakes.web_house import WebHouse, running

pytestmark = [pytest.mark.needs("chromium"), pytest.mark.asyncio(loop_scope="module")]

_ARGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PATIENCE_MS = 15_000
PHONE = {"viewport": {"width": 390, "height": 780}, "has_touch": True, "is_mobile": True}
HOSTILE = [
    "<img src=x onerror=window.hacked=1>",
    "<script>window.hacked=1</script>",
    '"><svg onload=window.hacked=1>',
    "[click](javascript:window.hacked=1)",
    "javascript:window.hacked=1",
    "{{constructor.constructor('window.hacked=1')()}}",
]

COMPLETIONS = {
    "": [],
    "/": ["/imagine", "/gallery", "/help"],
    "/IM": ["/imagine"],
    "/x": [],
    "a fox": ["/imagine a fox"],
    "/imagine a fox": [],
    "/imagine a fox -": ["--shape", "--quality", "--count", "--size"],
    "/imagine a fox --shape wide --": ["--quality", "--count", "--size"],
    "/imagine a fox —sh": ["--shape"],
    "/imagine a fox --shape ": ["square", "wide", "tall"],
    "/imagine a fox --shape=t": ["tall"],
    "/imagine a fox --shape wide": [],
    "/imagine a fox --count ": ["1", "2", "3", "4"],
    "/imagine a fox --size ": [],
    "/imagine a fox --colour ": [],
    "/gallery --": [],
    "/nothing a --": [],
}

NewPage = Callable[..., Awaitable["StudioPage"]]


class StudioPage:
    """One browser window on the studio; `complaints` are what the browser's console said was wrong."""

    def __init__(self, house: WebHouse, page: Page) -> None:
        self.house = house
        self.page = page
        self.line = page.get_by_role("combobox", name="Type a command")
        self.messages = page.locator(".message:not(.note)")
        self.notes = page.locator(".message.note")
        self.complaints: list[str] = []
        page.on("console", lambda said: self.complaints.append(said.text) if said.type in {"error", "warning"} else None)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))

    async def open(self) -> None:
        """Load the page and wait until it knows the commands and listens."""
        async with self.page.expect_response(re.compile("/events")):
            await self.page.goto(self.house.address)
        await expect(self.page.locator(".chip").first).to_be_visible()

    async def type(self, text: str) -> None:
        """Type with the keyboard, key by key."""
        await self.line.press_sequentially(text)

    async def send(self, line: str) -> None:
        """Send a line as it is."""
        await self.line.fill(line)
        await self.line.press("Escape")
        await self.line.press("Enter")

    async def order(self, prompt: str) -> Order:
        """Ask for a picture and give the order that came of it."""
        count = len(self.house.studio.orders)
        await self.send(f"/imagine {prompt}")
        await until(lambda: len(self.house.studio.orders) > count)
        return self.house.studio.orders[-1]

    async def picture(self, prompt: str, *contents: bytes) -> Order:
        """Have pictures drawn, and wait until they are seen."""
        order = await self.order(prompt)
        await self.house.studio.finish(order, *(contents or (png(600, 400),)))
        await expect(self.page.locator(".frame img").last).to_have_js_property("complete", True)
        return order

    async def run(self, script: str) -> Any:
        """Run a script in the page, past its own rules."""
        return await self.page.evaluate(script)

    async def focused(self) -> str:
        """Say what the keyboard is at."""
        name = "document.activeElement.getAttribute('aria-label') || document.activeElement.textContent.trim()"
        return str(await self.run(name))

    async def leave(self) -> None:
        """Put the keyboard at the very beginning of the page."""
        await self.run("document.body.tabIndex = -1, document.body.focus(), document.body.removeAttribute('tabindex')")

    async def tab_to(self, name: str) -> None:
        """Press Tab until the keyboard is at something of this name."""
        for _ in range(40):
            if re.search(name, await self.focused()):
                return
            await self.page.keyboard.press("Tab")
        raise AssertionError(f"Tab never came to {name}")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Browser]:
    """Start the system's Chromium once."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=find_chromium(), args=_ARGS)
        yield browser
        await browser.close()


@pytest_asyncio.fixture(loop_scope="module")
async def house() -> AsyncIterator[WebHouse]:
    """Serve the page."""
    async with running(WebHouse()) as house:
        yield house


@pytest_asyncio.fixture(loop_scope="module")
async def window(house: WebHouse, browser: Browser) -> AsyncIterator[NewPage]:
    """Open windows of people who do not know each other; at the end, none may have complained."""
    contexts: list[BrowserContext] = []
    studios: list[StudioPage] = []

    async def open_window(**options: Any) -> StudioPage:
        context = await browser.new_context(**{"viewport": {"width": 1280, "height": 860}, **options})
        context.set_default_timeout(PATIENCE_MS)
        contexts.append(context)
        studio = StudioPage(house, await context.new_page())
        studios.append(studio)
        await studio.open()
        return studio

    expect.set_options(timeout=PATIENCE_MS)
    yield open_window
    for context in contexts:
        await context.close()
    assert [studio.complaints for studio in studios] == [[]] * len(studios)


@pytest_asyncio.fixture(loop_scope="module")
async def studio(window: NewPage) -> StudioPage:
    """Open one window at a desk."""
    return await window()


class TestDrawing:
    """From a typed line to a picture, and back."""

    async def test_a_command_is_typed_with_completion(self, studio: StudioPage) -> None:
        """Command, option and choice, each from a list."""
        options = studio.page.get_by_role("option")
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

    async def test_a_picture_comes_into_being(self, studio: StudioPage) -> None:
        """Place in line, progress, preview, picture, words, model and cost."""
        order = await studio.order("a fox")
        await expect(studio.messages.locator(".text")).to_have_text("Drawing: a fox · 2nd in line · about 40 s")
        await studio.house.studio.work(order, 0.45, png(60, 40))
        await expect(studio.page.get_by_role("progressbar")).to_have_attribute("aria-valuenow", "45")
        await expect(studio.page.get_by_alt_text("Unfinished picture")).to_be_visible()
        await studio.house.studio.finish(order, png(600, 400))
        picture = studio.page.get_by_role("button", name="Open larger: a fox").get_by_role("img")
        await expect(picture).to_be_visible()
        await expect(studio.page.get_by_role("progressbar")).to_have_count(0)
        await expect(studio.messages.locator(".facts li")).to_have_text(
            ["Drawn by gpt-image-2 (AI-generated)", "12 s", "$0.0531"]
        )
        await studio.page.get_by_text("Drawn as").click()
        await expect(studio.page.get_by_text("A careful picture of a fox.")).to_be_visible()

    async def test_a_picture_is_deleted_and_brought_back(self, studio: StudioPage) -> None:
        """In the same message."""
        await studio.picture("a fox")
        await studio.page.get_by_role("button", name="Delete").click()
        await expect(studio.messages.locator(".text")).to_contain_text("deleted")
        await expect(studio.page.locator(".frame")).to_have_count(0)
        await studio.page.get_by_role("button", name="Undo").click()
        await expect(studio.page.locator(".frame")).to_be_visible()
        await expect(studio.messages).to_have_count(1)

    async def test_again_says_what_was_pressed(self, studio: StudioPage) -> None:
        """Under the name of who pressed it."""
        await studio.picture("a fox")
        await studio.page.get_by_role("button", name="Again").click()
        await expect(studio.messages.nth(1).locator(".asked")).to_have_text("pressed Again")

    async def test_a_drawing_can_be_cancelled(self, studio: StudioPage) -> None:
        """While it waits."""
        await studio.order("a fox")
        await studio.page.get_by_role("button", name="Cancel").click()
        await expect(studio.messages.locator(".text")).to_have_text("a fox – cancelled; nothing was counted.")

    async def test_a_refusal_is_a_private_note(self, window: NewPage) -> None:
        """Nobody else sees it, and the line is not lost."""
        ann, bob = await window(), await window()
        await ann.send("/imagine something forbidden")
        await expect(ann.notes).to_contain_text("Only you can see this")
        await expect(ann.notes).to_contain_text("Nothing was drawn and nothing was counted.")
        await ann.notes.get_by_role("button", name="Edit the line").click()
        await expect(ann.line).to_have_value("/imagine something forbidden")
        await ann.notes.get_by_role("button", name="Dismiss this note").click()
        await expect(ann.notes).to_have_count(0)
        await ann.picture("a fox")
        await expect(bob.messages).to_have_count(1)
        await expect(bob.notes).to_have_count(0)

    async def test_everybody_sees_the_same_channel(self, window: NewPage) -> None:
        """Each knows which messages are theirs."""
        ann, bob = await window(), await window()
        await ann.picture("a fox")
        await expect(bob.page.locator(".frame img")).to_be_visible()
        await expect(ann.messages.locator(".tag")).to_have_text("you")
        await expect(bob.messages.locator(".tag")).to_have_count(0)
        await bob.page.get_by_role("button", name="Delete").click()
        await expect(bob.notes).to_contain_text("Only the person who asked")

    async def test_an_empty_channel_offers_examples(self, studio: StudioPage) -> None:
        """A touch puts one into the box, and nothing is sent."""
        examples = studio.page.locator(".example")
        await expect(examples).to_have_count(3)
        await examples.first.click()
        await expect(studio.line).to_have_value(re.compile(r"^/imagine a lighthouse"))
        assert studio.house.studio.orders == []
        await studio.page.keyboard.press("Enter")
        await expect(studio.page.locator("#welcome")).to_be_hidden()

    async def test_words_without_a_command_become_one(self, studio: StudioPage) -> None:
        """Enter puts the command before them, the next Enter sends."""
        await studio.type("a fox")
        await studio.page.keyboard.press("Enter")
        await expect(studio.line).to_have_value("/imagine a fox")
        await studio.page.keyboard.press("Enter")
        await expect(studio.messages.locator(".asked")).to_have_text("/imagine a fox")

    async def test_earlier_messages_can_be_had(self, studio: StudioPage) -> None:
        """The page begins with the newest."""
        words = [f"message {number}" for number in range(35)]
        for word in words:
            await studio.house.surface.post(Place(WEB, "", "studio"), Post(word), key=word)
        await expect(studio.messages).to_have_count(35)
        await studio.page.reload()
        await expect(studio.messages).to_have_count(30)
        await studio.page.get_by_role("button", name="Show earlier messages").click()
        await expect(studio.messages.locator(".text")).to_have_text(words)
        await expect(studio.page.get_by_role("button", name="Show earlier messages")).to_be_hidden()


class TestLooking:
    """The large view."""

    async def test_a_picture_opens_larger(self, studio: StudioPage) -> None:
        """Escape closes it, and the keyboard is back where it was."""
        await studio.picture("a fox")
        await studio.page.get_by_role("button", name="Open larger").click()
        dialog = studio.page.get_by_role("dialog")
        await expect(dialog.get_by_alt_text("a fox")).to_be_visible()
        await expect(dialog.get_by_role("button", name="Next picture")).to_be_hidden()
        await studio.page.keyboard.press("Escape")
        await expect(dialog).to_be_hidden()
        assert await studio.focused() == "Open larger: a fox"

    async def test_several_pictures_are_leafed_through(self, studio: StudioPage) -> None:
        """Round and round."""
        await studio.picture("foxes", png(colour="red"), png(colour="green"), png(colour="blue"))
        frames = studio.page.locator(".frame img")
        links = [await frame.get_attribute("src") for frame in await frames.all()]
        await studio.page.locator(".frame").nth(1).click()
        large = studio.page.locator("#large")
        for key, place in [("ArrowRight", 2), ("ArrowRight", 0), ("ArrowLeft", 2)]:
            await studio.page.keyboard.press(key)
            await expect(large).to_have_attribute("src", str(links[place]))

    async def test_a_picture_is_saved_as_it_was_drawn(self, studio: StudioPage) -> None:
        """Byte for byte."""
        await studio.picture("a fox")
        await studio.page.locator("figure").hover()
        async with studio.page.expect_download() as saving:
            await studio.page.locator("figure").get_by_role("link", name="Download").click()
        saved = await saving.value
        assert re.fullmatch(r"easel-[\w-]+\.png", saved.suggested_filename)
        assert (await saved.path()).read_bytes() == png(600, 400)

    async def test_a_picture_that_was_taken_down_is_said_so(self, studio: StudioPage) -> None:
        """Instead of a broken frame."""
        order = await studio.picture("a fox")
        await studio.house.studio.pictures.hide(JobId(order.id), NOON)
        await studio.page.reload()
        await expect(studio.page.get_by_text("This picture is not there any more.")).to_be_visible()
        assert [complaint for complaint in studio.complaints if "410" not in complaint] == []
        studio.complaints.clear()


class TestWords:
    """Whatever people type is words."""

    async def test_markup_is_shown_and_never_run(self, studio: StudioPage) -> None:
        """In what was asked, in the caption, in folds, and in alternative texts."""
        for words in HOSTILE:
            await studio.picture(words)
        await expect(studio.messages.locator(".asked")).to_have_text([f"/imagine {words}" for words in HOSTILE])
        await expect(studio.messages.locator(".text")).to_have_text(HOSTILE)
        assert await studio.run("window.hacked") is None
        assert await studio.messages.locator("script, svg[onload], a[href^=javascript], img[onerror]").count() == 0

    async def test_a_link_that_is_code_is_no_link(self, studio: StudioPage) -> None:
        """Even if it came out of our own store."""
        order = await studio.order("a fox")
        trap = Exhibit(PictureId("p"), "k", "image/png", 4, 4, 9, "a trap", "javascript:window.hacked=1")
        await studio.house.surface.update(order.message, Post("a trap", Tone.DONE, pictures=(trap,)))
        await expect(studio.messages.locator(".text")).to_have_text("a trap")
        assert "javascript:" not in await studio.messages.inner_html()

    async def test_right_to_left_words_stand_right_to_left(self, studio: StudioPage) -> None:
        """And do not turn what stands beside them around."""
        await studio.picture("שועל בשלג")
        direction = "getComputedStyle(document.querySelector('.card .words span')).direction"
        assert await studio.run(direction) == "rtl"
        assert await studio.run("getComputedStyle(document.querySelector('.asked .command')).direction") == "ltr"

    async def test_markup_cannot_be_made_at_all(self, studio: StudioPage) -> None:
        """The browser itself refuses markup from words (trusted types)."""
        attempt = "(() => { try { document.body.innerHTML = '<b>x</b>'; return 'made'; } catch { return 'refused'; } })()"
        script = f"import('/static/dom.js').then(() => {attempt})"
        assert await studio.run(script) == "refused"
        studio.complaints.clear()


class TestHands:
    """Thumbs, keyboards, eyes."""

    @pytest.mark.parametrize("width", [320, 390])
    async def test_a_phone_needs_no_sideways_scrolling(self, window: NewPage, width: int) -> None:
        """Whatever is on the page."""
        studio = await window(**{**PHONE, "viewport": {"width": width, "height": 700}})
        sideways = (
            "document.scrollingElement.scrollWidth > innerWidth || document.querySelector('#feed').scrollWidth > innerWidth"
        )
        assert not await studio.run(sideways)
        await studio.picture("x" * 200, png(1500, 500))
        await studio.send("/imagine forbidden " + "y" * 300)
        await expect(studio.notes).to_be_visible()
        await studio.type("/imagine a fox --")
        await expect(studio.page.get_by_role("option").first).to_be_visible()
        assert not await studio.run(sideways)
        assert await studio.page.evaluate(_OVERHANG) == []

    async def test_a_thumb_puts_a_line_together(self, window: NewPage) -> None:
        """Command, option, choice, send; no key that a phone hides."""
        studio = await window(**PHONE)
        await studio.page.get_by_role("button", name="/imagine").tap()
        await studio.type("a fox")
        await studio.page.get_by_role("button", name="shape", exact=True).tap()
        await studio.page.get_by_role("option", name="tall").tap()
        await studio.page.get_by_role("button", name="Send").tap()
        await expect(studio.messages.locator(".asked")).to_have_text("/imagine a fox --shape tall")

    async def test_targets_are_large_enough_for_thumbs(self, window: NewPage) -> None:
        """At least 24 px everywhere (WCAG 2.2), 40 px for what acts on pictures."""
        studio = await window(**PHONE)
        await studio.picture("a fox")
        assert min(await studio.page.evaluate(_HEIGHTS, "button, a, summary")) >= 24
        assert min(await studio.page.evaluate(_HEIGHTS, ".pill, .round")) >= 40

    async def test_the_keyboard_reaches_everything(self, studio: StudioPage) -> None:
        """Draw, look, delete, undo, without a mouse."""
        await studio.leave()
        await studio.page.keyboard.press("Tab")
        assert await studio.focused() == "Skip to the message box"
        await studio.page.keyboard.press("Enter")
        assert await studio.focused() == "Type a command"
        await studio.page.keyboard.type("/imagine a fox")
        await studio.page.keyboard.press("Enter")
        await until(lambda: len(studio.house.studio.orders) == 1)
        await studio.house.studio.finish(studio.house.studio.orders[0], png(600, 400))
        await expect(studio.page.locator(".frame")).to_be_visible()
        await studio.leave()
        await studio.tab_to("Open larger")
        await studio.page.keyboard.press("Enter")
        await expect(studio.page.get_by_role("dialog")).to_be_visible()
        await studio.page.keyboard.press("Escape")
        await studio.tab_to("^Delete$")
        assert await studio.run("getComputedStyle(document.activeElement).outlineStyle") == "solid"
        await studio.page.keyboard.press("Enter")
        await expect(studio.page.get_by_role("button", name="Undo")).to_be_focused()
        await studio.page.keyboard.press("Enter")
        await expect(studio.page.locator(".frame")).to_be_visible()

    async def test_the_list_can_be_left_with_escape(self, studio: StudioPage) -> None:
        """Then Enter sends and Tab goes on."""
        await studio.type("/im")
        await expect(studio.line).to_have_attribute("aria-expanded", "true")
        await expect(studio.line).to_have_attribute("aria-activedescendant", "suggestion-0")
        await studio.page.keyboard.press("Escape")
        await expect(studio.line).to_have_attribute("aria-expanded", "false")
        await studio.page.keyboard.press("Tab")
        assert await studio.focused() == "Send"

    async def test_what_was_sent_comes_back_with_the_arrow(self, studio: StudioPage) -> None:
        """Like in a terminal; it is not lost by looking further."""
        for line in ("/imagine a fox", "/imagine an owl"):
            await studio.send(line)
            await expect(studio.line).to_have_value("")
        await until(lambda: len(studio.house.studio.orders) == 2)
        for key, line in [
            ("ArrowUp", "/imagine an owl"),
            ("ArrowUp", "/imagine a fox"),
            ("ArrowDown", "/imagine an owl"),
            ("ArrowDown", ""),
        ]:
            await studio.page.keyboard.press(key)
            await expect(studio.line).to_have_value(line)

    async def test_news_is_said_aloud(self, studio: StudioPage) -> None:
        """To who listens to the page: what is ready, and private notes."""
        announcer = studio.page.locator("#announcer")
        await studio.picture("a fox")
        await expect(announcer).to_have_text("Ready: a fox")
        await studio.send("/imagine something forbidden")
        await expect(announcer).to_have_text(re.compile("^Private note: That is not something"))

    @pytest.mark.parametrize("scheme", ["light", "dark"])
    async def test_words_can_be_read(self, window: NewPage, scheme: str) -> None:
        """In both themes, with the contrast that WCAG AA asks for."""
        studio = await window(color_scheme=scheme)
        await studio.picture("a fox")
        await studio.send("/imagine something forbidden")
        await expect(studio.notes).to_be_visible()
        chosen = (
            ".by b, .by time, .tag, .asked .command, .words, summary, .facts li, .pill, .room, .notices span, .keys, .chip, .me"
        )
        faint = await studio.page.evaluate(_FAINT, chosen)
        assert faint == []
        is_dark = await studio.run("getComputedStyle(document.body).backgroundColor.match(/\\d+/)[0] < 128")
        assert is_dark is (scheme == "dark")

    async def test_who_wants_no_motion_gets_none(self, window: NewPage) -> None:
        """The canvas stands still."""
        studio = await window(reduced_motion="reduce")
        await studio.order("a fox")
        await expect(studio.page.locator(".canvas")).to_be_visible()
        assert await studio.run("document.getAnimations().length") == 0


class TestTrouble:
    """When the line is bad."""

    async def test_the_page_comes_back_after_a_restart(self, studio: StudioPage) -> None:
        """Nobody has to reload."""
        order = await studio.order("a fox")
        await studio.house.restart()
        await studio.house.studio.finish(order, png(600, 400))
        await expect(studio.page.locator(".frame img")).to_be_visible()
        studio.complaints.clear()

    async def test_a_line_that_did_not_arrive_is_kept(self, studio: StudioPage) -> None:
        """Sending it again is the same call: it is drawn once."""
        bodies: list[str] = []

        async def lose_the_answer(route: Any) -> None:
            bodies.append(route.request.post_data)
            await route.fetch()
            await route.abort()

        await studio.page.route("**/api/calls", lose_the_answer)
        await studio.send("/imagine a fox")
        await expect(studio.notes).to_contain_text("The studio cannot be reached right now.")
        await expect(studio.line).to_have_value("/imagine a fox")
        await studio.page.unroute("**/api/calls")
        await studio.line.press("Enter")
        await expect(studio.line).to_have_value("")
        assert len(set(bodies)) == 1
        assert len(studio.house.studio.orders) == 1
        await expect(studio.messages).to_have_count(1)
        studio.complaints.clear()

    async def test_impatient_fingers_press_once(self, studio: StudioPage) -> None:
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


async def test_completion_knows_what_can_come_next(studio: StudioPage) -> None:
    """Commands, options that are not there yet, choices, small numbers."""
    script = """async (texts) => {
        const { suggest } = await import("/static/completion.js");
        const { commands } = await (await fetch("/api/commands")).json();
        return texts.map((text) => suggest(text, text.length, commands).items.map((item) => item.label));
    }"""
    suggested = await studio.page.evaluate(script, list(COMPLETIONS))
    assert dict(zip(COMPLETIONS, suggested, strict=True)) == COMPLETIONS


_OVERHANG = """() =>
    [...document.querySelectorAll(".message, .message *, .composer *")]
        .filter((element) => element.getBoundingClientRect().right > innerWidth + 1 && !element.closest(".chips"))
        .map((element) => element.className)
"""

_HEIGHTS = """(chosen) =>
    [...document.querySelectorAll(chosen)]
        .filter((element) => element.offsetParent)
        .map((element) => element.getBoundingClientRect().height)
"""

_FAINT = """(chosen) => {
    const rgba = (colour) => (colour.match(/[\\d.]+/g) ?? []).map(Number);
    const light = (colour) => {
        const [r, g, b] = colour.map((part) => (part /= 255) <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const behind = (element) => {
        for (let each = element; each; each = each.parentElement) {
            const [r, g, b, a = 1] = rgba(getComputedStyle(each).backgroundColor);
            if (a === 1 && r !== undefined) return [r, g, b];
        }
    };
    return [...document.querySelectorAll(chosen)].filter((element) => element.offsetParent).map((element) => {
        const [one, other] = [light(rgba(getComputedStyle(element).color).slice(0, 3)), light(behind(element))];
        const contrast = (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
        return [element.className || element.tagName, Math.round(contrast * 100) / 100];
    }).filter(([, contrast]) => contrast < 4.5);
}"""
