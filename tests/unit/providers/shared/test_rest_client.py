"""The client of services without a client of their own: what it sends where, and what failures mean for money."""

from collections.abc import Callable

import httpx2
import pytest

from bot.errors import ConfigError
from bot.provider_errors import OutcomeUnknown, ProviderFailed, ProviderFault
from bot.providers.shared.rest_client import RestClient

Answering = Callable[[httpx2.Request], httpx2.Response]


def client(answer: Answering, base_url: str = "https://api.example.com/v1") -> RestClient:
    """Return a client whose calls `answer` answers."""
    transport = httpx2.MockTransport(answer)
    return RestClient("flux", base_url, headers={"x-key": "k-1"}, hosts=("example.com",), transport=transport)


def status(code: int, **headers: str) -> Answering:
    """Answer with a status and no body."""
    return lambda _: httpx2.Response(code, headers=headers)


def never(_: httpx2.Request) -> httpx2.Response:
    """Be reached by nobody."""
    pytest.fail("the key went out")


def fail_with(error: Exception) -> Answering:
    """Break as the connection does."""

    def answer(_: httpx2.Request) -> httpx2.Response:
        raise error

    return answer


async def test_an_address_is_below_the_base_url_and_the_key_goes_with_it() -> None:
    """And JSON comes back as it was sent."""
    seen: list[httpx2.Request] = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        seen.append(request)
        return httpx2.Response(200, json={"id": "t-1"}, headers={"x-request-id": "r-1"})

    response = await client(answer).post_paid("flux-2-pro", {"prompt": "a fox"})
    assert (response.is_success, response.fields, response.request_id) == (True, {"id": "t-1"}, "r-1")
    assert str(seen[0].url) == "https://api.example.com/v1/flux-2-pro"
    assert (seen[0].headers["x-key"], seen[0].headers["accept-encoding"]) == ("k-1", "identity")


async def test_a_subdomain_of_a_named_host_may_be_asked() -> None:
    """BFL answers with an address at another host of its own."""
    response = await client(status(200)).ask("GET", "https://api.eu1.example.com/v1/get_result?id=1")
    assert response.is_success


@pytest.mark.parametrize(
    "address",
    [
        "https://evil.org/v1/x",
        "http://api.example.com/v1/x",
        "https://example.com.evil.org/",
        "https://notexample.com/",
        "https://api.example.com@evil.org/",
        "https://user@api.example.com/v1/x",
        "//evil.org/x",
        "file:///etc/passwd",
        "https://[",
    ],
)
async def test_the_key_goes_nowhere_else(address: str) -> None:
    """Whatever the service answers with."""
    with pytest.raises(ProviderFailed) as raised:
        await client(never).ask("GET", address)
    assert raised.value.fault is ProviderFault.BAD_ANSWER


@pytest.mark.parametrize(
    ("code", "fault"),
    [
        (400, ProviderFault.BAD_REQUEST),
        (401, ProviderFault.BAD_KEY),
        (402, ProviderFault.OUT_OF_MONEY),
        (403, ProviderFault.NOT_PERMITTED),
        (422, ProviderFault.BAD_REQUEST),
        (429, ProviderFault.RATE_LIMITED),
    ],
)
async def test_errors_of_ours_were_not_drawn(code: int, fault: ProviderFault) -> None:
    """So that the next one may be asked."""
    asked = client(status(code, **{"retry-after": "7"}))
    failure = asked.failure(await asked.post_paid("x", {}), is_paid=True)
    assert (type(failure), failure.fault) == (ProviderFailed, fault)
    assert failure.retry_after is not None
    assert failure.retry_after.total_seconds() == 7


@pytest.mark.parametrize("code", [302, 408, 409, 499, 500, 502, 503, 504, 599])
async def test_what_may_have_been_drawn_has_an_unknown_outcome(code: int) -> None:
    """Of a free call it is a failure that passes."""
    asked = client(status(code))
    response = await asked.post_paid("x", {})
    assert isinstance(asked.failure(response, is_paid=True), OutcomeUnknown)
    assert not isinstance(asked.failure(response, is_paid=False), OutcomeUnknown)


@pytest.mark.parametrize("error", [httpx2.ReadError("cut"), httpx2.ReadTimeout("late"), httpx2.RemoteProtocolError("odd")])
async def test_a_paid_call_that_broke_off_may_have_been_drawn(error: Exception) -> None:
    """A free one is only a failure."""
    asked = client(fail_with(error))
    with pytest.raises(OutcomeUnknown):
        await asked.post_paid("x", {})
    with pytest.raises(ProviderFailed) as raised:
        await asked.ask("GET", "x")
    assert not isinstance(raised.value, OutcomeUnknown)


@pytest.mark.parametrize("error", [httpx2.ConnectError("no"), httpx2.ConnectTimeout("no"), httpx2.PoolTimeout("no")])
async def test_what_never_left_was_not_drawn(error: Exception) -> None:
    """Money is safe."""
    with pytest.raises(ProviderFailed) as raised:
        await client(fail_with(error)).post_paid("x", {})
    assert (type(raised.value), raised.value.fault) == (ProviderFailed, ProviderFault.UNREACHABLE)


@pytest.mark.parametrize("body", [b"<html>", b"", b"[" * 100_000, b"[1]", b"\xff"])
async def test_what_is_no_json_object_has_no_fields(body: bytes) -> None:
    """Nor does it break anything."""
    response = await client(lambda _: httpx2.Response(200, content=body)).ask("GET", "x")
    assert response.fields == {}


def test_a_key_with_a_line_break_is_one_sentence() -> None:
    """That does not repeat it."""
    with pytest.raises(ConfigError, match=r"\[providers.flux\] api_key") as raised:
        RestClient("flux", "https://api.example.com", headers={"x-key": "secret\nmore"})
    assert "secret" not in str(raised.value)


@pytest.mark.parametrize("base_url", ["", "api.example.com", "ftp://x", "https://"])
def test_an_address_that_is_none_is_one_sentence(base_url: str) -> None:
    """It names the setting."""
    with pytest.raises(ConfigError, match=r"\[providers.flux\] base_url"):
        RestClient("flux", base_url, headers={})
