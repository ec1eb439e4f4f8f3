"""Asks the S3 store what only an S3 store is asked: headers, links, prefixes, and every way to fail."""

import asyncio
import itertools
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import aiohttp
import pytest
from aiohttp import web

from bot.domain.health import Health
from bot.errors import ConfigError, ObjectMissing, StorageFailed
from storage.objects.s3 import S3Address, S3Objects
from tests.fakes.s3 import CuttingProxy, answering_server, keys_in, make_bucket, refusing_server, serving

pytestmark = [pytest.mark.needs("s3"), pytest.mark.usefixtures("no_aws_settings")]

KEY = "pictures/ab/abcdef.png"
HOUR = timedelta(hours=1)
SECRET = "very-secret-indeed"

_numbers = itertools.count()


@pytest.fixture
async def address(s3_server: str) -> S3Address:
    """Make a bucket, and give the address of a folder in it."""
    bucket = f"alone-{next(_numbers)}"
    await make_bucket(s3_server, bucket)
    return S3Address.parse(
        f"s3://{bucket}/some/House", endpoint_url=s3_server, path_style=True, access_key="test-key", secret_key=SECRET
    )


@pytest.fixture
async def store(address: S3Address) -> AsyncIterator[S3Objects]:
    """Open a store there."""
    async with S3Objects(address) as store:
        yield store


@asynccontextmanager
async def store_at(serving: AbstractAsyncContextManager[str]) -> AsyncIterator[S3Objects]:
    """Open a store on a server of ours."""
    async with serving as server:
        address = S3Address.parse("s3://bucket", endpoint_url=server, path_style=True, access_key="test-key", secret_key=SECRET)
        async with S3Objects(address) as store:
            yield store


async def test_a_link_gives_the_picture_to_anyone_with_its_headers(store: S3Objects) -> None:
    """A browser learns what it is, and that it need never ask again."""
    await store.put(KEY, b"picture", "image/webp")
    link = await store.link(KEY, HOUR)
    assert link is not None
    async with aiohttp.ClientSession() as browser, browser.get(link) as answer:
        assert answer.status == 200
        assert await answer.read() == b"picture"
        assert answer.headers["Content-Type"] == "image/webp"
        assert answer.headers["Cache-Control"] == "private, max-age=31536000, immutable"


async def test_a_link_lasts_as_long_as_was_asked(store: S3Objects) -> None:
    """Rounded up to whole seconds; beyond a week nothing can be signed."""
    link = await store.link(KEY, timedelta(minutes=10, milliseconds=1))
    assert parse_qs(urlsplit(link or "").query)["X-Amz-Expires"] == ["601"]
    with pytest.raises(StorageFailed, match="7 days"):
        await store.link(KEY, timedelta(days=8))


async def test_no_link_holds_the_secret(store: S3Objects) -> None:
    """It is signed with it, and that is all."""
    assert SECRET not in (await store.link(KEY, HOUR) or SECRET)


async def test_a_public_address_is_used_as_it_is(address: S3Address) -> None:
    """For a store that stands behind a public name: it is the bucket's, unless it ends with the prefix."""
    async with S3Objects(replace(address, public_url="https://pictures.example/all")) as store:
        assert await store.link(KEY, HOUR) == f"https://pictures.example/all/some/House/{KEY}"
    async with S3Objects(replace(address, public_url="https://pictures.example/some/House")) as store:
        assert await store.link(KEY, HOUR) == f"https://pictures.example/some/House/{KEY}"


async def test_nobody_is_sent_to_a_store_that_only_the_inside_knows(address: S3Address) -> None:
    """By setting; easel has the bytes."""
    async with S3Objects(replace(address, redirects=False, public_url="https://pictures.example")) as store:
        assert await store.link(KEY, HOUR) is None


def as_bucket_of(kept: dict[str, bytes], *, is_public: bool) -> AbstractAsyncContextManager[str]:
    """Serve a bucket; without a signature it is read only where it is public."""

    def answer(request: web.Request, content: bytes) -> web.Response:
        if "Authorization" not in request.headers and not is_public:
            return web.Response(status=403)
        if "list-type" in request.query:
            return web.Response(text="<ListBucketResult/>")
        if request.method == "PUT":
            kept[request.path] = content
        elif request.method == "DELETE":
            kept.pop(request.path, None)
        elif request.path not in kept:
            return web.Response(status=404, text=xml("NoSuchKey"))
        return web.Response(body=kept[request.path] if request.method == "GET" else b"")

    return answering_server(answer)


@pytest.mark.parametrize(
    ("is_public", "path", "health"),
    [
        (True, "bucket", Health.OK),
        (True, "bucket/House", Health.OK),
        (True, "elsewhere", Health.WRONG),
        (False, "bucket", Health.WRONG),
    ],
)
async def test_the_public_address_is_tried(is_public: bool, path: str, health: Health) -> None:
    """With what everybody has, which is no key; what was put there is taken out again."""
    kept: dict[str, bytes] = {}
    async with as_bucket_of(kept, is_public=is_public) as server:
        url = f"{server}/{path}"
        address = S3Address.parse(
            "s3://bucket/House", endpoint_url=server, path_style=True, public_url=url, access_key="test-key", secret_key=SECRET
        )
        async with S3Objects(address) as store:
            well, seen = await store.check()
    assert (well.health, seen.health, kept) == (Health.OK, health, {})
    assert (f"{server}/{path}" in seen.text, "public_url" in seen.mend) == (True, health is Health.WRONG)


