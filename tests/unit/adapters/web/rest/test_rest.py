"""Asks whether programs can do with a key what people do in a chat, and no more."""

import asyncio
import base64
from collections.abc import AsyncIterator
from dataclasses import dataclass, fields, replace
from datetime import timedelta
from typing import Any

import httpx2
import pytest

from bot.adapters.web.forms import Forms
from bot.adapters.web.problems import problem_of
from bot.adapters.web.rest import API
from bot.adapters.web.rest.app import build_rest
from bot.adapters.web.rest.jobs import RestJobs
from bot.adapters.web.rest.models import DrawRequest, ErrorAnswer, JobAnswer, PictureAnswer
from bot.adapters.web.rest.surface import RestCall, RestSurface
from bot.domain.chat import Form, Place, Post
from bot.domain.images import Quality, Shape, Size
from bot.domain.inputs import MOST_TOTAL_BYTES
from bot.domain.jobs import JobId
from bot.domain.people import HOUSE, AccountId, Identity
from bot.domain.rules import Actor
from bot.domain.wishes import Rewriting
from bot.errors import BadInput, Busy, MessageGone, PromptRefused, SurfaceFailed
from bot.ports.prompts import GuardDecision, Verdict
from bot.provider_errors import GuardUnavailable
from bot.services.api_keys import ApiKeyRegistry
from bot.services.job_views import ErrorView, JobView, PictureView
from tests.fakes.api_keys import MemoryApiKeys
from tests.fakes.bench import Bench
from tests.fakes.photos import mask_of, photo
from tests.fakes.rest_dependencies import rest_dependencies_of
from tests.fakes.surfaces import LOOM, person
from tests.fakes.waiting import until


@dataclass
class RestCaller:
    """A program at the counter."""

    http: httpx2.AsyncClient
    bench: Bench
    ann: str
    bea: str

    async def order(self, secret: str | None = None, repeat: str = "", **order: Any) -> httpx2.Response:
        """Order pictures."""
        headers = {"Authorization": f"Bearer {self.ann if secret is None else secret}"} | (
            {"Idempotency-Key": repeat} if repeat else {}
        )
        return await self.http.post("/images", json={"prompt": "a fox"} | order, headers=headers)

    async def send_form(
        self, said: dict[str, str], files: list[tuple[str, tuple[str, bytes]]], repeat: str = ""
    ) -> httpx2.Response:
        """Order pictures by a form."""
        headers = {"Authorization": f"Bearer {self.ann}"} | ({"Idempotency-Key": repeat} if repeat else {})
        return await self.http.post("/images", data=said, files=files, headers=headers)

    async def look(self, path: str, secret: str | None = None) -> httpx2.Response:
        """Look at something."""
        return await self.send("GET", path, secret)

    async def send(self, method: str, path: str, secret: str | None = None) -> httpx2.Response:
        """Send a request without a body."""
        headers = {"Authorization": f"Bearer {self.ann if secret is None else secret}"}
        return await self.http.request(method, path, headers=headers)


@pytest.fixture
def bench() -> Bench:
    """Set up a house that programs can speak to."""
    return Bench(surfaces={API: RestSurface()})


@pytest.fixture
async def counter(bench: Bench) -> AsyncIterator[RestCaller]:
    """Yield the counter, with a key of Ann's and one of Bea's."""
    keys, secrets = ApiKeyRegistry(MemoryApiKeys(), bench.clock, bench.ids), []
    for user in ("ann", "bea"):
        account = await bench.studio.account(person(user))
        _, secret = await keys.make(Identity(LOOM, "", user), account.id, HOUSE, "my script")
        secrets.append(secret)
    rest_dependencies = rest_dependencies_of(bench, keys, owner="bea")
    transport = httpx2.ASGITransport(app=build_rest(rest_dependencies, Forms()), raise_app_exceptions=False)
    async with httpx2.AsyncClient(transport=transport, base_url="http://easel.test") as http:
        yield RestCaller(http, bench, *secrets)


async def test_an_order_becomes_a_job_of_the_keys_owner(counter: RestCaller) -> None:
    """With every option that people have."""
    answer = await counter.order(shape="wide", size="64x48", quality="high", count=2, rewriting="off", prompt="  a \u200bfox ")
    job = counter.bench.jobs.rows[answer.json()["id"]].job
    assert (answer.status_code, answer.headers["Location"]) == (202, f"jobs/{job.id}")
    assert (job.wish.prompt, job.wish.shape, job.wish.size) == ("a fox", Shape.WIDE, Size(64, 48))
    assert (job.wish.quality, job.wish.count, job.wish.rewriting) == (Quality.HIGH, 2, Rewriting.OFF)
    assert job.account == (await counter.bench.studio.account(person())).id
    assert (await counter.bench.quota_status()).held == 2


