"""One open bucket. Importing this takes a while and needs `easel[s3]`: only `storage.objects.s3` does, when it opens."""

import asyncio
import math
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from datetime import datetime, timedelta
from http import HTTPStatus
from io import BytesIO
from typing import NotRequired, Protocol, TypedDict, cast

import aioboto3
import aiohttp
from aiobotocore.config import AioConfig

from bot.domain.health import Finding, Health
from bot.errors import ConfigError, ObjectMissing, StorageFailed
from bot.ports.objects import TRIAL_FOLDER, StoredObject
from storage.objects.object_keys import SUBJECT, TRIAL_CONTENT, check_key, is_key, trial_key
from storage.objects.s3_address import S3Address
from storage.objects.s3_errors import ERRORS, NO_SUCH_KEY, NOT_S3, STORE, S3Failed, diagnose

_CACHE = "private, max-age=31536000, immutable"
_CONNECT = timedelta(seconds=5)
_READ = timedelta(seconds=20)
_OPENING = timedelta(seconds=10)
"""For whoever tells a machine's role: boto alone would ask for as long as its settings say."""

_OUTSIDE = timedelta(seconds=8)
_MEND_PUBLIC = (
    "Let everybody read the bucket there, or mend [objects] public_url (the bucket's address, without the prefix); "
    "or take it out, and people get links that live for minutes."
)

_ATTEMPTS = 3
_CONNECTIONS = 32
_LONGEST_LINK = timedelta(days=7)
"""What a signature of version 4 allows."""


class _Stream(Protocol):
    async def read(self) -> bytes: ...


class _GetResult(TypedDict):
    Body: AbstractAsyncContextManager[_Stream]


class _ListedObject(TypedDict):
    Key: str
    LastModified: datetime
    Size: int


class _Listing(TypedDict):
    Contents: NotRequired[list[_ListedObject]]
    NextContinuationToken: NotRequired[str]


class _Client(Protocol):
    """What we use of boto's client; the parameters have the names that Amazon gave them."""

    async def put_object(self, *, Bucket: str, Key: str, Body: BytesIO, ContentType: str, CacheControl: str) -> object: ...  # noqa: N803
    async def get_object(self, *, Bucket: str, Key: str) -> _GetResult: ...  # noqa: N803
    async def delete_object(self, *, Bucket: str, Key: str) -> object: ...  # noqa: N803
    async def list_objects_v2(self, *, Bucket: str, Prefix: str, MaxKeys: int, **more: str) -> _Listing: ...  # noqa: N803
    async def generate_presigned_url(self, ClientMethod: str, *, Params: dict[str, str], ExpiresIn: int) -> str: ...  # noqa: N803


