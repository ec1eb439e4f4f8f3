"""Checks the AI services when easel starts, once a minute until all of them work, and once a day from then on."""

import asyncio
from collections.abc import Callable
from datetime import date, timedelta

import structlog

from bot.app.ai_services import AiServices
from bot.domain.chat import Post
from bot.domain.health import Finding, Health
from bot.ports.clock import Clock
from bot.services.budget_alerts import BudgetAlerts

log = structlog.get_logger(__name__)

_RETRY_EVERY = timedelta(minutes=1)
_LOOK_EVERY = timedelta(days=1)
_DAYS_AHEAD = (7, 60)
"""When owners are told of what ends, such as a model that is shut down."""


class ServiceMonitor:
    """Remembers what is wrong with the services. All of its checks are free."""

    def __init__(
        self, ai_services: AiServices, budget_alerts: BudgetAlerts, clock: Clock, announce: Callable[[str], None]
    ) -> None:
        self._checks = ai_services.checks
        self._budget_alerts = budget_alerts
        self._clock = clock
        self._announce = announce
        self._wrong: tuple[Finding, ...] = ()
        self._announced_ends: set[str] = set()

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Return what is wrong, as far as it was checked."""
        return self._wrong

    async def run(self) -> None:
        """Check for ever. What is fixed outside, such as an account that was topped up, is seen within a minute."""
        while True:
            wrong = await self.check_all()
            await asyncio.sleep((_RETRY_EVERY if wrong else _LOOK_EVERY).total_seconds())
            log.debug("services.tried_again", wrong=len(wrong))

    async def check_all(self) -> tuple[Finding, ...]:
        """Check every service once, and report what is newly wrong to the person who started easel and to its owners."""
        found = [finding for _, check in self._checks for finding in await check()]
        wrong = tuple(dict.fromkeys(finding for finding in found if finding.health is Health.WRONG))
        for finding in wrong:
            await self._report(finding, is_new=finding not in self._wrong)
        if self._wrong and not wrong:
            self._announce("The services that easel works with accept it now.")
        self._wrong = wrong
        for finding in dict.fromkeys(found):
            if finding.due is not None:
                await self._tell_end(finding, finding.due)
        return wrong

    async def _tell_end(self, finding: Finding, due: date) -> None:
        """Announce what will end soon: once to the person who started easel, and to the owners 60 and 7 days before."""
        left = (due - self._clock.now().date()).days
        ahead = next((days for days in _DAYS_AHEAD if left <= days), None)
        key = f"ends:{finding.subject}:{due.isoformat()}:{ahead}"
        if ahead is None:
            return
        sentence = f"{finding.subject}: {finding.text} {finding.mend}".rstrip()
        if key not in self._announced_ends:
            self._announced_ends.add(key)
            log.warning("service.ends", subject=finding.subject, due=due.isoformat())
            self._announce(f"Soon: {sentence}")
        await self._budget_alerts.notify_owners(Post(sentence), key=key)

    async def _report(self, finding: Finding, *, is_new: bool) -> None:
        """Report what is newly wrong; to the owners once a day, as soon as their platform accepts it."""
        sentence = f"{finding.subject}: {finding.text} {finding.mend}".rstrip()
        if is_new:
            log.error("service.wrong", subject=finding.subject, text=finding.text)
            self._announce(f"Careful: {sentence}")
        day = self._clock.now().date().isoformat()
        await self._budget_alerts.notify_owners(
            Post(f"A service does not work as it should: {sentence}"), key=f"service:{finding.subject}:{day}"
        )
