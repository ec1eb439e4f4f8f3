"""The services that commands, front ends and the work on jobs share in one process."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

from bot.adapters.discord import DISCORD
from bot.adapters.discord import message_links as discord_links
from bot.adapters.slack import SLACK
from bot.adapters.slack import message_links as slack_links
from bot.adapters.terminal import TERMINAL
from bot.app.ai_services import call_limits
from bot.app.batches import build_batch_messages
from bot.app.foundation import Foundation
from bot.app.moderation import build_case_messages, build_case_review, build_report_follow_up
from bot.app.quota_services import build_admission, build_notices, build_quotas, deployment_limits
from bot.app.sanctions import build_sanction_enforcement, build_sanctions
from bot.app.stores import public_store_url
from bot.commands.dispatcher import IsOwner, KnowsCost, knows_cost_if
from bot.commands.rule_changes import RuleChanges
from bot.domain.people import Platform
from bot.pipeline.account_queue import AccountQueue
from bot.pipeline.batch_messages import BatchMessages
from bot.pipeline.batch_studio import BatchStudio
from bot.pipeline.cancellation import Cancellation
from bot.pipeline.case_messages import CaseMessages
from bot.pipeline.delivery import Delivery
from bot.pipeline.job_posts import JobPosts
from bot.pipeline.picture_copies import PictureCopies
from bot.pipeline.private_notices import PrivateNotices
from bot.pipeline.provider_pool import ProviderPool
from bot.pipeline.provider_queue import ProviderQueue
from bot.pipeline.refusal_handling import TryCounter
from bot.pipeline.sanction_enforcement import SanctionEnforcement
from bot.pipeline.studio import Studio
from bot.pipeline.ticket_cancellation import TicketCancellation
from bot.pipeline.ticket_providers import TicketProviders
from bot.ports.engine import Engine
from bot.ports.surfaces import Surface
from bot.services.budget_alerts import BudgetAlerts
from bot.services.cases import CaseReview
from bot.services.gallery import Gallery
from bot.services.lineage import Lineage
from bot.services.owners import Owners
from bot.services.person_lookup import PersonLookup
from bot.services.picture_bases import PictureBases
from bot.services.picture_links import PictureLinks
from bot.services.picture_lookup import PictureLookup
from bot.services.quotas import Quotas
from bot.services.removal import Removals
from bot.services.report_follow_up import ReportFollowUp
from bot.services.sanctions import Sanctions
from storage.sql.batches import SqlBatches
from storage.sql.call_queue import SqlCallQueue
from storage.sql.refusals import SqlRefusals
from storage.sql.shares import SqlShares

_MESSAGE_LINKS = {DISCORD: discord_links.parse_message_link, SLACK: slack_links.parse_message_link}


@dataclass(frozen=True, slots=True)
class Services:
    """What more than one feature, front end or worker needs. What only one needs, it builds on `base` for itself."""

    base: Foundation
    studio: Studio
    quotas: Quotas
    gallery: Gallery
    removals: Removals
    delivery: Delivery
    copies: PictureCopies
    surfaces: Mapping[Platform, Surface]
    links: PictureLinks
    lookup: PictureLookup
    lineage: Lineage
    bases: PictureBases
    people: PersonLookup
    rule_changes: RuleChanges
    queue: AccountQueue
    providers: ProviderQueue
    pool: ProviderPool
    ticket_providers: TicketProviders
    ticket_cancellation: TicketCancellation
    sanctions: Sanctions
    sanction_enforcement: SanctionEnforcement
    budget_alerts: BudgetAlerts
    is_owner: IsOwner
    knows_cost: KnowsCost
    cases: CaseReview
    case_messages: CaseMessages
    batch_messages: BatchMessages
    batch_studio: BatchStudio
    report_follow_up: ReportFollowUp
    tries: TryCounter


def build_services(base: Foundation, surfaces: Mapping[Platform, Surface], engine: Engine) -> Services:
    """Build them. `surfaces` are where posts are shown, `engine` takes accepted jobs to workers, of this process or others."""
    settings, records = base.settings, base.records
    links = PictureLinks(settings.web.links_base, public_url=settings.web.reachable_url, store_url=public_store_url(settings))
    cases_changed = asyncio.Event()
    undo = settings.gallery.undo
    gallery = Gallery(records.pictures, records.removals, base.objects, base.clock, undo, cases_changed=cases_changed)
    quotas = build_quotas(base)
    people = PersonLookup(records.accounts, quotas)
    lineage = Lineage(jobs=records.jobs, pictures=records.pictures, inputs=records.inputs)
    lookup = PictureLookup(records.jobs, records.pictures, records.sent_messages, _MESSAGE_LINKS, shares=SqlShares(base.database))
    batch_messages = build_batch_messages(base, gallery=gallery, links=links, surfaces=surfaces)
    job_posts = JobPosts(
        jobs=records.jobs,
        quotas=quotas,
        gallery=gallery,
        links=links,
        lineage=lineage,
        shows_cost=settings.gallery.show_cost,
    )
    copies = PictureCopies(
        jobs=records.jobs,
        job_posts=job_posts,
        gallery=gallery,
        sent_messages=records.sent_messages,
        surfaces=surfaces,
        batches=batch_messages,
    )
    delivery = Delivery(
        jobs=records.jobs, job_posts=job_posts, copies=copies, surfaces=surfaces, batches=batch_messages, clock=base.clock
    )
    providers = _build_provider_queue(base, engine, delivery)
    queue = _build_account_queue(base, engine, delivery, providers)
    budget_alerts = build_notices(base, surfaces)
    owners = Owners(records.accounts, named=settings.owners, platforms=(TERMINAL,))
    ticket_providers = TicketProviders(base.ai_services.all_providers)
    tickets = TicketCancellation(jobs=records.jobs, queue=providers, providers=ticket_providers)
    cancellation = Cancellation(jobs=records.jobs, engine=engine, queue=queue, tickets=tickets, observer=base.observer)
    notices = PrivateNotices(records.accounts, surfaces)
    enforcement = build_sanction_enforcement(base, cancellation, delivery, notices)
    sanctions = build_sanctions(base, enforcement, owners)
    removals = Removals(records.removals, base.clock)
    cases = build_case_review(base, removals, sanctions, notices, cases_changed)
    tries = TryCounter(refusals=SqlRefusals(base.database), review=cases, clock=base.clock, free=settings.guard.free_tries)
    admission = build_admission(base)
    return Services(
        base=base,
        studio=Studio(
            jobs=records.jobs,
            quotas=quotas,
            guard=base.guard,
            admission=admission,
            sanctions=sanctions,
            cancellation=cancellation,
            budget_alerts=budget_alerts,
            engine=engine,
            observer=base.observer,
            clock=base.clock,
            ids=base.ids,
            tries=tries,
            inputs=base.inputs,
            slots=sum(settings.worker.slots_by_tier.values()),
        ),
        batch_messages=batch_messages,
        batch_studio=BatchStudio(
            batches=SqlBatches(base.database),
            messages=batch_messages,
            jobs=records.jobs,
            quotas=quotas,
            guard=base.guard,
            tries=tries,
            sanctions=sanctions,
            admission=admission,
            cancellation=cancellation,
            engine=engine,
            clock=base.clock,
            ids=base.ids,
        ),
        quotas=quotas,
        gallery=gallery,
        delivery=delivery,
        copies=copies,
        surfaces=surfaces,
        links=links,
        lookup=lookup,
        lineage=lineage,
        bases=PictureBases(lookup=lookup, gallery=gallery, jobs=records.jobs, objects=base.objects),
        people=people,
        rule_changes=RuleChanges(
            rulebook=records.rulebook, quotas=quotas, people=people, deployment=deployment_limits(settings), clock=base.clock
        ),
        queue=queue,
        providers=providers,
        pool=_build_provider_pool(base, providers, budget_alerts),
        ticket_providers=ticket_providers,
        ticket_cancellation=tickets,
        sanctions=sanctions,
        sanction_enforcement=enforcement,
        budget_alerts=budget_alerts,
        is_owner=owners.is_owner,
        knows_cost=knows_cost_if(owners.is_owner, is_for_all=settings.gallery.show_cost),
        removals=removals,
        cases=cases,
        case_messages=build_case_messages(base, cases, quotas=quotas, links=links, alerts=budget_alerts, surfaces=surfaces),
        report_follow_up=build_report_follow_up(base, quotas, cases, removals),
        tries=tries,
    )


def _build_account_queue(base: Foundation, engine: Engine, delivery: Delivery, providers: ProviderQueue) -> AccountQueue:
    return AccountQueue(
        jobs=base.records.jobs,
        engine=engine,
        providers=providers,
        clock=base.clock,
        platforms=delivery.platforms,
        most_running=base.settings.bursts.running,
    )


def _build_provider_queue(base: Foundation, engine: Engine, delivery: Delivery) -> ProviderQueue:
    return ProviderQueue(
        jobs=base.records.jobs,
        calls=SqlCallQueue(base.database, base.clock),
        states=base.records.provider_states,
        engine=engine,
        clock=base.clock,
        platforms=delivery.platforms,
        limits=call_limits(base.settings),
        accounts=base.ai_services.account_names,
    )


def _build_provider_pool(base: Foundation, queue: ProviderQueue, alerts: BudgetAlerts) -> ProviderPool:
    return ProviderPool(
        base.ai_services.all_providers,
        order=base.ai_services.order,
        queue=queue,
        states=base.records.provider_states,
        observer=base.observer,
        clock=base.clock,
        notify_owners=alerts.notify_owners_soon,
    )