async def test_everything_lies_under_the_prefix(store: S3Objects, s3_server: str, address: S3Address) -> None:
    """Whoever shares the bucket is not disturbed."""
    await store.put(KEY, b"x", "image/png")
    await store.check()
    listing = await keys_in(s3_server, address.bucket)
    assert f"<Key>some/House/{KEY}</Key>" in listing
    assert listing.count("<Key>") == 1


async def test_two_prefixes_of_one_bucket_are_two_stores(store: S3Objects, address: S3Address) -> None:
    """The same key means another object."""
    await store.put(KEY, b"x", "image/png")
    async with S3Objects(replace(address, prefix="")) as other:
        with pytest.raises(ObjectMissing):
            await other.get(KEY)


async def test_a_store_needs_no_opening_and_opens_again(address: S3Address) -> None:
    """The first use opens it, many at once open one client; closing twice is no error."""
    store = S3Objects(address)
    try:
        await asyncio.gather(*(store.put(f"a/{number}", b"x", "image/png") for number in range(4)))
        await store.close()
        await store.close()
        assert await store.get("a/3") == b"x"
    finally:
        await store.close()


def xml(code: str) -> str:
    """Write a refusal the way S3 does, with more in it than anyone should repeat."""
    return f"<?xml version='1.0'?><Error><Code>{code}</Code><Message>of {SECRET} we know nothing</Message></Error>"


@pytest.mark.parametrize(
    ("status", "body", "reason"),
    [
        (403, xml("AccessDenied"), "access denied"),
        (403, xml("InvalidAccessKeyId"), "wrong credentials"),
        (403, xml("SignatureDoesNotMatch"), "wrong credentials"),
        (400, xml("ExpiredToken"), "credentials have expired"),
        (403, xml("RequestTimeTooSkewed"), "clock skew"),
        (404, xml("NoSuchBucket"), "bucket missing"),
        (400, xml("AuthorizationHeaderMalformed"), "wrong region"),
        (507, xml("XMinioStorageFull"), "store is full"),
        (404, "<html>just a web server</html>", "not an S3 store"),
        (403, "go away", "access denied"),
        (418, xml("Teapot"), "it answered Teapot"),
        (418, xml(SECRET), "it answered 418"),
    ],
    ids=lambda value: value if isinstance(value, str) and "<" not in value else None,
)
async def test_every_refusal_has_its_name(status: int, body: str, reason: str) -> None:
    """In the log and in the findings, with a way to mend it and without anything secret."""
    async with store_at(refusing_server(status, body)) as store:
        with pytest.raises(StorageFailed, match=reason) as failure:
            await store.get(KEY)
        assert not isinstance(failure.value, ObjectMissing)
        [finding] = await store.check()
    assert finding.health is Health.WRONG
    assert reason in finding.text
    assert finding.mend
    assert SECRET not in f"{failure.value} {finding}"


async def test_a_web_server_that_says_yes_to_everything_is_no_store() -> None:
    """A page of it is neither taken for a success nor for a picture."""
    async with store_at(answering_server(lambda request, content: web.Response(text="<p>welcome"))) as store:
        [finding] = await store.check()
    assert finding.health is Health.WRONG
    assert "endpoint" in finding.mend


async def test_a_store_that_gives_back_other_bytes_is_found_out() -> None:
    """It speaks S3, and keeps nothing."""

    def mix_up(request: web.Request, content: bytes) -> web.Response:
        return web.Response(body=b"somebody else's" if request.method == "GET" else b"")

    async with store_at(answering_server(mix_up)) as store:
        [finding] = await store.check()
    assert finding.health is Health.WRONG
    assert "loses what is put into it" in finding.text


async def test_a_store_that_forgets_is_found_out() -> None:
    """It took the object, and knows nothing of it a moment later."""

    def forget(request: web.Request, content: bytes) -> web.Response:
        return web.Response(status=404, text=xml("NoSuchKey")) if request.method == "GET" else web.Response()

    async with store_at(answering_server(forget)) as store:
        [finding] = await store.check()
    assert finding.health is Health.WRONG


async def test_without_leave_to_list_a_note_says_so() -> None:
    """Amazon calls missing objects forbidden then: a lost picture could not be told from a wrong setting."""
    kept: dict[str, bytes] = {}

    def keep(request: web.Request, content: bytes) -> web.Response:
        if request.method == "PUT":
            kept[request.path] = content
        elif request.method == "DELETE":
            del kept[request.path]
        elif request.path not in kept:
            return web.Response(status=403, text=xml("AccessDenied"))
        return web.Response(body=kept[request.path] if request.method == "GET" else b"")

    async with store_at(answering_server(keep)) as store:
        well, note = await store.check()
    assert (well.health, note.health) == (Health.OK, Health.NOTE)
    assert "s3:ListBucket" in note.mend


