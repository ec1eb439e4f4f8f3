"""Collects what is kept of a person: one zip, streamed into the store in parts, and out of it the same way."""

import asyncio
import hashlib
import io
import zipfile
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import IO

import structlog

from bot.domain.people import AccountId
from bot.domain.privacy import PrivacyRequest, PrivacyState
from bot.domain.templates import TemplateOwner
from bot.errors import ObjectMissing
from bot.ports.clock import Clock
from bot.ports.inputs import Inputs
from bot.ports.objects import ObjectStore
from bot.ports.pictures import Pictures
from bot.ports.privacy import PersonalRecords, PrivacyRequests
from bot.ports.templates import Templates
from bot.services.picture_links import EXTENSIONS

log = structlog.get_logger(__name__)

EXPORT_LASTS = timedelta(hours=24)
"""How long an export can be fetched; then it is removed."""

_FOLDER = "exports"
_MEDIA_TYPE = "application/zip"
_PART_BYTES = 8 * 1024 * 1024
_PAGE = 100

_ABOUT = """This is what is kept of you here, as of {moment}.

records/   a JSON file for each kind of thing: your account, what you asked for, what was used, credits, reports and so on
pictures/  your pictures, as they were drawn, by the id that they have in records/pictures.json
inputs/    pictures that you brought, by the key that they have in records/inputs.json
templates/ pictures of your templates, by the template's name

Not in here: passwords and keys, of which only hashes are kept, and what other people asked for.
docs/privacy.md of easel says what each kind of record is for, and how long it is kept.
"""


