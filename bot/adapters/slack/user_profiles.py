"""Looks up people's names, roles and groups in their workspace, and caches them for a few minutes."""

import asyncio
import time
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Generic, Protocol, TypeVar

import structlog

from bot.adapters.shared.newest_entries import NewestEntries
from bot.adapters.slack.payloads import PayloadOrigin
from bot.adapters.slack.shared_lookups import SharedLookups
from bot.adapters.slack.web_api import Team
from bot.domain.people import Person
from bot.errors import EaselError, SurfaceFailed

log = structlog.get_logger(__name__)

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")

_TIMEOUT = timedelta(seconds=1)
"""A form has to be open within three seconds of the command."""

_PROFILE_LIFETIME = timedelta(minutes=5)
_GROUPS_LIFETIME = timedelta(minutes=10)
_MOST_PEOPLE, _MOST_TEAMS = 10_000, 1000

Groups = Mapping[str, tuple[str, ...]]
"""The user groups of each person of a workspace, by id."""


class ApiCaller(Protocol):
    """Calls Slack's API."""

    async def call(self, method: str, team: str, arguments: Mapping[str, Any], *, verb: str = "POST") -> dict[str, Any]:
        """Call a method; see `SlackWebApi.call`."""
        ...

    def enterprise_of(self, team: str) -> str:
        """Return the organisation of a workspace; see `SlackWebApi.enterprise_of`."""
        ...


@dataclass(frozen=True, slots=True)
class _Profile:
    name: str
    locale: str
    is_admin: bool
    home: str
    """Their own workspace; of our organisation's, the one that they are seen in."""


class UserProfiles:
    """Looks people up and caches them. Somebody who cannot be looked up in time counts as no admin and in no group."""

    def __init__(self, web: ApiCaller) -> None:
        self._web = web
        self._profiles = _ExpiringCache[tuple[str, str], _Profile](_PROFILE_LIFETIME, _MOST_PEOPLE)
        self._groups = _ExpiringCache[str, Groups](_GROUPS_LIFETIME, _MOST_TEAMS)
        self._lookups = SharedLookups[Hashable, None]()

    async def close(self) -> None:
        """Cancel the look-ups under way."""
        for task in self._lookups.values():
            task.cancel()
        await asyncio.gather(*self._lookups.values(), return_exceptions=True)

    def forget(self, team: str) -> None:
        """Drop the cached people of a workspace."""
        self._groups.drop(lambda key: key == team)
        self._profiles.drop(lambda key: key[0] == team)

    async def person(self, origin: PayloadOrigin) -> Person:
        """Return somebody as a `Person`. An admin of the workspace is a moderator of what is posted there."""
        team, user = origin.team, origin.user
        lookups = [*self._refresh_profile(team, user), *self._refresh_groups(team)]
        if lookups:
            await asyncio.wait(lookups, timeout=_TIMEOUT.total_seconds())
        unknown = _Profile(origin.name or user, "en", is_admin=False, home=origin.identity.realm)
        profile = self._profiles.get((team, user)) or unknown
        groups = self._groups.get(team) or {}
        return Person(
            origin.identity,
            profile.name,
            profile.locale,
            is_moderator=profile.is_admin,
            is_admin=profile.is_admin,
            roles=groups.get(user, ()),
        )

    async def home(self, team: str, user: str) -> str | None:
        """Return the workspace of somebody whom `team` can see; None where Slack does not say in time."""
        lookups = self._refresh_profile(team, user)
        if lookups:
            await asyncio.wait(lookups, timeout=_TIMEOUT.total_seconds())
        profile = self._profiles.get((team, user))
        return profile.home if profile else None

    def _refresh_profile(self, team: str, user: str) -> list["asyncio.Task[None]"]:
        if self._profiles.has((team, user)):
            return []
        return [self._lookups.start_or_join((team, user), lambda: self._fetch_profile(team, user))]

    def _refresh_groups(self, team: str) -> list["asyncio.Task[None]"]:
        return [] if self._groups.has(team) else [self._lookups.start_or_join(team, lambda: self._fetch_groups(team))]

    async def _fetch_profile(self, team: str, user: str) -> None:
        try:
            answer = await self._web.call("users.info", team, {"user": user, "include_locale": "true"}, verb="GET")
        except EaselError as error:
            log.info("slack.person_unknown", team=team, reason=str(error))
            return
        self._profiles.put((team, user), _parse_profile(answer.get("user") or {}, Team(team, self._web.enterprise_of(team))))

    async def _fetch_groups(self, team: str) -> None:
        try:
            answer = await self._web.call("usergroups.list", team, {"include_users": "true"}, verb="GET")
        except SurfaceFailed as error:
            log.debug("slack.groups_unknown", team=team, reason=str(error))
            if not error.is_temporary:
                self._groups.put(team, {})
            return
        except EaselError as error:
            log.info("slack.groups_unknown", team=team, reason=str(error))
            return
        self._groups.put(team, _parse_groups(answer.get("usergroups") or []))


class _ExpiringCache(Generic[K, V]):
    """Keeps values for a while, and at most a fixed number of them."""

    def __init__(self, fresh: timedelta, most: int) -> None:
        self._fresh_s = fresh.total_seconds()
        self._entries = NewestEntries[K, tuple[V, float]](most)

    def has(self, key: K) -> bool:
        """Whether there is a fresh value."""
        return self.get(key) is not None

    def get(self, key: K) -> V | None:
        """Return the value, if it is fresh."""
        value, until = self._entries.get(key, (None, 0.0))
        return value if until > time.monotonic() else None

    def put(self, key: K, value: V) -> None:
        """Keep the value; the oldest go where there are too many."""
        self._entries[key] = (value, time.monotonic() + self._fresh_s)

    def drop(self, is_dropped: Callable[[K], bool]) -> None:
        """Drop the values of some keys."""
        for key in [key for key in self._entries if is_dropped(key)]:
            del self._entries[key]


def _parse_profile(user: Mapping[str, Any], team: Team) -> _Profile:
    """Return a profile from Slack's answer. An admin of another organisation, seen in a shared channel, is none here."""
    profile = user.get("profile") or {}
    name = profile.get("display_name") or user.get("real_name") or user.get("name") or user.get("id")
    organisation, home = user.get("enterprise_user") or {}, str(user.get("team_id") or team.id)
    is_colleague = bool(team.enterprise) and organisation.get("enterprise_id") == team.enterprise
    is_stranger = bool(user.get("is_stranger")) or (home != team.id and not is_colleague)
    flags = [user.get("is_admin"), user.get("is_owner"), user.get("is_primary_owner")]
    flags += [organisation.get("is_admin"), organisation.get("is_owner")]
    return _Profile(
        str(name), str(user.get("locale") or "en"), is_admin=any(flags) and not is_stranger, home=home if is_stranger else team.id
    )


def _parse_groups(groups: list[Mapping[str, Any]]) -> Groups:
    found: dict[str, tuple[str, ...]] = {}
    for group in groups:
        for user in group.get("users") or ():
            found[user] = (*found.get(user, ()), str(group.get("id")))
    return found