def take_pictures(bench: Bench) -> None:
    """Have the house's model draw from two pictures, and take a mask."""
    bench.painter.abilities = replace(bench.painter.abilities, most_inputs=2, takes_mask=True)
    offers = tuple(replace(offer, most_inputs=2) for offer in bench.models.offers)
    object.__setattr__(bench.models, "offers", offers)


async def test_a_form_brings_pictures_as_files(counter: RestCaller, bench: Bench) -> None:
    """With every field of the JSON body, addresses too; the first picture is changed, the others are looked at."""
    take_pictures(bench)
    said = {"prompt": "42", "count": "2", "wait": "0", "picture": "https://photos.example/1.jpg"}
    files = [("picture", ("house.png", photo("PNG"))), ("mask", ("mask.png", mask_of((120, 90))))]
    answers = [await counter.send_form(said, files, "k-1") for _ in range(2)]
    assert [answer.status_code for answer in answers] == [202, 202], answers[0].text
    [row] = bench.jobs.rows.values()
    assert (row.job.wish.prompt, row.job.wish.count) == ("42", 2)
    assert [(one.role, one.media_type) for one in row.job.wish.inputs] == [
        ("base", "image/png"),
        ("reference", "image/jpeg"),
        ("mask", "image/png"),
    ]
    assert (await counter.send_form(said, files[:1], "k-1")).status_code == 409


@pytest.mark.parametrize(
    ("said", "files", "status", "says"),
    [
        ({}, [("picture", ("a.txt", b"no picture"))], 400, "is no picture that can be used here"),
        ({}, [("picture", ("a.png", b""))], 400, "Nothing was counted."),
        ({}, [("picture", ("a.jpg", photo()))] * 17, 400, "16 pictures at most, and these are 17. Nothing was counted."),
        ({}, [("mask", ("a.png", photo("PNG")))], 400, "A mask needs the picture"),
        ({}, [("image", ("a.jpg", photo()))], 422, "image: "),
        ({"count": "two"}, [("picture", ("a.jpg", photo()))], 422, "count: "),
        ({"prompt": "x" * 70_000}, [("picture", ("a.jpg", photo()))], 413, "A field is too long"),
    ],
)
async def test_a_form_that_cannot_be_drawn_from_is_told_and_not_counted(
    counter: RestCaller, bench: Bench, said: dict[str, str], files: list[tuple[str, tuple[str, bytes]]], status: int, says: str
) -> None:
    """In one sentence."""
    take_pictures(bench)
    answer = await counter.send_form({"prompt": "a fox"} | said, files)
    assert (answer.status_code, says in answer.json()["detail"]) == (status, True), answer.text
    assert bench.jobs.rows == {}


async def test_a_form_without_a_file_is_an_order_too(counter: RestCaller, bench: Bench) -> None:
    """As browsers send the field of a file that nobody chose."""
    body = b"".join(
        b"--x\r\nContent-Disposition: form-data; " + field + b"\r\n"
        for field in (
            b'name="prompt"\r\n\r\na fox',
            b'name="picture"; filename=""\r\nContent-Type: application/octet-stream\r\n\r\n',
        )
    )
    headers = {"Authorization": f"Bearer {counter.ann}", "Content-Type": "multipart/form-data; boundary=x"}
    answer = await counter.http.post("/images", content=body + b"--x--\r\n", headers=headers)
    assert answer.status_code == 202, answer.text
    assert [row.job.wish.inputs for row in bench.jobs.rows.values()] == [()]


async def test_a_form_that_is_none_is_told(counter: RestCaller, bench: Bench) -> None:
    """And one without a key is not read at all."""
    for secret, status in ((counter.ann, 400), ("", 401)):
        headers = {"Authorization": f"Bearer {secret}", "Content-Type": "multipart/form-data; boundary=x"}
        answer = await counter.http.post("/images", content=b"{}", headers=headers)
        assert (answer.status_code, bool(answer.json()["detail"])) == (status, True)
    assert bench.jobs.rows == {}


