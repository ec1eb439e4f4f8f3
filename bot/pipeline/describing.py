"""Describes pictures as prompts, within the person's limits; each answer can be drawn for a day."""

import asyncio
import hashlib
import json
from dataclasses import dataclass, replace
from datetime import timedelta
from weakref import WeakValueDictionary

import structlog

from bot.domain.allowances import DescriptionCost
from bot.domain.inputs import BroughtPicture
from bot.domain.money import Cost
from bot.domain.prompt_text import clean_prompt
from bot.errors import BadInput, BudgetExceeded, InputRefused, PromptRefused, StorageFailed
from bot.moderation.guard import Guard
from bot.pipeline.input_keeping import InputKeeping
from bot.pipeline.pseudonyms import pseudonym
from bot.ports.accounts import Ledger
from bot.ports.clock import Clock, Ids
from bot.ports.codes import Codes, Purpose
from bot.ports.observer import CostIncurred, Observer
from bot.ports.prompts import Describer
from bot.ports.surfaces import Call
from bot.provider_errors import REWRITER
from bot.services.admission import AdmissionLimiter
from bot.services.quotas import EffectiveLimits, Quotas
from bot.services.sanctions import Sanctions
from bot.services.thumbnails import convert_to_jpeg
from bot.text import truncate

log = structlog.get_logger(__name__)

LIFETIME = timedelta(days=1)
_LONGEST = 500
_LONGEST_ID = 32
_MOST_BYTES = 800
"""Of a prompt: three of them, in any script, fit an index, whose entries have 2700 at most."""

_NOT_DESCRIBED = "What that picture shows is not described here; please give another one."
_TOO_OLD = "That description is not kept any more: type /describe again. Nothing was counted."


@dataclass(frozen=True, slots=True)
class Described:
    """What was said of a picture; `id` finds it again."""

    id: str
    prompts: tuple[str, ...]


