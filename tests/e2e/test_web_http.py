"""Asks the web front end over real connections: who may do what, what is seen, and whether it ends cleanly."""

import asyncio
import json
import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta

import pytest
import pytest_asyncio

from bot.domain.health import Finding, Health
from bot.domain.jobs import JobId
from bot.errors import StorageFailed
from tests.fakes.clock import NOON
from tests.fakes.objects import MemoryObjects
from tests.fakes.studio import Order, png
from tests.fakes.visitor import HttpVisitor, Listener
from tests.fakes.waiting import until
from tests.fakes.web_house import WebHouse, running

JSON = {"Content-Type": "application/json"}
LINE = json.dumps({"line": "/imagine a fox", "key": "12345678"})


@pytest_asyncio.fixture
async def house() -> AsyncIterator[WebHouse]:
    """Serve the page."""
    async with running(WebHouse()) as house:
        yield house


@pytest_asyncio.fixture
async def ann(house: WebHouse) -> AsyncIterator[HttpVisitor]:
    """Let somebody come by."""
    async with HttpVisitor(house.address) as visitor:
        yield visitor


@pytest_asyncio.fixture
async def bob(house: WebHouse) -> AsyncIterator[HttpVisitor]:
    """And somebody else."""
    async with HttpVisitor(house.address) as visitor:
        yield visitor


async def drawn(house: WebHouse, visitor: HttpVisitor, prompt: str = "a fox") -> tuple[Order, str]:
    """Have a picture drawn; give its order and its path."""
    await visitor.say(f"/imagine {prompt}")
    order = house.studio.orders[-1]
    [picture] = await house.studio.finish(order, png())
    return order, f"/p/{picture.id}.png"


@asynccontextmanager
async def many_listening(visitor: HttpVisitor, count: int) -> AsyncIterator[list[Listener]]:
    """Open so many streams."""
    async with AsyncExitStack() as stack:
        yield [await stack.enter_async_context(visitor.listening()) for _ in range(count)]


class LinkingObjects(MemoryObjects):
    """A store that anyone can fetch from."""

    async def link(self, key: str, lasts: timedelta) -> str | None:
        """Give an address that says how long it lasts."""
        return f"https://store.example/link?lasts={lasts.total_seconds():.0f}"


class TestThePage:
    """The files, and what they let a browser do."""

    async def test_the_page_is_sent_with_a_strict_policy(self, ann: HttpVisitor) -> None:
        """No script or style of it stands in the page itself."""
        answer = await ann.get("/")
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert not re.search(rb"<style|style=|<script[^>]*>[^<]|\son\w+=", answer.content)

    async def test_every_file_that_the_page_names_is_there(self, ann: HttpVisitor) -> None:
        """With the type that a browser wants."""
        page = (await ann.get("/")).content.decode()
        scripts = ["/static/main.js"]
        types = {"css": "text/css; charset=utf-8", "js": "text/javascript; charset=utf-8", "svg": "image/svg+xml"}
        for path in (found := re.findall(r'(?:href|src)="(/static/[^"]+)"', page)) + scripts:
            answer = await ann.get(path)
            assert (answer.status, answer.headers["Content-Type"]) == (200, types[path.rpartition(".")[2]])
        assert len(found) > 5

    async def test_a_browser_that_has_a_file_gets_none(self, ann: HttpVisitor) -> None:
        """It asks each time, so that a new version is seen at once."""
        first = await ann.get("/static/main.js")
        again = await ann.get("/static/main.js", If_None_Match=first.headers["ETag"])
        assert first.headers["Cache-Control"] == "no-cache"
        assert (again.status, again.content) == (304, b"")

    @pytest.mark.parametrize("path", ["/static/nothing.js", "/static/%2e%2e%2fapp.py", "/docs", "/openapi.json", "/redoc"])
    async def test_nothing_else_is_there(self, ann: HttpVisitor, path: str) -> None:
        """And that is said in one sentence."""
        answer = await ann.get(path)
        assert answer.status == 404
        assert answer.headers["Content-Type"] == "application/problem+json"
        assert answer.facts["detail"] == "There is nothing at this address."

    async def test_commands_come_from_their_declarations(self, ann: HttpVisitor) -> None:
        """As the completion needs them."""
        commands = (await ann.get("/api/commands")).facts["commands"]
        assert [command["name"] for command in commands] == ["imagine", "gallery", "help"]
        assert commands[0]["options"][1]["choices"] == ["square", "wide", "tall"]

    async def test_the_channel_introduces_itself(self, ann: HttpVisitor) -> None:
        """With the notices of the top bar and the visitor's own name."""
        facts = (await ann.get("/api/channel")).facts
        assert facts["channel"] == "studio"
        assert facts["notices"] == ["Offline preview – no OpenAI key is set"]
        assert re.fullmatch(r"[A-Z][a-z]+ [A-Z][a-z]+", facts["you"])


