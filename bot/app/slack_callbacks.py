"""Callbacks for Slack: the contents of a Home tab, and cancelling the jobs of a workspace that uninstalls easel."""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

import structlog

from bot.app.services import FeatureServices
from bot.domain.chat import Place
from bot.domain.people import Person, Platform
from bot.errors import BadInput
from bot.pipeline import posts
from bot.services.quotas import EffectiveLimits, Quotas
from bot.text import pluralize

if TYPE_CHECKING:
    from bot.adapters.slack.home import HomeContent

log = structlog.get_logger(__name__)

_MOST_PICTURES = 6


def build_job_stopper(services: FeatureServices, platform: Platform) -> Callable[[str], Awaitable[int]]:
    """Return a function that cancels the open jobs of a tenant and returns their number."""

    async def stop(tenant: str) -> int:
        stopped = 0
        for job in await services.base.records.jobs.open_in_tenant(platform, tenant):
            try:
                await services.studio.cancel(job)
            except BadInput:
                log.info("job.not_stopped", job=job.id)  # its pictures are kept already
            else:
                await services.base.records.jobs.mark_notified(job.id)  # there is nobody left to tell
                stopped += 1
        return stopped

    return stop


class HomeTabBuilder:
    """Builds the contents of a person's Home tab."""

    def __init__(self, services: FeatureServices) -> None:
        self._services = services

    async def __call__(self, person: Person) -> "HomeContent":
        """Return the contents of a person's Home tab."""
        from bot.adapters.slack.home import HomeContent

        place = Place(person.identity.platform, person.identity.realm, "")
        effective_limits = await self._services.quotas.effective_limits(person, place)
        pictures = await self._services.pictures.gallery.latest(effective_limits.account.id, _MOST_PICTURES)
        studio, links = self._services.studio, self._services.pictures.links
        shown = [posts.post_picture(await studio.find(picture.job), picture, links) for picture in pictures]
        return HomeContent(
            await _describe_quota(self._services.quotas, effective_limits), tuple(shown), _account_facts(effective_limits, person)
        )


async def _describe_quota(quotas: Quotas, effective_limits: EffectiveLimits) -> str:
    quota_status = await quotas.quota_status(effective_limits)
    more = f" You have {pluralize(quota_status.credits, 'credit')} too." if quota_status.credits else ""
    return f"You have {quota_status.left:,} of {pluralize(quota_status.limit, 'picture')} left today.{more}"


def _account_facts(effective_limits: EffectiveLimits, person: Person) -> tuple[str, ...]:
    return (
        f"Your tier is {effective_limits.account.tier}.",
        f"The day ends at midnight, {effective_limits.of_community.settings.zone}.",
        *(["You are an admin here: /easel help says what admins can do."] if person.is_admin else []),
    )
