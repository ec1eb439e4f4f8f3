"""Who people are in their workspace: asked of Slack, and remembered for a few minutes."""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Generic, Protocol, TypeVar

import structlog

from bot.adapters.slack.origin import Origin
from bot.adapters.slack.web import Team
from bot.domain.people import Person
from bot.errors import EaselError, SurfaceFailed

log = structlog.get_logger(__name__)

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")

_BUDGET = timedelta(seconds=1)
"""A form has to be open within three seconds of the command."""

_FRESH = timedelta(minutes=5)
_GROUPS_FRESH = timedelta(minutes=10)
_MOST_PEOPLE, _MOST_TEAMS = 10_000, 1000

Groups = Mapping[str, tuple[str, ...]]
"""The user groups of each person of a workspace, by id."""


class Asks(Protocol):
    """Calls Slack's API."""

    async def call(self, method: str, team: str, arguments: Mapping[str, Any], *, verb: str = "POST") -> dict[str, Any]:
        """Call a method; see `Web.call`."""
        ...

    def enterprise_of(self, team: str) -> str:
        """Return the organisation of a workspace; see `Web.enterprise_of`."""
        ...


@dataclass(frozen=True, slots=True)
class _Profile:
    name: str
    locale: str
    is_admin: bool
    home: str
    """Their own workspace; of our organisation's, the one that they are seen in."""


class People:
    """Knows people. Whoever cannot be asked about in time is nobody special: no admin, and in no group."""

    def __init__(self, web: Asks) -> None:
        self._web = web
        self._profiles = _Memory[tuple[str, str], _Profile](_FRESH, _MOST_PEOPLE)
        self._groups = _Memory[str, Groups](_GROUPS_FRESH, _MOST_TEAMS)
        self._looks: dict[object, asyncio.Task[None]] = {}

    async def close(self) -> None:
        """Ask nothing any more."""
        for task in self._looks.values():
            task.cancel()
        await asyncio.gather(*self._looks.values(), return_exceptions=True)

    def forget(self, team: str) -> None:
        """Forget a workspace's people."""
        self._groups.drop(lambda key: key == team)
        self._profiles.drop(lambda key: key[0] == team)

    async def person(self, whence: Origin) -> Person:
        """Give somebody as the house knows people. An admin of the workspace looks after what is posted there."""
        team, user = whence.team, whence.user
        looks = [*self._look_at(team, user), *self._look_at_groups(team)]
        if looks:
            await asyncio.wait(looks, timeout=_BUDGET.total_seconds())
        unknown = _Profile(whence.name or user, "en", is_admin=False, home=whence.identity.realm)
        profile = self._profiles.get((team, user)) or unknown
        groups = self._groups.get(team) or {}
        return Person(
            whence.identity,
            profile.name,
            profile.locale,
            is_moderator=profile.is_admin,
            is_admin=profile.is_admin,
            roles=groups.get(user, ()),
        )

    async def home(self, team: str, user: str) -> str | None:
        """Return the workspace of somebody whom `team` can see; None where Slack does not say in time."""
        looks = self._look_at(team, user)
        if looks:
            await asyncio.wait(looks, timeout=_BUDGET.total_seconds())
        profile = self._profiles.get((team, user))
        return profile.home if profile else None

    def _look_at(self, team: str, user: str) -> list["asyncio.Task[None]"]:
        if self._profiles.has((team, user)):
            return []
        return [self._shared((team, user), lambda: self._ask_about(team, user))]

    def _look_at_groups(self, team: str) -> list["asyncio.Task[None]"]:
        return [] if self._groups.has(team) else [self._shared(team, lambda: self._ask_for_groups(team))]

    def _shared(self, key: object, ask: Callable[[], Awaitable[None]]) -> "asyncio.Task[None]":
        """Join a look-up that is under way, or begin one; it goes on when nobody waits for it any more."""
        if key not in self._looks:
            self._looks[key] = asyncio.ensure_future(ask())
            self._looks[key].add_done_callback(lambda _: self._looks.pop(key))
        return self._looks[key]

    async def _ask_about(self, team: str, user: str) -> None:
        try:
            answer = await self._web.call("users.info", team, {"user": user, "include_locale": "true"}, verb="GET")
        except EaselError as error:
            log.info("slack.person_unknown", team=team, reason=str(error))
            return
        self._profiles.put((team, user), _profile(answer.get("user") or {}, Team(team, self._web.enterprise_of(team))))

    async def _ask_for_groups(self, team: str) -> None:
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
        self._groups.put(team, _groups(answer.get("usergroups") or []))


class _Memory(Generic[K, V]):
    """Keeps values for a while, and no more than so many of them."""

    def __init__(self, fresh: timedelta, most: int) -> None:
        self._fresh_s = fresh.total_seconds()
        self._most = most
        self._kept: OrderedDict[K, tuple[V, float]] = OrderedDict()

    def has(self, key: K) -> bool:
        """Whether there is one that is fresh."""
        return self.get(key) is not None

    def get(self, key: K) -> V | None:
        """Give it, if it is fresh."""
        value, until = self._kept.get(key, (None, 0.0))
        return value if until > time.monotonic() else None

    def put(self, key: K, value: V) -> None:
        """Keep it; the oldest go where there are too many."""
        self._kept[key] = (value, time.monotonic() + self._fresh_s)
        self._kept.move_to_end(key)
        while len(self._kept) > self._most:
            self._kept.popitem(last=False)

    def drop(self, is_dropped: Callable[[K], bool]) -> None:
        """Forget some."""
        for key in [key for key in self._kept if is_dropped(key)]:
            del self._kept[key]


def _profile(user: Mapping[str, Any], team: Team) -> _Profile:
    """Read what Slack tells of somebody. An admin of another organisation, seen in a shared channel, is none here."""
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


def _groups(groups: list[Mapping[str, Any]]) -> Groups:
    found: dict[str, tuple[str, ...]] = {}
    for group in groups:
        for user in group.get("users") or ():
            found[user] = (*found.get(user, ()), str(group.get("id")))
    return found