async def test_an_order_begins_with_the_pictures_at_its_addresses(counter: RestCaller, bench: Bench) -> None:
    """The same ones again are the same order, and others are another."""
    take_pictures(bench)
    photos = ["https://photos.example/1.jpg", "https://photos.example/2.jpg"]
    answers = [await counter.order(picture=photos, repeat="k-1") for _ in range(2)]
    assert len({answer.json()["id"] for answer in answers}) == 1
    job = bench.jobs.rows[answers[0].json()["id"]].job
    assert [one.role for one in job.wish.inputs] == ["base", "reference"]
    assert (await counter.order(repeat="k-1")).status_code == 409
    refused = await counter.order(picture=["http://127.0.0.1/secret"])
    assert (refused.status_code, refused.json()["kind"]) == (400, "bad_input")


async def test_no_more_is_fetched_than_pictures_may_have_together(bench: Bench) -> None:
    """Sixteen addresses are not sixteen times what one picture may have."""
    fetched: list[str] = []

    async def fetch_picture(address: str) -> bytes:
        fetched.append(address)
        return bytes(MOST_TOTAL_BYTES // 2)

    rest = rest_dependencies_of(bench, ApiKeyRegistry(MemoryApiKeys(), bench.clock, bench.ids))
    jobs = RestJobs(replace(rest, fetch_picture=fetch_picture))
    with pytest.raises(BadInput, match="bad input") as refused:
        await jobs.draft_of(DrawRequest(prompt="a fox", picture=[f"https://photos.example/{number}" for number in range(16)]))
    assert "100 MB are the most" in refused.value.user_text
    assert len(fetched) == 3


async def test_a_finished_job_has_its_pictures_and_both_wordings(counter: RestCaller, bench: Bench) -> None:
    """As addresses, or in base64."""
    job = (await counter.order()).json()["id"]
    await bench.work()
    seen = (await counter.look(f"/jobs/{job}")).json()
    [picture] = seen["pictures"]
    assert (seen["state"], seen["prompt"], seen["error"]) == ("done", "a fox", None)
    assert seen["drawn_prompt"]
    assert (seen["model"], seen["provider"]) == (bench.painter.model, bench.painter.name)
    assert picture["url"].startswith("http://easel.test/p/")
    assert picture["b64"] is None
    [whole] = (await counter.look(f"/jobs/{job}?response=b64")).json()["pictures"]
    assert len(base64.b64decode(whole["b64"])) == whole["size_bytes"]


async def test_what_a_picture_cost_is_for_who_may_know(counter: RestCaller, bench: Bench) -> None:
    """Wherever a job is told: ordered, looked at, listed, cancelled."""
    for secret, may_know in ((counter.ann, False), (counter.bea, True)):
        ordered = (await counter.order(secret)).json()
        await bench.work()
        drawn = (await counter.look(f"/jobs/{ordered['id']}", secret)).json()
        [listed] = (await counter.look("/jobs", secret)).json()["jobs"]
        assert [(job["cost_microusd"] or 0) > 0 for job in (drawn, listed)] == [may_know, may_know]
        other = (await counter.order(secret)).json()["id"]
        cancelled = (await counter.send("POST", f"/jobs/{other}/cancel", secret)).json()
        assert [job["cost_microusd"] is not None for job in (ordered, cancelled)] == [may_know, may_know]


async def test_whoever_waits_gets_the_pictures_with_the_answer(counter: RestCaller, bench: Bench) -> None:
    """And 200 instead of 202."""
    waiting = asyncio.create_task(counter.order(wait=30, response="b64"))
    await until(lambda: bool(bench.engine.waiting))
    await bench.work()
    answer = await waiting
    assert (answer.status_code, answer.json()["state"], len(answer.json()["pictures"])) == (200, "done", 1)


async def test_waiting_ends_when_it_is_over(counter: RestCaller) -> None:
    """The job goes on."""
    answer = await counter.order(wait=1)
    assert (answer.status_code, answer.json()["state"]) == (202, "queued")


async def test_the_same_order_again_is_the_same_job(counter: RestCaller) -> None:
    """Counted once; and another order under that name is refused."""
    first = await counter.order(repeat="fox-1")
    again = await counter.order(repeat="fox-1")
    other = await counter.order(repeat="fox-1", prompt="an owl")
    assert first.json()["id"] == again.json()["id"]
    assert (other.status_code, other.json()["kind"]) == (409, "conflict")
    assert (await counter.bench.quota_status()).held == 1


async def test_two_accounts_may_call_their_orders_alike(counter: RestCaller) -> None:
    """Neither sees the other's."""
    ours = await counter.order(repeat="fox-1")
    theirs = await counter.order(counter.bea, repeat="fox-1")
    assert ours.json()["id"] != theirs.json()["id"]
    assert (await counter.look(f"/jobs/{ours.json()['id']}", counter.bea)).status_code == 404


async def test_the_quota_is_that_of_the_person(counter: RestCaller, bench: Bench) -> None:
    """What they draw in a chat counts here too."""
    await bench.draw(count=3)
    await bench.imagine(key="call-2")
    seen = (await counter.look("/quota")).json()
    tomorrow = (bench.clock.now() + timedelta(days=1)).strftime("%Y-%m-%dT00:00:00Z")
    assert seen == {
        "tier": "registered",
        "limit": 20,
        "held": 1,
        "spent": 3,
        "left": 16,
        "credits": 0,
        "refills_at": tomorrow,
    }


@pytest.mark.parametrize("secret", ["", "easel_nobody", "ann"])
async def test_without_a_key_there_is_nothing(counter: RestCaller, secret: str) -> None:
    """Neither to order nor to see."""
    for answer in (await counter.http.get("/quota"), await counter.look("/jobs/x", secret)):
        assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, "Bearer")
        assert answer.headers["Content-Type"] == "application/problem+json"
        assert answer.json()["kind"] == "unauthorized"