class TestCalls:
    """What typed lines and pressed buttons do."""

    async def test_an_answer_is_public_and_says_who_asked(self, ann: HttpVisitor, bob: HttpVisitor) -> None:
        """Each sees whether it is their own; nobody sees more than a name."""
        reply = await ann.say("/imagine a fox")
        [hers], [his] = await ann.messages(), await bob.messages()
        assert hers["id"] == his["id"] == reply["answered"]
        assert (hers["is_mine"], his["is_mine"]) == (True, False)
        assert hers["author"] == his["author"]
        assert his["post"]["asked"] == {"text": "/imagine a fox", "is_press": False}

    async def test_neither_cookies_nor_identities_are_shown(self, house: WebHouse, ann: HttpVisitor, bob: HttpVisitor) -> None:
        """Not even to the person."""
        await ann.say("/imagine a fox")
        for visitor in (ann, bob):
            shown = json.dumps(await visitor.page())
            assert ann.cookie not in shown
            assert house.studio.orders[0].author not in shown

    async def test_the_same_key_is_the_same_call(self, house: WebHouse, ann: HttpVisitor) -> None:
        """Even at the same time; another person's key is another call."""
        replies = await asyncio.gather(*(ann.call(line="/imagine a fox", key="key-of-mine") for _ in range(5)))
        assert len({reply["answered"] for reply in replies}) == 1
        assert len(house.studio.orders) == 1

    async def test_two_people_may_use_the_same_key(self, house: WebHouse, ann: HttpVisitor, bob: HttpVisitor) -> None:
        """It is theirs, not the channel's."""
        await ann.call(line="/imagine a fox", key="key-of-mine")
        await bob.call(line="/imagine a fox", key="key-of-mine")
        assert len(house.studio.orders) == 2

    @pytest.mark.parametrize(
        ("line", "kind", "part"),
        [
            ("/imagine something forbidden", "prompt_refused", "nothing was counted"),
            ("/imagine", "bad_input", "/imagine needs prompt"),
            ("/imagin a fox", "bad_input", "Did you mean imagine?"),
            ("a fox", "bad_input", "begin with a slash"),
            ("", "bad_input", "begin with a slash"),
            ("/imagine a fox --shape round", "bad_input", "square, wide or tall"),
            ("/imagine " + "x" * 10_000, "bad_input", "10,000 characters long"),
            ("/imagine something broken", "fault", "c0ffee"),
        ],
    )
    async def test_a_refusal_is_private(self, ann: HttpVisitor, line: str, kind: str, part: str) -> None:
        """One sentence in the reply, and nothing in the channel."""
        reply = await ann.say(line)
        [note] = reply["notes"]
        assert reply["answered"] is None
        assert note["kind"] == kind
        assert part in note["text"]
        assert await ann.messages() == []

    async def test_a_button_acts_on_the_message(self, house: WebHouse, ann: HttpVisitor) -> None:
        """Delete, undo, and Again with the label that was pressed."""
        order, path = await drawn(house, ann)
        [message] = await ann.messages()
        await ann.call(action=f"delete:{order.id}", message=message["id"])
        assert (await ann.messages())[0]["post"]["buttons"][0]["label"] == "Undo"
        assert (await ann.get(path)).status == 410
        await ann.call(action=f"undelete:{order.id}", message=message["id"])
        assert (await ann.get(path)).status == 200
        await ann.call(action=f"again:{order.id}", message=message["id"])
        assert (await ann.messages())[1]["post"]["asked"] == {"text": "Again", "is_press": True}

    async def test_somebody_elses_picture_is_not_mine_to_delete(
        self, house: WebHouse, ann: HttpVisitor, bob: HttpVisitor
    ) -> None:
        """The refusal is private, and the picture stays."""
        order, path = await drawn(house, ann)
        [message] = await bob.messages()
        [note] = (await bob.call(action=f"delete:{order.id}", message=message["id"]))["notes"]
        assert note["kind"] == "not_yours"
        assert (await bob.get(path)).status == 200

    async def test_a_message_is_believed_only_if_it_has_the_button(self, house: WebHouse, ann: HttpVisitor) -> None:
        """So that nobody can have a command of theirs change another's message."""
        order, _ = await drawn(house, ann)
        [mine] = await ann.messages()
        other = (await ann.say("/imagine an owl"))["answered"]
        for message in (mine["id"], other, "unknown"):
            await ann.call(action=f"again:{order.id}", message=message)
        await ann.call(action=f"again:{order.id}")
        assert [pressed.id if pressed else None for pressed in house.studio.pressed] == [mine["id"], None, None, None]

    async def test_long_channels_come_in_pages(self, ann: HttpVisitor) -> None:
        """Newest first, each oldest first, until there is no more."""
        for number in range(35):
            await ann.say(f"/imagine fox {number}")
        newest = await ann.page()
        older = await ann.page(before=newest["messages"][0]["id"])
        words = [message["post"]["asked"]["text"] for message in older["messages"] + newest["messages"]]
        assert words == [f"/imagine fox {number}" for number in range(35)]
        assert (len(newest["messages"]), newest["has_more"], older["has_more"]) == (30, True, False)


