"""What each table has of people, and what `/export-me` and `/forget-me` do with it.

Every table of the schema is named here, and docs/privacy.md shows it: a test
fails where one is left out (tests/house/test_personal_data.py).
"""

from sqlalchemy import ColumnElement, and_, exists, func, literal, or_, select

from storage.schema import (
    accounts,
    batches,
    billing,
    cases,
    collections,
    inputs,
    jobs,
    messages,
    privacy,
    quotas,
    refusals,
    removals,
    sanctions,
    shares,
    templates,
)
from storage.sql.personal_tables import ACCOUNT, FORGOTTEN_NAME, Emptying, PersonalTable, WhenForgotten

_OWN_JOBS = select(jobs.jobs.c.id).where(jobs.jobs.c.account == ACCOUNT)
_IDENTITIES = accounts.identities
_ON_PAGE = select(_IDENTITIES.c.user_id).where(_IDENTITIES.c.account == ACCOUNT, _IDENTITIES.c.platform == "web")
_OWN_REQUESTS = select(privacy.privacy_requests.c.id).where(privacy.privacy_requests.c.account == ACCOUNT)
_WHO = literal('["') + _IDENTITIES.c.platform + '","' + _IDENTITIES.c.realm + '","' + _IDENTITIES.c.user_id + '",'
_HOLDER = func.replace(accounts.codes.c.holder, '", "', '","')
_OWN_LINKS = exists().where(_IDENTITIES.c.account == ACCOUNT, func.substr(_HOLDER, 1, func.length(_WHO)) == _WHO)
"""Links to pages write down whom they are for: that begins with the identity (`PartLinks`, `ModeratorSessions`)."""
_INSTALLATIONS = accounts.installations
_OWN_PICTURES = select(jobs.pictures.c.id).where(jobs.pictures.c.account == ACCOUNT)
_OWN_COLLECTIONS = select(collections.collections.c.id).where(collections.collections.c.account == ACCOUNT)
_ABUSE = "prevents abuse: it names you by a number only"
_BOOKS = "bookkeeping: it names you by a number only"


def _name_removed(by_account: ColumnElement[str]) -> tuple[Emptying, ...]:
    return (Emptying(by_account == ACCOUNT, {"by_name": FORGOTTEN_NAME}),)


