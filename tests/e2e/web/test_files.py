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
    for path in (found := re.findall(r'(?:href|src)="(/static/[^"]+)"', page)) + scripts:
        answer = await ann.get(path)
        assert (answer.status, answer.headers["Content-Type"]) == (200, types[path.rpartition(".")[2]])
    assert len(found) > 5


async def test_a_browser_that_has_a_file_gets_none(ann: HttpVisitor) -> None:
    """It asks each time, so that a new version is seen at once."""
    first = await ann.get("/static/main.js")
    again = await ann.get("/static/main.js", If_None_Match=first.headers["ETag"])
    assert first.headers["Cache-Control"] == "no-cache"
    assert (again.status, again.content) == (304, b"")


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
    assert [command["name"] for command in commands] == ["imagine", "gallery", "help"]
    assert commands[0]["options"][1]["choices"] == ["square", "wide", "tall"]


async def test_the_channel_introduces_itself(ann: HttpVisitor) -> None:
    """With the notices of the top bar and the visitor's own name."""
    facts = (await ann.get("/api/channel")).facts
    assert facts["channel"] == "studio"
    assert facts["notices"] == ["Offline preview – no OpenAI key is set"]
    assert re.fullmatch(r"[A-Z][a-z]+ [A-Z][a-z]+", facts["you"])


async def test_ready_means_that_jobs_can_be_taken(house: WebHouse, ann: HttpVisitor) -> None:
    """What is wrong is named; a note is not wrong."""
    house.findings = (Finding("painter", Health.NOTE, "No key is set."), Finding("database", Health.OK, "Fine."))
    assert (await ann.get("/readyz")).facts == {"status": "ok"}
    house.findings = (*house.findings, Finding("store", Health.WRONG, "The bucket is missing.", "Create it."))
    answer = await ann.get("/readyz")
    assert answer.status == 503
    assert answer.facts["findings"] == [{"subject": "store", "text": "The bucket is missing.", "mend": "Create it."}]
    assert (await ann.get("/healthz")).facts == {"status": "ok"}
