"""Builds every command, once for all front ends."""

from dataclasses import dataclass, fields
from typing import Any

from bot.app.foundation import Foundation, Records
from bot.app.quota_services import house_limits, weights_of
from bot.app.system import random_below
from bot.commands.api_keys import apikey_list, apikey_make, apikey_revoke
from bot.commands.budget import budget_set, budget_show
from bot.commands.credits import credits_give, credits_grant, credits_history, credits_take
from bot.commands.dispatcher import IsOwner
from bot.commands.help import help_command
from bot.commands.imagine import imagine
from bot.commands.linking import link, part, unlink
from bot.commands.pictures import cancel, delete, show_gallery, undelete
from bot.commands.quota import quota_reset, quota_set, quota_show
from bot.commands.redraw import again, reword, safer, vary
from bot.commands.register import accept, register
from bot.commands.rule_changes import RuleChanges, audit, older, undo
from bot.commands.settings import settings_set, settings_show
from bot.commands.sharing import mail, report
from bot.commands.spec import AnyCommand
from bot.commands.tier import tier_grant, tier_list, tier_purchase, tier_revoke, tier_role
from bot.commands.translations import load_translations
from bot.commands.usage import usage
from bot.config import Settings
from bot.domain.people import AccountId, Platform, Tier
from bot.pipeline.delivery import Delivery
from bot.pipeline.studio import Studio
from bot.ports.clock import Clock
from bot.ports.plots import Plots
from bot.ports.surfaces import Call
from bot.services.account_linking import AccountLinking
from bot.services.api_keys import ApiKeyRegistry
from bot.services.gallery import Gallery
from bot.services.person_lookup import PersonLookup
from bot.services.picture_links import PictureLinks
from bot.services.quotas import Quotas

_DEFAULTS = Settings()


@dataclass(frozen=True, slots=True)
class CommandDependencies:
    """The services that commands need."""

    records: Records
    clock: Clock
    studio: Studio
    gallery: Gallery
    delivery: Delivery
    links: PictureLinks
    quotas: Quotas
    people: PersonLookup
    rule_changes: RuleChanges
    linking: AccountLinking
    keys: ApiKeyRegistry
    plots: Plots
    is_owner: IsOwner


def build_commands(dependencies: CommandDependencies, settings: Settings) -> tuple[AnyCommand, ...]:
    """Build every command there is; `/help` knows all the others."""
    commands = (
        *_build_member_commands(dependencies, settings),
        *_build_admin_commands(dependencies, settings),
        *_build_button_commands(dependencies, settings),
    )
    return (
        *commands,
        help_command(commands, load_translations(), lambda call: _language_of(call, dependencies.quotas), dependencies.is_owner),
    )


async def _language_of(call: Call, quotas: Quotas) -> str:
    """Return the language that admins chose for `/help`. All other answers are English, so nobody gets another unasked."""
    effective_limits = await quotas.effective_limits(call.person, call.place)
    return effective_limits.of_community.settings.language


def declared_commands(settings: Settings = _DEFAULTS) -> tuple[AnyCommand, ...]:
    """Return the commands with placeholders for their services, for reading their declarations only."""
    placeholder: Any = _Placeholder()
    return build_commands(
        CommandDependencies(**dict.fromkeys((field.name for field in fields(CommandDependencies)), placeholder)), settings
    )


def build_linking(base: Foundation) -> AccountLinking:
    """Return what joins accounts."""
    first_tier = {Platform(platform): Tier(tier) for platform, tier in base.settings.quotas.first_tier.items()}
    return AccountLinking(
        accounts=base.records.accounts,
        codes=base.records.codes,
        clock=base.clock,
        first_tier=first_tier,
        random_below=random_below,
    )


def build_record(base: Foundation, quotas: Quotas, people: PersonLookup) -> RuleChanges:
    """Return what admins' changes go through."""
    house = house_limits(base.settings)
    return RuleChanges(rulebook=base.records.rulebook, quotas=quotas, people=people, house=house, clock=base.clock)


class _Placeholder:
    """A stand-in for services in commands that are never run."""

    def __getattr__(self, name: str) -> "_Placeholder":
        return self


def _build_member_commands(dependencies: CommandDependencies, settings: Settings) -> tuple[AnyCommand, ...]:
    records, quotas, people = dependencies.records, dependencies.quotas, dependencies.people
    return (
        imagine(dependencies.studio, weights_of(settings)),
        show_gallery(dependencies.studio, dependencies.gallery, dependencies.links),
        quota_show(
            quotas,
            people,
            ledger=records.ledger,
            clock=dependencies.clock,
            is_owner=dependencies.is_owner,
            premium=lambda account: _premium_offer(settings, account),
        ),
        register(quotas, settings.quotas.policy),
        link(dependencies.linking, quotas),
        unlink(dependencies.linking),
        tier_list(quotas),
        credits_history(records.credits, people, quotas, is_owner=dependencies.is_owner),
        credits_give(records.credits, people, quotas),
        apikey_list(dependencies.keys, quotas),
        apikey_make(dependencies.keys, quotas),
        apikey_revoke(dependencies.keys, quotas),
        settings_show(quotas, house_limits(settings).settings),
    )


def _build_admin_commands(dependencies: CommandDependencies, settings: Settings) -> tuple[AnyCommand, ...]:
    records, quotas, people, rule_changes = (
        dependencies.records,
        dependencies.quotas,
        dependencies.people,
        dependencies.rule_changes,
    )
    usual_settings = house_limits(settings).settings
    return (
        quota_set(rule_changes, people, quotas),
        quota_reset(rule_changes, people, quotas, ledger=records.ledger),
        tier_role(rule_changes, people, quotas),
        tier_purchase(rule_changes, quotas),
        tier_grant(rule_changes, people, quotas, clock=dependencies.clock),
        tier_revoke(rule_changes, people, quotas),
        credits_grant(records.credits, people, quotas, rule_changes=rule_changes),
        credits_take(records.credits, people, quotas, rule_changes=rule_changes),
        budget_show(quotas, ledger=records.ledger, rulebook=records.rulebook),
        budget_set(rule_changes),
        settings_set(rule_changes, quotas, house=usual_settings, clock=dependencies.clock, grace=settings.gallery.undo),
        usage(records.statistics, dependencies.plots, people, quotas),
        audit(rule_changes),
    )


def _build_button_commands(dependencies: CommandDependencies, settings: Settings) -> tuple[AnyCommand, ...]:
    studio, gallery, delivery = dependencies.studio, dependencies.gallery, dependencies.delivery
    return (
        again(studio),
        vary(studio),
        reword(studio),
        safer(studio),
        cancel(studio, delivery),
        delete(studio, gallery, delivery),
        undelete(studio, gallery, delivery),
        report(studio, gallery, dependencies.records.reports),
        mail(studio, gallery, delivery),
        accept(dependencies.quotas, dependencies.people, dependencies.records.rulebook, settings.quotas.policy),
        part(dependencies.linking, dependencies.quotas),
        older(dependencies.rule_changes),
        undo(dependencies.rule_changes),
    )


def _premium_offer(settings: Settings, account: AccountId) -> str:
    """Say how one becomes a member; the address tells the shop whose membership it is."""
    page = settings.membership.checkout_url
    return f"For {settings.membership.tier}, become a member: {page}?client_reference_id={account}" if page else ""
