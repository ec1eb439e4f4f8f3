"""What was drawn, added up over the jobs in memory."""

from collections import Counter
from datetime import date

from bot.domain.jobs import DrawingState
from bot.domain.people import AccountId, CommunityId
from bot.ports.statistics import UsageLine
from tests.fakes.jobs import MemoryJobs, Row


class MemoryStatistics:
    """Adds up `MemoryJobs`."""

    def __init__(self, jobs: MemoryJobs) -> None:
        self._jobs = jobs

    async def usage(self, community: CommunityId, first: date, last: date) -> tuple[UsageLine, ...]:
        """Go through all jobs."""
        kept: Counter[tuple[date, AccountId, str]] = Counter()
        microusd: Counter[tuple[date, AccountId, str]] = Counter()
        estimated: Counter[tuple[date, AccountId, str]] = Counter()
        for row in self._jobs.rows.values():
            day = row.day
            if row.hold.community == community and first <= day <= last:
                whose = (day, row.job.account)
                model = _model(row)
                kept[*whose, model] += sum(one.picture.job == row.job.id for one in self._jobs.kept.values())
                words = [(model, row.job.prepared_prompt.cost)] if row.job.prepared_prompt else []
                for name, cost in (*words, *((drawing.model, drawing.cost) for drawing in row.drawings.values())):
                    microusd[*whose, name] += cost.microusd
                    estimated[*whose, name] += cost.microusd if cost.is_estimate else 0
        for one in self._jobs.books.descriptions.values():
            if one.community == community and first <= one.day <= last:
                microusd[one.day, one.account, ""] += one.cost.microusd
                estimated[one.day, one.account, ""] += one.cost.microusd if one.cost.is_estimate else 0
        return tuple(
            UsageLine(
                day=day,
                account=account,
                name=self._name(account),
                model=model,
                pictures=kept[day, account, model],
                microusd=microusd[day, account, model],
                estimated=estimated[day, account, model],
            )
            for day, account, model in sorted(kept.keys() | microusd.keys())
            if kept[day, account, model] or microusd[day, account, model]
        )

    def _name(self, account: AccountId) -> str:
        named = [row for row in self._jobs.rows.values() if row.job.account == account and row.job.author.name]
        return max(named, key=lambda row: row.order).job.author.name if named else ""


def _model(row: Row) -> str:
    """Return the model that the pictures are by, or that was asked last."""
    asked = sorted(row.drawings.values(), key=lambda one: (one.state is DrawingState.DRAWN, one.started_at, one.id))
    return asked[-1].model if asked else ""
