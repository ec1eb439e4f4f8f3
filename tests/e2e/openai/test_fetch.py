"""Pictures that come as an address: fetched at once where that is safe, and refused where it is not."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from bot.provider_errors import ProviderFailed, ProviderFault
from bot.providers.openai.client import OpenAiClient
from bot.providers.shared.picture_fetcher import MOST_BYTES, PictureFetcher
from tests.e2e.openai.calls import failure_of, images, mark, request
from tests.fakes.certificates import certificate_for
from tests.fakes.openai import Endpoint, FakeOpenAI, Fault, Kind, Options
from tests.fakes.progress import ProgressLog


@pytest.fixture
async def fake() -> AsyncIterator[FakeOpenAI]:
    """Yield a gateway on this machine."""
    async with FakeOpenAI(Options(picture_bytes=3_000)) as server:
        yield server


class Names:
    """Resolves made-up names, and remembers which it was asked for."""

    def __init__(self, **addresses: tuple[str, ...]) -> None:
        self._addresses = {name.replace("_", "."): found for name, found in addresses.items()}
        self.asked: list[str] = []

    async def __call__(self, host: str, port: int) -> tuple[str, ...]:
        """Return what a name stands for."""
        self.asked.append(host)
        return self._addresses[host]


async def fetched(fetcher: PictureFetcher, address: str) -> bytes:
    """Fetch as the provider does."""
    return await fetcher.fetch(address, provider="openai", request_id="req-7")


async def refusal(fetcher: PictureFetcher, address: str) -> ProviderFailed:
    """Return the error of an address that must not work."""
    error = await failure_of(lambda: fetched(fetcher, address))
    assert type(error) is ProviderFailed
    assert (error.fault, error.request_id) == (ProviderFault.BAD_ANSWER, "req-7")
    assert address not in str(error)
    return error


@pytest.mark.parametrize("count", [1, 2], ids=["streamed", "whole"])
@pytest.mark.parametrize("where", ["/files/picture", "files/../../files/picture", "{origin}/files/picture", "/files/hops/3"])
async def test_an_address_is_fetched_at_once(client: OpenAiClient, fake: FakeOpenAI, where: str, count: int) -> None:
    """Relative or whole, through a few redirects, from the gateway itself; the key stays at home."""
    fake.fail(Endpoint.IMAGES, Fault(kind=Kind.URL, where=where.format(origin=fake.origin)))
    drawn = await images(client).draw(request(count), ProgressLog())
    assert [mark(picture) for picture in drawn.pictures] == ["served"] * count
    assert all("authorization" not in headers for _, headers in fake.state.fetched)


async def test_a_data_url_is_its_own_picture(client: OpenAiClient, fake: FakeOpenAI) -> None:
    """Nothing is fetched."""
    fake.fail(Endpoint.IMAGES, Fault(kind=Kind.URL, where="data:image/png;base64,QUJD"))
    assert (await images(client).draw(request(), ProgressLog())).pictures == (b"ABC",)


@pytest.mark.parametrize(
    "where",
    [
        "http://localhost:{port}/files/picture",
        "https://localhost:{port}/files/picture",
        "https://[::1]:{port}/files/picture",
        "https://2130706433:{port}/files/picture",
        "https://0x7f.1:{port}/files/picture",
        "ftp://127.0.0.1:{port}/files/picture",
        "file:///etc/passwd",
        "http://user:secret@127.0.0.1:{port}/files/picture",
        "https://169.254.169.254/latest/meta-data",
        "//localhost:{port}/files/picture",
        "http://[broken",
        "https://",
        "http://127.0.0.1:99999/",
        "http://127.0.0.1:0/",
        "https://a..b/",
        "data:image/png;base64,*",
        "/files/to?address=http://localhost:{port}/files/picture",
        "/files/to?address=file:///etc/passwd",
        "/files/hops/4",
        "/files/missing",
    ],
)
async def test_bait_is_not_taken(fake: FakeOpenAI, where: str) -> None:
    """Other names of this machine, other protocols, endless redirects, squeezed or missing content."""
    port = fake.origin.rpartition(":")[2]
    await refusal(PictureFetcher(fake.url, pauses=()), where.format(port=port))
    assert "/files/picture" not in [path for path, _ in fake.state.fetched]


@pytest.mark.parametrize("addresses", [("10.0.0.1",), ("127.0.0.1",), ("8.8.8.8", "127.0.0.1"), ("::ffff:127.0.0.1",), ()])
async def test_a_public_name_for_a_private_address_is_refused(addresses: tuple[str, ...]) -> None:
    """Before anything is connected to; one bad address among good ones is enough."""
    names = Names(pictures_example=addresses)
    await refusal(PictureFetcher("https://gateway.example/v1", resolve=names), "https://pictures.example/1.png")
    assert names.asked == ["pictures.example"]


async def test_a_redirect_to_a_private_address_is_refused(fake: FakeOpenAI) -> None:
    """Each hop is looked at like the first."""
    names = Names(**{"127_0_0_1": ("127.0.0.1",), "inside_example": ("192.168.0.1",)})
    await refusal(PictureFetcher(fake.url, resolve=names), "/files/to?address=https://inside.example/secret")
    assert names.asked == ["127.0.0.1", "inside.example"]


async def test_a_name_is_looked_up_once_and_what_was_checked_is_connected_to(fake: FakeOpenAI) -> None:
    """A name server that changes its mind finds nobody listening; the server still learns the name that was meant."""
    port = fake.origin.rpartition(":")[2]
    names = Names(gateway_test=("127.0.0.1",))
    content = await fetched(PictureFetcher(f"http://gateway.test:{port}/v1", resolve=names), "/files/picture")
    assert mark(content) == "served"
    assert names.asked == ["gateway.test"]
    assert fake.state.fetched[0][1]["host"] == f"gateway.test:{port}"


async def test_the_next_address_is_tried_where_the_first_is_deaf(fake: FakeOpenAI) -> None:
    """A host may have an address of a kind that this network does not carry."""
    port = fake.origin.rpartition(":")[2]
    names = Names(gateway_test=("::1", "127.0.0.1"))
    content = await fetched(PictureFetcher(f"http://gateway.test:{port}/v1", resolve=names), "/files/picture")
    assert mark(content) == "served"


async def test_the_certificate_has_to_be_the_names_own() -> None:
    """Although the connection goes to an address, it is the name that is proved."""
    server_tls, client_tls = certificate_for("pictures.test")

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nConnection: close\r\n\r\nABC")
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(serve, "127.0.0.1", 0, ssl=server_tls) as server:
        port = server.sockets[0].getsockname()[1]

        def fetcher(host: str, tls: ssl.SSLContext) -> PictureFetcher:
            names = Names(**{host.replace(".", "_"): ("127.0.0.1",)})
            return PictureFetcher(f"https://{host}:{port}/v1", resolve=names, tls=lambda: tls, pauses=())

        assert await fetched(fetcher("pictures.test", client_tls), "/1.png") == b"ABC"
        assert "ConnectError" in str(await refusal(fetcher("other.test", client_tls), "/1.png"))
        assert "ConnectError" in str(await refusal(fetcher("pictures.test", ssl.create_default_context()), "/1.png"))


async def test_what_does_not_come_at_once_is_asked_for_again(fake: FakeOpenAI) -> None:
    """A fetch is free: missing, overloaded, cut off, and there at last."""
    fetcher = PictureFetcher(fake.url, pauses=(timedelta(),) * 3)
    assert mark(await fetched(fetcher, "/files/late")) == "served"
    assert [path for path, _ in fake.state.fetched] == ["/files/late"] * 4


async def test_packed_content_is_unpacked_and_a_bomb_is_not(fake: FakeOpenAI) -> None:
    """Some servers pack whatever they are told."""
    assert await fetched(PictureFetcher(fake.url), "/files/squeezed") == b"\x00" * 100_000
    error = await refusal(PictureFetcher(fake.url, largest=99_999), "/files/squeezed")
    assert "larger than 99999 bytes" in str(error)
    assert all(headers["accept-encoding"] == "identity" for _, headers in fake.state.fetched)


async def test_only_the_very_address_of_the_gateway_is_our_own(fake: FakeOpenAI) -> None:
    """Neither another port of its host, nor a redirect that comes back from elsewhere; the log says what to set."""
    port = fake.origin.rpartition(":")[2]
    other = PictureFetcher("http://127.0.0.1:1/v1", pauses=())
    error = await refusal(other, f"http://127.0.0.1:{port}/files/picture")
    assert "If 127.0.0.1 is a host of your own, name it in [openai] picture_hosts." in str(error)
    assert fake.state.fetched == []


async def test_a_redirect_from_elsewhere_does_not_come_home(fake: FakeOpenAI) -> None:
    """Elsewhere must not choose what is asked of the gateway or of a host that the operator named, though an answer may."""
    server_tls, client_tls = certificate_for("elsewhere.test")

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        head = f"HTTP/1.1 302 Found\r\nLocation: {fake.origin}/files/picture\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
        writer.write(head.encode())
        await writer.drain()
        writer.close()

    async def resolve(host: str, port: int) -> tuple[str, ...]:
        return ("127.0.0.1",)

    async with await asyncio.start_server(serve, "127.0.0.1", 0, ssl=server_tls) as server:
        there = f"https://elsewhere.test:{server.sockets[0].getsockname()[1]}/1.png"
        for hosts in ((), ("127.0.0.1",)):
            fetcher = PictureFetcher(
                fake.url, hosts=hosts, resolve=resolve, is_public=lambda _: True, tls=lambda: client_tls, pauses=()
            )
            assert "not https" in str(await refusal(fetcher, there))
            assert mark(await fetched(fetcher, f"{fake.origin}/files/picture")) == "served"
    assert [path for path, _ in fake.state.fetched] == ["/files/picture"] * 2


async def test_a_host_that_the_operator_named_is_our_own(fake: FakeOpenAI) -> None:
    """On any port, over plain http."""
    port = fake.origin.rpartition(":")[2]
    fetcher = PictureFetcher("https://gateway.example/v1", hosts=("127.0.0.1",), pauses=())
    assert mark(await fetched(fetcher, f"http://127.0.0.1:{port}/files/picture")) == "served"


async def test_a_dead_link_takes_no_good_picture_with_it(client: OpenAiClient, fake: FakeOpenAI) -> None:
    """Both were paid for, and the bill is told before they are fetched."""
    news = ProgressLog()
    fake.fail(Endpoint.IMAGES, Kind.DEAD_LINK)
    drawn = await images(client, fetcher=PictureFetcher(fake.url, pauses=())).draw(request(2), news)
    assert [mark(picture) for picture in drawn.pictures] == ["picture 1 of call 1"]
    assert news.costs[-1] == drawn.cost


async def test_a_flood_is_stopped(fake: FakeOpenAI) -> None:
    """The server sends for ever, and does not say how much."""
    assert MOST_BYTES == 64 * 1024 * 1024
    error = await refusal(PictureFetcher(fake.url, largest=2_000_000), "/files/huge")
    assert "larger than 2000000 bytes" in str(error)


async def test_a_trickle_is_not_waited_for(fake: FakeOpenAI) -> None:
    """The whole fetch has a budget, not each piece of it."""
    error = await refusal(PictureFetcher(fake.url, time_limit=timedelta(seconds=0.2)), "/files/slow")
    assert "TimeoutError" in str(error)


async def test_a_host_that_is_not_there_is_a_bad_answer(fake: FakeOpenAI) -> None:
    """As is a name that does not exist."""
    async with FakeOpenAI() as gone:
        pass
    await refusal(PictureFetcher(gone.url, pauses=()), "/files/picture")
