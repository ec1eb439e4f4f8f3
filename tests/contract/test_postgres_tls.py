"""Does the address say how to encrypt, and whom to believe, and does a wrong one fail with the reason?

The server is a real one, and the driver too; the server's package has no TLS,
so the handshake is made in front of it, as a proxy of a provider's does.
"""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from bot.config.records_url import check_records_url
from bot.errors import StorageFailed
from storage.migrate import current
from storage.sql.failures import NotCommitted
from storage.sql.postgres import _system_trust
from tests.fakes.certificates import certificate_for
from tests.fakes.postgres import PostgresServer

pytestmark = pytest.mark.needs("postgresql")

_ASKS_FOR_TLS = 80877103
"""What a client sends in place of a protocol's version."""


@dataclass
class TlsFront:
    """Speaks TLS with clients, and passes on to a server's socket what they say. Without a context it has none to offer."""

    socket: Path
    context: ssl.SSLContext | None
    port: int = 0
    encrypted: list[bool] = field(default_factory=list)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection."""
        first = await reader.readexactly(8)
        is_encrypted = int.from_bytes(first[4:]) == _ASKS_FOR_TLS
        if is_encrypted:
            writer.write(b"S" if self.context else b"N")
            if self.context is None:
                return writer.close()
            await writer.start_tls(self.context)
            first = b""
        self.encrypted.append(is_encrypted)
        inwards, onwards = await asyncio.open_unix_connection(str(self.socket / ".s.PGSQL.5432"))
        onwards.write(first)
        await asyncio.gather(_pass_on(reader, onwards), _pass_on(inwards, writer))
        return None

    def url(self, query: str, host: str = "localhost") -> str:
        """Return an address that the settings let pass."""
        return check_records_url(f"postgresql://postgres@{host}:{self.port}/postgres?{query}")


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while part := await reader.read(65536):
            writer.write(part)
            await writer.drain()
    except OSError:
        pass  # whoever is gone needs nothing more
    finally:
        writer.close()


@asynccontextmanager
async def in_front_of(postgres: PostgresServer, context: ssl.SSLContext | None) -> AsyncIterator[TlsFront]:
    """Stand there while the body runs."""
    await postgres.empty()
    front = TlsFront(postgres.socket, context)
    server = await asyncio.start_server(front.serve, "127.0.0.1", 0)
    front.port = server.sockets[0].getsockname()[1]
    try:
        yield front
    finally:
        server.close()


@pytest.fixture
async def front(postgres: PostgresServer, tmp_path: Path) -> AsyncIterator[TlsFront]:
    """Offer TLS under the name `localhost`, with a certificate that nobody signed but itself; it is in `ca.pem`."""
    server, client = certificate_for("localhost")
    _, stranger = certificate_for("localhost")
    for name, context in (("ca.pem", client), ("stranger.pem", stranger)):
        [certificate] = context.get_ca_certs(binary_form=True)[-1:]
        (tmp_path / name).write_text(ssl.DER_cert_to_PEM_cert(certificate))
    async with in_front_of(postgres, server) as front:
        yield front


@pytest.fixture
async def plain_front(postgres: PostgresServer) -> AsyncIterator[TlsFront]:
    """Offer none."""
    async with in_front_of(postgres, None) as front:
        yield front


@pytest.mark.parametrize(
    ("query", "is_encrypted"),
    [
        ("", True),
        ("sslmode=disable", False),
        ("sslmode=require", True),
        ("ssl=require", True),
        ("sslmode=verify-ca&sslrootcert={ca}", True),
        ("sslmode=verify-full&sslrootcert={ca}", True),
        ("ssl=verify-full&sslrootcert={ca}", True),
    ],
)
async def test_a_connection_is_encrypted_as_the_address_says(
    front: TlsFront, tmp_path: Path, query: str, *, is_encrypted: bool
) -> None:
    """Without a word it is, where the server can."""
    assert await current(front.url(query.format(ca=tmp_path / "ca.pem"))) is not None
    assert set(front.encrypted) == {is_encrypted}


async def test_whom_the_machine_believes_may_be_believed(
    front: TlsFront, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As libpq spells it; what providers sell is signed by those."""
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    _system_trust.cache_clear()
    assert await current(front.url("sslmode=verify-full&sslrootcert=system")) is not None
    assert front.encrypted == [True]
    with pytest.raises(StorageFailed, match="gives no encrypted connection that can be trusted"):
        await current(front.url("sslrootcert=system", host="127.0.0.1"))
    _system_trust.cache_clear()


@pytest.mark.parametrize(
    ("host", "query", "reason"),
    [
        (
            "localhost",
            "sslmode=verify-full&sslrootcert={folder}/stranger.pem",
            "gives no encrypted connection that can be trusted",
        ),
        ("127.0.0.1", "sslmode=verify-full&sslrootcert={folder}/ca.pem", "gives no encrypted connection that can be trusted"),
        ("localhost", "sslmode=verify-full&sslrootcert={folder}/none.pem", "a certificate or key .* cannot be read"),
        ("localhost", "sslmode=verify-full", "nobody is named whom to believe .*: add &sslrootcert=system"),
    ],
    ids=["stranger", "other name", "no file", "nobody named"],
)
async def test_a_server_that_cannot_be_believed_is_not_spoken_to(
    front: TlsFront, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, host: str, query: str, reason: str
) -> None:
    """The sentence says why, and it is not tried again: it does not pass by itself."""
    monkeypatch.setenv("HOME", str(tmp_path))
    with pytest.raises(StorageFailed, match=reason) as caught:
        await current(front.url(query.format(folder=tmp_path), host=host))
    assert not isinstance(caught.value, NotCommitted)


async def test_a_server_without_encryption_is_not_spoken_to_where_it_is_asked_for(plain_front: TlsFront) -> None:
    """Nothing is sent in the clear."""
    with pytest.raises(StorageFailed, match=r"localhost:\d+ gives no encrypted connection$") as caught:
        await current(plain_front.url("sslmode=require"))
    assert not isinstance(caught.value, NotCommitted)
    assert plain_front.encrypted == []


@pytest.mark.parametrize("query", ["sslmode=verify_full", "ssl=true", "sslmode="])
def test_a_mode_that_there_is_not_is_a_mistake_in_the_settings(query: str) -> None:
    """It would mean something else, or nothing."""
    with pytest.raises(ValueError, match="must have one of disable, allow, prefer, require, verify-ca and verify-full"):
        check_records_url(f"postgresql://me@host/easel?{query}")