class Exports:
    """Makes, reads and removes exports. No more than one picture and one part of the zip is in memory at a time."""

    def __init__(
        self,
        *,
        requests: PrivacyRequests,
        records: PersonalRecords,
        pictures: Pictures,
        inputs: Inputs,
        templates: Templates,
        objects: ObjectStore,
        clock: Clock,
        part_bytes: int = _PART_BYTES,
    ) -> None:
        self._requests = requests
        self._records = records
        self._pictures = pictures
        self._inputs = inputs
        self._templates = templates
        self._objects = objects
        self._clock = clock
        self._part_bytes = part_bytes

    async def make(self, request: PrivacyRequest) -> PrivacyRequest:
        """Make the zip of an open request and end it. After a crash it is made anew, over what was there.

        Raises:
            StorageFailed: The records or the store are away; it is to be tried again.
        """
        parts = _Parts(self._objects, request, self._part_bytes)
        counts: dict[str, int] = {}
        with zipfile.ZipFile(parts.file, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("README.txt", _ABOUT.format(moment=f"{request.requested_at:%-d %B %Y, %H:%M} UTC"))
            for section in self._records.sections():
                counts[section] = await self._write_section(archive, parts, section, request.account)
            counts["files"] = await self._write_pictures(archive, parts, request.account)
            counts["files"] += await self._write_inputs(archive, parts, request.account)
            counts["files"] += await self._write_template_pictures(archive, parts, request.account)
        await parts.store(is_last=True)
        now = self._clock.now()
        done = replace(
            request,
            state=PrivacyState.DONE,
            finished_at=now,
            expires_at=now + EXPORT_LASTS,
            counts={kind: number for kind, number in counts.items() if number},
            parts=parts.number,
            size_bytes=parts.size_bytes,
        )
        if not await self._requests.finish(done):
            await self.remove(request)  # its person was forgotten meanwhile
            return replace(request, state=PrivacyState.EXPIRED)
        log.info("export.made", account=request.account, parts=done.parts, size_bytes=done.size_bytes)
        return done

    async def read(self, request: PrivacyRequest) -> AsyncIterator[bytes]:
        """Yield the zip, a part at a time.

        Raises:
            StorageFailed: The store is away, or the export was removed.
        """
        for number in range(request.parts):
            yield await self._objects.get(_key(request, number))

    async def expire(self, request: PrivacyRequest) -> None:
        """Remove an export: first nobody can fetch it, then its bytes go."""
        await self._requests.save(replace(request, state=PrivacyState.EXPIRED))
        await self.remove(request)
        await self._requests.save(replace(request, state=PrivacyState.EXPIRED, expires_at=None))

    async def remove(self, request: PrivacyRequest) -> None:
        """Remove the bytes of an export, also of one that was not finished."""
        async for page in self._objects.list(_folder(request), page=_PAGE):
            for stored in page:
                await self._objects.delete(stored.key)

    async def _write_section(self, archive: zipfile.ZipFile, parts: "_Parts", section: str, account: AccountId) -> int:
        """Write a section as a list in JSON, one row a line; return how many."""
        total = 0
        with archive.open(f"records/{section}.json", "w") as file:
            async for page in self._records.rows(section, account):
                lead = "[\n" if total == 0 else ",\n"
                if page:
                    await asyncio.to_thread(file.write, (lead + ",\n".join(page)).encode())
                    total += len(page)
                await parts.store()
            file.write(b"\n]\n" if total else b"[]\n")
        return total

    async def _write_pictures(self, archive: zipfile.ZipFile, parts: "_Parts", account: AccountId) -> int:
        """Write the bytes of each picture; one that is deleted meanwhile is left out."""
        total, before = 0, None
        while True:
            found = await self._pictures.of_account(account, _PAGE, before=before)
            for picture in found:
                name = f"pictures/{picture.id}.{EXTENSIONS.get(picture.file.media_type, 'bin')}"
                total += await self._write_file(archive, name, picture.file.key)
                await parts.store()
            if len(found) < _PAGE:
                return total
            before = found[-1].id

    async def _write_inputs(self, archive: zipfile.ZipFile, parts: "_Parts", account: AccountId) -> int:
        """Write the bytes of each picture that was brought."""
        total, after = 0, ""
        while True:
            found = await self._inputs.of_account(account, _PAGE, after=after)
            for one in found:
                total += await self._write_file(archive, one.key, one.key)
                await parts.store()
            if len(found) < _PAGE:
                return total
            after = found[-1].key

    async def _write_template_pictures(self, archive: zipfile.ZipFile, parts: "_Parts", account: AccountId) -> int:
        """Write the bytes of the pictures of each template."""
        total = 0
        for kept in await self._templates.of([TemplateOwner.of_account(account)]):
            for number, picture in enumerate(kept.template.pictures, 1):
                extension = picture.key.rpartition(".")[2]
                total += await self._write_file(archive, f"templates/{kept.template.name}-{number}.{extension}", picture.key)
                await parts.store()
        return total

    async def _write_file(self, archive: zipfile.ZipFile, name: str, key: str) -> int:
        try:
            content = await self._objects.get(key)
        except ObjectMissing:
            log.info("export.picture_gone", key=key)
            return 0
        # Pictures are packed already: to pack them again costs time and saves nothing.
        await asyncio.to_thread(archive.writestr, name, content, zipfile.ZIP_STORED)
        return 1


class _Parts:
    """Takes what a zip writes, and stores it whenever there is enough for a part."""

    def __init__(self, objects: ObjectStore, request: PrivacyRequest, part_bytes: int) -> None:
        self.file = _Growing()
        self.number = 0
        self.size_bytes = 0
        self._objects = objects
        self._request = request
        self._part_bytes = part_bytes

    async def store(self, *, is_last: bool = False) -> None:
        """Store what is there in whole parts, and at the end the rest."""
        while len(self.file.written) >= self._part_bytes or (is_last and self.file.written):
            part = bytes(self.file.written[: self._part_bytes])
            await self._objects.put(_key(self._request, self.number), part, _MEDIA_TYPE)
            del self.file.written[: self._part_bytes]
            self.number += 1
            self.size_bytes += len(part)


class _Growing(io.RawIOBase, IO[bytes]):
    """A file that can only be appended to, and that returns what was written."""

    def __init__(self) -> None:
        self.written = bytearray()

    def write(self, content: Sequence[int]) -> int:  # type: ignore[override]  # every buffer of bytes is one
        """Write bytes, and return their number."""
        self.written += bytes(content)
        return len(content)


def _folder(request: PrivacyRequest) -> str:
    """Return where the parts are: a name that nobody can guess, of small letters."""
    return f"{_FOLDER}/{hashlib.sha256(request.id.encode()).hexdigest()[:32]}"


def _key(request: PrivacyRequest, number: int) -> str:
    return f"{_folder(request)}/{number:06}.zip"
