"""Personal links to the page on which somebody marks the part of a picture that is to change: each opens one browser, once."""

import hashlib
import json
from dataclasses import dataclass
from datetime import timedelta

import structlog

from bot.domain.chat import Place
from bot.domain.people import Identity, Person, Platform
from bot.domain.pictures import PictureId
from bot.errors import BadInput, NotAllowed
from bot.ports.clock import Clock, Ids
from bot.ports.codes import Codes, Purpose
from bot.text import duration_text

log = structlog.get_logger(__name__)

LINK_LIFETIME = timedelta(minutes=10)
SESSION_LIFETIME = timedelta(hours=1)
"""How long somebody may take to mark the part."""

_MOST_ROLES = 60
"""An index has room for so many; hardly anybody has more."""

_LINK_IS_OVER = (
    f"This link does not work any more: it opens once, within {duration_text(LINK_LIFETIME)}. "
    "Press Edit a part under the picture again, and open the new one."
)
_IS_ANOTHERS = "This link is somebody else's. Press Edit a part under the picture yourself, and open the link that you get."
_SESSION_IS_OVER = (
    "This page is used up: what was sent from it is drawn where the button was pressed. "
    "To change more, press Edit a part under a picture again. Nothing was counted."
)


@dataclass(frozen=True, slots=True)
class PartEdit:
    """Who changes a part of which picture, and where they asked for that: the result is shown there."""

    person: Person
    place: Place
    picture: PictureId


class PartLinks:
    """Issues links, and knows which browser has opened one. `page` is what addresses of the page begin with.

    A newer link of somebody to the same picture ends their earlier one.
    """

    def __init__(self, codes: Codes, ids: Ids, clock: Clock, *, page: str) -> None:
        self._codes = codes
        self._ids = ids
        self._clock = clock
        self._page = page

    async def issue(self, edit: PartEdit, *, is_on_page: bool = False) -> str:
        """Return an address that opens the page for one browser; for somebody who is on the page already it is a relative one."""
        # Two ids, because what stands for a person should have 256 random bits.
        secret = self._ids.new() + self._ids.new()
        expires_at = self._clock.now() + LINK_LIFETIME
        await self._codes.issue(Purpose.PART_LINK, _hash(secret), _write(edit), expires_at)
        log.info("part.link_issued", picture=edit.picture)
        return f"part#{secret}" if is_on_page else f"{self._page}/part#{secret}"

    async def open(self, visitor: Identity, secret: str) -> PartEdit:
        """Make the link this visitor's, and return what it is for.

        Raises:
            BadInput: It was used, or is too old, or there is none.
            NotAllowed: It is another visitor's; it still works for them.
        """
        holder = await self._codes.find(Purpose.PART_LINK, _hash(secret))
        if holder is None:
            raise BadInput(_LINK_IS_OVER)
        edit = _read(holder)
        owner = edit.person.identity
        if owner.platform == visitor.platform and owner != visitor:
            raise NotAllowed(_IS_ANOTHERS)
        if await self._codes.redeem(Purpose.PART_LINK, _hash(secret)) is None:
            raise BadInput(_LINK_IS_OVER)
        await self._codes.issue(Purpose.PART_SESSION, _session(visitor, secret), holder, self._clock.now() + SESSION_LIFETIME)
        return edit

    async def find(self, visitor: Identity, secret: str) -> PartEdit:
        """Return what the link was for that this visitor opened.

        Raises:
            BadInput: They opened none, or long ago, or have sent what they marked.
        """
        holder = await self._codes.find(Purpose.PART_SESSION, _session(visitor, secret))
        if holder is None:
            raise BadInput(_SESSION_IS_OVER)
        return _read(holder)

    async def close(self, visitor: Identity, secret: str) -> None:
        """Accept nothing more by the link."""
        await self._codes.redeem(Purpose.PART_SESSION, _session(visitor, secret))


def call_key(secret: str) -> str:
    """Return the key of what is sent by a link: sent twice, it is one job."""
    return f"part:{_hash(secret)}"


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _session(visitor: Identity, secret: str) -> str:
    return _hash(f"{visitor}:{secret}")


def _write(edit: PartEdit) -> str:
    person, place = edit.person, edit.place
    identity = [person.identity.platform, person.identity.realm, person.identity.user]
    where = [place.platform, place.tenant, place.channel, place.thread, place.parent]
    more = [person.name, person.locale, list(person.roles[:_MOST_ROLES]), list(person.entitlements[:_MOST_ROLES])]
    return json.dumps([*identity, *where, edit.picture, *more], ensure_ascii=False, separators=(",", ":"))


def _read(holder: str) -> PartEdit:
    platform, realm, user, at, tenant, channel, thread, parent, picture, name, locale, roles, bought = json.loads(holder)
    person = Person(Identity(Platform(platform), realm, user), name, locale, roles=tuple(roles), entitlements=tuple(bought))
    return PartEdit(person, Place(Platform(at), tenant, channel, thread, parent), PictureId(picture))
