"""From a request's body to the next version of a message, or to what is wrong with it."""

from typing import TYPE_CHECKING

from tests.fakes.discord.component_rules import MessageComponents
from tests.fakes.discord.embed_rules import check_embeds, resolve_embeds
from tests.fakes.discord.errors import ApiError, BodyErrors, Known
from tests.fakes.discord.files import File, Upload, clean_name
from tests.fakes.discord.messages import Version
from tests.fakes.discord.wire import Json, MessageFlag

if TYPE_CHECKING:
    from tests.fakes.discord.bodies import Body
    from tests.fakes.discord.channels import Channel
    from tests.fakes.discord.world import World

_LONGEST_CONTENT = 2000
_LONGEST_ALT = 1024
_MOST_MENTIONED = 100
_SETTABLE = MessageFlag.SUPPRESS_EMBEDS | MessageFlag.SUPPRESS_NOTIFICATIONS | MessageFlag.COMPONENTS_V2
_FOR_EVER = MessageFlag.EPHEMERAL | MessageFlag.COMPONENTS_V2
_LEGACY = ("content", "embeds", "poll", "sticker_ids")


class Drafting:
    """Makes versions of one message. What is wrong is noted in `form`, which then refuses."""

    def __init__(
        self, world: "World", channel: "Channel", form: BodyErrors, upload_bytes: int | None, *, is_ephemeral: bool
    ) -> None:
        self._world = world
        self._channel = channel
        self._form = form
        self._upload_bytes = channel.upload_bytes if upload_bytes is None else upload_bytes
        self._is_ephemeral = is_ephemeral
        self._names: dict[str, File] = {}

    def first(self, body: "Body") -> Version:
        """Make the first version.

        Raises:
            ApiError: The platform does not take it.
        """
        return self.next(Version(self._world.clock.now(), "", (), (), (), MessageFlag(0)), body)

    def next(self, before: Version, body: "Body") -> Version:
        """Make the version after `before`. Keys that are not given stay as they were; `attachments` replaces the list.

        Raises:
            ApiError: The platform does not take it.
        """
        payload = body.payload
        flags = self._flags(before, payload)
        uploads = self._uploads(before, body)
        content = str(payload.get("content", before.content) or "")
        self._form.at("content").longest(content, _LONGEST_CONTENT)
        embeds = self._embeds(before, payload)
        components = self._components(before, payload, is_v2=MessageFlag.COMPONENTS_V2 in flags)
        version = Version(self._world.clock.now(), content, embeds, components, uploads, flags)
        self._no_legacy(version, payload)
        _check_mentions(self._form.at("allowed_mentions"), payload.get("allowed_mentions") or {})
        self._form.check()
        if not (content or embeds or components or (uploads and not version.is_v2)):
            raise ApiError.of(Known.EMPTY_MESSAGE)
        return version

    def _flags(self, before: Version, payload: Json) -> MessageFlag:
        asked = MessageFlag(int(payload.get("flags") or 0) & int(_SETTABLE))
        lasting = before.flags & _FOR_EVER if "flags" in payload else before.flags & (_FOR_EVER | _SETTABLE)
        return asked | lasting | (MessageFlag.EPHEMERAL if self._is_ephemeral else MessageFlag(0))

    def _no_legacy(self, version: Version, payload: Json) -> None:
        if not version.is_v2:
            return
        quota_status = {"content": version.content, "embeds": version.embeds}
        for key in _LEGACY:
            if quota_status.get(key) or (key not in quota_status and payload.get(key)):
                self._form.at(key).wrong(
                    "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2",
                    f"The '{key}' field cannot be used when using MessageFlags.IS_COMPONENTS_V2",
                )

    def _embeds(self, before: Version, payload: Json) -> tuple[Json, ...]:
        if "embeds" not in payload:
            return before.embeds
        embeds = payload["embeds"] or []
        check_embeds(self._form.at("embeds"), embeds)
        return resolve_embeds(embeds, self._find)

    def _components(self, before: Version, payload: Json, *, is_v2: bool) -> tuple[Json, ...]:
        if "components" not in payload:
            return before.components
        checked = MessageComponents(self._find, is_v2=is_v2)
        return checked.resolved(self._form.at("components"), payload["components"] or [])

    def _find(self, name: str) -> Json | None:
        file = self._names.get(clean_name(name))
        if file is None:
            return None
        return file.media_json(self._world.base_url, self._world.clock.now() + self._world.limits.link_lives)

    def _uploads(self, before: Version, body: "Body") -> tuple[File, ...]:
        """Return the files of the next version: those named and kept, then the new ones.

        A kept file can only be shown as `attachment://name` again when its entry gives the name.
        """
        for upload in body.files.values():
            if len(upload.content) > self._upload_bytes:
                raise ApiError.of(Known.TOO_LARGE)
        entries = body.payload.get("attachments")
        if entries is None:
            kept = before.uploads if not body.files else ()
            self._names = {file.filename: file for file in kept}
            entries = [{"id": number} for number in body.files]
        else:
            kept = ()
        files = [*kept, *self._listed(before, entries, dict(body.files))]
        if len(files) > self._world.limits.files:
            raise ApiError.of(Known.TOO_MANY_FILES)
        return tuple(files)

    def _listed(self, before: Version, entries: list[Json], new: dict[int, Upload]) -> list[File]:
        quota_status = {file.id: file for file in before.uploads}
        files = []
        for index, entry in enumerate(entries):
            form = self._form.at("attachments", index)
            form.at("description").longest(entry.get("description"), _LONGEST_ALT)
            number = int(entry["id"])
            if number in quota_status:
                files.append(self._kept(quota_status[number], entry))
            elif number in new:
                files.append(self._added(new.pop(number), entry))
            else:
                form.wrong("ATTACHMENT_NOT_FOUND", "Attachment data not found")
        return [*files, *(self._added(upload, {}) for upload in new.values())]

    def _kept(self, file: File, entry: Json) -> File:
        file.alt = entry.get("description", file.alt)
        if entry.get("filename"):
            self._names[clean_name(entry["filename"])] = file
        return file

    def _added(self, upload: Upload, entry: Json) -> File:
        name = clean_name(entry.get("filename") or upload.filename)
        file = File(self._world.ids.new(), self._channel.id, name, upload.content, entry.get("description"), self._is_ephemeral)
        self._names[name] = self._world.files[file.path] = file
        return file


def _check_mentions(form: BodyErrors, allowed: Json) -> None:
    """Refuse what contradicts itself: everybody of a kind, and some of that kind by id."""
    for one in allowed.get("parse") or []:
        form.at("parse").one_of(one, ("everyone", "users", "roles"))
    for kind in ("users", "roles"):
        named = allowed.get(kind) or []
        form.at(kind).longest(named, _MOST_MENTIONED)
        if named and kind in (allowed.get("parse") or []):
            text = f'parse:["{kind}"] and {kind}: [ids...] are mutually exclusive.'
            form.wrong("MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE", text)