@pytest.mark.parametrize(
    ("order", "says"),
    [
        ({"prompt": ""}, "prompt"),
        ({"prompt": "x" * 5000}, "prompt"),
        ({"count": 0}, "count"),
        ({"count": 1.5}, "count"),
        ({"count": -1}, "count"),
        ({"shape": "round"}, "shape"),
        ({"wait": 100000}, "wait"),
        ({"colour": "red"}, "colour"),
    ],
)
async def test_a_field_that_makes_no_sense_is_named(counter: RestCaller, order: dict[str, Any], says: str) -> None:
    """And nothing is counted."""
    answer = await counter.order(**order)
    assert answer.status_code == 422
    assert answer.json()["detail"].startswith(f"{says}: ")
    assert (await counter.bench.quota_status()).held == 0


async def test_numbers_and_truths_are_not_read_out_of_words(counter: RestCaller) -> None:
    """Every number and boolean of every body is one already: neither `"2"` nor `true` is a number."""
    api = build_rest(
        rest_dependencies_of(counter.bench, ApiKeyRegistry(MemoryApiKeys(), counter.bench.clock, counter.bench.ids)), Forms()
    ).openapi()
    bodies = [
        operation["requestBody"]["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2]
        for methods in api["paths"].values()
        for operation in methods.values()
        if "requestBody" in operation
    ]
    assert bodies == ["DrawRequest"]
    fields = api["components"]["schemas"]["DrawRequest"]["properties"]
    numbers = [name for name, field in fields.items() if set(_types(field)) & {"integer", "number", "boolean"}]
    assert numbers == ["count", "seed", "wait"]
    for name in numbers:
        may_be_left_out = "null" in _types(fields[name])
        for value in ("1", "true", True, [1], *(() if may_be_left_out else (None,))):
            order: dict[str, Any] = {name: value}
            assert (await counter.order(**order)).status_code == 422, order
    assert (await counter.bench.quota_status()).held == 0


def _types(schema: dict[str, Any]) -> list[str]:
    """Return the JSON types that a field may have."""
    return [str(one.get("type")) for one in schema.get("anyOf", [schema])]


@pytest.mark.parametrize(
    ("order", "status", "kind"),
    [({"size": "9x9"}, 400, "bad_input"), ({"prompt": "\u200b"}, 400, "bad_input"), ({"count": 4}, 429, "quota_exceeded")],
)
async def test_what_the_house_refuses_is_a_problem_with_a_kind(
    counter: RestCaller, order: dict[str, Any], status: int, kind: str
) -> None:
    """The sentence is the one that people read in a chat."""
    for number in range(18):
        await counter.bench.imagine(key=f"before {number}")
    answer = await counter.order(**order)
    assert (answer.status_code, answer.json()["kind"]) == (status, kind)
    assert answer.json()["detail"].endswith(".")


async def test_whoever_is_banned_is_refused_with_the_reason(counter: RestCaller, bench: Bench) -> None:
    """As in the chat, before anything is counted."""
    account = await bench.studio.account(person("ann"))
    await bench.sanctions.ban(account.id, HOUSE, by=Actor(AccountId("mo"), "Mo"), reason="floods")
    answer = await counter.order()
    assert (answer.status_code, answer.json()["kind"]) == (403, "sanctioned")
    assert answer.json()["detail"].startswith("You are banned from asking for pictures here; nothing was counted. Why: floods.")
    assert bench.jobs.rows == {}


async def test_words_that_a_rule_refuses_are_not_drawn(counter: RestCaller, bench: Bench) -> None:
    """That is the order's fault, and the checker's fault is ours."""
    bench.blocklist.will(Verdict(GuardDecision.REFUSE, "blocklist", "That is not drawn here."))
    answer = await counter.order()
    assert (answer.status_code, answer.json()["kind"]) == (422, "prompt_refused")


async def test_a_job_without_pictures_says_why(counter: RestCaller, bench: Bench) -> None:
    """With the kind for programs."""
    bench.painter.will(PromptRefused(rule="safety", sentence="The image service will not draw that."))
    job = (await counter.order()).json()["id"]
    await bench.work()
    seen = (await counter.look(f"/jobs/{job}")).json()
    assert (seen["state"], seen["error"]["kind"], seen["pictures"]) == ("refused", "prompt_refused", [])
    assert seen["error"]["text"].startswith("The image service will not draw that.")


def test_a_job_has_the_same_fields_here_and_on_the_command_line() -> None:
    """A picture's bytes in base64 are all that is asked for here alone."""
    ours = (JobAnswer.model_fields, PictureAnswer.model_fields, ErrorAnswer.model_fields)
    for answer, view in zip(ours, (JobView, PictureView, ErrorView), strict=True):
        assert set(answer) - {"b64"} == {field.name for field in fields(view)}


@pytest.mark.parametrize("body", [b"", b"{", b"\xff\xfe", b"[" * 60_000], ids=["nothing", "half", "no text", "deep"])
async def test_what_is_no_json_is_one_sentence(counter: RestCaller, body: bytes) -> None:
    """However deep it goes."""
    headers = {"Authorization": f"Bearer {counter.ann}", "Content-Type": "application/json"}
    answer = await counter.http.post("/images", content=body, headers=headers)
    assert (answer.status_code, answer.json()["kind"]) == (400, "bad_input")
    assert answer.json()["detail"] == "The body is not JSON that can be read."


async def test_an_address_that_is_not_there_is_a_problem_too(counter: RestCaller) -> None:
    """In the same form."""
    answer = await counter.http.get("/nothing")
    assert (answer.status_code, answer.headers["Content-Type"]) == (404, "application/problem+json")
    assert answer.json()["kind"] == "not_found"


@pytest.mark.parametrize(("path", "allowed"), [("/images", "POST"), ("/jobs", "GET"), ("/jobs/x", "DELETE, GET")])
async def test_what_cannot_be_done_with_an_address_is_told_with_what_can(counter: RestCaller, path: str, allowed: str) -> None:
    """By every route of the address."""
    answer = await counter.http.put(path)
    assert (answer.status_code, answer.headers["Content-Type"]) == (405, "application/problem+json")
    assert (answer.json()["kind"], answer.headers["Allow"]) == ("method_not_allowed", allowed)


async def test_jobs_are_listed_newest_first_in_pages(counter: RestCaller, bench: Bench) -> None:
    """All of the person's, wherever they were asked for, and nobody else's."""
    [mine, _, newest] = [(await counter.order(secret)).json()["id"] for secret in (counter.ann, counter.bea, counter.ann)]
    asked_in_a_chat = await bench.imagine(key="in a chat")
    bench.jobs.rows[JobId(mine)].job = replace(bench.jobs.rows[JobId(mine)].job, created_at=bench.clock.now() - timedelta(days=1))
    first = (await counter.look("/jobs?limit=2")).json()
    assert {job["id"] for job in first["jobs"]} == {newest, asked_in_a_chat.id}
    rest = (await counter.look(f"/jobs?limit=2&before={first['next']}")).json()
    assert ([job["id"] for job in rest["jobs"]], rest["next"]) == ([mine], None)
    assert rest["jobs"][0] == (await counter.look(f"/jobs/{mine}")).json()


@pytest.mark.parametrize(("query", "status"), [("limit=0", 422), ("limit=51", 422), ("before=nobody", 404), ("before=%00", 404)])
async def test_a_page_that_cannot_be_is_a_problem(counter: RestCaller, query: str, status: int) -> None:
    """No guess is made."""
    assert (await counter.look(f"/jobs?{query}")).status_code == status


async def test_a_job_that_waits_is_cancelled_and_counts_nothing(counter: RestCaller) -> None:
    """Whoever repeats it is told the same."""
    job = (await counter.order()).json()["id"]
    cancelled = await counter.send("POST", f"/jobs/{job}/cancel")
    assert (cancelled.status_code, cancelled.json()["state"]) == (200, "cancelled")
    assert cancelled.json()["error"] == {"kind": "cancelled", "text": "Cancelled; nothing was counted."}
    assert (await counter.send("POST", f"/jobs/{job}/cancel")).json() == cancelled.json()
    assert (await counter.bench.quota_status()).held == 0


async def test_a_job_with_pictures_is_not_cancelled(counter: RestCaller, bench: Bench) -> None:
    """It is too late."""
    job = await bench.draw()
    answer = await counter.send("POST", f"/jobs/{job.id}/cancel")
    assert (answer.status_code, answer.json()["kind"]) == (409, "conflict")


async def test_pictures_are_deleted_here_and_in_the_chat(counter: RestCaller, bench: Bench) -> None:
    """Whoever repeats it is told the same."""
    job = await bench.draw()
    for _ in range(2):
        assert (await counter.send("DELETE", f"/jobs/{job.id}")).status_code == 204
    assert (await counter.look(f"/jobs/{job.id}")).json()["pictures"] == []
    assert "deleted" in bench.surface.said[-1].text.lower()


async def test_a_job_without_pictures_has_none_to_delete(counter: RestCaller) -> None:
    """It goes on."""
    job = (await counter.order()).json()["id"]
    answer = await counter.send("DELETE", f"/jobs/{job}")
    assert (answer.status_code, answer.json()["kind"]) == (409, "conflict")


async def test_nobody_cancels_or_deletes_what_is_somebody_elses(counter: RestCaller, bench: Bench) -> None:
    """It is not there for them."""
    waiting, drawn = (await counter.order()).json()["id"], await bench.draw()
    for method, path in (("POST", f"/jobs/{waiting}/cancel"), ("DELETE", f"/jobs/{drawn.id}")):
        assert (await counter.send(method, path, counter.bea)).status_code == 404
    assert (await counter.look(f"/jobs/{drawn.id}")).json()["pictures"]


async def test_what_nobody_foresaw_is_a_problem_too(counter: RestCaller, bench: Bench) -> None:
    """Not a line of plain text."""
    bench.jobs.failures.fail_next("of_account", RuntimeError("broken"))
    answer = await counter.look("/jobs")
    assert (answer.status_code, answer.headers["Content-Type"]) == (500, "application/problem+json")
    assert answer.json()["kind"] == "fault"


async def test_every_answer_is_in_the_description(counter: RestCaller) -> None:
    """Problems by their own media type; `/jobs/x` has what can be asked of it."""
    api = (await counter.http.get("/openapi.json")).json()
    assert set(api["paths"]["/jobs/{job}"]) == {"get", "delete"}
    for methods in api["paths"].values():
        for operation in methods.values():
            problems = {status: answer for status, answer in operation["responses"].items() if int(status) >= 400}
            assert {"400", "401", "422", "500", "503"} <= set(problems)
            assert all(list(answer["content"]) == ["application/problem+json"] for answer in problems.values())
    assert {"200", "202", "403", "408", "409", "413", "429"} <= set(api["paths"]["/images"]["post"]["responses"])


async def test_an_odd_idempotency_key_is_refused(counter: RestCaller) -> None:
    """One sentence, and no job."""
    assert (await counter.order(repeat="x" * 201)).status_code == 400
    assert not counter.bench.jobs.rows


async def test_nothing_is_shown_to_a_program_and_nothing_is_asked() -> None:
    """The job itself is what it looks at."""
    call = RestCall(key="k", person=person(), place=Place(API, "house", "key"))
    surface = RestSurface()
    message = await call.answer(Post("hello"), key="job")
    assert await surface.post(call.place, Post("hello"), key="job") == message
    assert await surface.find(call.promise()) is None
    await surface.update(message, Post("done"))
    await surface.delete(message)
    await call.whisper(Post("psst"))
    with pytest.raises(SurfaceFailed):
        await call.ask(Form("imagine"))
    with pytest.raises(MessageGone):
        await surface.direct(person().identity)


def test_the_pause_of_a_busy_answer_is_told() -> None:
    """Programs wait as long as they are asked to."""
    busy = problem_of(Busy("Please wait.", retry_after=timedelta(seconds=2.5)))
    assert (busy.status_code, busy.headers["Retry-After"]) == (429, "3")
    assert problem_of(GuardUnavailable("model", "late")).headers["Retry-After"] == "10"