async def test_a_bucket_that_does_not_list_is_noted() -> None:
    """Some stores tell a missing object from a forbidden one all the same."""
    kept: dict[str, bytes] = {}

    def keep(request: web.Request, content: bytes) -> web.Response:
        if "list-type" in request.query:
            return web.Response(status=403, text=xml("AccessDenied"))
        if request.method == "PUT":
            kept[request.path] = content
        elif request.method == "DELETE":
            del kept[request.path]
        elif request.path not in kept:
            return web.Response(status=404, text=xml("NoSuchKey"))
        return web.Response(body=kept[request.path] if request.method == "GET" else b"")

    async with store_at(answering_server(keep)) as store:
        well, note = await store.check()
    assert (well.health, note.health) == (Health.OK, Health.NOTE)
    assert "orphans are not found" in note.text


async def test_a_missing_bucket_is_named(address: S3Address) -> None:
    """By a server that knows S3 better than our fake."""
    async with S3Objects(replace(address, bucket="nobody-made-this")) as store:
        with pytest.raises(StorageFailed, match="bucket missing"):
            await store.put(KEY, b"x", "image/png")
        [finding] = await store.check()
        assert "s3://nobody-made-this/some/House" in finding.text
        assert "bucket" in finding.mend


async def test_a_closed_port_is_unreachable(address: S3Address) -> None:
    """A wrong endpoint, or a store that is down."""
    async with refusing_server(500, "") as server:
        gone = server
    async with S3Objects(replace(address, endpoint_url=gone)) as store:
        [finding] = await store.check()
    assert finding.health is Health.WRONG
    assert "unreachable" in finding.text
    assert "endpoint" in finding.mend


async def test_a_server_that_never_answers_is_given_up(s3_server: str, address: S3Address) -> None:
    """After the store's patience, and with a reason."""
    proxy = CuttingProxy(s3_server, most=0)
    async with serving(proxy) as silent, asyncio.timeout(10):
        store = S3Objects(replace(address, endpoint_url=silent), patience=timedelta(seconds=1))
        with pytest.raises(StorageFailed, match="no answer in time"):
            await store.get(KEY)
        await store.close()
    assert proxy.is_cut.is_set()


async def test_a_picture_cut_short_is_not_taken_for_a_whole_one(store: S3Objects, address: S3Address, s3_server: str) -> None:
    """The connection breaks while the bytes come back."""
    await store.put(KEY, bytes(3 << 20), "image/png")
    async with serving(CuttingProxy(s3_server, most=1 << 30, most_back=1 << 20)) as cut:
        other = S3Objects(replace(address, endpoint_url=cut))
        with pytest.raises(StorageFailed, match="unreachable"):
            await other.get(KEY)
        await other.close()


async def test_without_any_keys_the_lack_is_named(address: S3Address) -> None:
    """There are none in the settings, none in boto's files, and no role."""
    async with S3Objects(replace(address, access_key=None, secret_key=None)) as store:
        with pytest.raises(StorageFailed, match="no credentials"):
            await store.put(KEY, b"x", "image/png")
        [finding] = await store.check()
    assert "no credentials" in finding.text


async def test_a_role_that_is_never_told_does_not_hang_the_house(
    address: S3Address, s3_server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The machine's metadata service takes the question and says nothing, however patient its settings are."""
    proxy = CuttingProxy(s3_server, most=0)
    async with serving(proxy) as silent:
        monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "false")
        monkeypatch.setenv("AWS_EC2_METADATA_SERVICE_ENDPOINT", silent)
        monkeypatch.setenv("AWS_METADATA_SERVICE_TIMEOUT", "600")
        store = S3Objects(replace(address, access_key=None, secret_key=None), patience=timedelta(seconds=0.5))
        async with asyncio.timeout(10):
            [finding] = await store.check()
        await store.close()
    assert proxy.is_cut.is_set()
    assert finding.health is Health.WRONG
    assert finding.mend


async def test_broken_aws_settings_of_the_machine_are_told(address: S3Address, monkeypatch: pytest.MonkeyPatch) -> None:
    """A profile that does not exist is no reason to crash."""
    monkeypatch.setenv("AWS_PROFILE", "nobody")
    store = S3Objects(replace(address, access_key=None, secret_key=None))
    [finding] = await store.check()
    assert finding.health is Health.WRONG
    with pytest.raises(StorageFailed):
        await store.open()


async def test_an_endpoint_that_boto_does_not_take_is_a_wrong_setting(address: S3Address) -> None:
    """One sentence, and a finding."""
    store = S3Objects(replace(address, endpoint_url="http://no_such_kind_of_name"))
    with pytest.raises(ConfigError, match="endpoint"):
        await store.open()
    [finding] = await store.check()
    assert "endpoint" in finding.mend
