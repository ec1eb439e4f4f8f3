"""Builds what says which job goes next, which provider is asked, and what calls a job off."""

from dataclasses import dataclass

from bot.app.ai_services import call_limits
from bot.app.foundation import Foundation
from bot.domain.people import Platform
from bot.pipeline.account_queue import AccountQueue
from bot.pipeline.cancellation import Cancellation
from bot.pipeline.provider_call_slots import ProviderCallSlots
from bot.pipeline.provider_pool import ProviderPool
from bot.pipeline.ticket_cancellation import TicketCancellation
from bot.pipeline.ticket_providers import TicketProviders
from bot.ports.engine import Engine
from bot.services.budget_alerts import BudgetAlerts
from storage.sql.call_queue import SqlCallQueue
from storage.sql.provider_states import SqlProviderStates


@dataclass(frozen=True, slots=True)
class QueueServices:
    """What jobs wait in for their turn, and for a provider; and what takes them out of it."""

    accounts: AccountQueue
    call_slots: ProviderCallSlots
    pool: ProviderPool
    ticket_providers: TicketProviders
    ticket_cancellation: TicketCancellation
    cancellation: Cancellation


def build_queues(base: Foundation, engine: Engine, alerts: BudgetAlerts, platforms: frozenset[Platform]) -> QueueServices:
    """Build them. `platforms` are those whose jobs this process can deliver."""
    jobs = base.records.jobs
    call_slots = ProviderCallSlots(
        jobs=jobs,
        calls=SqlCallQueue(base.database, base.clock),
        states=SqlProviderStates(base.database, base.clock),
        engine=engine,
        clock=base.clock,
        platforms=platforms,
        limits=call_limits(base.settings),
        accounts=base.ai_services.account_names,
    )
    accounts = AccountQueue(
        jobs=jobs,
        engine=engine,
        slots=call_slots,
        clock=base.clock,
        platforms=platforms,
        most_running=base.settings.bursts.running,
    )
    ticket_providers = TicketProviders(base.ai_services.all_providers)
    tickets = TicketCancellation(jobs=jobs, slots=call_slots, providers=ticket_providers)
    return QueueServices(
        accounts=accounts,
        call_slots=call_slots,
        pool=_build_provider_pool(base, call_slots, alerts),
        ticket_providers=ticket_providers,
        ticket_cancellation=tickets,
        cancellation=Cancellation(jobs=jobs, engine=engine, queue=accounts, tickets=tickets, observer=base.observer),
    )


def _build_provider_pool(base: Foundation, slots: ProviderCallSlots, alerts: BudgetAlerts) -> ProviderPool:
    return ProviderPool(
        base.ai_services.all_providers,
        order=base.ai_services.order,
        slots=slots,
        states=SqlProviderStates(base.database, base.clock),
        observer=base.observer,
        clock=base.clock,
        notify_owners=alerts.notify_owners_soon,
    )
