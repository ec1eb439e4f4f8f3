"""Takes wishes in: from a checked wish to a job that survives anything."""

from dataclasses import replace

import structlog

from bot.domain.jobs import Ending, Job, JobId, JobState, Wish, Words
from bot.domain.people import HOUSE, Account, Person
from bot.domain.words import clean_prompt
from bot.errors import BadInput, EaselError, LimitTooLow, NotYours
from bot.moderation.guard import Guard
from bot.pipeline import posts
from bot.ports.accounts import Accounts
from bot.ports.clock import Clock, Ids
from bot.ports.engine import Engine
from bot.ports.jobs import Jobs
from bot.ports.surfaces import Call
from bot.services.allowances import Allowances

log = structlog.get_logger(__name__)


class Studio:
    """Accepts wishes and looks after the jobs that they become. `slots` is how many are drawn at once."""

    def __init__(
        self,
        *,
        jobs: Jobs,
        accounts: Accounts,
        allowances: Allowances,
        guard: Guard,
        engine: Engine,
        clock: Clock,
        ids: Ids,
        slots: int,
    ) -> None:
        self._jobs = jobs
        self._accounts = accounts
        self._allowances = allowances
        self._guard = guard
        self._engine = engine
        self._clock = clock
        self._ids = ids
        self._slots = slots

    async def accept(self, wish: Wish, call: Call, words: Words | None = None) -> None:
        """Check the wish, set its pictures aside, answer in public, and have it worked on.

        The same call again is the same job. `words` are given where the
        prompt is settled already.

        Raises:
            BadInput: There is nothing to draw in the prompt, or too much.
            PromptRefused: A local rule will not have it; nothing was shown or counted.
            QuotaExceeded: The account has too little left today, or could never have so much.
            StorageFailed: It could not be written down, so it was not accepted.
        """
        wish = replace(wish, prompt=clean_prompt(wish.prompt))
        await self._guard.check_local(wish.prompt)
        account = await self.account(call.person)
        hold = self._allowances.hold(account, wish.count)
        if hold.pictures > hold.allowance.limit:
            raise LimitTooLow(cost=hold.pictures, limit=hold.allowance.limit)
        accepted = await self._jobs.accept(self._job(wish, call, account, words), hold)
        if accepted.is_new:
            log.info("job.accepted", job=accepted.job.id, account=account.id, pictures=wish.count)
            await self._answer(accepted.job, call)
        await self._publish(accepted.job)

    async def find(self, job: str) -> Job:
        """Give the job that a button speaks of.

        Raises:
            BadInput: There is none.
        """
        found = await self._jobs.get(JobId(job))
        if found is None:
            raise BadInput("That picture is not known here any more; nothing was counted.")
        return found

    async def own(self, job: str, person: Person) -> Job:
        """Give the job if it belongs to this person, or the person looks after the place.

        Raises:
            BadInput: There is no such job.
            NotYours: It is somebody else's.
        """
        found = await self.find(job)
        account = await self.account(person)
        if found.account != account.id and not person.is_moderator:
            raise NotYours
        return found

    async def account(self, person: Person) -> Account:
        """Give the account behind the person."""
        identity = person.identity
        return await self._accounts.of(identity, self._allowances.first_tier(identity.platform))

    async def cancel(self, job: Job) -> Ending:
        """End the job without a picture and give its pictures back.

        Raises:
            BadInput: It is too late for that.
        """
        ending = Ending(JobState.CANCELLED, "cancelled", "cancelled; nothing was counted.")
        if not await self._jobs.cancel(job.id, ending):
            raise BadInput("That job has ended already, so there is nothing to cancel.")
        await self._engine.cancel(job.id)
        log.info("job.cancelled", job=job.id)
        return ending

    def _job(self, wish: Wish, call: Call, account: Account, words: Words | None) -> Job:
        return Job(
            id=JobId(self._ids.new()),
            key=call.key,
            community=HOUSE,
            account=account.id,
            tier=account.tier,
            author=call.person,
            place=call.place,
            wish=wish,
            words=words,
            created_at=self._clock.now(),
        )

    async def _answer(self, job: Job, call: Call) -> None:
        """Say in public that it is being drawn. The job goes on without it: delivery will post its own message."""
        try:
            line = await self._jobs.line(job.id)
            message = await call.answer(posts.waiting(job, line, self._slots))
            await self._jobs.attach(job.id, message)
        except EaselError as error:
            log.warning("job.unanswered", job=job.id, reason=str(error))

    async def _publish(self, job: Job) -> None:
        """Have it worked on; where that fails, recovery will."""
        try:
            await self._engine.publish(job.id, tier=job.tier)
        except EaselError as error:
            log.warning("job.unpublished", job=job.id, reason=str(error))
