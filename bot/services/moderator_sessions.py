"""Lets moderators of a server or workspace work on the page: by a one-time link, and for a while."""

import hashlib
import json
from dataclasses import dataclass
from datetime import timedelta

import structlog

from bot.domain.chat import Place
from bot.domain.people import Identity, Person, Platform
from bot.ports.clock import Clock, Ids
from bot.ports.codes import Codes, Purpose

log = structlog.get_logger(__name__)

LINK_LIFETIME = timedelta(minutes=10)
SESSION_LIFETIME = timedelta(hours=2)
"""After so long somebody who is no moderator any more is none on the page either."""


@dataclass(frozen=True, slots=True)
class Moderator:
    """Who looks after cases on the page, and the place in the chat whose moderator they are."""

    person: Person
    place: Place


class ModeratorSessions:
    """Issues links, and finds whose link a browser has opened. A newer link or session of somebody ends their earlier one."""

    def __init__(self, codes: Codes, ids: Ids, clock: Clock, *, page: str) -> None:
        self._codes = codes
        self._ids = ids
        self._clock = clock
        self._page = page

    async def issue_link(self, moderator: Moderator) -> str:
        """Return an address that makes the browser the moderator's which opens it first. The session's secret is made then."""
        # Two ids, because what stands for a moderator should have 256 random bits.
        secret = self._ids.new() + self._ids.new()
        expires_at = self._clock.now() + LINK_LIFETIME
        await self._codes.issue(Purpose.MODERATION_LINK, _hash(secret), _write(moderator), expires_at)
        log.info("moderation.link_issued", tenant=moderator.place.tenant)
        return f"{self._page}/moderation#{secret}"

    async def open(self, user: str, secret: str) -> Moderator | None:
        """Begin the session of a visitor of the page; None where the link opens nothing any more."""
        holder = await self._codes.redeem(Purpose.MODERATION_LINK, _hash(secret))
        if holder is None:
            return None
        expires_at = self._clock.now() + SESSION_LIFETIME
        await self._codes.issue(Purpose.MODERATION_SESSION, _hash(user), holder, expires_at)
        log.info("moderation.session_opened")
        return _read(holder)

    async def find(self, user: str) -> Moderator | None:
        """Return which moderator a visitor of the page is, while their session lasts."""
        holder = await self._codes.find(Purpose.MODERATION_SESSION, _hash(user))
        return None if holder is None else _read(holder)

    async def close(self, user: str) -> None:
        """End the session of a visitor, if they have one."""
        await self._codes.redeem(Purpose.MODERATION_SESSION, _hash(user))


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _write(moderator: Moderator) -> str:
    identity, place = moderator.person.identity, moderator.place
    who = [identity.platform, identity.realm, identity.user, moderator.person.name]
    return json.dumps([*who, place.platform, place.tenant, place.channel])


def _read(holder: str) -> Moderator:
    platform, realm, user, name, place_platform, tenant, channel = json.loads(holder)
    person = Person(Identity(Platform(platform), realm, user), name, is_moderator=True)
    return Moderator(person, Place(Platform(place_platform), tenant, channel))
