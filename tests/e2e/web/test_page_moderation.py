"""Asks the page for moderators: can somebody who moderates in a chat work through the queue in a browser, and nobody else?"""

import re
from collections.abc import AsyncIterator
from functools import partial

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from bot.adapters.web.moderation import ModerationDependencies, moderation_routes
from bot.domain.cases import Case, CaseKind, CaseState
from bot.domain.chat import Place
from bot.domain.people import HOUSE
from bot.domain.pictures import PictureState
from bot.services.moderator_sessions import LINK_LIFETIME, SESSION_LIFETIME, Moderator
from tests.e2e.web.accessibility import violations
from tests.e2e.web.conftest import PATIENCE_MS, flawless_page
from tests.fakes.bench import Bench
from tests.fakes.case_setup import MODS, CaseSetup
from tests.fakes.surfaces import LOOM, SQUARE, person
from tests.fakes.visitor import Facts, HttpVisitor
from tests.fakes.web_house import WebHouse, running

pytestmark = pytest.mark.asyncio(loop_scope="session")

MO = person("mo", is_moderator=True)
VILLAGE = Place(LOOM, "village", "green")


@pytest_asyncio.fixture(loop_scope="session")
async def setup() -> CaseSetup:
    """Return a community that has a review channel, and pictures."""
    setup = CaseSetup(Bench())
    await setup.set_channel()
    return setup


@pytest_asyncio.fixture(loop_scope="session")
async def house(setup: CaseSetup) -> AsyncIterator[WebHouse]:
    """Serve the page for that community's moderators."""
    commands = tuple(setup.dispatcher.commands.values())
    pages = (partial(moderation_routes, ModerationDependencies(setup.access, setup.sessions)),)
    house = WebHouse(commands=commands, pages=pages)
    async with running(house) as served:
        yield served


@pytest_asyncio.fixture(loop_scope="session")
async def page(house: WebHouse, browser: Browser) -> AsyncIterator[Page]:
    """Open a wide window, about which nothing may be complained."""
    context = await browser.new_context(viewport={"width": 1280, "height": 860})
    context.set_default_timeout(PATIENCE_MS)
    expect.set_options(timeout=PATIENCE_MS)
    async with flawless_page(context) as page:
        yield page
    await context.close()


async def link_of(setup: CaseSetup, house: WebHouse, at: Place = MODS) -> str:
    """Have Mo ask for a link in the chat, and return it as this house serves it."""
    [answer] = await setup.type("/cases page", MO, at=at)
    [link] = answer.links
    return link.address.replace("http://easel.test", house.address)


async def reported(setup: CaseSetup, **changes: object) -> Case:
    """Have a picture of ann's drawn and reported."""
    return await setup.report(await setup.bench.draw(), **changes)


async def begin(setup: CaseSetup, visitor: HttpVisitor, at: Place = MODS) -> None:
    """Make a browser Mo's."""
    address = await setup.sessions.issue_link(Moderator(MO, at))
    answer = await visitor.post_json("/api/moderation/session", {"code": address.partition("#")[2]})
    assert answer.status == 200


async def do(visitor: HttpVisitor, command: str, **options: str) -> Facts:
    """Give a command on the page, and return its only note."""
    fields = {"command": command, "options": options, "key": f"key-{command}"}
    answer = await visitor.post_json("/api/moderation/calls", fields)
    assert answer.status == 200
    [note] = answer.facts["notes"]
    return dict(note)


async def listed(visitor: HttpVisitor) -> list[str]:
    """Return which open cases a browser sees."""
    answer = await visitor.get("/api/moderation/cases")
    assert answer.status == 200
    return [case["id"] for case in answer.facts["cases"]]


async def test_who_has_no_link_sees_and_does_nothing(setup: CaseSetup, ann: HttpVisitor) -> None:
    """Neither the list, nor a case, nor a decision; and a made-up code opens nothing."""
    case = await reported(setup)
    assert (await ann.get("/api/moderation/cases")).status == 403
    fields = {"command": "case-remove", "options": {"case": case.id}, "key": "12345678"}
    assert (await ann.post_json("/api/moderation/calls", fields)).status == 403
    assert (await ann.post_json("/api/moderation/session", {"code": "x" * 44})).status == 403
    assert (await setup.review.find(case.id, None)).state is CaseState.OPEN