PERSONAL_DATA = (
    PersonalTable(
        table=accounts.accounts,
        what="your account: its tier, and since when it is there",
        rows=accounts.accounts.c.id == ACCOUNT,
        reason="a number that stands for you in the books, with nothing that leads to you but the hash below",
    ),
    PersonalTable(
        table=_IDENTITIES,
        what="your ids on the platforms",
        rows=_IDENTITIES.c.account == ACCOUNT,
        when_forgotten=WhenForgotten.REMOVED,
    ),
    PersonalTable(
        table=privacy.forgotten_identities,
        what="a keyed hash of each id that was removed",
        rows=privacy.forgotten_identities.c.account == ACCOUNT,
        is_exported=False,
        reason="prevents abuse: who comes back has the same bans, limits, credits and used quota",
    ),
    PersonalTable(
        table=accounts.api_keys,
        what="keys of your programs, by their hash",
        rows=accounts.api_keys.c.account == ACCOUNT,
        hidden=frozenset({"key_hash"}),
        when_forgotten=WhenForgotten.REMOVED,
    ),
    PersonalTable(
        table=accounts.codes,
        what="one-time codes, by their hash, for minutes or hours",
        rows=or_(accounts.codes.c.holder == ACCOUNT, accounts.codes.c.holder.in_(_OWN_REQUESTS), _OWN_LINKS),
        is_exported=False,
        when_forgotten=WhenForgotten.REMOVED,
    ),
    PersonalTable(
        table=_INSTALLATIONS,
        what="that you installed the bot in a workspace",
        rows=and_(
            _INSTALLATIONS.c.user_id.in_(
                select(_IDENTITIES.c.user_id).where(
                    _IDENTITIES.c.account == ACCOUNT, _IDENTITIES.c.platform == _INSTALLATIONS.c.platform
                )
            )
        ),
        hidden=frozenset({"sealed"}),
        reason="the workspace's: it goes when the bot is removed from there",
    ),
    PersonalTable(
        table=jobs.jobs,
        what="what you asked for: words, where and when, under which name, and how it ended",
        rows=jobs.jobs.c.account == ACCOUNT,
        hidden=frozenset({"message", "message_key", "attempt", "lapses", "lease_until", "not_before", "missing_since"}),
        when_forgotten=WhenForgotten.EMPTIED,
        reason="when it was, how it ended and what it cost: " + _BOOKS,
    ),
    PersonalTable(
        table=batches.batches,
        what="that you asked for many at once, and their words until there are wishes of them",
        rows=batches.batches.c.account == ACCOUNT,
        hidden=frozenset({"message"}),
        when_forgotten=WhenForgotten.REMOVED,
    ),
    PersonalTable(
        table=jobs.drawings,
        what="the calls to image services for it, and what they cost",
        rows=jobs.drawings.c.job.in_(_OWN_JOBS),
        hidden=frozenset({"attempt", "ticket", "ticket_expires_at"}),
        when_forgotten=WhenForgotten.EMPTIED,
        reason=_BOOKS,
    ),
    PersonalTable(
        table=jobs.pictures,
        what="your pictures, and which of them are your favourites",
        rows=jobs.pictures.c.account == ACCOUNT,
        when_forgotten=WhenForgotten.EMPTIED,
        emptied=(Emptying(jobs.pictures.c.account == ACCOUNT, {"starred_at": None}),),
        reason="size and hash of what was there, so that it is known again; its bytes are removed",
    ),
    PersonalTable(
        table=collections.collection_pictures,
        what="which pictures are in your collections",
        rows=collections.collection_pictures.c.collection.in_(_OWN_COLLECTIONS),
        when_forgotten=WhenForgotten.REMOVED,
    ),
    PersonalTable(
        table=collections.collections,
        what="your collections, and who may look at them",
        rows=collections.collections.c.account == ACCOUNT,
        when_forgotten=WhenForgotten.REMOVED,
    ),
    PersonalTable(table=collections.ended_pages, what="addresses of pages of collections that are over, by a random id"),
    PersonalTable(
        table=shares.shares,
        what="pages on which you shared pictures, and whether with your words",
        rows=shares.shares.c.picture.in_(_OWN_PICTURES),
        when_forgotten=WhenForgotten.REMOVED,
    ),
    PersonalTable(
        table=inputs.inputs,
        what="pictures that you brought to what you asked for",
        rows=inputs.inputs.c.account == ACCOUNT,
        when_forgotten=WhenForgotten.EMPTIED,
        reason="that there was one, and which picture it was, if it was drawn here; its bytes are removed",
    ),
    PersonalTable(
        table=jobs.reports,
        what="which pictures you have reported",
        rows=jobs.reports.c.reporter == ACCOUNT,
        reason="prevents abuse: nobody reports twice",
    ),
    PersonalTable(table=quotas.usage, what="what you used each day", rows=quotas.usage.c.account == ACCOUNT, reason=_BOOKS),
    PersonalTable(
        table=quotas.shared_usage,
        what="what counts for two accounts that were one",
        rows=or_(quotas.shared_usage.c.account == ACCOUNT, quotas.shared_usage.c.other == ACCOUNT),
        reason=_BOOKS,
    ),
    PersonalTable(table=quotas.tenant_usage, what="what all people of a server used together"),
    PersonalTable(table=quotas.holds, what="what was set aside for a job", rows=quotas.holds.c.account == ACCOUNT, reason=_BOOKS),
    PersonalTable(
        table=quotas.descriptions,
        what="on which days you had pictures described, and what that cost",
        rows=quotas.descriptions.c.account == ACCOUNT,
        reason=_BOOKS,
    ),
    PersonalTable(table=quotas.spending, what="what a community spent each day"),
    PersonalTable(
        table=quotas.rules,
        what="limits and tiers that you have",
        rows=quotas.rules.c.account == ACCOUNT,
        reason="prevents abuse, and keeps what you paid for, for when you come back",
    ),
    PersonalTable(
        table=quotas.audit_log,
        what="what you changed as an admin, and what admins changed for you",
        rows=or_(quotas.audit_log.c.account == ACCOUNT, quotas.audit_log.c.by_account == ACCOUNT),
        when_forgotten=WhenForgotten.EMPTIED,
        emptied=_name_removed(quotas.audit_log.c.by_account),
        reason="the record of a community, without your name",
    ),
    PersonalTable(
        table=billing.credit_balances, what="your credits", rows=billing.credit_balances.c.account == ACCOUNT, reason=_BOOKS
    ),
    PersonalTable(
        table=billing.credit_entries,
        what="how your credits came and went",
        rows=or_(billing.credit_entries.c.account == ACCOUNT, billing.credit_entries.c.by_account == ACCOUNT),
        when_forgotten=WhenForgotten.EMPTIED,
        emptied=_name_removed(billing.credit_entries.c.by_account),
        reason=_BOOKS,
    ),
    PersonalTable(
        table=billing.subscriptions,
        what="what you pay for by subscription",
        rows=billing.subscriptions.c.account == ACCOUNT,
        reason=_BOOKS,
    ),
    PersonalTable(table=billing.purchases, what="what you bought", rows=billing.purchases.c.account == ACCOUNT, reason=_BOOKS),
    PersonalTable(table=billing.reversals, what="payments that went back, by the billing service's numbers"),
    PersonalTable(table=billing.failed_refunds, what="refunds that nobody got, by the billing service's numbers"),
    PersonalTable(table=billing.invoices, what="invoices, by the billing service's numbers"),
    PersonalTable(table=billing.invoice_payments, what="what paid an invoice, by the billing service's numbers"),
    PersonalTable(
        table=billing.brought_memberships,
        what="memberships that linked accounts brought along",
        rows=billing.brought_memberships.c.account == ACCOUNT,
        reason=_BOOKS,
    ),
    PersonalTable(table=jobs.providers, what="which image services are asked"),
    PersonalTable(table=messages.channels, what="the page's channel"),
    PersonalTable(
        table=messages.messages,
        what="answers on the page to what you asked there",
        rows=messages.messages.c.author.in_(_ON_PAGE),
        when_forgotten=WhenForgotten.EMPTIED,
        emptied=(Emptying(messages.messages.c.author.in_(_ON_PAGE), {"author": ""}),),
        reason="that there was one, for pages that are open",
    ),
    PersonalTable(table=messages.happened, what="events that were taken in, by number"),
    PersonalTable(table=messages.leader_leases, what="which process leads"),
    PersonalTable(
        table=refusals.refusals,
        what="words of yours that were refused, for thirty days",
        rows=refusals.refusals.c.account == ACCOUNT,
        hidden=frozenset({"entry"}),
        when_forgotten=WhenForgotten.REMOVED,
    ),
    PersonalTable(
        table=sanctions.sanctions,
        what="warnings, mutes and bans that you have or imposed",
        rows=or_(
            sanctions.sanctions.c.id.in_(
                select(sanctions.sanctioned_accounts.c.sanction).where(sanctions.sanctioned_accounts.c.account == ACCOUNT)
            ),
            sanctions.sanctions.c.account == ACCOUNT,
            sanctions.sanctions.c.by_account == ACCOUNT,
        ),
        hidden=frozenset({"by_account", "by_name", "lifted_by_account", "lifted_by_name"}),
        when_forgotten=WhenForgotten.EMPTIED,
        emptied=(
            *_name_removed(sanctions.sanctions.c.by_account),
            Emptying(sanctions.sanctions.c.lifted_by_account == ACCOUNT, {"lifted_by_name": FORGOTTEN_NAME}),
        ),
        reason="prevents abuse: no ban is shed by being forgotten; whoever imposed it is not named any more",
    ),
    PersonalTable(
        table=sanctions.sanctioned_accounts,
        what="which accounts a sanction is on",
        rows=sanctions.sanctioned_accounts.c.account == ACCOUNT,
        reason=_ABUSE,
    ),
    PersonalTable(
        table=sanctions.parted_accounts,
        what="which accounts were one a short while ago",
        rows=or_(sanctions.parted_accounts.c.account == ACCOUNT, sanctions.parted_accounts.c.other == ACCOUNT),
        is_exported=False,
        reason="prevents abuse: no ban is shed by unlinking",
    ),
    PersonalTable(
        table=cases.cases,
        what="cases about your pictures and words",
        rows=cases.cases.c.account == ACCOUNT,
        hidden=frozenset({"message", "by_account", "by_name", "decided_by", "decided_by_name", "assignee", "assignee_name"}),
        when_forgotten=WhenForgotten.EMPTIED,
        emptied=(
            Emptying(cases.cases.c.account == ACCOUNT, {"words": "", "revision": cases.cases.c.revision + 1}),
            *_name_removed(cases.cases.c.by_account),
            Emptying(cases.cases.c.decided_by == ACCOUNT, {"decided_by_name": FORGOTTEN_NAME}),
            Emptying(cases.cases.c.assignee == ACCOUNT, {"assignee_name": FORGOTTEN_NAME}),
        ),
        reason="what was decided, without your words and name",
    ),
    PersonalTable(
        table=cases.case_notes,
        what="notes that you wrote as a moderator",
        rows=cases.case_notes.c.by_account == ACCOUNT,
        when_forgotten=WhenForgotten.REMOVED,
    ),
    PersonalTable(
        table=cases.moderation_log,
        what="what was done to your pictures and to you, and what you did as a moderator",
        rows=or_(cases.moderation_log.c.subject == ACCOUNT, cases.moderation_log.c.by_account == ACCOUNT),
        hidden=frozenset({"key", "by_account", "by_name"}),
        when_forgotten=WhenForgotten.EMPTIED,
        emptied=_name_removed(cases.moderation_log.c.by_account),
        reason="the record of a community, without words and your name",
    ),
    PersonalTable(
        table=removals.removals,
        what="decisions about your pictures",
        rows=removals.removals.c.picture.in_(_OWN_PICTURES),
        hidden=frozenset({"decided_by"}),
        reason=_ABUSE,
    ),
    PersonalTable(
        table=removals.removal_steps,
        what="from where a picture was removed",
        rows=removals.removal_steps.c.picture.in_(_OWN_PICTURES),
        when_forgotten=WhenForgotten.REMOVED,
    ),
    PersonalTable(
        table=removals.blocked_pictures,
        what="hashes of pictures that may not come back",
        is_exported=False,
        reason="prevents abuse: what was taken down stays away; it says nothing of whose it was",
    ),
    PersonalTable(
        table=removals.sent_messages,
        what="messages that show your pictures beside the first one",
        rows=removals.sent_messages.c.job.in_(_OWN_JOBS),
        is_exported=False,
        when_forgotten=WhenForgotten.REMOVED,
    ),
    PersonalTable(
        table=templates.templates,
        what="your own templates",
        rows=templates.is_of(ACCOUNT.key),
        hidden=frozenset({"owner", "name_key", "pictures"}),
        when_forgotten=WhenForgotten.REMOVED,
    ),
    PersonalTable(
        table=privacy.privacy_requests,
        what="when you used these two commands",
        rows=privacy.privacy_requests.c.account == ACCOUNT,
        when_forgotten=WhenForgotten.EMPTIED,
        reason="proof that it was done; your id in it goes once you were told",
    ),
)
