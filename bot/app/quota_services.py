"""Builds the quota services from the settings."""

from collections.abc import Mapping
from zoneinfo import ZoneInfo

from bot.adapters.web.rest import API
from bot.app.foundation import Foundation
from bot.config import Settings
from bot.domain.allowances import FULL, Weights
from bot.domain.limits import CommunitySettings, DeploymentLimits
from bot.domain.people import Identity, Platform, Tier
from bot.domain.wishes import Wish
from bot.ports.surfaces import Surface
from bot.services.admission import AdmissionLimiter, AdmissionLimits
from bot.services.budget_alerts import BudgetAlerts, DeploymentBudgets
from bot.services.communities import Communities
from bot.services.input_store import InputStore
from bot.services.quotas import Quotas, Tariff
from bot.services.retention import Retention
from bot.services.retention_sweep import RetentionSweep
from storage.sql.old_records import SqlOldRecords
from storage.sql.seen_keys import SqlSeenKeys


def build_communities(settings: Settings) -> Communities:
    """Return which tenants are one community."""
    return Communities(parts_tenants=settings.quotas.parts_tenants, joined=settings.quotas.communities, named=(API,))


def deployment_limits(settings: Settings) -> DeploymentLimits:
    """Return what holds where admins have set nothing."""
    quotas, kept = settings.quotas, settings.retention
    return DeploymentLimits(
        limits=quotas.limits,
        settings=CommunitySettings(
            ZoneInfo(quotas.time_zone),
            retention_days=kept.pictures,
            prompt_days=kept.prompts,
            message_days=kept.messages,
            job_days=kept.jobs,
            record_days=kept.records,
            thresholds=settings.guard.thresholds.thresholds,
        ),
        purchases={bought: Tier(tier) for bought, tier in quotas.purchases.items()},
        budgets=settings.budget.budgets,
    )


def weights_of(settings: Settings) -> Weights:
    """Return what pictures count for."""
    weights = settings.quotas.weights
    return Weights(weights.by_quality, weights.large, weights.large_from, int(weights.relaxed * FULL))


def build_quotas(base: Foundation) -> Quotas:
    """Build the quotas."""
    settings, records = base.settings, base.records
    providers = {name: accounts[0] for name, accounts in base.ai_services.accounts.items()}

    def estimate(wish: Wish, names: tuple[str, ...]) -> int:
        """Return the cost at the dearest provider that could be asked."""
        return max(
            providers[name].estimate(wish.wanted_size, wish.quality, wish.count).microusd
            + len(wish.inputs) * providers[name].abilities.input_cost.microusd
            for name in names
        )

    first_tier = {Platform(platform): Tier(tier) for platform, tier in settings.quotas.first_tier.items()}
    return Quotas(
        accounts=records.accounts,
        ledger=records.ledger,
        rulebook=records.rulebook,
        communities=build_communities(settings),
        deployment=deployment_limits(settings),
        tariff=Tariff(weights_of(settings), estimate, first_tier, base.ai_services.models),
        clock=base.clock,
    )


def build_admission(base: Foundation) -> AdmissionLimiter:
    """Build the limiter of one person's simultaneous and recent wishes."""
    bursts = base.settings.bursts
    limits = AdmissionLimits(bursts.wishes, bursts.within, bursts.running + bursts.queued)
    return AdmissionLimiter(limits, base.shared.rate_limiter, base.shared.locks)


def build_notices(base: Foundation, surfaces: Mapping[Platform, Surface]) -> BudgetAlerts:
    """Return what tells admins and owners that a budget is nearly used up."""
    settings, records = base.settings, base.records
    return BudgetAlerts(
        ledger=records.ledger,
        seen_keys=SqlSeenKeys(base.database, base.clock),
        locks=base.shared.locks,
        rulebook=records.rulebook,
        accounts=records.accounts,
        surfaces=surfaces,
        deployment=DeploymentBudgets(settings.budget.budgets, tuple(Identity.parse(owner) for owner in settings.owners)),
    )


def build_retention_sweep(base: Foundation, surfaces: Mapping[Platform, Surface]) -> RetentionSweep:
    """Build the daily removal of what is older than it is kept."""
    records, usual = base.records, deployment_limits(base.settings).settings
    return RetentionSweep(
        rulebook=records.rulebook,
        records=SqlOldRecords(base.database),
        pictures=records.pictures,
        inputs=InputStore(records.inputs, base.objects, base.clock),
        surfaces=surfaces,
        clock=base.clock,
        kept_days=usual.kept_days,
        grace=base.settings.gallery.undo,
    )


def build_retention(base: Foundation) -> Retention:
    """Build the removal of old pictures; like deleted ones they can be restored within `[gallery] undo`."""
    records = base.records
    return Retention(records.rulebook, records.pictures, base.clock, grace=base.settings.gallery.undo)