class Bucket:
    """An `ObjectStore` over an open client. `patience` is the longest that one call takes, all its attempts together."""

    def __init__(self, address: S3Address, client: _Client, patience: timedelta) -> None:
        self._address = address
        self._client = client
        self._patience = patience

    async def put(self, key: str, content: bytes, media_type: str) -> None:
        """Keep `content`; the store will send `media_type` and a long life in caches along with it."""
        name = self._name(key)
        async with _translate_errors(self._address, self._patience):
            await self._client.put_object(
                Bucket=self._address.bucket,
                Key=name,
                Body=BytesIO(content),
                ContentType=media_type,
                CacheControl=_CACHE,
            )

    async def get(self, key: str) -> bytes:
        """Return the bytes back."""
        name = self._name(key)
        async with _translate_errors(self._address, self._patience):
            got = await self._client.get_object(Bucket=self._address.bucket, Key=name)
            async with got["Body"] as stream:
                return await stream.read()

    async def delete(self, key: str) -> None:
        """Forget the key."""
        name = self._name(key)
        async with _translate_errors(self._address, self._patience):
            await self._client.delete_object(Bucket=self._address.bucket, Key=name)

    async def list(self, folder: str, *, page: int) -> AsyncIterator[tuple[StoredObject, ...]]:
        """Ask for page after page; each goes on where the one before it ended."""
        prefix = f"{self._name(folder)}/"
        more: dict[str, str] = {}
        while True:
            async with _translate_errors(self._address, self._patience):
                listing = await self._client.list_objects_v2(Bucket=self._address.bucket, Prefix=prefix, MaxKeys=page, **more)
            found = [(f"{folder}/{one['Key'].removeprefix(prefix)}", one) for one in listing.get("Contents", [])]
            yield tuple(StoredObject(key, one["LastModified"], one["Size"]) for key, one in found if is_key(key))
            if "NextContinuationToken" not in listing:
                return
            more = {"ContinuationToken": listing["NextContinuationToken"]}

    async def link(self, key: str, lasts: timedelta) -> str | None:
        """Return the public address where there is one, else a signed one, which lives no longer than a role's credentials."""
        name = self._name(key)
        if not self._address.redirects:
            return None
        if self._address.public_base is not None:
            return f"{self._address.public_base}/{key}"
        if lasts > _LONGEST_LINK:
            raise StorageFailed(STORE, f"a signed link lasts {_LONGEST_LINK.days} days at most")
        async with _translate_errors(self._address, self._patience):
            return await self._client.generate_presigned_url(
                "get_object",
                Params={"Bucket": self._address.bucket, "Key": name},
                ExpiresIn=max(1, math.ceil(lasts.total_seconds())),
            )

    async def check(self) -> tuple[Finding, ...]:
        """Put, read back and delete a small object, list it, and see whether a missing one is told from a forbidden one."""
        key = trial_key()
        seen: tuple[Finding, ...] = ()
        try:
            await self.put(key, TRIAL_CONTENT, "text/plain")
            is_same = await self.get(key) == TRIAL_CONTENT
            seen = await self._check_public(key)
            await self.delete(key)
        except ObjectMissing:
            is_same = False
        except S3Failed as error:
            return (self._finding(Health.WRONG, f"cannot be used: {error.problem.reason}", error.problem.mend),)
        if not is_same:
            return (self._finding(Health.WRONG, "loses what is put into it", NOT_S3.mend),)
        return (
            self._finding(Health.OK, "keeps the pictures"),
            *seen,
            *(await self._check_missing(key) or await self._check_listing()),
        )

    async def _check_public(self, key: str) -> tuple[Finding, ...]:
        """Fetch an object as everybody would, without our keys."""
        if self._address.public_base is None:
            return ()
        seen_outside = await _fetch_public(f"{self._address.public_base}/{key}")
        if seen_outside == TRIAL_CONTENT:
            return (self._finding(Health.OK, f"shows its pictures to everybody at {self._address.public_url}"),)
        problem = seen_outside if isinstance(seen_outside, str) else "another thing is there"
        text = f"does not show its pictures at {self._address.public_url}, so their links are dead ({problem})"
        return (self._finding(Health.WRONG, text, _MEND_PUBLIC),)

    async def _check_missing(self, key: str) -> tuple[Finding, ...]:
        """Return what a missing object looks like: without permission to list, Amazon calls it forbidden."""
        try:
            await self.get(key)
        except ObjectMissing:
            return ()
        except S3Failed as error:
            return (self._finding(Health.NOTE, f"says of a missing picture: {error.problem.reason}", error.problem.mend),)
        return ()

    async def _check_listing(self) -> tuple[Finding, ...]:
        """List the objects of check-ups: what looks for orphans has to be let."""
        try:
            async for _ in self.list(TRIAL_FOLDER, page=1):
                break
        except S3Failed as error:
            text = f"does not list its objects, so that orphans are not found: {error.problem.reason}"
            return (self._finding(Health.NOTE, text, error.problem.mend),)
        except ObjectMissing:
            return (self._finding(Health.NOTE, "does not list its objects, so that orphans are not found", NOT_S3.mend),)
        return ()

    def _name(self, key: str) -> str:
        return self._address.name_of(check_key(key, STORE))

    def _finding(self, health: Health, text: str, mend: str = "") -> Finding:
        return Finding(SUBJECT, health, f"The store {self._address} {text}.", mend)


async def _fetch_public(address: str) -> bytes | str:
    """Return what is at an address, or why it cannot be had."""
    timeout = aiohttp.ClientTimeout(total=_OUTSIDE.total_seconds())
    try:
        async with aiohttp.ClientSession(timeout=timeout, trust_env=True) as session, session.get(address) as answer:
            return (
                await answer.content.read(len(TRIAL_CONTENT) + 1) if answer.status == HTTPStatus.OK else f"status {answer.status}"
            )
    except (aiohttp.ClientError, OSError, TimeoutError) as error:
        return type(error).__name__


@asynccontextmanager
async def open_bucket(address: S3Address, patience: timedelta) -> AsyncIterator[Bucket]:
    """Keep a client open. No call goes to the store; credentials are looked for where the address has none.

    Raises:
        ConfigError: boto does not take the endpoint.
        StorageFailed: The machine's own AWS settings are broken, or its role was not told in time.
    """
    async with AsyncExitStack() as stack:
        try:
            async with _translate_errors(address, min(patience, _OPENING)):
                client = await stack.enter_async_context(_client(address))
        except ValueError as error:
            raise ConfigError("The S3 endpoint must look like https://host, and the host must be a proper name.") from error
        yield Bucket(address, client, patience)


def _client(address: S3Address) -> AbstractAsyncContextManager[_Client]:
    config = AioConfig(
        connect_timeout=_CONNECT.total_seconds(),
        read_timeout=_READ.total_seconds(),
        retries={"mode": "standard", "total_max_attempts": _ATTEMPTS},
        max_pool_connections=_CONNECTIONS,
        signature_version="s3v4",
        s3={"addressing_style": "path" if address.path_style else "auto"},
        # Many compatible stores do not know the newer checksums, or count them differently.
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
    )
    client = aioboto3.Session().client(
        "s3",
        region_name=address.region,
        endpoint_url=address.endpoint_url,
        aws_access_key_id=address.access_key,
        aws_secret_access_key=address.secret_key,
        config=config,
    )
    return cast("AbstractAsyncContextManager[_Client]", client)


@asynccontextmanager
async def _translate_errors(address: S3Address, patience: timedelta) -> AsyncIterator[None]:
    """Yield what is done inside its time, and say in our words what goes wrong with it."""
    try:
        async with asyncio.timeout(patience.total_seconds()):
            yield
    except ERRORS as error:
        problem = diagnose(error)
        raise ObjectMissing(STORE, problem.reason) if problem is NO_SUCH_KEY else S3Failed(problem, address.bucket) from error