class TestTheGate:
    """Who is let in."""

    @pytest.mark.parametrize("host", ["evil.example", "evil.example:80", "127.0.0.1.evil.example", "[::1]", ""])
    async def test_a_rebound_name_is_turned_away(self, ann: HttpVisitor, host: str) -> None:
        """Whatever it asks for, except whether we are alive."""
        for path in ("/", "/api/messages", "/events", "/static/main.js", "/readyz"):
            assert (await ann.get(path, Host=host)).status == 421
        assert (await ann.get("/healthz", Host=host)).status == 200

    @pytest.mark.parametrize(
        "headers",
        [
            {},
            {"Origin": "https://evil.example"},
            {"Origin": "null"},
            {"Sec-Fetch-Site": "cross-site"},
            {"Sec-Fetch-Site": "same-site"},
            {"Sec-Fetch-Site": "none"},
        ],
    )
    async def test_another_sites_page_cannot_call(self, house: WebHouse, ann: HttpVisitor, headers: dict[str, str]) -> None:
        """Even with the person's cookie."""
        answer = await ann.ask("POST", "/api/calls", {**JSON, **headers}, LINE)
        assert answer.status == 403
        assert answer.facts["detail"] == "Only the studio's own page may do that."
        assert house.studio.orders == []

    async def test_plain_http_on_another_machine_has_its_origin_only(self, house: WebHouse, ann: HttpVisitor) -> None:
        """Browsers send no Sec-Fetch-Site there."""
        answer = await ann.ask("POST", "/api/calls", {**JSON, "Origin": house.address}, LINE)
        assert answer.status == 200

    @pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data"])
    async def test_forms_cannot_call(self, ann: HttpVisitor, kind: str) -> None:
        """Only JSON is read, which no form can send."""
        answer = await ann.ask("POST", "/api/calls", {**ann.own, "Content-Type": kind}, LINE)
        assert answer.status == 415

    async def test_too_much_is_not_read(self, ann: HttpVisitor) -> None:
        """Whether its length is told beforehand or not."""

        async def endless() -> AsyncIterator[bytes]:
            for _ in range(20):
                yield b"x" * 8000

        for body in (b"x" * 70_000, endless()):
            answer = await ann.ask("POST", "/api/calls", {**ann.own, **JSON}, body)
            assert answer.status == 413
            assert "64 KiB" in answer.facts["detail"]

    @pytest.mark.parametrize(
        "body",
        [
            b"",
            b"{",
            b"[]",
            b"\xff\xfe",
            b"[" * 60_000,
            b'{"line": "/help"}',
            b'{"line": "/help", "key": "short"}',
            b'{"line": 7, "key": "12345678"}',
            b'{"line": "/help", "key": "12345678", "more": "x"}',
            b'{"line": "\\ud800", "key": "12345678"}',
            b'{"action": "DROP TABLE", "key": "12345678"}',
            b'{"action": "again:1", "message": "../x", "key": "12345678"}',
            b'{"action": "again:1", "line": "/help", "key": "12345678"}',
        ],
    )
    async def test_what_makes_no_sense_is_one_sentence(self, ann: HttpVisitor, body: bytes) -> None:
        """Never a traceback."""
        answer = await ann.ask("POST", "/api/calls", {**ann.own, **JSON}, body)
        assert answer.status == 400
        assert re.fullmatch(r"[^\n]{10,120}\.", answer.facts["detail"])

    async def test_a_store_that_is_down_is_said_so(self, house: WebHouse, ann: HttpVisitor) -> None:
        """With when to come back."""
        house.messages.trouble.lasts("page", StorageFailed("memory", "secret address"))
        answer = await ann.get("/api/messages")
        assert (answer.status, answer.headers["Retry-After"]) == (503, "10")
        assert "secret" not in answer.content.decode()

    async def test_the_unforeseen_is_one_sentence_too(self, house: WebHouse, ann: HttpVisitor) -> None:
        """With safe headers, like every answer."""
        house.messages.trouble.comes("page", RuntimeError("secret"))
        answer = await ann.get("/api/messages")
        assert answer.status == 500
        assert "secret" not in answer.content.decode()
        assert "Content-Security-Policy" in answer.headers


