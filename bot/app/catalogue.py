"""Every command there is, built once for all front ends."""

import secrets
from dataclasses import dataclass, fields
from typing import Any

from bot.app.foundation import Foundation, Records
from bot.app.quotas import house_terms, weights_of
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

_USUAL = Settings()


@dataclass(frozen=True, slots=True)
class Rooms:
    """What commands need of the house beside its records."""

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


def all_commands(rooms: Rooms, settings: Settings) -> tuple[AnyCommand, ...]:
    """Build every command there is; `/help` knows all the others."""
    commands = (*_of_everybody(rooms, settings), *_of_admins(rooms, settings), *_pressed(rooms, settings))
    return (*commands, help_command(commands, load_translations(), lambda call: _language_of(call, rooms.quotas), rooms.is_owner))


async def _language_of(call: Call, quotas: Quotas) -> str:
    """Return the language that admins chose for `/help`. All other answers are English, so nobody gets another unasked."""
    effective_limits = await quotas.effective_limits(call.person, call.place)
    return effective_limits.of_community.settings.language


def declared_commands(settings: Settings = _USUAL) -> tuple[AnyCommand, ...]:
    """Give the commands as they are declared, with nobody behind them: for whoever reads them and runs none."""
    nobody: Any = _Nobody()
    return all_commands(Rooms(**dict.fromkeys((field.name for field in fields(Rooms)), nobody)), settings)


def linking_of(base: Foundation) -> AccountLinking:
    """Give what joins accounts."""
    first_tier = {Platform(platform): Tier(tier) for platform, tier in base.settings.quotas.first_tier.items()}
    return AccountLinking(
        accounts=base.records.accounts,
        codes=base.records.codes,
        clock=base.clock,
        first_tier=first_tier,
        random_below=secrets.randbelow,
    )


def record_of(base: Foundation, quotas: Quotas, people: PersonLookup) -> RuleChanges:
    """Give what admins' changes go through."""
    house = house_terms(base.settings)
    return RuleChanges(rulebook=base.records.rulebook, quotas=quotas, people=people, house=house, clock=base.clock)


class _Nobody:
    """Stands where somebody would, in commands that are only read."""

    def __getattr__(self, name: str) -> "_Nobody":
        return self


def _of_everybody(rooms: Rooms, settings: Settings) -> tuple[AnyCommand, ...]:
    records, quotas, people = rooms.records, rooms.quotas, rooms.people
    return (
        imagine(rooms.studio, weights_of(settings)),
        show_gallery(rooms.studio, rooms.gallery, rooms.links),
        quota_show(
            quotas,
            people,
            ledger=records.ledger,
            clock=rooms.clock,
            is_owner=rooms.is_owner,
            premium=lambda account: _way_to_premium(settings, account),
        ),
        register(quotas, settings.quotas.policy),
        link(rooms.linking, quotas),
        unlink(rooms.linking),
        tier_list(quotas),
        credits_history(records.credits, people, quotas, is_owner=rooms.is_owner),
        credits_give(records.credits, people, quotas),
        apikey_list(rooms.keys, quotas),
        apikey_make(rooms.keys, quotas),
        apikey_revoke(rooms.keys, quotas),
        settings_show(quotas, house_terms(settings).settings),
    )


def _of_admins(rooms: Rooms, settings: Settings) -> tuple[AnyCommand, ...]:
    records, quotas, people, rule_changes = rooms.records, rooms.quotas, rooms.people, rooms.rule_changes
    usual_settings = house_terms(settings).settings
    return (
        quota_set(rule_changes, people, quotas),
        quota_reset(rule_changes, people, quotas, ledger=records.ledger),
        tier_role(rule_changes, people, quotas),
        tier_purchase(rule_changes, quotas),
        tier_grant(rule_changes, people, quotas, clock=rooms.clock),
        tier_revoke(rule_changes, people, quotas),
        credits_grant(records.credits, people, quotas, rule_changes=rule_changes),
        credits_take(records.credits, people, quotas, rule_changes=rule_changes),
        budget_show(quotas, ledger=records.ledger, rulebook=records.rulebook),
        budget_set(rule_changes),
        settings_set(rule_changes, quotas, house=usual_settings, clock=rooms.clock, grace=settings.gallery.undo),
        usage(records.statistics, rooms.plots, people, quotas),
        audit(rule_changes),
    )


def _pressed(rooms: Rooms, settings: Settings) -> tuple[AnyCommand, ...]:
    studio, gallery, delivery = rooms.studio, rooms.gallery, rooms.delivery
    return (
        again(studio),
        vary(studio),
        reword(studio),
        safer(studio),
        cancel(studio, delivery),
        delete(studio, gallery, delivery),
        undelete(studio, gallery, delivery),
        report(studio, gallery, rooms.records.reports),
        mail(studio, gallery, delivery),
        accept(rooms.quotas, rooms.people, rooms.records.rulebook, settings.quotas.policy),
        part(rooms.linking, rooms.quotas),
        older(rooms.rule_changes),
        undo(rooms.rule_changes),
    )


def _way_to_premium(settings: Settings, account: AccountId) -> str:
    """Say how one becomes a member; the address tells the shop whose membership it is."""
    page = settings.membership.checkout_url
    return f"For {settings.membership.tier}, become a member: {page}?client_reference_id={account}" if page else ""