async def test_a_link_opens_one_browser_once_and_for_a_while(setup: CaseSetup, ann: HttpVisitor, bob: HttpVisitor) -> None:
    """A second one is told so; after two hours, or when they leave, it is over."""
    secret = (await setup.sessions.issue_link(Moderator(MO, MODS))).partition("#")[2]
    assert (await ann.post_json("/api/moderation/session", {"code": secret})).status == 200
    late = await bob.post_json("/api/moderation/session", {"code": secret})
    assert (late.status, "/cases page" in late.facts["detail"]) == (403, True)
    assert (await ann.get("/api/moderation/cases")).facts["you"] == "Mo"
    setup.bench.clock.move(SESSION_LIFETIME)
    assert (await ann.get("/api/moderation/cases")).status == 403
    await begin(setup, ann)
    assert (await ann.delete("/api/moderation/session")).status == 200
    assert (await ann.get("/api/moderation/cases")).status == 403
    secret = (await setup.sessions.issue_link(Moderator(MO, MODS))).partition("#")[2]
    setup.bench.clock.move(LINK_LIFETIME)
    assert (await ann.post_json("/api/moderation/session", {"code": secret})).status == 403


async def test_only_cases_of_their_own_place_are_seen_and_decided(setup: CaseSetup, ann: HttpVisitor) -> None:
    """As in the chat: in the review channel all of the community, elsewhere those of the own server alone."""
    case = await reported(setup)
    await begin(setup, ann, VILLAGE)
    assert await listed(ann) == []
    for command in ("cases show", "case-remove", "case-take"):
        assert "There is no such case here" in (await do(ann, command, case=case.id))["text"]
    assert "no such case" in (await do(ann, "cases note", case=case.id, text="mine"))["text"]
    assert (await setup.review.find(case.id, None)).revision == case.revision
    await begin(setup, ann, SQUARE)
    assert await listed(ann) == [case.id]


async def test_other_commands_are_given_in_the_chat(setup: CaseSetup, ann: HttpVisitor) -> None:
    """A session is for cases alone, and what is no call is refused."""
    await begin(setup, ann)
    call = {"command": "cases show", "options": {"case": "x"}, "key": "12345678"}
    broken_fields: tuple[Facts, ...] = (
        {"command": "imagine", "options": {"prompt": "a fox"}},
        {"command": 3},
        {"options": {"case": 3}},
        {"options": []},
        {"key": ""},
        {"command": "cases note", "options": {"case": "x", "text": "\ud800"}},
    )
    for broken in broken_fields:
        assert (await ann.post_json("/api/moderation/calls", call | broken)).status == 400
    assert (await ann.post_json("/api/moderation/session", {"code": 3})).status == 403
    assert (await ann.get(f"/api/moderation/cases?after={'x' * 65}")).status == 400
    assert (await ann.get("/api/moderation/cases?state=lost")).status in {400, 422}


async def test_the_queue_is_turned_page_by_page(setup: CaseSetup, ann: HttpVisitor) -> None:
    """The longest waiting first, and none twice."""
    cases = []
    job = await setup.bench.draw()
    for number in range(31):
        cases.append(await setup.report(job, kind=CaseKind.MISTAKE, picture=None, job=None, words=f"fox {number}"))
        setup.bench.clock.move(LINK_LIFETIME)
    await begin(setup, ann)
    first = (await ann.get("/api/moderation/cases")).facts
    assert (first["open"], first["has_more"], len(first["cases"])) == (31, True, 30)
    rest = (await ann.get(f"/api/moderation/cases?after={first['cases'][-1]['id']}")).facts
    assert [one["id"] for one in (*first["cases"], *rest["cases"])] == [case.id for case in cases]
    assert not rest["has_more"]


@pytest.mark.needs("chromium")
async def test_a_case_is_worked_through(setup: CaseSetup, house: WebHouse, page: Page) -> None:
    """Blurred until it is opened; noted, taken, a phrase blocked, decided and undone, in the moderator's own name."""
    case = await reported(setup)
    await page.goto(await link_of(setup, house))
    await expect(page).to_have_url(f"{house.address}/moderation")
    await page.get_by_role("button", name="Reported picture: violent").click()
    sheet = page.get_by_role("region", name="The case")
    await expect(sheet.get_by_text("1 person reported it")).to_be_visible()
    for said in ("Asked for", "Author", "never warned, muted or banned", "opened"):
        await expect(sheet.get_by_text(said).first).to_be_visible()
    veiled = sheet.get_by_role("button", name=re.compile("Show the picture"))
    await expect(veiled).to_be_visible()
    await veiled.click()
    await expect(veiled).to_have_count(0)
    await sheet.get_by_role("button", name="I look after it").click()
    await expect(sheet.get_by_text("Mo looks after it.")).to_be_visible()
    await expect(veiled).to_have_count(0)
    await sheet.get_by_role("button", name="Note…").click()
    await sheet.get_by_label("What should the other moderators know?").fill("looks staged --reason x")
    await sheet.get_by_role("button", name="Save").click()
    await expect(sheet.get_by_text("Mo: looks staged --reason x")).to_be_visible()
    await sheet.get_by_role("button", name="Block phrase…").click()
    await sheet.get_by_label(re.compile("Which words")).fill("wicked fox")
    await sheet.get_by_role("button", name="Save").click()
    await expect(sheet.get_by_role("textbox")).to_have_count(0)
    await sheet.get_by_role("button", name="Remove", exact=True).click()
    await expect(sheet.get_by_text("Mo decided after")).to_be_visible()
    [picture] = await setup.bench.pictures.of_job(case.job or "")  # type: ignore[arg-type]  # it has one
    assert picture.state is not PictureState.VISIBLE
    await expect(page.get_by_text("There is nothing to decide here.")).to_be_visible()
    await sheet.get_by_role("button", name="Undo").click()
    await expect(page.get_by_role("button", name="Open (1)")).to_be_visible()
    assert (await setup.review.find(case.id, HOUSE)).assignee == await setup.account("mo")