class TestEvents:
    """Live news."""

    async def test_everybody_sees_progress_as_it_comes(self, house: WebHouse, ann: HttpVisitor, bob: HttpVisitor) -> None:
        """From the waiting line to the picture."""
        async with bob.listening() as stream:
            await ann.say("/imagine a fox")
            [order] = house.studio.orders
            waiting = await stream.until("waiting")
            await house.studio.work(order, 0.5, png())
            working = await stream.until("working")
            await house.studio.finish(order, png())
            done = await stream.until("done")
        assert waiting.id < working.id < done.id
        assert waiting.data["preview"] is None
        assert working.data["post"]["progress"] == 0.5
        assert len(done.data["post"]["pictures"]) == 1

    async def test_previews_are_shown_until_the_picture_is_there(self, house: WebHouse, ann: HttpVisitor) -> None:
        """They are never kept, neither here nor by the browser."""
        await ann.say("/imagine a fox")
        [order] = house.studio.orders
        await house.studio.work(order, 0.5, png(colour="red"))
        await house.studio.work(order, 0.7)
        [message] = await ann.messages()
        preview = await ann.get(message["preview"])
        assert (preview.content, preview.headers["Cache-Control"]) == (png(colour="red"), "no-store")
        await house.studio.finish(order, png())
        assert (await ann.get(message["preview"])).status == 404
        assert (await ann.messages())[0]["preview"] is None

    @pytest.mark.parametrize("is_header", [True, False])
    async def test_a_stream_goes_on_where_it_broke_off(self, house: WebHouse, ann: HttpVisitor, is_header: bool) -> None:
        """What was missed comes once, as it is now."""
        await ann.say("/imagine a fox")
        version = (await ann.page())["version"]
        [order] = house.studio.orders
        await house.studio.work(order, 0.1)
        await house.studio.work(order, 0.2)
        await ann.say("/imagine an owl")
        opened = ann.listening(0, last_event=version) if is_header else ann.listening(version)
        async with opened as stream:
            first, second = await stream.next(), await stream.next()
        assert first is not None
        assert second is not None
        assert first.data["post"]["progress"] == 0.2
        assert second.data["post"]["asked"]["text"] == "/imagine an owl"

    async def test_a_deleted_message_is_news(self, house: WebHouse, ann: HttpVisitor) -> None:
        """Without its words."""
        await ann.say("/imagine a fox")
        async with ann.listening() as stream:
            await house.surface.delete(house.studio.orders[0].message)
            event = await stream.next()
        assert event is not None
        assert (event.data["is_deleted"], event.data["post"]) == (True, None)

    async def test_fifty_listeners_hear_everything(self, house: WebHouse, ann: HttpVisitor) -> None:
        """And cost the store one look per change."""
        async with many_listening(ann, 50) as streams:
            before = house.messages.asked_since
            await ann.say("/imagine a fox")
            heard = await asyncio.gather(*(stream.next() for stream in streams))
            assert house.messages.asked_since == before + 1
        assert {event.name for event in heard if event} == {"message"}
        assert len([event for event in heard if event]) == 50

    async def test_open_streams_do_not_keep_the_server(self, house: WebHouse, ann: HttpVisitor) -> None:
        """It stops within its budget, and the streams end."""
        async with many_listening(ann, 5) as streams:
            await house.stop()
            assert [await stream.next() for stream in streams] == [None] * 5
        assert house.open_connections == 0

    async def test_a_restart_loses_nothing(self, house: WebHouse, ann: HttpVisitor) -> None:
        """The page goes on with the version it had, and messages can still change."""
        await ann.say("/imagine a fox")
        version = (await ann.page())["version"]
        [order] = house.studio.orders
        await house.restart()
        async with ann.listening(version) as stream:
            await house.studio.finish(order, png())
            done = await stream.until("done")
        assert done.data["id"] == order.message.id
        assert done.data["post"]["asked"]["text"] == "/imagine a fox"

    async def test_who_goes_away_is_forgotten(self, house: WebHouse, ann: HttpVisitor) -> None:
        """A closed stream costs nothing any more."""
        async with ann.listening() as stream:
            await ann.say("/imagine a fox")
            await stream.next()
        await until(lambda: house.open_connections <= 1)