class Describing:
    """Has pictures described. It costs a fraction of a cent and counts as a request, not as a picture.

    Budgets and `/usage` count its cost. Somebody who asks about the same
    picture again within a day reads the same, and nothing is paid.
    """

    def __init__(
        self,
        *,
        describer: Describer | None,
        inputs: InputKeeping,
        guard: Guard,
        quotas: Quotas,
        ledger: Ledger,
        sanctions: Sanctions,
        admission: AdmissionLimiter,
        codes: Codes,
        observer: Observer,
        clock: Clock,
        ids: Ids,
    ) -> None:
        self._describer = describer
        self._inputs = inputs
        self._guard = guard
        self._quotas = quotas
        self._ledger = ledger
        self._sanctions = sanctions
        self._admission = admission
        self._codes = codes
        self._observer = observer
        self._clock = clock
        self._ids = ids
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._under_way: set[asyncio.Task[Described]] = set()

    async def describe(self, brought: BroughtPicture, call: Call) -> Described:
        """Return what a picture shows, as prompts.

        Raises:
            BadInput: There is no model that looks at pictures, or the picture cannot be used.
            NotAllowed: The picture was taken down before.
            Sanctioned: The person is muted or banned.
            Busy: They have asked too often of late.
            BudgetExceeded: There is no money left.
            PromptRefused: The picture may not be described.
            ProviderFailed: The model gave no answer that can be used.
            StorageFailed: What it will cost cannot be written down, so nothing is asked.
        """
        if self._describer is None:
            raise BadInput("There is no model here that looks at pictures, so none can be described. Nothing was counted.")
        limits = await self._quotas.effective_limits(call.person, call.place)
        account = limits.account.id
        await self._sanctions.check(account, limits.community)
        [picture] = await self._inputs.prepare((brought,))
        id_ = _hash(f"{account}:{_hash_of(picture.content)}")[:_LONGEST_ID]
        work = asyncio.create_task(self._describe_once(self._describer, picture.content, id_, limits))
        self._under_way.add(work)
        work.add_done_callback(self._under_way.discard)
        # A caller who is not waited for any longer has asked for it all the same: it is paid for, and read by who asks again.
        return await asyncio.shield(work)

    async def _describe_once(self, describer: Describer, content: bytes, id_: str, limits: EffectiveLimits) -> Described:
        """Return the earlier description of the picture, or a new one; raises as `describe` does."""
        async with self._locks.setdefault(id_, asyncio.Lock()):
            if known := await self._find_all(id_):
                return Described(id_, known)
            await self._check_budgets(limits)
            return await self._describe(describer, content, id_, limits)

    async def _describe(self, describer: Describer, content: bytes, id_: str, limits: EffectiveLimits) -> Described:
        """Have the picture described, book the cost, and keep the description; raises as `describe` does."""
        account = limits.account.id
        jpeg = await asyncio.to_thread(convert_to_jpeg, content)
        async with self._admission.lock(account):
            await self._admission.check(account, 0)
            await self._admission.count_accepted(account)
        try:
            await self._guard.check_picture(jpeg, "image/jpeg", limits.of_community.guard_policy.thresholds)
        except PromptRefused as error:
            raise InputRefused(f"input:{error.rule}", _NOT_DESCRIBED, category=error.category) from error
        prompts = await self._ask(describer, jpeg, limits)
        return await self._keep(id_, tuple(_shorten(clean_prompt(prompt)) for prompt in prompts))

    async def _ask(self, describer: Describer, jpeg: bytes, limits: EffectiveLimits) -> tuple[str, ...]:
        """Return the model's prompts, and book their cost; raises as `describe` does."""
        account = limits.account.id
        day, estimate = limits.allowance.day, describer.estimate()
        booked = DescriptionCost(id=self._ids.new(), community=limits.community, account=account, day=day, cost=estimate)
        # Booked before the model is asked: a crash after the call must not leave it unbooked.
        await self._ledger.book_description(booked)
        costs = [estimate]

        async def correct(cost: Cost) -> None:
            costs.append(cost)
            await self._correct(replace(booked, cost=cost))

        try:
            prompts = await describer.describe(jpeg, pseudonym(account), correct)
        finally:
            # Of a call whose end nobody saw this is the estimate: it stays booked.
            self._observer.note(CostIncurred(REWRITER, costs[-1]))
        log.info("picture.described", microusd=costs[-1].microusd)
        return prompts

    async def _correct(self, description: DescriptionCost) -> None:
        """Book the real cost. A failure is logged: the description is paid for, so the person gets it."""
        try:
            await self._ledger.book_description(description)
        except StorageFailed as error:
            log.warning("description.not_corrected", microusd=description.cost.microusd, reason=str(error))

    async def find(self, id_: str, number: int) -> str:
        """Return one prompt of a description, by its number from 1.

        Raises:
            BadInput: It is not kept any more.
        """
        prompts = await self._find_all(id_)
        if not 0 < number <= len(prompts):
            raise BadInput(_TOO_OLD)
        return prompts[number - 1]

    async def _find_all(self, id_: str) -> tuple[str, ...]:
        holder = await self._codes.find(Purpose.DESCRIPTION, _hash(id_))
        return tuple(json.loads(holder)[1:]) if holder else ()

    async def _keep(self, id_: str, prompts: tuple[str, ...]) -> Described:
        # The hash makes each holder another one: the same prompts may be said of two pictures.
        holder = json.dumps([_hash(id_)[:16], *prompts], ensure_ascii=False)
        await self._codes.issue(Purpose.DESCRIPTION, _hash(id_), holder, self._clock.now() + LIFETIME)
        return Described(id_, prompts)

    async def _check_budgets(self, limits: EffectiveLimits) -> None:
        for budget in limits.of_community.budgets:
            spending = await self._ledger.spending(budget, limits.allowance.day)
            if spending.held + spending.spent >= budget.limit:
                raise BudgetExceeded(scope=budget.scope, period=budget.period, limit=budget.limit)


def _shorten(prompt: str) -> str:
    return truncate(prompt.encode()[:_MOST_BYTES].decode(errors="ignore"), _LONGEST)


def _hash(id_: str) -> str:
    return _hash_of(id_.encode())


def _hash_of(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
