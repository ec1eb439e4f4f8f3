"""Asks whether the page comes whole, under a strict policy, and whether the house says how it is."""

import re

import pytest

from bot.domain.health import Finding, Health
from tests.fakes.visitor import HttpVisitor
from tests.fakes.web_house import WebHouse

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_the_page_is_sent_with_a_strict_policy(ann: HttpVisitor) -> None:
    """No script or style of it stands in the page itself."""
    answer = await ann.get("/")
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert not re.search(rb"<style|style=|<script[^>]*>[^<]|\son\w+=", answer.content)


async def test_every_file_that_the_page_names_is_there(ann: HttpVisitor) -> None:
    """With the type that a browser wants."""
    page = (await ann.get("/")).content.decode()
    scripts = ["/static/main.js"]
    types = {"css": "text/css; charset=utf-8", "js": "text/javascript; charset=utf-8", "svg": "image/svg+xml"}
    for path in (found := re.findall(r'(?:href|src)="/?(static/[^"]+)"', page)) + scripts:
        answer = await ann.get(f"/{path.lstrip('/')}")
        assert (answer.status, answer.headers["Content-Type"]) == (200, types[path.rpartition(".")[2]])
    assert len(found) > 5


async def test_a_browser_that_has_a_file_gets_none(ann: HttpVisitor) -> None:
    """It asks each time, so that a new version is seen at once."""
    first = await ann.get("/static/main.js")
    again = await ann.get("/static/main.js", If_None_Match=first.headers["ETag"])
    assert first.headers["Cache-Control"] == "no-cache"
    assert (again.status, again.content) == (304, b"")


async def test_what_the_page_names_is_kept_for_good_and_comes_packed(ann: HttpVisitor) -> None:
    """Its address changes with its content, so nobody has to ask again; the page itself is asked for each time."""
    page = await ann.get("/")
    found = re.findall(r'(?:href|src)="/?(static/[0-9a-f]{16}/[^"]+)"', page.content.decode())
    assert len(found) > 5
    assert page.headers["Cache-Control"] == "no-cache"
    for path in found:
        packed = await ann.get(f"/{path}", Accept_Encoding="gzip, deflate, br")
        plain = await ann.get(f"/{path}", Accept_Encoding="identity")
        assert packed.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        assert (packed.headers["Content-Encoding"], plain.headers.get("Content-Encoding")) == ("gzip", None)
        assert packed.content == plain.content
        assert int(packed.headers["Content-Length"]) <= int(plain.headers["Content-Length"]) + 32
    older = re.sub("/[0-9a-f]{16}/", "/0123456789abcdef/", found[0])
    assert (await ann.get(f"/{older}")).headers["Cache-Control"] == "no-cache"


async def test_long_answers_come_packed_and_events_do_not(ann: HttpVisitor) -> None:
    """Who does not unpack gets them plain."""
    for number in range(5):
        await ann.say(f"/imagine fox {number}")
    packed = await ann.get("/api/messages", Accept_Encoding="gzip")
    plain = await ann.get("/api/messages", Accept_Encoding="gzip;q=0")
    assert (packed.headers["Content-Encoding"], plain.headers.get("Content-Encoding")) == ("gzip", None)
    assert packed.facts == plain.facts
    assert int(packed.headers["Content-Length"]) < len(plain.content) / 3


@pytest.mark.parametrize("path", ["/static/nothing.js", "/static/%2e%2e%2fapp.py", "/docs", "/openapi.json", "/redoc"])
async def test_nothing_else_is_there(ann: HttpVisitor, path: str) -> None:
    """And that is said in one sentence."""
    answer = await ann.get(path)
    assert answer.status == 404
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.facts["detail"] == "There is nothing at this address."


async def test_an_address_is_used_as_it_is_meant(ann: HttpVisitor) -> None:
    """Anything else is one sentence, too."""
    answer = await ann.get("/api/calls")
    assert (answer.status, answer.facts["detail"]) == (405, "That cannot be done with this address.")


async def test_commands_come_from_their_declarations(ann: HttpVisitor) -> None:
    """As the completion needs them."""
    commands = (await ann.get("/api/commands")).facts["commands"]
    assert [command["name"] for command in commands] == ["imagine", "edit", "gallery", "help"]
    assert commands[0]["options"][1]["choices"] == ["square", "wide", "tall"]


async def test_the_channel_introduces_itself(ann: HttpVisitor) -> None:
    """With the notices of the top bar and the visitor's own name."""
    facts = (await ann.get("/api/channel")).facts
    assert facts["channel"] == "studio"
    assert facts["notices"] == ["Offline preview – no OpenAI key is set"]
    assert re.fullmatch(r"[A-Z][a-z]+ [A-Z][a-z]+", facts["you"])


async def test_ready_means_that_jobs_can_be_taken(house: WebHouse, ann: HttpVisitor) -> None:
    """What is wrong is named, and so is what is worth knowing; but a note is not wrong."""
    house.findings = (Finding("painter", Health.NOTE, "No key is set."), Finding("database", Health.OK, "Fine."))
    noted = {"subject": "painter", "text": "No key is set.", "mend": ""}
    answer = await ann.get("/readyz")
    assert (answer.status, answer.facts) == (200, {"status": "ok", "findings": [noted]})
    house.findings = (*house.findings, Finding("store", Health.WRONG, "The bucket is missing.", "Create it."))
    answer = await ann.get("/readyz")
    assert answer.status == 503
    assert answer.facts["findings"] == [noted, {"subject": "store", "text": "The bucket is missing.", "mend": "Create it."}]
    assert (await ann.get("/healthz")).facts == {"status": "ok"}