class TestPictures:
    """Stable links that can be taken back."""

    async def test_a_picture_is_sent_as_nothing_but_a_picture(self, house: WebHouse, ann: HttpVisitor) -> None:
        """No browser will run anything in it."""
        _, path = await drawn(house, ann)
        answer = await ann.get(path)
        assert (answer.status, answer.content) == (200, png())
        assert answer.headers["Content-Type"] == "image/png"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
        assert answer.headers["Cache-Control"] == "private, no-cache"
        assert re.fullmatch(r'inline; filename="easel-[\w-]+\.png"', answer.headers["Content-Disposition"])

    async def test_a_picture_can_be_saved(self, house: WebHouse, ann: HttpVisitor) -> None:
        """Under a safe name."""
        _, path = await drawn(house, ann)
        assert (await ann.get(f"{path}?download")).headers["Content-Disposition"].startswith("attachment; ")

    async def test_a_browser_asks_each_time_and_gets_it_once(self, house: WebHouse, ann: HttpVisitor) -> None:
        """Its copy is good for as long as the picture may be seen."""
        order, path = await drawn(house, ann)
        etag = (await ann.get(path)).headers["ETag"]
        assert (await ann.get(path, If_None_Match=etag)).status == 304
        await house.studio.pictures.hide(JobId(order.id), NOON)
        assert (await ann.get(path, If_None_Match=etag)).status == 410

    async def test_the_head_says_how_large_it_is(self, house: WebHouse, ann: HttpVisitor) -> None:
        """Without asking the store for it."""
        _, path = await drawn(house, ann)
        house.studio.objects.trouble.lasts("get", StorageFailed("memory", "down"))
        answer = await ann.ask("HEAD", path)
        assert (answer.status, answer.headers["Content-Length"], answer.content) == (200, str(len(png())), b"")

    async def test_what_was_taken_down_is_gone(self, house: WebHouse, ann: HttpVisitor) -> None:
        """Hidden or removed; hidden can come back."""
        order, path = await drawn(house, ann)
        await house.studio.pictures.hide(JobId(order.id), NOON)
        hidden = await ann.get(path)
        assert (hidden.status, hidden.facts["detail"]) == (410, "This picture was taken down.")
        await house.studio.pictures.show(JobId(order.id))
        assert (await ann.get(path)).status == 200
        await house.studio.pictures.hide(JobId(order.id), NOON)
        [picture] = await house.studio.pictures.of_job(JobId(order.id))
        await house.studio.pictures.remove(picture.id)
        assert (await ann.get(path)).status == 410

    @pytest.mark.parametrize("path", ["/p/unknown.png", "/p/unknown", "/p/..%2f..%2fx.png", "/p/a%00.png", "/p/<x>.png"])
    async def test_there_is_no_picture_elsewhere(self, ann: HttpVisitor, path: str) -> None:
        """Whatever the address looks like."""
        assert (await ann.get(path)).status == 404

    async def test_people_see_a_page_instead_of_json(self, ann: HttpVisitor) -> None:
        """Who opens a dead link in a browser reads one sentence."""
        answer = await ann.get("/p/unknown.png", Accept="text/html,*/*")
        assert (answer.status, answer.headers["Content-Type"]) == (404, "text/html; charset=utf-8")
        assert "<h1>There is no picture at this address.</h1>" in answer.content.decode()

    async def test_a_store_that_is_down_will_be_back(self, house: WebHouse, ann: HttpVisitor) -> None:
        """The link is not dead."""
        _, path = await drawn(house, ann)
        house.studio.objects.trouble.comes("get", StorageFailed("memory", "secret address"))
        answer = await ann.get(path)
        assert (answer.status, answer.headers["Retry-After"]) == (503, "30")
        assert "secret" not in answer.content.decode()
        assert (await ann.get(path)).status == 200

    async def test_a_store_with_links_is_redirected_to(self) -> None:
        """For a while shorter than the link lasts; never once the picture is gone."""
        async with running(WebHouse(objects=LinkingObjects())) as house, HttpVisitor(house.address) as ann:
            order, path = await drawn(house, ann)
            answer = await ann.get(path)
            assert (answer.status, answer.headers["Location"]) == (302, "https://store.example/link?lasts=600")
            assert answer.headers["Cache-Control"] == "private, max-age=300"
            await house.studio.pictures.hide(JobId(order.id), NOON)
            assert (await ann.get(path)).status == 410


class TestHealth:
    """What whoever watches over us is told."""

    async def test_ready_means_that_jobs_can_be_taken(self, house: WebHouse, ann: HttpVisitor) -> None:
        """What is wrong is named; a note is not wrong."""
        house.findings = (Finding("painter", Health.NOTE, "No key is set."), Finding("database", Health.OK, "Fine."))
        assert (await ann.get("/readyz")).facts == {"status": "ok"}
        house.findings = (*house.findings, Finding("store", Health.WRONG, "The bucket is missing.", "Create it."))
        answer = await ann.get("/readyz")
        assert answer.status == 503
        assert answer.facts["findings"] == [{"subject": "store", "text": "The bucket is missing.", "mend": "Create it."}]
        assert (await ann.get("/healthz")).facts == {"status": "ok"}