@pytest.mark.needs("chromium")
async def test_an_appeal_is_decided_by_another_moderator(setup: CaseSetup, house: WebHouse, page: Page) -> None:
    """Whoever removed the picture is told, where they look, that they may not; the other one gives it back."""
    job = await setup.bench.draw(count=2)
    case = await setup.report(job)
    await setup.press("remove", case, "mo")
    await setup.press("keep", await setup.report(await setup.bench.draw(key="call-2")), "zoe")
    author = await setup.account("ann")
    await setup.report(job, kind=CaseKind.APPEAL, by=author, appeals=case.id, words="only a fox")
    await page.goto(await link_of(setup, house))
    sheet = page.get_by_role("region", name="The case")
    await page.get_by_role("button", name="Appeal").click()
    await expect(sheet.get_by_text("only a fox")).to_be_visible()
    await sheet.get_by_role("button", name="Similar pictures").click()
    await expect(sheet.get_by_text("1. of the same request")).to_be_visible()
    await expect(sheet.get_by_role("button", name="Report 1")).to_be_visible()
    await sheet.get_by_role("button", name="Take it back").click()
    said = page.get_by_text("another moderator decides it, such as Zoe")
    await expect(said).to_be_in_viewport()
    address = await setup.sessions.issue_link(Moderator(person("zoe", is_moderator=True), MODS))
    await page.goto("about:blank")
    await page.goto(address.replace("http://easel.test", house.address))
    await page.get_by_role("button", name="Appeal").click()
    await sheet.get_by_role("button", name="Take it back").click()
    await expect(sheet.get_by_text("Zoe decided after")).to_be_visible()
    assert len(await setup.bench.gallery.visible(job.id)) == 2


@pytest.mark.needs("chromium")
async def test_what_others_decide_is_seen(setup: CaseSetup, house: WebHouse, page: Page) -> None:
    """Who presses late is told by whom it was decided."""
    case = await reported(setup)
    await page.goto(await link_of(setup, house))
    await page.get_by_role("button", name="Reported picture").click()
    keep = page.get_by_role("button", name="Keep")
    await expect(keep).to_be_visible()
    await setup.press("keep", case, "zoe")
    await keep.click()
    await expect(page.get_by_text("Zoe decided this case already: the picture stays. Nothing was changed.")).to_be_visible()
    await page.get_by_role("button", name="Decided").click()
    await expect(page.get_by_role("button", name=re.compile("the picture stays"))).to_be_visible()
    await page.get_by_role("button", name="Leave").click()
    await expect(page).to_have_url(f"{house.address}/")


@pytest.mark.needs("chromium")
async def test_on_a_phone_the_queue_and_the_case_follow_each_other(setup: CaseSetup, house: WebHouse, page: Page) -> None:
    """Nothing is wider than the screen."""
    await reported(setup)
    await page.set_viewport_size({"width": 360, "height": 740})
    await page.goto(await link_of(setup, house))
    await page.get_by_role("button", name="Reported picture").click()
    await expect(page.get_by_role("button", name="Keep")).to_be_visible()
    await expect(page.get_by_role("navigation", name="Cases")).to_be_hidden()
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    await page.get_by_role("button", name="All cases").click()
    await expect(page.get_by_role("button", name="Reported picture")).to_be_visible()


@pytest.mark.needs("chromium", "axe")
async def test_nobody_is_kept_from_moderating(setup: CaseSetup, house: WebHouse, page: Page) -> None:
    """By what axe-core knows, in both themes, with a case open."""
    await reported(setup)
    await page.goto(await link_of(setup, house))
    await page.get_by_role("button", name="Reported picture").click()
    await expect(page.get_by_role("button", name="Keep")).to_be_visible()
    for scheme in ("light", "dark"):
        await page.emulate_media(color_scheme=scheme)
        assert await violations(page) == []
