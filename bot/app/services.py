"""The services that commands, pages, front ends and the work on jobs share in one process."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

from bot.adapters.terminal import TERMINAL
from bot.app.foundation import Foundation
from bot.app.moderation import ModerationServices, build_moderation_services
from bot.app.picture_services import PictureServices, build_picture_services
from bot.app.queues import QueueServices, build_queues
from bot.app.quota_services import build_notices, build_quotas, deployment_limits
from bot.app.studios import build_batch_studio, build_studio
from bot.commands.dispatcher import IsOwner, KnowsCost, knows_cost_if
from bot.commands.rule_changes import RuleChanges
from bot.domain.people import Platform
from bot.pipeline.batch_studio import BatchStudio
from bot.pipeline.studio import Studio
from bot.ports.engine import Engine
from bot.ports.surfaces import Surface
from bot.services.budget_alerts import BudgetAlerts
from bot.services.owners import Owners
from bot.services.person_lookup import PersonLookup
from bot.services.picture_bases import PictureBases
from bot.services.quotas import Quotas


@dataclass(frozen=True, slots=True)
class FeatureServices:
    """What more than one feature, page or front end reads. What only one needs, it builds on `base` for itself."""

    base: Foundation
    studio: Studio
    batch_studio: BatchStudio
    quotas: Quotas
    people: PersonLookup
    rule_changes: RuleChanges
    pictures: PictureServices
    bases: PictureBases
    moderation: ModerationServices
    surfaces: Mapping[Platform, Surface]
    is_owner: IsOwner
    knows_cost: KnowsCost


@dataclass(frozen=True, slots=True)
class Services:
    """What features read, and what only the work behind them needs beside that."""

    features: FeatureServices
    queues: QueueServices
    budget_alerts: BudgetAlerts


def build_services(base: Foundation, surfaces: Mapping[Platform, Surface], engine: Engine) -> Services:
    """Build them. `surfaces` are where posts are shown, `engine` takes accepted jobs to workers, of this process or others."""
    settings, records, cases_changed = base.settings, base.records, asyncio.Event()
    owners = Owners(records.accounts, named=settings.owners, platforms=(TERMINAL,))
    quotas, alerts = build_quotas(base), build_notices(base, surfaces)
    people = PersonLookup(records.accounts, quotas)
    pictures = build_picture_services(base, quotas, surfaces, cases_changed)
    queues = build_queues(base, engine, alerts, frozenset(surfaces))
    moderation = build_moderation_services(
        base,
        surfaces,
        cases_changed,
        owners=owners,
        quotas=quotas,
        alerts=alerts,
        pictures=pictures,
        cancellation=queues.cancellation,
    )
    features = FeatureServices(
        base=base,
        studio=build_studio(base, engine, quotas=quotas, moderation=moderation, cancellation=queues.cancellation, alerts=alerts),
        batch_studio=build_batch_studio(
            base,
            engine,
            quotas=quotas,
            moderation=moderation,
            cancellation=queues.cancellation,
            messages=pictures.batch_messages,
        ),
        quotas=quotas,
        people=people,
        rule_changes=RuleChanges(
            rulebook=records.rulebook, quotas=quotas, people=people, deployment=deployment_limits(settings), clock=base.clock
        ),
        pictures=pictures,
        bases=PictureBases(lookup=pictures.lookup, gallery=pictures.gallery, jobs=records.jobs, objects=base.objects),
        moderation=moderation,
        surfaces=surfaces,
        is_owner=owners.is_owner,
        knows_cost=knows_cost_if(owners.is_owner, is_for_all=settings.gallery.show_cost),
    )
    return Services(features, queues, alerts)
