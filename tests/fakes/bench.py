"""The real studio, worker and commands on a workbench: everything around them is a fake that a test can see through."""

from collections.abc import Mapping
from datetime import timedelta
from functools import cached_property
from typing import TypedDict, Unpack
from zoneinfo import ZoneInfo

from bot.domain.allowances import QuotaStatus, Weights
from bot.domain.call_limits import CallLimits
from bot.domain.chat import Post
from bot.domain.image_models import ImageModelOffer, ImageModels
from bot.domain.images import Background, Lane, Quality, Shape, Size
from bot.domain.jobs import Job
from bot.domain.limits import CommunitySettings, DeploymentLimits
from bot.domain.people import GUEST, HOUSE, PREMIUM, REGISTERED, Platform
from bot.domain.provider_accounts import provider_of
from bot.domain.wishes import Rewriting, Wish
from bot.errors import StorageFailed
from bot.moderation.guard import Guard
from bot.moderation.input_check import InputCheck
from bot.moderation.picture_check import PictureCheck
from bot.pipeline.account_queue import AccountQueue
from bot.pipeline.batch_messages import BatchMessages
from bot.pipeline.cancellation import Cancellation
from bot.pipeline.delivery import Delivery
from bot.pipeline.doubts import DoubtReview
from bot.pipeline.drawing import DrawingStep, WhenUnknown
from bot.pipeline.finishing import Finishing
from bot.pipeline.format_conversion import FormatConversion
from bot.pipeline.input_keeping import InputKeeping
from bot.pipeline.job_posts import JobPosts
from bot.pipeline.keeping import KeepingStep
from bot.pipeline.paid_calls import PaidCalls
from bot.pipeline.part_composites import PartComposites
from bot.pipeline.part_keeping import PartKeeping
from bot.pipeline.picture_copies import PictureCopies
from bot.pipeline.picture_review import PictureReview
from bot.pipeline.private_notices import PrivateNotices
from bot.pipeline.prompt_preparation import PromptPreparation
from bot.pipeline.provider_call_slots import ProviderCallSlots
from bot.pipeline.provider_pool import ProviderPool
from bot.pipeline.recovery import Recovery
from bot.pipeline.refusal_handling import RefusalHandling, TryCounter
from bot.pipeline.removal_steps import RemovalSteps
from bot.pipeline.sanction_enforcement import SanctionEnforcement
from bot.pipeline.studio import Studio
from bot.pipeline.ticket_calls import TicketCalls
from bot.pipeline.ticket_cancellation import TicketCancellation
from bot.pipeline.ticket_providers import TicketProviders
from bot.pipeline.turning import Turning
from bot.pipeline.worker import Steps, Worker
from bot.ports.images import Provider
from bot.ports.prompts import Rewriter
from bot.ports.surfaces import Surface
from bot.services.admission import AdmissionLimiter, AdmissionLimits
from bot.services.budget_alerts import BudgetAlerts, DeploymentBudgets
from bot.services.cases import CaseReview
from bot.services.communities import Communities
from bot.services.contact_sheets import ContactSheets
from bot.services.gallery import Gallery
from bot.services.guard_policies import GuardPolicies
from bot.services.input_store import InputStore
from bot.services.lineage import Lineage
from bot.services.picture_bases import PictureBases
from bot.services.picture_links import PictureLinks
from bot.services.picture_lookup import PictureLookup
from bot.services.quotas import Quotas, Tariff
from bot.services.removal import Removals
from bot.services.retention import Retention
from bot.services.sanctions import Sanctions
from bot.services.sharing import Sharing
from bot.services.thumbnails import Thumbnails, convert_image_to_jpeg
from storage.limits.local import LocalLocks, LocalRateLimiter
from tests.fakes.accounts import MemoryAccounts, MemoryLedger
from tests.fakes.batches import MemoryBatches
from tests.fakes.call_queue import MemoryCallQueue
from tests.fakes.cases import MemoryCases
from tests.fakes.clock import StoppedClock
from tests.fakes.credits import MemoryCredits
from tests.fakes.engine import ManualEngine
from tests.fakes.ids import CountingIds
from tests.fakes.images import PRICE, ScriptedProvider
from tests.fakes.inputs import MemoryInputs
from tests.fakes.jobs import MemoryJobs
from tests.fakes.leader_lock import ScriptedLeaderLock
from tests.fakes.moderation_log import MemoryModerationLog
from tests.fakes.objects import MemoryObjects
from tests.fakes.observer import RecordingObserver
from tests.fakes.owners import owns_nothing
from tests.fakes.pictures import MemoryPictures
from tests.fakes.prompts import ScriptedPictureStage, ScriptedRewriter, ScriptedStage
from tests.fakes.provider_states import MemoryProviderStates
from tests.fakes.refusals import MemoryRefusals
from tests.fakes.removals import MemoryBlockedPictures, MemoryPictureRemovals, MemorySentMessages
from tests.fakes.rules import MemoryRulebook
from tests.fakes.sanctions import MemorySanctionBook
from tests.fakes.seen_keys import MemorySeenKeys
from tests.fakes.shares import MemoryShares
from tests.fakes.surfaces import LOOM, FakeCall, RecordingSurface, person
from tests.fakes.tickets import ScriptedTicketProvider

