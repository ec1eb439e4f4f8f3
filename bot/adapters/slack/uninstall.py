"""Handles an uninstallation: deletes the workspace's tokens and stops its jobs."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Protocol

import structlog

from bot.adapters.slack.user_profiles import ApiCaller, UserProfiles
from bot.errors import EaselError, MessageGone

log = structlog.get_logger(__name__)

StopJobs = Callable[[str], Awaitable[int]]
"""Ends the open jobs of a workspace, counts nothing for them, and says how many there were."""


class InstallationDeleter(Protocol):
    """Stores installations, and can delete one."""

    async def async_delete_all(self, *, enterprise_id: str | None, team_id: str | None) -> None:
        """Delete everything about a workspace, or about an organisation."""
        ...


class Uninstaller:
    """Uninstalls workspaces. `store` is None where the bot token comes from the settings."""

    def __init__(self, *, web: ApiCaller, store: InstallationDeleter | None, people: UserProfiles, stop_jobs: StopJobs) -> None:
        self._web = web
        self._store = store
        self._people = people
        self._stop_jobs = stop_jobs

    async def uninstall(self, enterprise: str, team: str, *, is_organisation: bool) -> None:
        """Forget a workspace, or with `is_organisation` all of it, unless the bot is still welcome there.

        News of an old installation's end may come after a new one's start, so Slack is asked.
        """
        if await self._is_still_installed(team):
            log.info("slack.still_installed", team=team)
            return
        if self._store is not None:
            await self._store.async_delete_all(enterprise_id=enterprise or None, team_id=None if is_organisation else team)
        self._people.forget(team)
        stopped = await self._stop_jobs(team)
        log.info("slack.uninstalled", team=team, enterprise=enterprise, stopped=stopped)

    async def _is_still_installed(self, team: str) -> bool:
        try:
            await self._web.call("auth.test", team, {})
        except MessageGone:
            return False
        except EaselError as error:
            log.warning("slack.not_asked_whether_installed", team=team, reason=str(error))
        return True


def is_organisation_wide(body: Mapping[str, Any]) -> bool:
    """Whether an event is about an installation of a whole organisation."""
    authorizations = body.get("authorizations") or [body]
    return any(one.get("is_enterprise_install") in {True, "true"} for one in authorizations)