LEASE = timedelta(seconds=30)
TIME_LIMIT = timedelta(minutes=2)
WARM_UP = timedelta(seconds=40)
FAULT = "c0ffee"
DEPLOYMENT = DeploymentLimits({GUEST: 3, REGISTERED: 20, PREMIUM: 200}, CommunitySettings(ZoneInfo("UTC")))
ALL_AT_ONCE = AdmissionLimits(wishes=1000, within=timedelta(minutes=1), open_jobs=2000)


class Wished(TypedDict, total=False):
    """What a test may wish for besides words."""

    shape: Shape
    size: Size | None
    quality: Quality
    count: int
    rewriting: Rewriting
    model: str | None
    lane: Lane
    background: Background
    variation_of: str | None


class Bench:
    """One house with two slots and twenty pictures a day, in which time stands still."""

    def __init__(
        self,
        *,
        when_unknown: WhenUnknown = WhenUnknown.ASK,
        others: tuple[ScriptedProvider | ScriptedTicketProvider, ...] = (),
        tickets: ScriptedTicketProvider | None = None,
        spool: MemoryObjects | None = None,
        surfaces: Mapping[Platform, Surface] | None = None,
        weights: Weights = Weights({}),  # noqa: B008 - it never changes
        admission: AdmissionLimits = ALL_AT_ONCE,
        most_running: int = 1000,
        limits: CallLimits | None = None,
        guard: Guard | None = None,
        rewriter: Rewriter | None = None,
        models: ImageModels | None = None,
        clock: StoppedClock | None = None,
        painter: ScriptedProvider | None = None,
        links: PictureLinks = PictureLinks("http://easel.test"),  # noqa: B008 - it never changes
        communities: Communities = Communities(parts_tenants=False, joined={}),  # noqa: B008 - it never changes
    ) -> None:
        self.clock = clock or StoppedClock()
        self.leader = ScriptedLeaderLock()
        self.observer = RecordingObserver()
        self.weights = weights
        self.ids = CountingIds()
        self.jobs = MemoryJobs(self.clock)
        self.pictures, self.inputs = MemoryPictures(self.jobs), MemoryInputs(self.jobs)
        self.blocked = MemoryBlockedPictures()
        self.removals = MemoryPictureRemovals(self.jobs, self.blocked)
        self.accounts = MemoryAccounts(self.ids, self.jobs)
        self.ledger = MemoryLedger(self.jobs, self.ids)
        self.rulebook = MemoryRulebook(self.jobs.books, self.clock, self.ids)
        self.credits = MemoryCredits(self.jobs.books, self.clock, self.ids)
        self.seen_keys = MemorySeenKeys()
        self.objects = MemoryObjects()
        self.spool = spool
        self.surface = RecordingSurface()
        self.engine = ManualEngine(self.clock)
        self.blocklist = ScriptedStage("blocklist")
        self.moderation = ScriptedStage("moderation")
        self.picture_stage = ScriptedPictureStage()
        self.rewriter = ScriptedRewriter()
        self.painter = painter or ScriptedProvider()
        self.painters: tuple[Provider, ...] = (tickets or self.painter, *others)
        self.links = links
        self.gallery = Gallery(self.pictures, self.removals, self.objects, self.clock, undo=timedelta(minutes=10))
        self.quotas = self._quotas(communities, models)
        everywhere = {LOOM: self.surface, **(surfaces or {})}
        self.sent_messages = MemorySentMessages(self.jobs)
        self.copies, self.delivery = self.copies_on(everywhere), self.delivery_on(everywhere)
        self.call_slots = self._build_call_slots(limits)
        self.ticket_providers = TicketProviders(self.painters)
        self.ticket_cancellation = TicketCancellation(jobs=self.jobs, slots=self.call_slots, providers=self.ticket_providers)
        self.recovery = Recovery(
            jobs=self.jobs,
            engine=self.engine,
            slots=self.call_slots,
            leader=self.leader,
            delivery=self.delivery,
            retention=self.retention,
            gallery=self.gallery,
            inputs=self.input_store,
            tickets=self.ticket_cancellation,
            observer=self.observer,
            clock=self.clock,
            lease=LEASE,
        )
        self.admission = AdmissionLimiter(admission, LocalRateLimiter(self.clock), LocalLocks())
        self.queue = AccountQueue(
            jobs=self.jobs,
            engine=self.engine,
            slots=self.call_slots,
            clock=self.clock,
            platforms=self.delivery.platforms,
            most_running=most_running,
        )
        self.cancellation = Cancellation(
            jobs=self.jobs, engine=self.engine, queue=self.queue, tickets=self.ticket_cancellation, observer=self.observer
        )
        self.moderation_log = MemoryModerationLog(self.clock)
        self.sanction_book = MemorySanctionBook(self.jobs, self.clock, self.moderation_log)
        self.enforcement, self.sanctions = self._sanctions(everywhere)
        self.budget_alerts = self._budget_alerts(everywhere)
        self.guard = guard or Guard(local=(self.blocklist,), models=(self.moderation,), pictures=(self.picture_stage,))
        self._rewriter = rewriter or self.rewriter
        self._set_up_moderation()
        self.studio = self._studio(self.guard)
        self.keeping = self.keeping_with(spool)
        self.pool = self._provider_pool(self.painters)
        self._when_unknown = when_unknown
        self.drawing = self._drawing_with(self.keeping)
        self.worker = self.new_worker()

    @cached_property
    def batches(self) -> MemoryBatches:
        """The record of batches."""
        return MemoryBatches(self.jobs)

    @cached_property
    def lineage(self) -> Lineage:
        """What knows which picture came of which."""
        return Lineage(jobs=self.jobs, pictures=self.pictures, inputs=self.inputs)

    @cached_property
    def lookup(self) -> PictureLookup:
        """What finds pictures by what people name."""
        return PictureLookup(self.jobs, self.pictures, self.sent_messages, shares=self.shares)

    @cached_property
    def shares(self) -> MemoryShares:
        """What is shared."""
        return MemoryShares()

    @cached_property
    def sharing(self) -> Sharing:
        """What shares pictures."""
        return Sharing(shares=self.shares, pictures=self.pictures, jobs=self.jobs, clock=self.clock, ids=self.ids)

    @cached_property
    def bases(self) -> PictureBases:
        """What finds pictures that are to be changed."""
        return PictureBases(lookup=self.lookup, gallery=self.gallery, jobs=self.jobs, objects=self.objects)

    @cached_property
    def turning(self) -> Turning:
        """What turns messages to earlier and later pictures."""
        return Turning(
            studio=self.studio,
            lineage=self.lineage,
            gallery=self.gallery,
            jobs=self.jobs,
            sent_messages=self.sent_messages,
            copies=self.copies,
        )

    @cached_property
    def retention(self) -> Retention:
        """What ends the pictures that were kept long enough."""
        return Retention(self.rulebook, self.pictures, self.clock, grace=self.gallery.undo)

    @cached_property
    def input_store(self) -> InputStore:
        """What looks after pictures that people brought."""
        return InputStore(self.inputs, self.objects, self.clock)

    @cached_property
    def input_keeping(self) -> InputKeeping:
        """What checks and keeps them, and loads them for whoever draws."""
        return InputKeeping(check=InputCheck(blocked=self.blocked), objects=self.objects, ids=self.ids)

    @cached_property
    def preparation(self) -> PromptPreparation:
        """What settles the words."""
        return PromptPreparation(
            jobs=self.jobs,
            policies=self.policies,
            guard=self.guard,
            rewriter=self._rewriter,
            inputs=self.input_keeping,
            observer=self.observer,
        )

    def _set_up_moderation(self) -> None:
        self.policies = GuardPolicies(self.rulebook, DEPLOYMENT)
        self.refusals, self.cases = MemoryRefusals(), MemoryCases(self.clock, self.ids, self.moderation_log)
        self.review = CaseReview(self.cases, self.sanction_book, (), self.clock)
        self.tries = TryCounter(refusals=self.refusals, review=self.review, clock=self.clock, free=3)

    @cached_property
    def decisions(self) -> Removals:
        """What hides, removes and restores pictures."""
        return Removals(self.removals, self.clock)

    @cached_property
    def removal_steps(self) -> RemovalSteps:
        """What carries that out."""
        return RemovalSteps(
            removals=self.decisions,
            removal_records=self.removals,
            blocked=self.blocked,
            sent_messages=self.sent_messages,
            jobs=self.jobs,
            pictures=self.pictures,
            objects=self.objects,
            gallery=self.gallery,
            copies=self.copies,
            clock=self.clock,
        )

    def delivery_on(self, surfaces: Mapping[Platform, Surface]) -> Delivery:
        """Return the delivery of a process that serves these."""
        return Delivery(
            jobs=self.jobs,
            job_posts=self.job_posts,
            copies=self.copies_on(surfaces),
            surfaces=surfaces,
            batches=self.batch_messages_on(surfaces),
            clock=self.clock,
        )

    def copies_on(self, surfaces: Mapping[Platform, Surface]) -> PictureCopies:
        """Return what shows pictures once more in a process that serves these."""
        return PictureCopies(
            jobs=self.jobs,
            job_posts=self.job_posts,
            gallery=self.gallery,
            sent_messages=self.sent_messages,
            surfaces=surfaces,
            batches=self.batch_messages_on(surfaces),
        )

    @cached_property
    def job_posts(self) -> JobPosts:
        """What puts together the posts of jobs."""
        return JobPosts(jobs=self.jobs, quotas=self.quotas, gallery=self.gallery, links=self.links, lineage=self.lineage)

    def batch_messages_on(self, surfaces: Mapping[Platform, Surface]) -> BatchMessages:
        """Return what shows batches in a process that serves these."""
        return BatchMessages(
            batches=self.batches,
            jobs=self.jobs,
            gallery=self.gallery,
            sheets=ContactSheets(Thumbnails(self.pictures, self.objects), self.objects),
            links=self.links,
            sent_messages=self.sent_messages,
            surfaces=surfaces,
            locks=LocalLocks(),
            clock=self.clock,
        )

    def keeping_with(self, spool: MemoryObjects | None) -> KeepingStep:
        """Return the step of a machine whose spool this is."""
        return KeepingStep(
            jobs=self.jobs,
            objects=self.objects,
            spool=spool,
            check=PictureCheck(blocked=self.blocked, make_copy=convert_image_to_jpeg),
            count=self.quotas.count_drawn,
            clock=self.clock,
            ids=self.ids,
        )

    def new_worker(self, keeping: KeepingStep | None = None) -> Worker:
        """Return a worker that has not worked on anything yet, as after a restart, or on a machine with another spool."""
        drawing = self._drawing_with(keeping) if keeping else self.drawing
        keeping = keeping or self.keeping
        steps = Steps(
            preparation=self.preparation,
            drawing=drawing,
            review=PictureReview(jobs=self.jobs, keeping=keeping, guard=self.guard, policies=self.policies),
            keeping=keeping,
            inputs=self.input_store,
            doubts=DoubtReview(
                guard=self.guard, policies=self.policies, gallery=self.gallery, cases=self.cases, review=self.review
            ),
            delivery=self.delivery,
            refusals=RefusalHandling(
                jobs=self.jobs,
                rewriter=self._rewriter,
                guard=self.guard,
                policies=self.policies,
                tries=self.tries,
                observer=self.observer,
            ),
        )
        return Worker(
            jobs=self.jobs,
            engine=self.engine,
            steps=steps,
            queue=self.queue,
            observer=self.observer,
            clock=self.clock,
            lease=LEASE,
            fault_code=lambda: FAULT,
            relaxed_share=self.quotas.weights.relaxed_share,
        )

    def _drawing_with(self, keeping: KeepingStep) -> DrawingStep:
        calls = PaidCalls(
            slots=self.call_slots,
            ticket_calls=TicketCalls(jobs=self.jobs, providers=self.ticket_providers, cancellation=self.ticket_cancellation),
            cancellation=self.ticket_cancellation,
            time_limits={provider_of(found.name): dict.fromkeys(Quality, TIME_LIMIT) for found in self.painters},
            warm_ups={provider_of(found.name): WARM_UP for found in self.painters},
            observer=self.observer,
            clock=self.clock,
            ids=self.ids,
        )
        parts = PartKeeping(self.input_keeping, PartComposites())
        return DrawingStep(
            jobs=self.jobs,
            pool=self.pool,
            models=self.models,
            slots=self.call_slots,
            calls=calls,
            inputs=self.input_keeping,
            parts=parts,
            finishing=Finishing(parts=parts, formats=FormatConversion(), keeping=keeping),
            when_unknown=self._when_unknown,
            observer=self.observer,
        )

    def call(self, key: str = "call-1", user: str = "ann") -> FakeCall:
        """Return a call of somebody's."""
        return FakeCall(self.surface, key, by=person(user))

    async def imagine(self, prompt: str = "a fox", *, key: str = "call-1", user: str = "ann", **wished: Unpack[Wished]) -> Job:
        """Have a wish accepted, and give its job."""
        await self.studio.accept(Wish(prompt=prompt, **wished), self.call(key, user))
        return next(row.job for row in self.jobs.rows.values() if row.job.key == key)

    async def work(self) -> None:
        """Work on all that is due."""
        await self.engine.turn(self.worker.work)

    async def draw(self, prompt: str = "a fox", *, key: str = "call-1", user: str = "ann", **wished: Unpack[Wished]) -> Job:
        """Have a wish drawn and delivered, and give its job."""
        job = await self.imagine(prompt, key=key, user=user, **wished)
        await self.work()
        return self.job(job)

    def job(self, job: Job) -> Job:
        """Return the job as it stands now."""
        return self.jobs.rows[job.id].job

    def message(self, job: Job) -> Post:
        """Return what the job's message says now."""
        message = self.job(job).message
        assert message is not None
        return self.surface.shown[message.id]

    async def quota_status(self, user: str = "ann") -> QuotaStatus:
        """Say how somebody stands today."""
        account = await self.studio.account(person(user))
        return self.jobs.stands(HOUSE, account.id, self.clock.now().date(), 20)

    async def claimed(self, prompt: str = "a fox", **wished: Unpack[Wished]) -> Job:
        """Return a job that a worker has just taken."""
        job = await self.imagine(prompt, **wished)
        claimed = await self.jobs.claim(job.id, LEASE)
        assert claimed is not None
        return claimed

    async def kill(self) -> None:
        """Let the process die as by `kill -9`: nothing is handed back, so the leases have to run out."""
        self.jobs.failures.fail_always("hand_back", StorageFailed("memory", "killed"))
        await self.engine.crash()
        self.jobs.failures.clear()
        self.clock.move(LEASE)

    async def recover(self) -> None:
        """Start again: sweep when the old leases have run out, and work on what that brings up."""
        self.clock.move(LEASE)
        await self.recovery.sweep()
        await self.work()

    def _build_call_slots(self, limits: CallLimits | None) -> ProviderCallSlots:
        self.provider_states = MemoryProviderStates(self.jobs)
        self.calls = MemoryCallQueue(self.jobs, self.provider_states)
        return ProviderCallSlots(
            jobs=self.jobs,
            calls=self.calls,
            states=self.provider_states,
            engine=self.engine,
            clock=self.clock,
            platforms=self.delivery.platforms,
            limits={provider_of(self.painters[0].name): limits} if limits else {},
            accounts=self._accounts(),
        )

    def _provider_pool(self, providers: tuple[Provider, ...]) -> ProviderPool:
        self.owner_notices: dict[str, Post] = {}
        return ProviderPool(
            providers,
            order=tuple(self._accounts()),
            slots=self.call_slots,
            states=self.provider_states,
            observer=self.observer,
            clock=self.clock,
            notify_owners=lambda post, key: self.owner_notices.update({key: post}),
        )

    def _accounts(self) -> dict[str, tuple[str, ...]]:
        """Name the accounts of each provider."""
        names = [one.name for one in self.painters]
        return {provider_of(name): tuple(one for one in names if provider_of(one) == provider_of(name)) for name in names}

    def _quotas(self, communities: Communities, models: ImageModels | None) -> Quotas:
        self.models = models or ImageModels(
            tuple(
                _offer(name, next(one for one in self.painters if one.name == accounts[0]), accounts)
                for name, accounts in self._accounts().items()
            )
        )
        return Quotas(
            accounts=self.accounts,
            ledger=self.ledger,
            rulebook=self.rulebook,
            communities=communities,
            deployment=DEPLOYMENT,
            tariff=Tariff(self.weights, lambda wish, _: wish.count * PRICE.microusd, {LOOM: REGISTERED}, self.models),
            clock=self.clock,
        )

    def _sanctions(self, surfaces: Mapping[Platform, Surface]) -> tuple[SanctionEnforcement, Sanctions]:
        enforcement = SanctionEnforcement(
            book=self.sanction_book,
            jobs=self.jobs,
            cancellation=self.cancellation,
            delivery=self.delivery,
            notices=PrivateNotices(self.accounts, surfaces),
            clock=self.clock,
        )
        sanctions = Sanctions(
            book=self.sanction_book,
            clock=self.clock,
            ids=self.ids,
            is_owners_account=owns_nothing,
            follow_up=enforcement.follow_up,
        )
        return enforcement, sanctions

    def _budget_alerts(self, surfaces: Mapping[Platform, Surface]) -> BudgetAlerts:
        return BudgetAlerts(
            ledger=self.ledger,
            seen_keys=self.seen_keys,
            locks=LocalLocks(),
            rulebook=self.rulebook,
            accounts=self.accounts,
            surfaces=surfaces,
            deployment=DeploymentBudgets(),
        )

    def _studio(self, guard: Guard) -> Studio:
        return Studio(
            inputs=self.input_keeping,
            jobs=self.jobs,
            quotas=self.quotas,
            guard=guard,
            admission=self.admission,
            sanctions=self.sanctions,
            tries=self.tries,
            cancellation=self.cancellation,
            budget_alerts=self.budget_alerts,
            engine=self.engine,
            observer=self.observer,
            clock=self.clock,
            ids=self.ids,
            slots=2,
        )


def _offer(name: str, provider: Provider, accounts: tuple[str, ...]) -> ImageModelOffer:
    able = provider.abilities
    return ImageModelOffer(
        name=name,
        model=provider.model,
        accounts=accounts,
        most_inputs=able.most_inputs,
        lane=able.lane,
        draws_clear=able.draws_clear,
        takes_seed=able.takes_seed,
        on_request=able.lane is Lane.RELAXED,
    )
